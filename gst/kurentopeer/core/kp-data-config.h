/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* RTCPriorityType */
typedef enum
{
  KP_DATA_PRIORITY_VERY_LOW,
  KP_DATA_PRIORITY_LOW,
  KP_DATA_PRIORITY_MEDIUM,
  KP_DATA_PRIORITY_HIGH,
} KpDataPriority;

/* What became of a message that a data channel was to send. */
typedef enum
{
  KP_DATA_SENT,
  KP_DATA_WAIT, /* there is no channel, or it has no room */
  KP_DATA_REFUSED, /* it never will be sent */
} KpDataResult;

/* How a data channel is made: RTCDataChannelInit, and what kurento-utils adds to it. */
typedef struct
{
  gchar *label; /* owned */
  gboolean ordered;
  gint max_packet_life_time; /* ms; -1 = reliable */
  gint max_retransmits; /* -1 = reliable */
  gchar *protocol; /* owned */
  gboolean negotiated; /* both sides make the channel by themselves */
  gint id; /* of the SCTP stream; -1 unless negotiated */
  KpDataPriority priority;
  guint64 low_threshold; /* bytes */
} KpDataConfig;

/* A reliable, ordered channel. */
KpDataConfig *kp_data_config_new (const gchar *label);
KpDataConfig *kp_data_config_copy (const KpDataConfig *self);
void kp_data_config_free (KpDataConfig *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KpDataConfig, kp_data_config_free)

/* dataChannelConfig: {id, options: RTCDataChannelInit, bufferedAmountLowThreshold}, as JSON or "file:///x.json" that holds it. Without
 * an id the label is @label. NULL or "" is the default channel. NULL on failure: the error names @property, the place and what was
 * expected. Unknown members are logged. */
KpDataConfig *kp_data_config_parse (const gchar *property, const gchar *text, const gchar *label,
                                    GError **error);

/* RTCDataChannelInit: {ordered, maxPacketLifeTime, maxRetransmits, protocol, negotiated, id, priority}; as above. */
KpDataConfig *kp_data_config_parse_options (const gchar *argument, const gchar *text, const gchar *label,
                                            GError **error);
