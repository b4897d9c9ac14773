/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-channels-private.h"
#include "gstkurentoerror.h"
#include "kp-session-debug.h"

#include <gst/webrtc/webrtc.h>

/* bytes that wait in a channel when there is room again */
#define LOW_MARK (128 * 1024)

/* bytes; what may wait for the application */
#define BACKLOG_HIGH (16 * 1024 * 1024)
#define BACKLOG_LOW (7 * BACKLOG_HIGH / 8)

/* bytes; what a message takes beside its own */
#define MESSAGE_OVERHEAD 512

/* what kurento-utils calls its channel */
#define KURENTO_UTILS_PREFIX "WebRtcPeer-"

#define GST_CAT_DEFAULT kp_session_debug

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
  kp_sctp_messages_free (self->messages);
  kp_backlog_unref (self->backlog);
  g_weak_ref_clear (&self->sctpenc);
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
channels_tell (KpChannels *self, GstWebRTCDataChannel *channel, KpEvent *event)
{
  const KpChannel *entry;

  g_mutex_lock (&self->lock);
  entry = channel ? kp_channels_find_locked (self, channel) : NULL;
  event->channel = entry ? entry->index : KP_NO_CHANNEL_INDEX;
  if (self->func)
    self->func (event, self->user_data);
  else
    kp_event_clear (event);
  g_mutex_unlock (&self->lock);
}

gchar *
kp_channel_dup_label (GstWebRTCDataChannel *channel)
{
  gchar *label = NULL;

  g_object_get (channel, "label", &label, NULL);

  return label ? label : g_strdup ("");
}

KpChannel *
kp_channels_find_locked (KpChannels *self, GstWebRTCDataChannel *channel)
{
  for (guint i = 0; i < self->entries->len; i++)
    {
      KpChannel *entry = g_ptr_array_index (self->entries, i);

      if (entry->channel == channel)
        return entry;
    }

  return NULL;
}

static gboolean
has_index_locked (KpChannels *self, gboolean is_local, guint index)
{
  for (guint i = 0; i < self->entries->len; i++)
    {
      const KpChannel *entry = g_ptr_array_index (self->entries, i);

      if (entry->is_local == is_local && entry->index == index)
        return TRUE;
    }

  return FALSE;
}

/* A kurento-utils peer makes a channel of its own beside ours, and listens to that only: to the pads they are one. */
static guint
choose_index_locked (KpChannels *self, const KpChannel *entry, const gchar *label)
{
  gboolean ours_is_there = has_index_locked (self, TRUE, 0);

  if (entry->is_local && entry->counts.number == 0)
    return 0;
  if (!entry->is_local && !has_index_locked (self, FALSE, 0)
      && (!ours_is_there || g_str_has_prefix (label, KURENTO_UTILS_PREFIX)))
    return 0;

  return ++self->n_indices;
}

static void
note_opened (KpChannels *self, GstWebRTCDataChannel *channel, const gchar *label)
{
  KpChannel *entry;

  g_mutex_lock (&self->lock);
  entry = kp_channels_find_locked (self, channel);
  if (entry && !entry->counts.opened)
    {
      entry->counts.opened = TRUE;
      entry->index = choose_index_locked (self, entry, label);
      self->n_opened++;
    }
  g_mutex_unlock (&self->lock);
}

GPtrArray *
kp_channels_dup_entries (KpChannels *self)
{
  GPtrArray *copies = g_ptr_array_new_with_free_func (channel_free);

  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->entries->len; i++)
    {
      const KpChannel *entry = g_ptr_array_index (self->entries, i);
      KpChannel *copy = g_new0 (KpChannel, 1);

      *copy = *entry;
      g_object_ref (copy->channel);
      g_ptr_array_add (copies, copy);
    }
  g_mutex_unlock (&self->lock);

  return copies;
}

GstWebRTCDataChannel *
kp_channels_dup_by_id (KpChannels *self, gint id)
{
  g_autoptr (GPtrArray) entries = kp_channels_dup_entries (self);

  for (guint i = 0; i < entries->len; i++)
    {
      const KpChannel *entry = g_ptr_array_index (entries, i);
      gint own;

      g_object_get (entry->channel, "id", &own, NULL);
      if (own == id)
        return g_object_ref (entry->channel);
    }

  return NULL;
}

void
kp_channels_count_message (KpChannels *self, GstWebRTCDataChannel *channel, gboolean sent, gsize size)
{
  KpChannel *entry;

  g_mutex_lock (&self->lock);
  entry = kp_channels_find_locked (self, channel);
  if (entry)
    kp_channel_counts_add (&entry->counts, sent, size);
  g_mutex_unlock (&self->lock);
}

static void
tell_ready (KpChannels *self)
{
  g_mutex_lock (&self->lock);
  if (self->waiting && self->func)
    self->func (NULL, self->user_data);
  self->waiting = FALSE;
  g_mutex_unlock (&self->lock);
}

/* The channel's own callbacks run in webrtcbin's thread with its lock held: copy, post, return. */
static void
open_cb (GstWebRTCDataChannel *channel, gpointer user_data)
{
  g_autofree gchar *label = kp_channel_dup_label (channel);
  KpEvent event;

  note_opened (user_data, channel, label);
  kp_event_init (&event, KP_EVENT_DATA_CHANNEL_OPEN, label);
  channels_tell (user_data, channel, &event);
  tell_ready (user_data);
}

/* Streaming thread. */
static void
buffered_amount_cb (GstWebRTCDataChannel *channel, GParamSpec *pspec, gpointer user_data)
{
  guint64 amount;

  g_object_get (channel, "buffered-amount", &amount, NULL);
  if (amount <= LOW_MARK)
    tell_ready (user_data);
}

static void
close_cb (GstWebRTCDataChannel *channel, gpointer user_data)
{
  KpChannels *self = user_data;
  g_autofree gchar *label = kp_channel_dup_label (channel);
  KpChannel *entry;
  KpEvent event;

  kp_event_init (&event, KP_EVENT_DATA_CHANNEL_CLOSE, label);
  channels_tell (self, channel, &event);

  g_mutex_lock (&self->lock);
  entry = kp_channels_find_locked (self, channel);
  if (entry)
    {
      self->n_closed += entry->counts.opened;
      g_ptr_array_remove (self->entries, entry);
    }
  g_mutex_unlock (&self->lock);
}

void
kp_channels_tell_problem (KpChannels *self, const gchar *label, const gchar *problem)
{
  g_autoptr (GError) error = NULL;
  KpEvent event;

  error = g_error_new (GST_KURENTO_ERROR, GST_KURENTO_ERROR_DATA_CHANNEL, "data channel %s: %s", label,
                       problem);
  kp_event_init (&event, KP_EVENT_DATA_CHANNEL_ERROR, label, error);
  channels_tell (self, NULL, &event);
}

static void
error_cb (GstWebRTCDataChannel *channel, GError *cause, gpointer user_data)
{
  g_autofree gchar *label = kp_channel_dup_label (channel);

  kp_channels_tell_problem (user_data, label, cause ? cause->message : "unknown error");
}

void
kp_channels_tell_error (KpChannels *self, gint id, const gchar *problem)
{
  g_autoptr (GstWebRTCDataChannel) channel = kp_channels_dup_by_id (self, id);
  g_autofree gchar *label = channel ? kp_channel_dup_label (channel) : g_strdup ("");
  g_autofree gchar *text = g_strconcat ("the peer sent ", problem, NULL);

  kp_channels_tell_problem (self, label, text);
}

/* What opens a channel is counted by webrtcbin, but is no message. */
static gboolean
is_used_locked (KpChannels *self, GstWebRTCDataChannel *channel)
{
  const KpChannel *entry = kp_channels_find_locked (self, channel);

  return entry && entry->n_given > 0;
}

static void
buffered_amount_low_cb (GstWebRTCDataChannel *channel, gpointer user_data)
{
  KpChannels *self = user_data;
  g_autofree gchar *label = kp_channel_dup_label (channel);
  gboolean used;
  KpEvent event;

  g_mutex_lock (&self->lock);
  used = is_used_locked (self, channel);
  g_mutex_unlock (&self->lock);
  if (!used)
    return;

  kp_event_init (&event, KP_EVENT_DATA_CHANNEL_BUFFERED_AMOUNT_LOW, label);
  channels_tell (self, channel, &event);
}

static void
tell_message (KpChannels *self, GstWebRTCDataChannel *channel, GBytes *data, gboolean is_text)
{
  g_autofree gchar *label = kp_channel_dup_label (channel);
  KpEvent event;

  kp_channels_count_message (self, channel, FALSE, g_bytes_get_size (data));
  kp_event_init (&event, KP_EVENT_DATA_CHANNEL_MESSAGE, label, data, is_text);
  event.waiting = kp_backlog_add (self->backlog, g_bytes_get_size (data) + MESSAGE_OVERHEAD);
  channels_tell (self, channel, &event);
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
    { "notify::buffered-amount", G_CALLBACK (buffered_amount_cb) },
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
  entry->id = -1;
  entry->index = KP_NO_CHANNEL_INDEX;
  connect_channel (self, channel);

  g_mutex_lock (&self->lock);
  entry->counts.number = self->n_prepared++;
  g_ptr_array_add (self->entries, entry);
  g_mutex_unlock (&self->lock);
}

KpChannels *
kp_channels_new (GstElement *webrtcbin, KpChannelsFunc func, gpointer user_data, GDestroyNotify notify)
{
  KpChannels *self = g_atomic_rc_box_new0 (KpChannels);

  g_mutex_init (&self->lock);
  g_weak_ref_init (&self->sctpenc, NULL);
  self->entries = g_ptr_array_new_with_free_func (channel_free);
  self->messages = kp_sctp_messages_new ();
  self->backlog = kp_backlog_new (BACKLOG_LOW, BACKLOG_HIGH);
  self->func = func;
  self->user_data = user_data;
  self->notify = notify;
  self->webrtcbin = gst_object_ref (webrtcbin);
  self->prepare_id
      = g_signal_connect_data (webrtcbin, "prepare-data-channel", G_CALLBACK (prepare_data_channel_cb),
                               kp_channels_ref (self), channels_closure_notify, 0);
  kp_channels_watch_wire (self);

  return self;
}

GPtrArray *
kp_channels_list (KpChannels *self, guint *n_opened, guint *n_closed)
{
  g_autoptr (GPtrArray) entries = kp_channels_dup_entries (self);
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
