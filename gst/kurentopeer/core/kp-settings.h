/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gstkurentoenums.h"
#include "kp-constraints.h"
#include "kp-data-config.h"
#include "kp-ladder.h"
#include "kp-media-kind.h"
#include "kp-network-config.h"
#include "kp-speech.h"

/* ICE servers as webrtcbin takes them, from RTCConfiguration and the element's own properties. */
typedef struct
{
  gchar *stun_server; /* owned; stun://host:port or NULL */
  GPtrArray
      *turn_servers; /* owned; of gchar*, turn://user:password@host:port?transport=udp, percent-encoded */
  gboolean relay_only; /* iceTransportPolicy "relay" */
} KpIceConfig;

/* What a session works with: copied from the element when it starts, constant afterwards. */
typedef struct
{
  gchar *id; /* owned */
  GstKurentoPeerMode mode;
  GstKurentoOutput output;
  gboolean audio; /* audio is wanted (media-constraints) */
  gboolean video; /* video is wanted (media-constraints) */
  KpConstraints *constraints[KP_N_MEDIA_KINDS]; /* owned; of what is captured, or NULL */
  gchar *audio_codecs; /* owned; preference order, or NULL for all */
  gchar *video_codecs; /* owned; preference order, or NULL for all */
  guint min_bitrate; /* bit/s, all video */
  guint start_bitrate; /* bit/s, all video */
  guint max_bitrate; /* bit/s, all video */
  GstKurentoCongestionControl congestion_control;
  GstKurentoDegradationPreference degradation_preference;
  KpLadder *ladder; /* owned; the layers of a simulcast: of raw video that is sent, or asked for; or NULL */
  gboolean simulcast_pads; /* each received layer has a source pad of its own */
  guint latency; /* ms, jitter buffer */
  gboolean retransmission; /* of video */
  gboolean fec; /* where the peer has it */
  KpSpeechConfig hark;
  gboolean data_channels;
  KpDataConfig *data_channel; /* owned; of ours; not NULL where data_channels is set in what a session gets */
  KpIceConfig ice;
  KpNetworkConfig network;
  gchar *certificate; /* owned; PEM of certificate and key, checked; NULL: GStreamer's own */
} KpSettings;

void kp_ice_config_clear (KpIceConfig *self);

KpSettings *kp_settings_new (void);
KpSettings *kp_settings_copy (const KpSettings *self);
void kp_settings_free (KpSettings *self);

/* Whether media is sent at all, and whether media of @kind is wanted from the peer. */
gboolean kp_settings_sends (const KpSettings *self);
gboolean kp_settings_receives (const KpSettings *self, KpMediaKind kind);

/* By what the bit rate is found: whether REMB, and what is said of each packet, are of use. */
gboolean kp_settings_takes_remb (const KpSettings *self);
gboolean kp_settings_takes_packet_reports (const KpSettings *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KpSettings, kp_settings_free)
