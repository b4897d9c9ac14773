/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What we do with data channels: make them, and send. */
#include "kp-channels-private.h"
#include "gstkurentoerror.h"

static GstStructure *
make_init (const KpDataConfig *config)
{
  static const GstWebRTCPriorityType priorities[] = {
    [KP_DATA_PRIORITY_VERY_LOW] = GST_WEBRTC_PRIORITY_TYPE_VERY_LOW,
    [KP_DATA_PRIORITY_LOW] = GST_WEBRTC_PRIORITY_TYPE_LOW,
    [KP_DATA_PRIORITY_MEDIUM] = GST_WEBRTC_PRIORITY_TYPE_MEDIUM,
    [KP_DATA_PRIORITY_HIGH] = GST_WEBRTC_PRIORITY_TYPE_HIGH,
  };

  return gst_structure_new ("init", "ordered", G_TYPE_BOOLEAN, config->ordered, "max-packet-lifetime",
                            G_TYPE_INT, config->max_packet_life_time, "max-retransmits", G_TYPE_INT,
                            config->max_retransmits, "protocol", G_TYPE_STRING, config->protocol,
                            "negotiated", G_TYPE_BOOLEAN, config->negotiated, "id", G_TYPE_INT, config->id,
                            "priority", GST_TYPE_WEBRTC_PRIORITY_TYPE, priorities[config->priority], NULL);
}

/* What webrtcbin answers with a critical, or not at all. */
static gboolean
check_id (KpChannels *self, const KpDataConfig *config, GError **error)
{
  g_autoptr (GstWebRTCDataChannel) other = kp_channels_dup_by_id (self, config->id);
  g_autoptr (GObject) transport = NULL;
  guint max_channels = G_MAXUINT;

  if (other)
    {
      g_set_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_INVALID_ARGUMENT,
                   "data channel %s: there is one with the id %d already", config->label, config->id);
      return FALSE;
    }

  g_object_get (self->webrtcbin, "sctp-transport", &transport, NULL);
  if (transport)
    g_object_get (transport, "max-channels", &max_channels, NULL);
  if (config->id > (gint64)max_channels)
    g_set_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_NOT_SUPPORTED,
                 "data channel %s: this webrtcbin takes the negotiated id %d only before the first offer",
                 config->label, config->id);

  return config->id <= (gint64)max_channels;
}

gboolean
kp_channels_create (KpChannels *self, const KpDataConfig *config, GError **error)
{
  g_autoptr (GstWebRTCDataChannel) channel = NULL;
  g_autoptr (GstStructure) init = make_init (config);

  if (config->negotiated && !check_id (self, config, error))
    return FALSE;

  g_signal_emit_by_name (self->webrtcbin, "create-data-channel", config->label, init, &channel);
  if (channel == NULL)
    {
      g_set_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_DATA_CHANNEL,
                   "could not create the data channel %s: are sctpenc and sctpdec installed?", config->label);
      return FALSE;
    }
  g_object_set (channel, "buffered-amount-low-threshold", config->low_threshold, NULL);

  return TRUE;
}

static gboolean
entry_is_open (const KpChannel *entry)
{
  GstWebRTCDataChannelState state;

  g_object_get (entry->channel, "ready-state", &state, NULL);

  return state == GST_WEBRTC_DATA_CHANNEL_STATE_OPEN;
}

static gboolean
entry_is_named (const KpChannel *entry, const gchar *label)
{
  g_autofree gchar *own = kp_channel_dup_label (entry->channel);

  return g_str_equal (own, label);
}

/* The peer's channel before ours: a kurento-utils peer listens to the channel that it made only. */
static GstWebRTCDataChannel *
dup_open_channel (KpChannels *self, const gchar *label)
{
  g_autoptr (GPtrArray) entries = kp_channels_dup_entries (self);
  const KpChannel *best = NULL;

  for (guint i = 0; i < entries->len; i++)
    {
      const KpChannel *entry = g_ptr_array_index (entries, i);

      if (label && !entry_is_named (entry, label))
        continue;
      if (entry_is_open (entry) && (best == NULL || (best->is_local && !entry->is_local)))
        best = entry;
    }

  return best ? g_object_ref (best->channel) : NULL;
}

GstWebRTCDataChannel *
kp_channels_dup_default (KpChannels *self)
{
  return dup_open_channel (self, NULL);
}

static gboolean
channel_send (GstWebRTCDataChannel *channel, GBytes *data, gboolean is_text, GError **error)
{
  g_autofree gchar *text = NULL;

  /* NULL marks an empty message as such */
  if (!is_text)
    return gst_webrtc_data_channel_send_data_full (channel, g_bytes_get_size (data) ? data : NULL, error);
  if (g_bytes_get_size (data) == 0)
    return gst_webrtc_data_channel_send_string_full (channel, NULL, error);

  text = g_strndup (g_bytes_get_data (data, NULL), g_bytes_get_size (data));

  return gst_webrtc_data_channel_send_string_full (channel, text, error);
}

static void
mark_used (KpChannels *self, GstWebRTCDataChannel *channel)
{
  KpChannel *entry;

  g_mutex_lock (&self->lock);
  entry = kp_channels_find_locked (self, channel);
  if (entry)
    entry->used = TRUE;
  g_mutex_unlock (&self->lock);
}

gboolean
kp_channels_send (KpChannels *self, const gchar *label, GBytes *data, gboolean is_text, GError **error)
{
  g_autoptr (GstElement) webrtcbin = NULL;
  g_autoptr (GstWebRTCDataChannel) channel = NULL;
  g_autoptr (GError) cause = NULL;

  /* the channel points back at it without a reference */
  g_mutex_lock (&self->lock);
  if (self->func && self->webrtcbin)
    webrtcbin = gst_object_ref (self->webrtcbin);
  g_mutex_unlock (&self->lock);

  if (webrtcbin)
    channel = dup_open_channel (self, label);
  if (channel == NULL)
    {
      g_set_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_NOT_FOUND, "no open data channel%s%s",
                   label ? " " : "", label ? label : "");
      return FALSE;
    }
  mark_used (self, channel);
  if (!channel_send (channel, data, is_text, &cause))
    {
      g_set_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_DATA_CHANNEL,
                   "could not send %" G_GSIZE_FORMAT " bytes: %s", g_bytes_get_size (data),
                   cause ? cause->message : "unknown error");
      return FALSE;
    }
  kp_channels_count_message (self, channel, TRUE, g_bytes_get_size (data));

  return TRUE;
}
