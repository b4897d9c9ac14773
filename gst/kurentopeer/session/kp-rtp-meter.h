/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kp-extensions.h"
#include "kp-rtp-counts.h"
#include "kp-sdp-fec.h"

/* What went through a connection's transport: all that its kind is, DTLS and feedback included, but not the checks of ICE. */
typedef struct
{
  guint64 packets_sent;
  guint64 bytes_sent;
  guint64 packets_received;
  guint64 bytes_received;
} KpTransportCounts;

/* Listens to the RTP sessions, jitter buffers and transports inside of one webrtcbin, as they come up. Thread safe. */
typedef struct _KpRtpMeter KpRtpMeter;

/* Before @webrtcbin has any of them. It may outlive it. */
KpRtpMeter *kp_rtp_meter_new (GstElement *webrtcbin);
KpRtpMeter *kp_rtp_meter_ref (KpRtpMeter *self);
void kp_rtp_meter_unref (KpRtpMeter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KpRtpMeter, kp_rtp_meter_unref)

/* Those that name layers of a simulcast, and sections. */
void kp_rtp_meter_set_extensions (KpRtpMeter *self, const KpExtensions *extensions);

/* What the packets of pictures are in, and what protects them. */
void kp_rtp_meter_set_fec (KpRtpMeter *self, const KpFecFormats *formats);

/* The section and the layer that the packets of a received ssrc have named, or "". */
void kp_rtp_meter_get_names (KpRtpMeter *self, guint32 ssrc, gchar mid[KP_RID_SIZE], gchar rid[KP_RID_SIZE]);

/* Of KpRtpCount; the second one without what the jitter buffers know. */
GArray *kp_rtp_meter_list (KpRtpMeter *self);
GArray *kp_rtp_meter_list_counts (KpRtpMeter *self);
void kp_rtp_meter_get_transport (KpRtpMeter *self, KpTransportCounts *counts);

/* The certificates of the handshake, PEM, owned; NULL as long as it is not there. */
void kp_rtp_meter_dup_certificates (KpRtpMeter *self, gchar **local, gchar **remote);
