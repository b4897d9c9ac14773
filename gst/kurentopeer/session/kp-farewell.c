/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-farewell.h"

/* us; it takes a fraction of one ms */
#define PATIENCE (50 * G_TIME_SPAN_MILLISECOND)

/* The first byte of a record of DTLS (RFC 6347, 4.1): alerts are sent by nobody else any more. */
#define DTLS_ALERT 21

/* Shared with the thread that sends. */
typedef struct
{
  GMutex lock; /* guards everything below */
  GCond cond;
  gboolean sent;
} KpFarewell;

static void
farewell_clear (gpointer data)
{
  KpFarewell *self = data;

  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
}

static void
farewell_unref (gpointer data)
{
  g_atomic_rc_box_release_full (data, farewell_clear);
}

/* Sends the message itself, to know when it is out. */
static GstPadProbeReturn
alert_probe_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);
  g_autoptr (GstPad) peer = gst_pad_get_peer (pad);
  KpFarewell *self = user_data;
  guint8 type = 0;

  gst_buffer_extract (buffer, 0, &type, 1);
  if (type != DTLS_ALERT || peer == NULL)
    return GST_PAD_PROBE_OK;

  GST_PAD_PROBE_INFO_FLOW_RETURN (info) = gst_pad_chain (peer, buffer);
  g_mutex_lock (&self->lock);
  self->sent = TRUE;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->lock);

  return GST_PAD_PROBE_HANDLED;
}

static void
farewell_wait (KpFarewell *self)
{
  gint64 deadline = g_get_monotonic_time () + PATIENCE;
  gboolean in_time = TRUE;

  g_mutex_lock (&self->lock);
  while (!self->sent && in_time)
    in_time = g_cond_wait_until (&self->cond, &self->lock, deadline);
  g_mutex_unlock (&self->lock);
}

/* While it is paused, as its pipeline may be, it holds what it is to send. */
static void
play (const GValue *item, gpointer user_data)
{
  gst_element_set_state (g_value_get_object (item), GST_STATE_PLAYING);
}

static gboolean
end (GstElement *dtlsenc, GstPad *pad, gpointer user_data)
{
  gst_pad_send_event (pad, gst_event_new_eos ());

  return FALSE;
}

static gboolean
is_in_state (GstElement *dtlsenc, const gchar *name)
{
  g_auto (GValue) state = G_VALUE_INIT;
  g_autofree gchar *nick = NULL;

  g_object_get_property (G_OBJECT (dtlsenc), "connection-state", &state);
  nick = gst_value_serialize (&state);

  return g_str_equal (nick, name);
}

static GstPadProbeReturn
drop_eos_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  return GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) == GST_EVENT_EOS ? GST_PAD_PROBE_DROP
                                                                           : GST_PAD_PROBE_OK;
}

static gboolean
drop_eos (GstElement *receive_bin, GstPad *pad, gpointer user_data)
{
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, drop_eos_cb, NULL, NULL);

  return TRUE;
}

void
kp_farewell_keep_eos (GstElement *receive_bin)
{
  gst_element_foreach_src_pad (receive_bin, drop_eos, NULL);
}

gboolean
kp_farewell_is_received (GstElement *dtlsenc)
{
  return is_in_state (dtlsenc, "closed");
}

/* The end of its data is what the encryption takes for the end of the connection. */
static void
close_transport (const GValue *item, gpointer user_data)
{
  GstElement *dtlsenc = g_value_get_object (item);
  g_autoptr (GstIterator) sinks
      = gst_bin_iterate_all_by_element_factory_name (GST_BIN (user_data), "nicesink");
  g_autoptr (GstPad) src = gst_element_get_static_pad (dtlsenc, "src");
  KpFarewell *self;
  gulong probe;

  if (!is_in_state (dtlsenc, "connected"))
    return;

  self = g_atomic_rc_box_new0 (KpFarewell);
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  while (gst_iterator_foreach (sinks, play, NULL) == GST_ITERATOR_RESYNC)
    gst_iterator_resync (sinks);
  probe = gst_pad_add_probe (src, GST_PAD_PROBE_TYPE_BUFFER, alert_probe_cb, g_atomic_rc_box_acquire (self),
                             farewell_unref);
  gst_element_foreach_sink_pad (dtlsenc, end, NULL);
  farewell_wait (self);
  gst_pad_remove_probe (src, probe);
  farewell_unref (self);
}

void
kp_farewell_send (GstElement *webrtcbin)
{
  g_autoptr (GstIterator) encoders
      = gst_bin_iterate_all_by_element_factory_name (GST_BIN (webrtcbin), "dtlsenc");

  while (gst_iterator_foreach (encoders, close_transport, webrtcbin) == GST_ITERATOR_RESYNC)
    gst_iterator_resync (encoders);
}
