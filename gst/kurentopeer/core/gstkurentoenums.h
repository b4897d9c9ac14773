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

/**
 * GstKurentoCongestionControl:
 * @GST_KURENTO_CONGESTION_CONTROL_AUTO: by the best that the peer reports: transport-wide congestion control, else REMB, else what
 *   receiver reports say of loss
 * @GST_KURENTO_CONGESTION_CONTROL_GCC: Google congestion control, from transport-wide congestion control only
 * @GST_KURENTO_CONGESTION_CONTROL_REMB: as the peer says by REMB only
 * @GST_KURENTO_CONGESTION_CONTROL_DISABLED: the bit rate stays as it is set
 *
 * By what the bit rate of the video that is sent is found.
 *
 * Since: 0.1
 */
typedef enum
{
  GST_KURENTO_CONGESTION_CONTROL_AUTO,
  GST_KURENTO_CONGESTION_CONTROL_GCC,
  GST_KURENTO_CONGESTION_CONTROL_REMB,
  GST_KURENTO_CONGESTION_CONTROL_DISABLED,
} GstKurentoCongestionControl;

/**
 * GstKurentoDegradationPreference:
 * @GST_KURENTO_DEGRADATION_PREFERENCE_BALANCED: smaller pictures, and fewer of them
 * @GST_KURENTO_DEGRADATION_PREFERENCE_MAINTAIN_FRAMERATE: smaller pictures
 * @GST_KURENTO_DEGRADATION_PREFERENCE_MAINTAIN_RESOLUTION: fewer pictures
 * @GST_KURENTO_DEGRADATION_PREFERENCE_DISABLED: pictures stay as they are, whatever they look like
 *
 * What becomes less when there is not enough bit rate for the video (W3C: `RTCDegradationPreference`).
 *
 * Since: 0.1
 */
typedef enum
{
  GST_KURENTO_DEGRADATION_PREFERENCE_BALANCED,
  GST_KURENTO_DEGRADATION_PREFERENCE_MAINTAIN_FRAMERATE,
  GST_KURENTO_DEGRADATION_PREFERENCE_MAINTAIN_RESOLUTION,
  GST_KURENTO_DEGRADATION_PREFERENCE_DISABLED,
} GstKurentoDegradationPreference;

G_END_DECLS
