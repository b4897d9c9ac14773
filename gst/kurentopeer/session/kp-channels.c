/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-channels.h"
#include "gstkurentoerror.h"
#include "kp-session-debug.h"

#include <gst/webrtc/webrtc.h>

#define GST_CAT_DEFAULT kp_session_debug

typedef struct
{
  GstWebRTCDataChannel *channel; /* owned; one of the peer's has no label before it is open */
  gboolean is_local;
  KpChannelCounts counts; /* but for what the channel itself knows */
} KpChannel;

struct _KpChannels
{
  GstElement *webrtcbin; /* owned until cleared */
  gulong prepare_id;
  GMutex lock; /* guards everything below; never held across a call-out but func */
  GPtrArray *entries; /* of KpChannel */
  guint n_prepared;
  guint n_opened;
  guint n_closed;
  KpChannelsFunc func; /* NULL once disconnected */
  gpointer user_data;
  GDestroyNotify notify;
};

static void
channel_free (gpointer data)
{
  KpChannel *self = data;

  g_clear_object (&self->channel);
  g_free (self);
}

static void
kp_channels_finalize (gpointer data)
{
  KpChannels *self = data;

  kp_channels_clear (self);
  g_ptr_array_unref (self->entries);
  g_mutex_clear (&self->lock);
}

KpChannels *
kp_channels_ref (KpChannels *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
kp_channels_unref (KpChannels *self)
{
  g_atomic_rc_box_release_full (self, kp_channels_finalize);
}

static void
channels_closure_notify (gpointer data, GClosure *closure)
{
  kp_channels_unref (data);
}

/* Only passes the event on, so the lock may be held: func posts and returns. */
static void
channels_tell (KpChannels *self, KpEvent *event)
{
  g_mutex_lock (&self->lock);
  if (self->func)
    self->func (event, self->user_data);
  else
    kp_event_clear (event);
  g_mutex_unlock (&self->lock);
}

static gchar *
dup_label (GstWebRTCDataChannel *channel)
{
  gchar *label = NULL;

  g_object_get (channel, "label", &label, NULL);

  return label ? label : g_strdup ("");
}

/* Borrowed; or NULL. */
static KpChannel *
find_entry_locked (KpChannels *self, GstWebRTCDataChannel *channel)
{
  for (guint i = 0; i < self->entries->len; i++)
    {
      KpChannel *entry = g_ptr_array_index (self->entries, i);

      if (entry->channel == channel)
        return entry;
    }

  return NULL;
}

static void
count_opened (KpChannels *self, GstWebRTCDataChannel *channel)
{
  KpChannel *entry;

  g_mutex_lock (&self->lock);
  entry = find_entry_locked (self, channel);
  if (entry && !entry->counts.opened)
    {
      entry->counts.opened = TRUE;
      self->n_opened++;
    }
  g_mutex_unlock (&self->lock);
}

static void
count_message (KpChannels *self, GstWebRTCDataChannel *channel, gboolean sent, gsize size)
{
  KpChannel *entry;

  g_mutex_lock (&self->lock);
  entry = find_entry_locked (self, channel);
  if (entry)
    kp_channel_counts_add (&entry->counts, sent, size);
  g_mutex_unlock (&self->lock);
}

/* The channel's own callbacks run in webrtcbin's thread with its lock held: copy, post, return. */
static void
open_cb (GstWebRTCDataChannel *channel, gpointer user_data)
{
  g_autofree gchar *label = dup_label (channel);
  KpEvent event;

  count_opened (user_data, channel);
  kp_event_init (&event, KP_EVENT_DATA_CHANNEL_OPEN, label);
  channels_tell (user_data, &event);
}

static void
close_cb (GstWebRTCDataChannel *channel, gpointer user_data)
{
  KpChannels *self = user_data;
  g_autofree gchar *label = dup_label (channel);
  KpChannel *entry;
  KpEvent event;

  g_mutex_lock (&self->lock);
  entry = find_entry_locked (self, channel);
  if (entry)
    {
      self->n_closed += entry->counts.opened;
      g_ptr_array_remove (self->entries, entry);
    }
  g_mutex_unlock (&self->lock);

  kp_event_init (&event, KP_EVENT_DATA_CHANNEL_CLOSE, label);
  channels_tell (self, &event);
}

static void
error_cb (GstWebRTCDataChannel *channel, GError *cause, gpointer user_data)
{
  g_autofree gchar *label = dup_label (channel);
  g_autoptr (GError) error = NULL;
  KpEvent event;

  error = g_error_new (GST_KURENTO_ERROR, GST_KURENTO_ERROR_DATA_CHANNEL, "data channel %s: %s", label,
                       cause ? cause->message : "unknown error");
  kp_event_init (&event, KP_EVENT_DATA_CHANNEL_ERROR, label, error);
  channels_tell (user_data, &event);
}

static void
buffered_amount_low_cb (GstWebRTCDataChannel *channel, gpointer user_data)
{
  g_autofree gchar *label = dup_label (channel);
  KpEvent event;

  kp_event_init (&event, KP_EVENT_DATA_CHANNEL_BUFFERED_AMOUNT_LOW, label);
  channels_tell (user_data, &event);
}

static void
tell_message (KpChannels *self, GstWebRTCDataChannel *channel, GBytes *data, gboolean is_text)
{
  g_autofree gchar *label = dup_label (channel);
  KpEvent event;

  count_message (self, channel, FALSE, g_bytes_get_size (data));
  kp_event_init (&event, KP_EVENT_DATA_CHANNEL_MESSAGE, label, data, is_text);
  channels_tell (self, &event);
}

/* An empty message comes as NULL. */
static void
message_string_cb (GstWebRTCDataChannel *channel, const gchar *text, gpointer user_data)
{
  g_autoptr (GBytes) data = g_bytes_new (text, text ? strlen (text) : 0);

  tell_message (user_data, channel, data, TRUE);
}

static void
message_data_cb (GstWebRTCDataChannel *channel, GBytes *message, gpointer user_data)
{
  g_autoptr (GBytes) data = message ? g_bytes_ref (message) : g_bytes_new (NULL, 0);

  tell_message (user_data, channel, data, FALSE);
}

static void
connect_channel (KpChannels *self, GstWebRTCDataChannel *channel)
{
  static const struct
  {
    const gchar *signal;
    GCallback callback;
  } handlers[] = {
    { "on-open", G_CALLBACK (open_cb) },
    { "on-close", G_CALLBACK (close_cb) },
    { "on-error", G_CALLBACK (error_cb) },
    { "on-buffered-amount-low", G_CALLBACK (buffered_amount_low_cb) },
    { "on-message-string", G_CALLBACK (message_string_cb) },
    { "on-message-data", G_CALLBACK (message_data_cb) },
  };

  for (guint i = 0; i < G_N_ELEMENTS (handlers); i++)
    g_signal_connect_data (channel, handlers[i].signal, handlers[i].callback, kp_channels_ref (self),
                           channels_closure_notify, 0);
}

/* The only place where handlers can be connected before anything happens on a channel. webrtcbin's locks are held. */
static void
prepare_data_channel_cb (GstElement *webrtcbin, GstWebRTCDataChannel *channel, gboolean is_local,
                         gpointer user_data)
{
  KpChannels *self = user_data;
  KpChannel *entry = g_new0 (KpChannel, 1);

  entry->channel = g_object_ref (channel);
  entry->is_local = is_local;
  connect_channel (self, channel);

  g_mutex_lock (&self->lock);
  entry->counts.number = self->n_prepared++;
  g_ptr_array_add (self->entries, entry);
  g_mutex_unlock (&self->lock);
}

/* An empty message is one zero byte on the wire (RFC 8831, 6.6); webrtcbin sends none, which ends the channel. */
static GstPadProbeReturn
empty_message_probe_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);

  if (gst_buffer_get_size (buffer) == 0)
    {
      buffer = gst_buffer_make_writable (buffer);
      gst_buffer_append_memory (
          buffer, gst_memory_new_wrapped (GST_MEMORY_FLAG_READONLY, (gpointer) "\0", 1, 0, 1, NULL, NULL));
      info->data = buffer;
    }

  return GST_PAD_PROBE_OK;
}

static void
sctpenc_pad_added_cb (GstElement *sctpenc, GstPad *pad, gpointer user_data)
{
  if (gst_pad_get_direction (pad) == GST_PAD_SINK)
    gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, empty_message_probe_cb, NULL, NULL);
}

static void
deep_element_added_cb (GstBin *webrtcbin, GstBin *bin, GstElement *element, gpointer user_data)
{
  GstElementFactory *factory = gst_element_get_factory (element);

  if (factory && g_str_equal (GST_OBJECT_NAME (factory), "sctpenc"))
    g_signal_connect (element, "pad-added", G_CALLBACK (sctpenc_pad_added_cb), NULL);
}

KpChannels *
kp_channels_new (GstElement *webrtcbin, KpChannelsFunc func, gpointer user_data, GDestroyNotify notify)
{
  KpChannels *self = g_atomic_rc_box_new0 (KpChannels);

  g_mutex_init (&self->lock);
  self->entries = g_ptr_array_new_with_free_func (channel_free);
  self->func = func;
  self->user_data = user_data;
  self->notify = notify;
  self->webrtcbin = gst_object_ref (webrtcbin);
  self->prepare_id
      = g_signal_connect_data (webrtcbin, "prepare-data-channel", G_CALLBACK (prepare_data_channel_cb),
                               kp_channels_ref (self), channels_closure_notify, 0);
  g_signal_connect (webrtcbin, "deep-element-added", G_CALLBACK (deep_element_added_cb), NULL);

  return self;
}

gboolean
kp_channels_create (KpChannels *self, const gchar *label, GError **error)
{
  g_autoptr (GstWebRTCDataChannel) channel = NULL;

  g_signal_emit_by_name (self->webrtcbin, "create-data-channel", label, NULL, &channel);
  if (channel == NULL)
    {
      g_set_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_DATA_CHANNEL,
                   "could not create the data channel %s: are sctpenc and sctpdec installed?", label);
      return FALSE;
    }

  return TRUE;
}

static gboolean
entry_is_open (const KpChannel *entry)
{
  GstWebRTCDataChannelState state;

  g_object_get (entry->channel, "ready-state", &state, NULL);

  return state == GST_WEBRTC_DATA_CHANNEL_STATE_OPEN;
}

/* Owned copies. */
static GPtrArray *
dup_entries (KpChannels *self)
{
  GPtrArray *copies = g_ptr_array_new_with_free_func (channel_free);

  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->entries->len; i++)
    {
      const KpChannel *entry = g_ptr_array_index (self->entries, i);
      KpChannel *copy = g_new0 (KpChannel, 1);

      copy->channel = g_object_ref (entry->channel);
      copy->is_local = entry->is_local;
      copy->counts = entry->counts;
      g_ptr_array_add (copies, copy);
    }
  g_mutex_unlock (&self->lock);

  return copies;
}

static gboolean
entry_is_named (const KpChannel *entry, const gchar *label)
{
  g_autofree gchar *own = dup_label (entry->channel);

  return g_str_equal (own, label);
}

/* The peer's channel before ours: a kurento-utils peer listens to the channel that it made only. */
static GstWebRTCDataChannel *
dup_open_channel (KpChannels *self, const gchar *label)
{
  g_autoptr (GPtrArray) entries = dup_entries (self);
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
  if (!channel_send (channel, data, is_text, &cause))
    {
      g_set_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_DATA_CHANNEL,
                   "could not send %" G_GSIZE_FORMAT " bytes: %s", g_bytes_get_size (data),
                   cause ? cause->message : "unknown error");
      return FALSE;
    }
  count_message (self, channel, TRUE, g_bytes_get_size (data));

  return TRUE;
}

GPtrArray *
kp_channels_list (KpChannels *self, guint *n_opened, guint *n_closed)
{
  g_autoptr (GPtrArray) entries = dup_entries (self);
  GPtrArray *list = g_ptr_array_new_with_free_func ((GDestroyNotify)kp_channel_counts_free);

  for (guint i = 0; i < entries->len; i++)
    {
      const KpChannel *entry = g_ptr_array_index (entries, i);

      g_ptr_array_add (list, kp_channel_counts_ask (&entry->counts, entry->channel));
    }

  g_mutex_lock (&self->lock);
  *n_opened = self->n_opened;
  *n_closed = self->n_closed;
  g_mutex_unlock (&self->lock);

  return list;
}

void
kp_channels_disconnect (KpChannels *self)
{
  GDestroyNotify notify;

  g_mutex_lock (&self->lock);
  self->func = NULL;
  notify = g_steal_pointer (&self->notify);
  g_mutex_unlock (&self->lock);

  if (notify)
    notify (self->user_data);
}

void
kp_channels_clear (KpChannels *self)
{
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func (channel_free);
  g_autoptr (GstElement) webrtcbin = NULL;

  g_mutex_lock (&self->lock);
  webrtcbin = g_steal_pointer (&self->webrtcbin);
  g_ptr_array_extend_and_steal (entries, g_steal_pointer (&self->entries));
  self->entries = g_ptr_array_new_with_free_func (channel_free);
  g_mutex_unlock (&self->lock);

  if (webrtcbin)
    g_clear_signal_handler (&self->prepare_id, webrtcbin);
  for (guint i = 0; i < entries->len; i++)
    g_signal_handlers_disconnect_by_data (((KpChannel *)g_ptr_array_index (entries, i))->channel, self);
}
