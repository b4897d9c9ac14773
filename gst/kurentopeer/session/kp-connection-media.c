/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a connection does with media and with its end: receivers, burial. */
#include "kp-connection-private.h"
#include "gstkurentoerror.h"
#include "kp-farewell.h"
#include "kp-outlet-pad.h"
#include "kp-session-debug.h"
#include "kp-transports.h"

#define GST_CAT_DEFAULT kp_session_debug

/* A connection that is being buried. */
typedef struct
{
  KpConnection *connection; /* owned */
  void (*buried) (gpointer user_data);
  gpointer user_data;
} KpBurial;

/* A newer stream replaces an older one at the same outlet. The receiver runs before it is linked to @pad, which may be giving data
 * already. */
static gboolean
link_receiver (GstPad *pad, GstElement *receiver, GstElement *outlet)
{
  g_autoptr (GstPad) sink = gst_element_get_static_pad (receiver, "sink");
  g_autoptr (GstPad) src = gst_element_get_static_pad (receiver, "src");
  g_autoptr (GstPad) outlet_sink = gst_element_get_static_pad (outlet, "sink");

  if (!kp_outlet_pad_take_over (outlet_sink, src))
    return FALSE;
  gst_element_sync_state_with_parent (receiver);

  return gst_pad_link (pad, sink) == GST_PAD_LINK_OK;
}

/* The connection may be dropped meanwhile, by the peer loop: whoever comes second takes the receiver out. */
static gboolean
add_receiver (KpConnection *self, GstElement *receiver)
{
  g_autoptr (KpMeter) meter = kp_meter_new_for_receiver (GST_BIN (receiver));
  gboolean closing;

  g_mutex_lock (&self->lock);
  closing = self->closing;
  g_mutex_unlock (&self->lock);
  if (closing)
    return FALSE;

  gst_bin_add (self->bin, receiver);

  g_mutex_lock (&self->lock);
  closing = self->closing;
  if (!closing)
    {
      g_ptr_array_add (self->receivers, gst_object_ref (receiver));
      g_ptr_array_add (self->meters, kp_meter_ref (meter));
    }
  g_mutex_unlock (&self->lock);
  if (closing)
    {
      gst_bin_remove (self->bin, receiver);
      gst_element_set_state (receiver, GST_STATE_NULL);
    }

  return !closing;
}

/* The element that @pad's data comes from; owned, or NULL. */
static GstElement *
dup_source (GstPad *pad)
{
  g_autoptr (GstPad) source = gst_object_ref (pad);

  while (GST_IS_GHOST_PAD (source))
    {
      GstPad *target = gst_ghost_pad_get_target (GST_GHOST_PAD (source));

      gst_object_unref (source);
      source = target;
    }

  return source ? gst_pad_get_parent_element (source) : NULL;
}

static gboolean
is_made_by (GstElement *element, const gchar *factory)
{
  return gst_element_get_factory (element)
         && g_str_equal (GST_OBJECT_NAME (gst_element_get_factory (element)), factory);
}

/* What @factory made of what webrtcbin has in front of @pad; owned, or NULL. */
static GstElement *
dup_element (GstPad *pad, const gchar *factory)
{
  g_autoptr (GstElement) element = dup_source (pad);

  while (element && !is_made_by (element, factory))
    {
      g_autoptr (GstPad) sink = gst_element_get_static_pad (element, "sink");
      g_autoptr (GstPad) peer = sink ? gst_pad_get_peer (sink) : NULL;

      gst_object_unref (element);
      element = peer ? dup_source (peer) : NULL;
    }

  return g_steal_pointer (&element);
}

/* In a bundle webrtcbin goes by the last section, whatever stream it is about: a call with sound would have no pictures
 * sent again. But what is only late is not asked for: each sender that hesitates would get requests for packets that it has
 * not sent, and rtpsession stumbles when one is pending while a new stream begins. */
static void
set_up_repair (KpConnection *self, GstPad *pad, GstCaps *caps, KpMediaKind kind)
{
  g_autoptr (GstElement) jitter_buffer = dup_element (pad, "rtpjitterbuffer");
  g_autoptr (GstElement) decoder = dup_element (pad, "rtpulpfecdec");

  if (jitter_buffer)
    g_object_set (jitter_buffer, "do-retransmission", kind == KP_MEDIA_VIDEO && self->retransmission,
                  "rtx-next-seqnum", FALSE, NULL);
  else
    GST_WARNING_OBJECT (pad, "no jitter buffer");
  if (decoder)
    kp_fec_set_up_decoder (self->fec, decoder, kind,
                           gst_structure_get_string (gst_caps_get_structure (caps, 0), "encoding-name"));
}

/* Owned; or NULL. The owner may drop the connection meanwhile, and end. */
static GstElement *
get_outlet (KpConnection *self, KpMediaKind kind, guint index)
{
  GstElement *outlet;
  gboolean closing;

  g_mutex_lock (&self->lock);
  closing = self->closing;
  if (!closing)
    self->callbacks.hold (self->user_data);
  g_mutex_unlock (&self->lock);
  if (closing)
    return NULL;

  outlet = self->callbacks.get_outlet (kind, index, self->user_data);
  self->callbacks.let_go (self->user_data);

  return outlet;
}

static void
receive_stream (KpConnection *self, GstPad *pad, GstCaps *caps, KpMediaKind kind)
{
  guint index = kp_connection_get_stream_index (self, pad, kind);
  g_autoptr (GstPad) source = gst_object_ref (pad);
  g_autoptr (GstElement) outlet = NULL;
  g_autoptr (GstElement) receiver = NULL;
  GError *error = NULL;

  set_up_repair (self, pad, caps, kind);
  if (kind == KP_MEDIA_VIDEO && kp_connection_join_layers (self, &source, &index))
    return;

  if (index != KP_NO_OUTLET)
    outlet = get_outlet (self, kind, index);
  if (outlet == NULL)
    return;

  receiver = GST_ELEMENT (kp_receiver_new (caps, KP_OUTLET (outlet), &error));
  if (receiver == NULL)
    {
      kp_connection_post_stream (self, kind, index, NULL, error);
      return;
    }
  gst_object_ref_sink (receiver);
  if (!add_receiver (self, receiver))
    return;

  if (!link_receiver (source, receiver, outlet))
    error = g_error_new (GST_KURENTO_ERROR, GST_KURENTO_ERROR_NEGOTIATION, "could not link the received %s",
                         kp_media_kind_to_string (kind));
  kp_connection_post_stream (self, kind, index, kp_receiver_get_codec (KP_RECEIVER (receiver)), error);
}

void
kp_connection_pad_added_cb (GstElement *webrtcbin, GstPad *pad, KpConnection *self)
{
  g_autoptr (GstCaps) caps = NULL;
  const gchar *media;

  if (gst_pad_get_direction (pad) != GST_PAD_SRC)
    return;

  caps = gst_pad_get_current_caps (pad);
  if (caps == NULL)
    caps = gst_pad_query_caps (pad, NULL);
  media = gst_caps_get_size (caps) > 0 ? gst_structure_get_string (gst_caps_get_structure (caps, 0), "media")
                                       : NULL;
  GST_DEBUG_OBJECT (pad, "stream of the peer: %" GST_PTR_FORMAT, caps);
  if (g_strcmp0 (media, "video") == 0)
    receive_stream (self, pad, caps, KP_MEDIA_VIDEO);
  else if (g_strcmp0 (media, "audio") == 0)
    receive_stream (self, pad, caps, KP_MEDIA_AUDIO);
  else
    GST_WARNING_OBJECT (pad, "neither audio nor video");
}

void
kp_connection_request_remote_keyframe (KpConnection *self)
{
  g_autoptr (GPtrArray) receivers = g_ptr_array_new_with_free_func (gst_object_unref);

  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->receivers->len; i++)
    g_ptr_array_add (receivers, gst_object_ref (g_ptr_array_index (self->receivers, i)));
  g_mutex_unlock (&self->lock);

  for (guint i = 0; i < receivers->len; i++)
    kp_receiver_request_keyframe (g_ptr_array_index (receivers, i));
}

static void
stop_child (const GValue *item, gpointer user_data)
{
  GstElement *child = g_value_get_object (item);

  if (GST_STATE (child) > GST_STATE_READY)
    gst_element_set_state (child, GST_STATE_READY);
}

/* Without its own state lock: a bin that changes its state may still be about to take it, and would wait for the streaming
 * threads as well. It finds the state of the element locked, and goes on. */
static void
stop_inside (GstElement *element)
{
  g_autoptr (GstIterator) children = gst_bin_iterate_sorted (GST_BIN (element));

  while (gst_iterator_foreach (children, stop_child, NULL) == GST_ITERATOR_RESYNC)
    gst_iterator_resync (children);
}

/* Out of the pipeline before NULL, which waits for streaming threads: a pipeline that pauses has its sinks hold them,
 * and waits for each of its elements. But in PAUSED, which waits for nobody, and with the clock: the RTP session would
 * stumble without. */
static void
bury (KpConnection *self, GstElement *element)
{
  g_autoptr (GstClock) clock = gst_element_get_clock (element);

  gst_element_set_state (element, GST_STATE_PAUSED);
  gst_bin_remove (self->bin, element);
  gst_element_set_clock (element, clock);
  if (GST_IS_BIN (element))
    stop_inside (element);
  gst_element_set_state (element, GST_STATE_NULL);
}

static void
bury_elements (KpConnection *self, GPtrArray *elements)
{
  for (guint i = 0; i < elements->len; i++)
    bury (self, g_ptr_array_index (elements, i));
  g_ptr_array_set_size (elements, 0);
}

/* webrtcbin destroys tasks that it did not come to without answering their promises. */
static void
expire_promises (KpConnection *self)
{
  g_autoptr (GPtrArray) promises = NULL;

  g_mutex_lock (&self->lock);
  promises = g_steal_pointer (&self->promises);
  self->promises = g_ptr_array_new_with_free_func ((GDestroyNotify)gst_promise_unref);
  g_mutex_unlock (&self->lock);

  for (guint i = 0; i < promises->len; i++)
    gst_promise_expire (g_ptr_array_index (promises, i));
}

static void
bury_all (KpConnection *self)
{
  g_autoptr (GPtrArray) switches = kp_connection_list_switches (self);

  /* it will have no clock for a moment */
  if (self->rtp_session)
    g_object_set (self->rtp_session, "twcc-feedback-interval", GST_CLOCK_TIME_NONE, NULL);
  /* first webrtcbin: the streaming threads of the senders may be blocked inside of it */
  kp_transports_silence (self->webrtcbin);
  kp_farewell_send (self->webrtcbin);
  kp_channels_flush (self->channels);
  bury (self, self->webrtcbin);
  kp_transports_release (self->webrtcbin);
  bury_elements (self, switches);
  bury_elements (self, self->parts);
  bury_elements (self, self->receivers);
  expire_promises (self);
  kp_channels_clear (self->channels);
  g_clear_object (&self->rtp_session);
  if (self->given)
    kp_connection_hand_back (self);
  gst_clear_object (&self->webrtcbin);
}

static gpointer
burial_thread (gpointer data)
{
  KpBurial *burial = data;

  bury_all (burial->connection);
  /* first: who waits for the burial may look for what is left */
  kp_connection_unref (burial->connection);
  if (burial->buried)
    burial->buried (burial->user_data);
  g_free (burial);

  return NULL;
}

/* A part that goes before the connection does. */
typedef struct
{
  KpConnection *connection; /* owned */
  GstElement *part; /* owned */
} KpPartBurial;

static gpointer
part_burial_thread (gpointer data)
{
  KpPartBurial *burial = data;

  bury (burial->connection, burial->part);
  gst_object_unref (burial->part);
  kp_connection_unref (burial->connection);
  g_free (burial);

  return NULL;
}

/* Frees what stays, a gate or an outlet, for the next connection. */
static void
detach (GstElement *element, const gchar *name)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (element, name);
  g_autoptr (GstPad) peer = gst_pad_get_peer (pad);

  gst_element_set_locked_state (element, TRUE);
  if (peer && gst_pad_get_direction (pad) == GST_PAD_SINK)
    gst_pad_unlink (peer, pad);
  else if (peer)
    gst_pad_unlink (pad, peer);
}

void
kp_connection_drop_part (KpConnection *self, GstElement *part)
{
  KpPartBurial *burial = g_new0 (KpPartBurial, 1);

  kp_loop_assert_current (self->loop);
  burial->connection = kp_connection_ref (self);
  burial->part = gst_object_ref (part);
  detach (part, "sink");
  g_mutex_lock (&self->lock);
  g_ptr_array_remove (self->parts, part);
  g_mutex_unlock (&self->lock);
  g_thread_unref (g_thread_new ("kp:part", part_burial_thread, burial));
}

static void
detach_elements (GPtrArray *elements, const gchar *pad)
{
  for (guint i = 0; i < elements->len; i++)
    detach (g_ptr_array_index (elements, i), pad);
}

void
kp_connection_drop (KpConnection *self, void (*buried) (gpointer user_data), gpointer user_data)
{
  KpBurial *burial = g_new0 (KpBurial, 1);

  kp_loop_assert_current (self->loop);
  g_assert (!self->dropped);

  self->dropped = TRUE;
  kp_guard_disconnect (self->guard);
  kp_channels_disconnect (self->channels);
  g_signal_handlers_disconnect_matched (self->webrtcbin, G_SIGNAL_MATCH_DATA, 0, 0, NULL, NULL, self);
  if (self->rtp_session)
    g_signal_handlers_disconnect_matched (self->rtp_session, G_SIGNAL_MATCH_DATA, 0, 0, NULL, NULL, self);
  kp_connection_unwatch_packets (self);

  g_mutex_lock (&self->lock);
  self->closing = TRUE;
  g_mutex_unlock (&self->lock);

  detach_elements (self->parts, "sink");
  gst_element_set_locked_state (self->webrtcbin, TRUE);
  kp_connection_lock_switches (self);
  detach_elements (self->receivers, "src");

  burial->connection = kp_connection_ref (self);
  burial->buried = buried;
  burial->user_data = user_data;
  g_thread_unref (g_thread_new ("kp:burial", burial_thread, burial));
}
