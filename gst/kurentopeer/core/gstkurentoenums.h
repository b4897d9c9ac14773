/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gstkurentoprelude.h"

G_BEGIN_DECLS

/**
 * GstKurentoPeerMode:
 * @GST_KURENTO_PEER_MODE_SENDRECV: send and receive media
 * @GST_KURENTO_PEER_MODE_SENDONLY: send media only
 * @GST_KURENTO_PEER_MODE_RECVONLY: receive media only
 *
 * Which way media flows (kurento-utils: `mode`).
 *
 * Since: 0.1
 */
typedef enum
{
  GST_KURENTO_PEER_MODE_SENDRECV,
  GST_KURENTO_PEER_MODE_SENDONLY,
  GST_KURENTO_PEER_MODE_RECVONLY,
} GstKurentoPeerMode;

/**
 * GstKurentoSendSource:
 * @GST_KURENTO_SEND_SOURCE_AUTO: camera and microphone when `media-constraints` were set, else nothing
 * @GST_KURENTO_SEND_SOURCE_NONE: nothing
 * @GST_KURENTO_SEND_SOURCE_WEBCAM: camera and microphone
 * @GST_KURENTO_SEND_SOURCE_SCREEN: the screen, and a microphone
 * @GST_KURENTO_SEND_SOURCE_WINDOW: a window, and a microphone
 * @GST_KURENTO_SEND_SOURCE_TEST: a test picture and a tone
 *
 * What a sending element without media sink pads sends (kurento-utils: `sendSource`).
 *
 * Since: 0.1
 */
typedef enum
{
  GST_KURENTO_SEND_SOURCE_AUTO,
  GST_KURENTO_SEND_SOURCE_NONE,
  GST_KURENTO_SEND_SOURCE_WEBCAM,
  GST_KURENTO_SEND_SOURCE_SCREEN,
  GST_KURENTO_SEND_SOURCE_WINDOW,
  GST_KURENTO_SEND_SOURCE_TEST,
} GstKurentoSendSource;

/**
 * GstKurentoOutput:
 * @GST_KURENTO_OUTPUT_RAW: decoded media
 * @GST_KURENTO_OUTPUT_ENCODED: encoded media as the peer made it, parsed, with timestamps that a muxer takes
 * @GST_KURENTO_OUTPUT_RTP: RTP packets in order, as the peer sent them
 *
 * What the source pads give.
 *
 * Since: 0.1
 */
typedef enum
{
  GST_KURENTO_OUTPUT_RAW,
  GST_KURENTO_OUTPUT_ENCODED,
  GST_KURENTO_OUTPUT_RTP,
} GstKurentoOutput;

G_END_DECLS
