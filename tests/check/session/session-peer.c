/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "session-peer.h"
#include "../known-complaints.h"
#include "kp-prewarm.h"

#include <gst/check/gstcheck.h>
#include <gst/video/video.h>

#define DEADLINE (10 * G_USEC_PER_SEC)

static void
event_cb (const KpEvent *event, gpointer user_data)
{
  SessionPeer *self = user_data;

  if (event->type == KP_EVENT_ICE_CANDIDATE && self->candidates_to)
    kp_session_add_candidate (self->candidates_to, g_value_get_string (&event->args[0]),
                              g_value_get_uint (&event->args[1]), g_value_get_string (&event->args[2]), NULL);

  g_mutex_lock (&self->lock);
  self->events[event->type]++;
  if (G_VALUE_HOLDS_STRING (&event->args[0]))
    {
      g_free (self->last[event->type]);
      self->last[event->type] = g_value_dup_string (&event->args[0]);
    }
  if (event->type == KP_EVENT_PEER_ERROR)
    {
      g_clear_error (&self->error);
      self->error = g_value_dup_boxed (&event->args[0]);
    }
  if (event->type == KP_EVENT_RECONNECTING)
    g_string_append_printf (self->attempts, "%u: %u ms, %s;", g_value_get_uint (&event->args[0]),
                            (guint)(g_value_get_uint64 (&event->args[2]) / GST_MSECOND),
                            ((GError *)g_value_get_boxed (&event->args[1]))->message);
  if (event->type == KP_EVENT_DATA_CHANNEL_ERROR)
    {
      g_free (self->channel_error);
      self->channel_error = g_strdup (((GError *)g_value_get_boxed (&event->args[1]))->message);
    }
  if (event->type == KP_EVENT_DATA_CHANNEL_MESSAGE)
    {
      GBytes *data = g_value_get_boxed (&event->args[1]);

      g_free (self->message);
      self->message
          = g_strndup (g_bytes_get_size (data) ? g_bytes_get_data (data, NULL) : "", g_bytes_get_size (data));
      g_ptr_array_add (self->received, g_bytes_ref (data));
      g_string_append_c (self->kinds, g_value_get_boolean (&event->args[2]) ? 't' : 'b');
    }
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

static void
status_cb (const KpSessionStatus *status, gpointer user_data)
{
}

static void
fatal_cb (const GError *error, gpointer user_data)
{
  SessionPeer *self = user_data;

  g_mutex_lock (&self->lock);
  g_clear_error (&self->fatal);
  self->fatal = g_error_copy (error);
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

/* RGB of the middle. */
static guint32
get_colour (GstBuffer *buffer, GstPad *pad)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);
  GstVideoInfo info;
  GstVideoFrame frame;
  guint32 colour = 0;

  fail_unless (gst_video_info_from_caps (&info, caps));
  fail_unless (gst_video_frame_map (&frame, &info, buffer, GST_MAP_READ));
  for (guint i = 0; i < 3; i++)
    {
      const guint8 *line = (const guint8 *)GST_VIDEO_FRAME_PLANE_DATA (&frame, 0)
                           + GST_VIDEO_FRAME_PLANE_STRIDE (&frame, 0) * (info.height / 2);

      colour = colour << 8 | line[info.width / 2 * GST_VIDEO_FRAME_COMP_PSTRIDE (&frame, 0) + i];
    }
  gst_video_frame_unmap (&frame);

  return colour;
}

static void
video_cb (GstElement *sink, GstBuffer *buffer, GstPad *pad, SessionPeer *self)
{
  guint32 colour = get_colour (buffer, pad);

  g_mutex_lock (&self->lock);
  self->frames++;
  self->colour = colour;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

static void
further_video_cb (GstElement *sink, GstBuffer *buffer, GstPad *pad, SessionPeer *self)
{
  guint32 colour = get_colour (buffer, pad);

  g_mutex_lock (&self->lock);
  self->further_frames++;
  self->further_colour = colour;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

static void
audio_cb (GstElement *sink, GstBuffer *buffer, GstPad *pad, SessionPeer *self)
{
  GstMapInfo map;
  gint loudest = 0;

  fail_unless (gst_buffer_map (buffer, &map, GST_MAP_READ));
  for (gsize i = 0; i < map.size / 2; i++)
    loudest = MAX (loudest, ABS (((const gint16 *)map.data)[i]));
  gst_buffer_unmap (buffer, &map);

  g_mutex_lock (&self->lock);
  self->samples += loudest > 1000;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

static GstElement *
make_outlet (SessionPeer *self, KpMediaKind kind, GCallback callback)
{
  GstElement *outlet = kp_outlet_new (kind, GST_KURENTO_OUTPUT_RAW, 60);
  GstElement *sink = gst_parse_bin_from_description (
      kind == KP_MEDIA_VIDEO
          ? "videoconvert ! video/x-raw,format=RGB ! fakesink name=sink sync=false async=false "
            "signal-handoffs=true"
          : "audioconvert ! audio/x-raw,format=S16LE ! fakesink name=sink sync=false "
            "async=false signal-handoffs=true",
      TRUE, NULL);
  g_autoptr (GstElement) fakesink = gst_bin_get_by_name (GST_BIN (sink), "sink");

  g_signal_connect (fakesink, "handoff", callback, self);
  gst_bin_add_many (GST_BIN (self->bin), gst_object_ref (outlet), sink, NULL);
  fail_unless (gst_element_link (outlet, sink));
  gst_element_sync_state_with_parent (sink);
  gst_element_sync_state_with_parent (outlet);
  kp_outlet_set_exposed (KP_OUTLET (outlet));

  return outlet;
}

static GstElement *
get_outlet_cb (KpMediaKind kind, guint index, gpointer user_data)
{
  SessionPeer *self = user_data;

  GstElement **outlet = index == 0 ? &self->outlets[kind] : &self->further_outlet;

  fail_unless (index == 0 || (index == 1 && kind == KP_MEDIA_VIDEO));
  if (*outlet == NULL)
    *outlet = make_outlet (self, kind,
                           index > 0                ? G_CALLBACK (further_video_cb)
                           : kind == KP_MEDIA_VIDEO ? G_CALLBACK (video_cb)
                                                    : G_CALLBACK (audio_cb));

  return gst_object_ref (*outlet);
}

static const KpSessionCallbacks callbacks = {
  .event = event_cb,
  .status = status_cb,
  .get_outlet = get_outlet_cb,
  .fatal = fatal_cb,
};

/* Borrowed. */
static GstElement *
add_source (SessionPeer *self, KpMediaKind kind, guint32 colour)
{
  g_autofree gchar *video
      = g_strdup_printf ("videotestsrc is-live=true pattern=solid-color foreground-color=%u ! "
                         "video/x-raw,width=320,height=240,framerate=30/1",
                         0xff000000 | colour);
  GstElement *source = gst_parse_bin_from_description (
      kind == KP_MEDIA_VIDEO ? video : "audiotestsrc is-live=true ! audio/x-raw,rate=48000,channels=2", TRUE,
      NULL);
  GstElement *gate = kp_gate_new (kind);

  gst_bin_add_many (GST_BIN (self->bin), source, gate, NULL);
  fail_unless (gst_element_link (source, gate));

  return gate;
}

static void
make_session (SessionPeer *self)
{
  self->session = kp_session_new (self->loop, GST_BIN (self->bin), self->settings,
                                  GST_KURENTO_SIGNALLER (self->signaller), &callbacks, self);
  for (guint kind = 0; kind < KP_N_MEDIA_KINDS; kind++)
    if (self->gates[kind])
      kp_session_add_track (self->session, kind, self->gates[kind]);
}

void
session_peer_prewarm (void)
{
  known_complaints_expect ();
  kp_prewarm_start ();
  kp_prewarm_wait (6 * DEADLINE); /* a test must not fork in the middle of it */
}

/* Nobody reads the bus, and a message keeps the element alive that it comes from. */
static GstBusSyncReply
drop_message_cb (GstBus *bus, GstMessage *message, gpointer user_data)
{
  gst_message_unref (message);

  return GST_BUS_DROP;
}

SessionPeer *
session_peer_new (const gchar *name, GstKurentoPeerMode mode, guint sources, guint32 colour)
{
  SessionPeer *self = g_new0 (SessionPeer, 1);
  g_autoptr (GstBus) bus = NULL;

  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  self->received = g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref);
  self->kinds = g_string_new (NULL);
  self->attempts = g_string_new (NULL);
  self->loop = kp_loop_new ();
  kp_loop_start (self->loop, name);
  self->pipeline = gst_pipeline_new (name);
  bus = gst_element_get_bus (self->pipeline);
  gst_bus_set_sync_handler (bus, drop_message_cb, NULL, NULL);
  self->bin = gst_bin_new (NULL);
  gst_bin_add (GST_BIN (self->pipeline), self->bin);
  self->settings = kp_settings_new ();
  self->settings->mode = mode;
  self->settings->data_channels = TRUE;
  self->settings->data_channel = kp_data_config_new (name);
  self->signaller = fake_signaller_new (self->loop);
  for (guint kind = 0; kind < KP_N_MEDIA_KINDS; kind++)
    if (sources & 1 << kind)
      self->gates[kind] = gst_object_ref (add_source (self, kind, colour));
  make_session (self);

  return self;
}

void
session_peer_apply_settings (SessionPeer *self)
{
  kp_session_stop (self->session);
  kp_session_unref (self->session);
  make_session (self);
}

void
session_peer_set_video_codecs (SessionPeer *self, const gchar *codecs)
{
  g_free (self->settings->video_codecs);
  self->settings->video_codecs = g_strdup (codecs);
  session_peer_apply_settings (self);
}

void
session_peer_set_data_channel (SessionPeer *self, const gchar *config)
{
  g_autofree gchar *json = g_strdelimit (g_strdup (config), "'", '"');

  kp_data_config_free (self->settings->data_channel);
  self->settings->data_channel = kp_data_config_parse ("config", json, "default", NULL);
  session_peer_apply_settings (self);
}

void
session_peer_start (SessionPeer *self)
{
  fail_if (gst_element_set_state (self->pipeline, GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE);
  kp_session_start (self->session);
}

GstElement *
session_peer_add_video (SessionPeer *self, guint32 colour)
{
  GstElement *gate = add_source (self, KP_MEDIA_VIDEO, colour);
  g_autoptr (GstPad) pad = gst_element_get_static_pad (gate, "sink");
  g_autoptr (GstPad) peer = gst_pad_get_peer (pad);
  g_autoptr (GstElement) source = gst_pad_get_parent_element (peer);

  gst_element_sync_state_with_parent (gate);
  gst_element_sync_state_with_parent (source);
  kp_session_add_track (self->session, KP_MEDIA_VIDEO, gate);

  return gate;
}

/* As the element does when a pad is released. */
void
session_peer_remove_video (SessionPeer *self, GstElement *gate)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (gate, "sink");
  g_autoptr (GstPad) peer = gst_pad_get_peer (pad);
  g_autoptr (GstElement) source = gst_pad_get_parent_element (peer);

  gst_object_ref (gate);
  kp_session_remove_track (self->session, gate);
  gst_element_set_locked_state (gate, TRUE);
  gst_element_set_state (gate, GST_STATE_NULL);
  gst_element_set_state (source, GST_STATE_NULL);
  gst_bin_remove_many (GST_BIN (self->bin), gate, source, NULL);
  gst_object_unref (gate);
}

void
session_peer_stop (SessionPeer *self)
{
  kp_session_stop (self->session);
  gst_element_set_state (self->pipeline, GST_STATE_NULL);
  fail_unless (kp_loop_stop (self->loop, DEADLINE));
}

void
session_peer_free (SessionPeer *self)
{
  kp_session_unref (self->session);
  fake_signaller_unwire (self->signaller);
  g_object_unref (self->signaller);
  for (guint kind = 0; kind < KP_N_MEDIA_KINDS; kind++)
    {
      gst_clear_object (&self->outlets[kind]);
      gst_clear_object (&self->gates[kind]);
    }
  gst_clear_object (&self->further_outlet);
  gst_object_unref (self->pipeline);
  kp_settings_free (self->settings);
  kp_loop_unref (self->loop);
  for (guint i = 0; i < KP_N_EVENTS; i++)
    g_free (self->last[i]);
  g_free (self->channel_error);
  g_free (self->message);
  g_ptr_array_unref (self->received);
  g_string_free (self->kinds, TRUE);
  g_string_free (self->attempts, TRUE);
  g_clear_error (&self->error);
  g_clear_error (&self->fatal);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
  g_free (self);
}

/* With the lock held; FALSE when time is up. */
static gboolean
wait_locked (SessionPeer *self, gint64 deadline)
{
  return g_cond_wait_until (&self->changed, &self->lock, deadline);
}

/* Owned; or NULL when there is none, more than one, or @former. */
static GstElement *
dup_only_webrtcbin (SessionPeer *self, GstElement *former)
{
  GstIterator *iterator = gst_bin_iterate_all_by_element_factory_name (GST_BIN (self->bin), "webrtcbin");
  GValue value = G_VALUE_INIT;
  GstElement *webrtcbin = NULL;

  if (gst_iterator_next (iterator, &value) == GST_ITERATOR_OK)
    {
      webrtcbin = g_value_dup_object (&value);
      g_value_reset (&value);
      if (webrtcbin == former || gst_iterator_next (iterator, &value) != GST_ITERATOR_DONE)
        g_clear_object (&webrtcbin);
    }
  if (G_IS_VALUE (&value))
    g_value_unset (&value);
  gst_iterator_free (iterator);

  return webrtcbin;
}

GstElement *
session_peer_wait_webrtcbin (SessionPeer *self, GstElement *former)
{
  gint64 deadline = g_get_monotonic_time () + DEADLINE;
  GstElement *webrtcbin = dup_only_webrtcbin (self, former);

  while (webrtcbin == NULL && g_get_monotonic_time () < deadline)
    {
      g_thread_yield ();
      webrtcbin = dup_only_webrtcbin (self, former);
    }
  fail_unless (webrtcbin != NULL, "%s: not one webrtcbin, or still the former",
               GST_OBJECT_NAME (self->pipeline));

  return webrtcbin;
}

void
session_peer_wait_event (SessionPeer *self, KpEventType type, guint n)
{
  gint64 deadline = g_get_monotonic_time () + DEADLINE;
  gboolean in_time = TRUE;

  g_mutex_lock (&self->lock);
  while (self->events[type] < n && in_time)
    in_time = wait_locked (self, deadline);
  fail_unless (in_time, "%s: no %s (error: %s)", GST_OBJECT_NAME (self->pipeline),
               kp_event_get_spec (type)->name, self->error ? self->error->message : "none");
  g_mutex_unlock (&self->lock);
}

static gboolean
is_near (guint32 a, guint32 b)
{
  for (guint shift = 0; shift < 24; shift += 8)
    if (ABS ((gint)(a >> shift & 0xff) - (gint)(b >> shift & 0xff)) > 30)
      return FALSE;

  return TRUE;
}

static void
wait_frames (SessionPeer *self, const guint *frames, const guint32 *seen, guint more, guint32 colour)
{
  gint64 deadline = g_get_monotonic_time () + DEADLINE;
  gboolean in_time = TRUE;
  guint until;

  g_mutex_lock (&self->lock);
  until = *frames + more;
  while ((*frames < until || !is_near (*seen, colour)) && in_time)
    in_time = wait_locked (self, deadline);
  fail_unless (in_time, "%s: %u of %u frames, colour %06x instead of %06x (error: %s)",
               GST_OBJECT_NAME (self->pipeline), *frames, until, *seen, colour,
               self->error ? self->error->message : "none");
  g_mutex_unlock (&self->lock);
}

void
session_peer_wait_frames (SessionPeer *self, guint more, guint32 colour)
{
  wait_frames (self, &self->frames, &self->colour, more, colour);
}

void
session_peer_wait_further_frames (SessionPeer *self, guint more, guint32 colour)
{
  wait_frames (self, &self->further_frames, &self->further_colour, more, colour);
}

void
session_peer_wait_sound (SessionPeer *self, guint more)
{
  gint64 deadline = g_get_monotonic_time () + DEADLINE;
  gboolean in_time = TRUE;
  guint until;

  g_mutex_lock (&self->lock);
  until = self->samples + more;
  while (self->samples < until && in_time)
    in_time = wait_locked (self, deadline);
  fail_unless (in_time, "%s: %u of %u sounds", GST_OBJECT_NAME (self->pipeline), self->samples, until);
  g_mutex_unlock (&self->lock);
}

guint
session_peer_count_frames (SessionPeer *self)
{
  guint frames;

  g_mutex_lock (&self->lock);
  frames = self->frames;
  g_mutex_unlock (&self->lock);

  return frames;
}
