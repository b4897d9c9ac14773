/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What we do with data channels: make them, and send. */
#include "kp-channels-private.h"
#include "gstkurentoerror.h"

/* bytes that wait in a channel when it has no room; as much again is in SCTP */
#define HIGH_MARK (256 * 1024)

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

/* Counted before it is sent: what follows from it may come first. */
static gboolean
give_message (KpChannels *self, GstWebRTCDataChannel *channel, GBytes *data, gboolean is_text, GError **error)
{
  KpChannel *entry;
  gboolean sent;

  g_mutex_lock (&self->lock);
  entry = kp_channels_find_locked (self, channel);
  if (entry)
    entry->n_given++;
  g_mutex_unlock (&self->lock);

  sent = channel_send (channel, data, is_text, error);

  g_mutex_lock (&self->lock);
  entry = kp_channels_find_locked (self, channel);
  if (entry && sent)
    kp_channel_counts_add (&entry->counts, TRUE, g_bytes_get_size (data));
  else if (entry)
    entry->n_given--;
  g_mutex_unlock (&self->lock);

  return sent;
}

/* The channel points back at it without a reference. Owned; or NULL. */
static GstElement *
dup_webrtcbin (KpChannels *self)
{
  GstElement *webrtcbin = NULL;

  g_mutex_lock (&self->lock);
  if (self->func && self->webrtcbin)
    webrtcbin = gst_object_ref (self->webrtcbin);
  g_mutex_unlock (&self->lock);

  return webrtcbin;
}

gboolean
kp_channels_send (KpChannels *self, const gchar *label, GBytes *data, gboolean is_text, GError **error)
{
  g_autoptr (GstElement) webrtcbin = dup_webrtcbin (self);
  g_autoptr (GstWebRTCDataChannel) channel = NULL;
  g_autoptr (GError) cause = NULL;

  if (webrtcbin)
    channel = dup_open_channel (self, label);
  if (channel == NULL)
    {
      g_set_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_NOT_FOUND, "no open data channel%s%s",
                   label ? " " : "", label ? label : "");
      return FALSE;
    }
  if (!give_message (self, channel, data, is_text, &cause))
    {
      g_set_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_DATA_CHANNEL,
                   "could not send %" G_GSIZE_FORMAT " bytes: %s", g_bytes_get_size (data),
                   cause ? cause->message : "unknown error");
      return FALSE;
    }

  return TRUE;
}

/* ---- for pads ---- */

/* Owned; or NULL. */
static GstWebRTCDataChannel *
dup_open_index (KpChannels *self, guint index)
{
  g_autoptr (GPtrArray) entries = kp_channels_dup_entries (self);
  const KpChannel *best = NULL;

  for (guint i = 0; i < entries->len; i++)
    {
      const KpChannel *entry = g_ptr_array_index (entries, i);

      if (entry->index == index && !entry->finishing && entry_is_open (entry)
          && (best == NULL || best->is_local))
        best = entry;
    }

  return best ? g_object_ref (best->channel) : NULL;
}

static gboolean
has_room (GstWebRTCDataChannel *channel)
{
  guint64 amount;

  g_object_get (channel, "buffered-amount", &amount, NULL);

  return amount < HIGH_MARK;
}

/* Before the channel is looked at: so that nothing is missed that happens meanwhile. */
static void
set_waiting (KpChannels *self)
{
  g_mutex_lock (&self->lock);
  self->waiting = TRUE;
  g_mutex_unlock (&self->lock);
}

KpDataResult
kp_channels_try_send (KpChannels *self, guint index, GBytes *data, gboolean is_text)
{
  g_autoptr (GstElement) webrtcbin = dup_webrtcbin (self);
  g_autoptr (GstWebRTCDataChannel) channel = NULL;
  g_autofree gchar *label = NULL;
  g_autoptr (GError) error = NULL;

  set_waiting (self);
  channel = webrtcbin ? dup_open_index (self, index) : NULL;
  if (channel == NULL || !has_room (channel))
    return KP_DATA_WAIT;
  if (is_text && !g_utf8_validate_len (g_bytes_get_data (data, NULL), g_bytes_get_size (data), NULL))
    error = g_error_new_literal (GST_KURENTO_ERROR, GST_KURENTO_ERROR_INVALID_ARGUMENT,
                                 "text that is not UTF-8, or has a zero character, is not sent");
  else if (give_message (self, channel, data, is_text, &error))
    return KP_DATA_SENT;
  /* it closed meanwhile */
  if (!error || g_error_matches (error, GST_WEBRTC_ERROR, GST_WEBRTC_ERROR_INVALID_STATE))
    return KP_DATA_WAIT;

  label = kp_channel_dup_label (channel);
  kp_channels_tell_problem (self, label, error->message);

  return KP_DATA_REFUSED;
}

static GstPadProbeReturn
idle_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  gst_webrtc_data_channel_close (user_data);

  return GST_PAD_PROBE_REMOVE;
}

/* When what is just being pushed into @pad is in the association: webrtcbin's close() would lose it. */
static void
close_when_idle (GstWebRTCDataChannel *channel, GstPad *pad)
{
  g_autoptr (GstPad) source = pad ? gst_pad_get_peer (pad) : NULL;

  if (source)
    gst_pad_add_probe (source, GST_PAD_PROBE_TYPE_IDLE, idle_cb, g_object_ref (channel), g_object_unref);
  else
    gst_webrtc_data_channel_close (channel);
}

/* Whether its last message has passed. */
static gboolean
is_to_close_locked (const KpChannel *entry)
{
  return entry->finishing && entry->n_passed >= entry->n_given;
}

KpDataResult
kp_channels_finish (KpChannels *self, guint index)
{
  g_autoptr (GstElement) webrtcbin = dup_webrtcbin (self);
  g_autoptr (GstWebRTCDataChannel) channel = NULL;
  gboolean close = FALSE;
  KpChannel *entry;
  gint id;

  set_waiting (self);
  channel = webrtcbin ? dup_open_index (self, index) : NULL;
  if (channel == NULL)
    return KP_DATA_WAIT;

  g_mutex_lock (&self->lock);
  entry = kp_channels_find_locked (self, channel);
  if (entry)
    {
      entry->finishing = TRUE;
      close = is_to_close_locked (entry);
    }
  g_mutex_unlock (&self->lock);
  if (close)
    {
      g_autoptr (GstPad) pad = NULL;

      g_object_get (channel, "id", &id, NULL);
      pad = kp_channels_dup_sctp_pad (self, id);
      close_when_idle (channel, pad);
    }

  return KP_DATA_SENT;
}

/* Borrowed; or NULL. */
static KpChannel *
find_stream_locked (KpChannels *self, gint id)
{
  for (guint i = 0; i < self->entries->len; i++)
    {
      KpChannel *entry = g_ptr_array_index (self->entries, i);

      if (entry->id == id)
        return entry;
    }

  return NULL;
}

/* A channel may get its id late, and cannot be asked for it with the lock held. */
static void
note_stream (KpChannels *self, gint id)
{
  g_autoptr (GstWebRTCDataChannel) channel = NULL;
  gboolean is_known;
  KpChannel *entry;

  g_mutex_lock (&self->lock);
  is_known = find_stream_locked (self, id) != NULL;
  g_mutex_unlock (&self->lock);
  if (is_known)
    return;

  channel = kp_channels_dup_by_id (self, id);
  g_mutex_lock (&self->lock);
  entry = channel ? kp_channels_find_locked (self, channel) : NULL;
  if (entry)
    entry->id = id;
  g_mutex_unlock (&self->lock);
}

/* Owned, when it is to be closed now; or NULL. */
static GstWebRTCDataChannel *
count_passed_locked (KpChannel *entry)
{
  entry->n_passed++;

  return is_to_close_locked (entry) ? g_object_ref (entry->channel) : NULL;
}

void
kp_channels_note_passed (KpChannels *self, gint id, GstPad *pad)
{
  g_autoptr (GstWebRTCDataChannel) ending = NULL;
  KpChannel *entry;

  note_stream (self, id);
  g_mutex_lock (&self->lock);
  entry = find_stream_locked (self, id);
  if (entry)
    ending = count_passed_locked (entry);
  g_mutex_unlock (&self->lock);

  if (ending)
    close_when_idle (ending, pad);
}
