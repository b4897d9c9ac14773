/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-outlet.h"

GST_DEBUG_CATEGORY_STATIC (kp_media_debug);
#define GST_CAT_DEFAULT kp_media_debug

#define GAP_INTERVAL (100 * G_TIME_SPAN_MILLISECOND)

typedef enum
{
  EOS_NONE,
  EOS_WANTED,
  EOS_SENT,
} EosState;

/* Receivers push into the sink pad, one after the other. A thread of our own fills the silence. Both take the source
 * pad's stream lock to push. Lock order: sink pad's stream lock, source pad's stream lock, OBJECT_LOCK. */
struct _KpOutlet
{
  GstElement parent_instance;

  GstPad *sinkpad; /* owned by the element */
  GstPad *srcpad; /* owned by the element */
  GstClockTime latency; /* ns; the least we answer */

  /* sink pad's stream lock */
  GstSegment segment; /* of the present receiver */
  gboolean is_new_receiver; /* nothing came from it yet */

  /* source pad's stream lock */
  gboolean started; /* stream-start was sent */
  gboolean segment_sent; /* for the present receiver */
  GstClockTime position; /* ns, running time; the end of what was sent */

  /* OBJECT_LOCK */
  GCond cond; /* any of the next four changed */
  gboolean running;
  gboolean flowing; /* caps were sent */
  EosState eos;
  gint64 gap_due; /* us, monotonic */
  gboolean exposed;
  gboolean was_linked;
  GstClockTime receiver_latency; /* ns; what the last receiver answered */
  GstClockTime told_latency; /* ns; what we answered */
  KpOutletLinkedFunc linked_func;
  gpointer linked_data;

  GThread *thread; /* owned; fills the silence */
};

G_DEFINE_FINAL_TYPE_WITH_CODE (KpOutlet, kp_outlet, GST_TYPE_ELEMENT,
                               GST_DEBUG_CATEGORY_INIT (kp_media_debug, "kurentopeer-media", 0,
                                                        "kurentopeer media"))

static GstStaticPadTemplate sink_templates[KP_N_MEDIA_KINDS] = {
  [KP_MEDIA_AUDIO]
  = GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS ("audio/x-raw")),
  [KP_MEDIA_VIDEO]
  = GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS ("video/x-raw(ANY)")),
};

static GstStaticPadTemplate src_templates[KP_N_MEDIA_KINDS] = {
  [KP_MEDIA_AUDIO]
  = GST_STATIC_PAD_TEMPLATE ("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS ("audio/x-raw")),
  [KP_MEDIA_VIDEO]
  = GST_STATIC_PAD_TEMPLATE ("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS ("video/x-raw(ANY)")),
};

/* The source pad is always linked to the inside of the element's ghost pad, and that may be ghosted again: what
 * counts is whether the outermost one is linked. */
static gboolean
is_linked (KpOutlet *self)
{
  g_autoptr (GstPad) pad = gst_object_ref (self->srcpad);

  while (TRUE)
    {
      g_autoptr (GstPad) peer = gst_pad_get_peer (pad);
      GstProxyPad *ghost;

      if (!peer)
        return FALSE;
      if (!GST_IS_PROXY_PAD (peer) || GST_IS_GHOST_PAD (peer))
        return TRUE;

      ghost = gst_proxy_pad_get_internal (GST_PROXY_PAD (peer));
      if (!ghost)
        return FALSE;
      gst_object_unref (pad);
      pad = GST_PAD (ghost);
    }
}

/* A downstream RECONFIGURE follows every link, also one outside of a ghost pad. */
static void
look_for_link (KpOutlet *self)
{
  gboolean linked = is_linked (self);
  KpOutletLinkedFunc func = NULL;
  gpointer data;

  GST_OBJECT_LOCK (self);
  if (self->exposed && linked && !self->was_linked)
    func = self->linked_func;
  data = self->linked_data;
  self->was_linked = linked;
  GST_OBJECT_UNLOCK (self);

  if (func)
    func (self, data);
}

/* Lip-sync is worth more than order: data that comes late, from before the end of a GAP, goes on with its own time.
 * Mixers clip it, muxers take it. */
static void
advance (KpOutlet *self, GstClockTime time, GstClockTime duration)
{
  if (!GST_CLOCK_TIME_IS_VALID (time))
    return;
  if (GST_CLOCK_TIME_IS_VALID (duration))
    time += duration;
  if (!GST_CLOCK_TIME_IS_VALID (self->position) || time > self->position)
    self->position = time;
}

static void
postpone_gap (KpOutlet *self)
{
  GST_OBJECT_LOCK (self);
  self->gap_due = g_get_monotonic_time () + GAP_INTERVAL;
  GST_OBJECT_UNLOCK (self);
}

static gboolean
has_ended (KpOutlet *self)
{
  gboolean ended;

  GST_OBJECT_LOCK (self);
  ended = self->eos != EOS_NONE;
  GST_OBJECT_UNLOCK (self);

  return ended;
}

/* Times of the output are running times, whatever the receiver's segment is. */
static void
push_segment (KpOutlet *self)
{
  GstSegment segment;

  if (self->segment_sent)
    return;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_push_event (self->srcpad, gst_event_new_segment (&segment));
  self->segment_sent = TRUE;
}

static void
start_stream (KpOutlet *self)
{
  g_autofree gchar *uuid = NULL;
  g_autofree gchar *stream_id = NULL;
  GstEvent *event;

  if (self->started)
    return;
  self->started = TRUE;

  uuid = g_uuid_string_random ();
  stream_id = g_strdup_printf ("%s/%s", uuid, GST_OBJECT_NAME (self));
  event = gst_event_new_stream_start (stream_id);
  gst_event_set_group_id (event, gst_util_group_id_next ());
  gst_pad_push_event (self->srcpad, event);
}

static void
push_caps (KpOutlet *self, GstEvent *event)
{
  g_autoptr (GstCaps) current = gst_pad_get_current_caps (self->srcpad);
  GstCaps *caps;

  gst_event_parse_caps (event, &caps);
  if (!current || !gst_caps_is_equal (current, caps))
    gst_pad_push_event (self->srcpad, gst_event_ref (event));

  GST_OBJECT_LOCK (self);
  self->flowing = TRUE;
  self->gap_due = g_get_monotonic_time () + GAP_INTERVAL;
  g_cond_broadcast (&self->cond);
  GST_OBJECT_UNLOCK (self);
}

static void
push_receiver_gap (KpOutlet *self, GstEvent *event)
{
  GstClockTime timestamp, duration;

  gst_event_parse_gap (event, &timestamp, &duration);
  timestamp = gst_segment_to_running_time (&self->segment, GST_FORMAT_TIME, timestamp);
  if (!GST_CLOCK_TIME_IS_VALID (timestamp))
    return;

  gst_pad_push_event (self->srcpad, gst_event_new_gap (timestamp, duration));
  advance (self, timestamp, duration);
  postpone_gap (self);
}

static void
push_eos (KpOutlet *self)
{
  start_stream (self);
  push_segment (self);
  gst_pad_push_event (self->srcpad, gst_event_new_eos ());

  GST_OBJECT_LOCK (self);
  self->eos = EOS_SENT;
  GST_OBJECT_UNLOCK (self);
}

/* Up to where data would have been here by now. */
static GstClockTime
silent_until (KpOutlet *self)
{
  GstClockTime now = gst_element_get_current_running_time (GST_ELEMENT (self));
  GstClockTime latency;
  gboolean playing;

  GST_OBJECT_LOCK (self);
  playing = GST_STATE (self) == GST_STATE_PLAYING;
  latency = MAX (self->latency, self->receiver_latency);
  GST_OBJECT_UNLOCK (self);

  /* While paused the clock goes on, but running time does not. */
  if (!playing || !GST_CLOCK_TIME_IS_VALID (now) || now < latency)
    return GST_CLOCK_TIME_NONE;
  return now - latency;
}

static void
push_gap (KpOutlet *self)
{
  GstClockTime start = self->position;
  GstClockTime end = silent_until (self);

  if (!GST_CLOCK_TIME_IS_VALID (end))
    return;

  advance (self, end, 0);
  if (!GST_CLOCK_TIME_IS_VALID (start) || end <= start)
    return;

  push_segment (self);
  GST_LOG_OBJECT (self, "gap %" GST_TIME_FORMAT " to %" GST_TIME_FORMAT, GST_TIME_ARGS (start),
                  GST_TIME_ARGS (end));
  gst_pad_push_event (self->srcpad, gst_event_new_gap (start, end - start));
}

static gboolean
is_silent (KpOutlet *self)
{
  gboolean silent;

  GST_OBJECT_LOCK (self);
  silent = self->flowing && g_get_monotonic_time () >= self->gap_due;
  GST_OBJECT_UNLOCK (self);

  return silent;
}

/* FALSE when the pad goes inactive. */
static gboolean
wait_for_silence (KpOutlet *self)
{
  gboolean running;

  GST_OBJECT_LOCK (self);
  while (self->running && self->eos != EOS_WANTED)
    if (!self->flowing || self->eos == EOS_SENT)
      g_cond_wait (&self->cond, GST_OBJECT_GET_LOCK (self));
    else if (!g_cond_wait_until (&self->cond, GST_OBJECT_GET_LOCK (self), self->gap_due)
             && g_get_monotonic_time () >= self->gap_due)
      break;
  running = self->running;
  GST_OBJECT_UNLOCK (self);

  return running;
}

static gpointer
silence_thread (gpointer user_data)
{
  KpOutlet *self = user_data;

  while (wait_for_silence (self))
    {
      GST_PAD_STREAM_LOCK (self->srcpad);
      if (has_ended (self))
        push_eos (self);
      else if (is_silent (self))
        {
          push_gap (self);
          postpone_gap (self);
        }
      GST_PAD_STREAM_UNLOCK (self->srcpad);
    }

  return NULL;
}

/* A receiver that went keeps its word: a latency that falls and rises again is heard, a little too much is not. */
static GstClockTime
update_latency (KpOutlet *self, GstClockTime *max)
{
  g_autoptr (GstQuery) query = gst_query_new_latency ();
  GstClockTime receiver_min, receiver_max, min;
  gboolean answered = gst_pad_peer_query (self->sinkpad, query);

  gst_query_parse_latency (query, NULL, &receiver_min, &receiver_max);

  GST_OBJECT_LOCK (self);
  if (answered)
    self->receiver_latency = receiver_min;
  min = MAX (self->latency, self->receiver_latency);
  GST_OBJECT_UNLOCK (self);

  *max = answered ? MAX (receiver_max, min) : GST_CLOCK_TIME_NONE;
  return min;
}

static void
answer_latency (KpOutlet *self, GstQuery *query)
{
  GstClockTime max;
  GstClockTime min = update_latency (self, &max);

  GST_OBJECT_LOCK (self);
  self->told_latency = min;
  GST_OBJECT_UNLOCK (self);

  gst_query_set_latency (query, TRUE, min, max);
}

static void
check_latency (KpOutlet *self)
{
  GstClockTime max;
  GstClockTime min = update_latency (self, &max);
  gboolean changed;

  GST_OBJECT_LOCK (self);
  changed = GST_CLOCK_TIME_IS_VALID (self->told_latency) && self->told_latency != min;
  GST_OBJECT_UNLOCK (self);

  if (changed)
    gst_element_post_message (GST_ELEMENT (self), gst_message_new_latency (GST_OBJECT (self)));
}

/* NULL when the buffer is outside of the receiver's segment. */
static GstBuffer *
to_running_time (KpOutlet *self, GstBuffer *buffer)
{
  GstClockTime time;

  if (!GST_BUFFER_PTS_IS_VALID (buffer) || self->segment.format != GST_FORMAT_TIME)
    return buffer;

  time = gst_segment_to_running_time (&self->segment, GST_FORMAT_TIME, GST_BUFFER_PTS (buffer));
  if (!GST_CLOCK_TIME_IS_VALID (time))
    {
      gst_buffer_unref (buffer);
      return NULL;
    }
  if (time == GST_BUFFER_PTS (buffer))
    return buffer;

  buffer = gst_buffer_make_writable (buffer);
  GST_BUFFER_PTS (buffer) = time;
  GST_BUFFER_DTS (buffer) = GST_CLOCK_TIME_NONE;
  return buffer;
}

static void
push_buffer (KpOutlet *self, GstBuffer *buffer)
{
  GstFlowReturn flow;

  start_stream (self);
  push_segment (self);
  advance (self, GST_BUFFER_PTS (buffer), GST_BUFFER_DURATION (buffer));

  flow = gst_pad_push (self->srcpad, buffer);
  if (flow != GST_FLOW_OK)
    GST_LOG_OBJECT (self, "downstream says %s", gst_flow_get_name (flow));
  postpone_gap (self);
}

static GstFlowReturn
sink_chain (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  KpOutlet *self = KP_OUTLET (parent);

  buffer = to_running_time (self, buffer);
  if (!buffer)
    return GST_FLOW_OK;

  if (self->is_new_receiver)
    check_latency (self);
  self->is_new_receiver = FALSE;

  GST_PAD_STREAM_LOCK (self->srcpad);
  if (!has_ended (self))
    push_buffer (self, g_steal_pointer (&buffer));
  GST_PAD_STREAM_UNLOCK (self->srcpad);

  gst_clear_buffer (&buffer);
  return GST_FLOW_OK;
}

/* A receiver has come: what it says about the stream is new, but the stream is not. */
static void
meet_receiver (KpOutlet *self)
{
  self->is_new_receiver = TRUE;

  GST_PAD_STREAM_LOCK (self->srcpad);
  self->segment_sent = FALSE;
  GST_PAD_STREAM_UNLOCK (self->srcpad);
}

static void
push_serialized (KpOutlet *self, GstEvent *event)
{
  start_stream (self);

  switch (GST_EVENT_TYPE (event))
    {
    case GST_EVENT_CAPS:
      push_caps (self, event);
      break;
    case GST_EVENT_SEGMENT:
      push_segment (self);
      break;
    case GST_EVENT_GAP:
      push_receiver_gap (self, event);
      break;
    default:
      gst_pad_push_event (self->srcpad, gst_event_ref (event));
      break;
    }
}

static void
pass_event (KpOutlet *self, GstEvent *event)
{
  if (!GST_EVENT_IS_SERIALIZED (event))
    {
      gst_pad_push_event (self->srcpad, gst_event_ref (event));
      return;
    }

  GST_PAD_STREAM_LOCK (self->srcpad);
  if (!has_ended (self))
    push_serialized (self, event);
  GST_PAD_STREAM_UNLOCK (self->srcpad);
}

static gboolean
sink_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  KpOutlet *self = KP_OUTLET (parent);

  switch (GST_EVENT_TYPE (event))
    {
    case GST_EVENT_STREAM_START:
      meet_receiver (self);
      break;
    case GST_EVENT_SEGMENT:
      gst_event_copy_segment (event, &self->segment);
      pass_event (self, event);
      break;
    case GST_EVENT_FLUSH_STOP:
      gst_segment_init (&self->segment, GST_FORMAT_UNDEFINED);
      break;
    case GST_EVENT_FLUSH_START:
    case GST_EVENT_EOS:
      /* The connection ends or starts anew; the stream goes on. */
      break;
    default:
      pass_event (self, event);
      break;
    }

  gst_event_unref (event);
  return TRUE;
}

static gboolean
sink_query (GstPad *pad, GstObject *parent, GstQuery *query)
{
  KpOutlet *self = KP_OUTLET (parent);

  switch (GST_QUERY_TYPE (query))
    {
    case GST_QUERY_CAPS:
    case GST_QUERY_ACCEPT_CAPS:
      return gst_pad_peer_query (self->srcpad, query) || gst_pad_query_default (pad, parent, query);
    default:
      return gst_pad_query_default (pad, parent, query);
    }
}

static gboolean
src_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  switch (GST_EVENT_TYPE (event))
    {
    case GST_EVENT_SEEK:
      gst_event_unref (event);
      return FALSE;
    case GST_EVENT_RECONFIGURE:
      look_for_link (KP_OUTLET (parent));
      return gst_pad_event_default (pad, parent, event);
    default:
      return gst_pad_event_default (pad, parent, event);
    }
}

static gboolean
src_query (GstPad *pad, GstObject *parent, GstQuery *query)
{
  if (GST_QUERY_TYPE (query) != GST_QUERY_LATENCY)
    return gst_pad_query_default (pad, parent, query);

  answer_latency (KP_OUTLET (parent), query);
  return TRUE;
}

static void
start (KpOutlet *self)
{
  self->started = FALSE;
  self->segment_sent = FALSE;
  self->position = GST_CLOCK_TIME_NONE;

  GST_OBJECT_LOCK (self);
  self->running = TRUE;
  self->flowing = FALSE;
  self->eos = EOS_NONE;
  self->receiver_latency = 0;
  self->told_latency = GST_CLOCK_TIME_NONE;
  GST_OBJECT_UNLOCK (self);

  self->thread = g_thread_new ("kp-silence", silence_thread, self);
}

static void
stop (KpOutlet *self)
{
  GST_OBJECT_LOCK (self);
  self->running = FALSE;
  g_cond_broadcast (&self->cond);
  GST_OBJECT_UNLOCK (self);

  g_clear_pointer (&self->thread, g_thread_join);
}

static gboolean
src_activate_mode (GstPad *pad, GstObject *parent, GstPadMode mode, gboolean active)
{
  KpOutlet *self = KP_OUTLET (parent);

  if (mode != GST_PAD_MODE_PUSH)
    return FALSE;

  if (active)
    start (self);
  else
    stop (self);
  return TRUE;
}

static void
kp_outlet_finalize (GObject *object)
{
  g_cond_clear (&KP_OUTLET (object)->cond);

  G_OBJECT_CLASS (kp_outlet_parent_class)->finalize (object);
}

static void
kp_outlet_class_init (KpOutletClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = kp_outlet_finalize;

  gst_element_class_set_static_metadata (GST_ELEMENT_CLASS (klass), "Outlet", "Generic",
                                         "Keeps a stream going while connections come and go",
                                         "kurentopeer developers");
}

static void
kp_outlet_init (KpOutlet *self)
{
  g_cond_init (&self->cond);
  gst_segment_init (&self->segment, GST_FORMAT_UNDEFINED);
}

GstElement *
kp_outlet_new (KpMediaKind kind, guint latency)
{
  KpOutlet *self = g_object_new (KP_TYPE_OUTLET, NULL);

  self->latency = latency * GST_MSECOND;

  self->sinkpad = gst_pad_new_from_static_template (&sink_templates[kind], "sink");
  gst_pad_set_chain_function (self->sinkpad, sink_chain);
  gst_pad_set_event_function (self->sinkpad, sink_event);
  gst_pad_set_query_function (self->sinkpad, sink_query);
  GST_PAD_SET_PROXY_ALLOCATION (self->sinkpad);
  gst_element_add_pad (GST_ELEMENT (self), self->sinkpad);

  self->srcpad = gst_pad_new_from_static_template (&src_templates[kind], "src");
  gst_pad_set_event_function (self->srcpad, src_event);
  gst_pad_set_query_function (self->srcpad, src_query);
  gst_pad_set_activatemode_function (self->srcpad, src_activate_mode);
  gst_element_add_pad (GST_ELEMENT (self), self->srcpad);

  return GST_ELEMENT (self);
}

void
kp_outlet_set_exposed (KpOutlet *self)
{
  gboolean linked = is_linked (self);

  GST_OBJECT_LOCK (self);
  self->exposed = TRUE;
  self->was_linked = linked;
  GST_OBJECT_UNLOCK (self);
}

gboolean
kp_outlet_is_wanted (KpOutlet *self)
{
  gboolean linked = is_linked (self);
  gboolean wanted;

  GST_OBJECT_LOCK (self);
  wanted = linked || !self->exposed;
  if (!linked)
    self->was_linked = FALSE;
  GST_OBJECT_UNLOCK (self);

  return wanted;
}

void
kp_outlet_set_linked_func (KpOutlet *self, KpOutletLinkedFunc func, gpointer user_data)
{
  GST_OBJECT_LOCK (self);
  self->linked_func = func;
  self->linked_data = user_data;
  GST_OBJECT_UNLOCK (self);
}

void
kp_outlet_push_eos (KpOutlet *self)
{
  GST_OBJECT_LOCK (self);
  if (self->eos == EOS_NONE)
    self->eos = EOS_WANTED;
  g_cond_broadcast (&self->cond);
  GST_OBJECT_UNLOCK (self);
}
