/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gstkurentoprelude.h"

G_BEGIN_DECLS

/**
 * GST_KURENTO_ERROR:
 *
 * The error domain of everything that kurentopeer reports.
 *
 * Since: 0.1
 */
#define GST_KURENTO_ERROR (gst_kurento_error_quark ())

/**
 * GstKurentoError:
 * @GST_KURENTO_ERROR_INVALID_ARGUMENT: a property, SDP, candidate, JSON text or URI is malformed
 * @GST_KURENTO_ERROR_INVALID_STATE: not possible in the present state
 * @GST_KURENTO_ERROR_CLOSED: the peer was closed
 * @GST_KURENTO_ERROR_NOT_FOUND: no such device, channel or object
 * @GST_KURENTO_ERROR_NOT_ALLOWED: no permission
 * @GST_KURENTO_ERROR_OVERCONSTRAINED: no device meets the constraints
 * @GST_KURENTO_ERROR_NEGOTIATION: the two sides do not agree
 * @GST_KURENTO_ERROR_ICE: no route to the peer, or the route was lost
 * @GST_KURENTO_ERROR_SECURITY: the peer is not who its description says
 * @GST_KURENTO_ERROR_DATA_CHANNEL: a data channel failed
 * @GST_KURENTO_ERROR_SIGNALLING: the signalling connection failed
 * @GST_KURENTO_ERROR_TIMEOUT: the other side did not answer in time
 * @GST_KURENTO_ERROR_NOT_SUPPORTED: not possible with what is installed here
 *
 * What went wrong. The message says where and what was expected.
 *
 * Since: 0.1
 */
typedef enum
{
  GST_KURENTO_ERROR_INVALID_ARGUMENT,
  GST_KURENTO_ERROR_INVALID_STATE,
  GST_KURENTO_ERROR_CLOSED,
  GST_KURENTO_ERROR_NOT_FOUND,
  GST_KURENTO_ERROR_NOT_ALLOWED,
  GST_KURENTO_ERROR_OVERCONSTRAINED,
  GST_KURENTO_ERROR_NEGOTIATION,
  GST_KURENTO_ERROR_ICE,
  GST_KURENTO_ERROR_SECURITY,
  GST_KURENTO_ERROR_DATA_CHANNEL,
  GST_KURENTO_ERROR_SIGNALLING,
  GST_KURENTO_ERROR_TIMEOUT,
  GST_KURENTO_ERROR_NOT_SUPPORTED,
} GstKurentoError;

GST_KURENTO_API
GQuark gst_kurento_error_quark (void);

G_END_DECLS
