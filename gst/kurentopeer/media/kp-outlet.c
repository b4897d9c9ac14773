/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-outlet.h"

#include "kp-idle.h"
#include "kp-media-debug.h"
#include "kp-muxable.h"
#include "kp-outlet-pad.h"
#include "kp-stream.h"

#define GAP_INTERVAL (100 * G_TIME_SPAN_MILLISECOND)

/* Receivers push into the sink pad, one after the other; while they are silent, a thread of our own pushes GAPs. Both
 * take the source pad's stream lock to push. Order of locks: sink pad's stream lock, source pad's stream lock,
 * OBJECT_LOCK. */
struct _KpOutlet
{
  GstElement parent_instance;

  GstPad *sinkpad; /* owned by the element */
  GstPad *srcpad; /* owned by the element */
  KpMediaKind kind;
  GstKurentoOutput output;
  GstClockTime latency; /* ns; the least we answer */
  KpIdle silence;
  KpView *view; /* owned; or NULL */

  /* sink pad's stream lock */
  GstSegment segment; /* of the present receiver */
  gboolean is_new_receiver; /* no data came from it yet */

  /* source pad's stream lock */
  KpStream stream;
  KpMuxable muxable; /* of encoded media */

  /* OBJECT_LOCK */
  gboolean eos_wanted;
  gboolean exposed;
  gboolean was_linked;
  GstClockTime receiver_latency; /* ns; what the last receiver answered */
  GstClockTime told_latency; /* ns; what we answered */
  KpOutletLinkedFunc linked_func;
  gpointer linked_data;
};

G_DEFINE_FINAL_TYPE (KpOutlet, kp_outlet, GST_TYPE_ELEMENT)

/* A downstream RECONFIGURE follows every link, also one outside of a ghost pad. */
static void
look_for_link (KpOutlet *self)
{
  gboolean linked = kp_outlet_pad_is_linked (self->srcpad);
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

/* Up to where data would have been here by now; NONE while running time stands. */
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

  if (!playing || !GST_CLOCK_TIME_IS_VALID (now) || now < latency)
    return GST_CLOCK_TIME_NONE;
  return now - latency;
}

static void
fill_silence (KpOutlet *self)
{
  GstClockTime time = silent_until (self);

  if (GST_CLOCK_TIME_IS_VALID (time))
    kp_stream_fill (&self->stream, time);
  kp_idle_touch (&self->silence);
}

static gboolean
is_eos_wanted (KpOutlet *self)
{
  gboolean eos_wanted;

  GST_OBJECT_LOCK (self);
  eos_wanted = self->eos_wanted;
  GST_OBJECT_UNLOCK (self);

  return eos_wanted;
}

static void
silence_cb (gpointer user_data)
{
  KpOutlet *self = user_data;

  GST_PAD_STREAM_LOCK (self->srcpad);
  if (is_eos_wanted (self))
    kp_stream_push_eos (&self->stream);
  else if (kp_idle_is_due (&self->silence))
    fill_silence (self);
  GST_PAD_STREAM_UNLOCK (self->srcpad);
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

static GstFlowReturn
push_buffer (KpOutlet *self, GstBuffer *buffer)
{
  if (self->output == GST_KURENTO_OUTPUT_ENCODED)
    buffer = kp_muxable_fix_buffer (&self->muxable, buffer);

  return buffer ? kp_stream_push_buffer (&self->stream, buffer) : GST_FLOW_OK;
}

static GstFlowReturn
sink_chain (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  KpOutlet *self = KP_OUTLET (parent);
  GstFlowReturn flow;

  buffer = to_running_time (self, buffer);
  if (!buffer)
    return GST_FLOW_OK;

  if (self->is_new_receiver)
    check_latency (self);
  self->is_new_receiver = FALSE;

  GST_PAD_STREAM_LOCK (self->srcpad);
  flow = push_buffer (self, buffer);
  kp_idle_touch (&self->silence);
  GST_PAD_STREAM_UNLOCK (self->srcpad);

  if (flow != GST_FLOW_OK)
    GST_LOG_OBJECT (self, "downstream says %s", gst_flow_get_name (flow));
  return GST_FLOW_OK;
}

static void
renew_stream (KpOutlet *self, GstEvent *event)
{
  guint group_id = GST_GROUP_ID_INVALID;

  gst_event_parse_group_id (event, &group_id);
  self->is_new_receiver = TRUE;
  kp_stream_renew (&self->stream, group_id);
}

static void
push_caps (KpOutlet *self, GstEvent *event)
{
  g_autoptr (GstCaps) current = gst_pad_get_current_caps (self->srcpad);
  g_autoptr (GstCaps) fixed = NULL;
  GstCaps *caps;

  gst_event_parse_caps (event, &caps);
  if (self->output == GST_KURENTO_OUTPUT_ENCODED)
    caps = fixed = kp_muxable_fix_caps (&self->muxable, current, caps);
  kp_stream_push_caps (&self->stream, caps);
  kp_idle_touch (&self->silence);
}

static void
push_gap (KpOutlet *self, GstEvent *event)
{
  GstClockTime time, duration;

  gst_event_parse_gap (event, &time, &duration);
  time = gst_segment_to_running_time (&self->segment, GST_FORMAT_TIME, time);
  if (!GST_CLOCK_TIME_IS_VALID (time))
    return;

  kp_stream_push_gap (&self->stream, time, duration);
  kp_idle_touch (&self->silence);
}

/* The connection starts and ends; the stream goes on. */
static void
push_serialized (KpOutlet *self, GstEvent *event)
{
  switch (GST_EVENT_TYPE (event))
    {
    case GST_EVENT_STREAM_START:
      renew_stream (self, event);
      break;
    case GST_EVENT_CAPS:
      push_caps (self, event);
      break;
    case GST_EVENT_SEGMENT:
      gst_event_copy_segment (event, &self->segment);
      kp_stream_push_segment (&self->stream);
      break;
    case GST_EVENT_GAP:
      push_gap (self, event);
      break;
    case GST_EVENT_FLUSH_STOP:
      gst_segment_init (&self->segment, GST_FORMAT_UNDEFINED);
      break;
    case GST_EVENT_EOS:
      break;
    default:
      kp_stream_push_event (&self->stream, gst_event_ref (event));
      break;
    }
}

static gboolean
sink_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  KpOutlet *self = KP_OUTLET (parent);

  if (GST_EVENT_IS_SERIALIZED (event))
    {
      GST_PAD_STREAM_LOCK (self->srcpad);
      push_serialized (self, event);
      GST_PAD_STREAM_UNLOCK (self->srcpad);
    }
  else if (GST_EVENT_TYPE (event) != GST_EVENT_FLUSH_START)
    gst_pad_push_event (self->srcpad, gst_event_ref (event));

  gst_event_unref (event);
  return TRUE;
}

static gboolean
sink_query (GstPad *pad, GstObject *parent, GstQuery *query)
{
  KpOutlet *self = KP_OUTLET (parent);

  switch (GST_QUERY_TYPE (query))
    {
    case GST_QUERY_ACCEPT_CAPS:
      /* those of encoded media go on in another form */
      if (self->output == GST_KURENTO_OUTPUT_ENCODED)
        return gst_pad_query_default (pad, parent, query);
      G_GNUC_FALLTHROUGH;
    case GST_QUERY_CAPS:
      return gst_pad_peer_query (self->srcpad, query) || (self->view && kp_view_query (self->view, query))
             || gst_pad_query_default (pad, parent, query);
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
  kp_stream_init (&self->stream, self->srcpad, self->view);
  kp_muxable_init (&self->muxable, self->kind);

  GST_OBJECT_LOCK (self);
  self->eos_wanted = FALSE;
  self->receiver_latency = 0;
  self->told_latency = GST_CLOCK_TIME_NONE;
  GST_OBJECT_UNLOCK (self);

  kp_idle_start (&self->silence);
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
    {
      kp_stream_unblock (pad);
      kp_idle_stop (&self->silence);
    }
  return TRUE;
}

static void
kp_outlet_finalize (GObject *object)
{
  kp_idle_clear (&KP_OUTLET (object)->silence);
  g_clear_object (&KP_OUTLET (object)->view);

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
  kp_idle_init (&self->silence, GAP_INTERVAL, silence_cb, self);
  gst_segment_init (&self->segment, GST_FORMAT_UNDEFINED);
}

GstElement *
kp_outlet_new (KpMediaKind kind, GstKurentoOutput output, guint latency)
{
  KpOutlet *self = g_object_new (KP_TYPE_OUTLET, NULL);

  self->kind = kind;
  self->output = output;
  self->latency = latency * GST_MSECOND;

  self->sinkpad = kp_outlet_pad_new (kind, output, GST_PAD_SINK);
  gst_pad_set_chain_function (self->sinkpad, sink_chain);
  gst_pad_set_event_function (self->sinkpad, sink_event);
  gst_pad_set_query_function (self->sinkpad, sink_query);
  GST_PAD_SET_PROXY_ALLOCATION (self->sinkpad);
  GST_PAD_SET_ACCEPT_TEMPLATE (self->sinkpad);
  gst_element_add_pad (GST_ELEMENT (self), self->sinkpad);

  self->srcpad = kp_outlet_pad_new (kind, output, GST_PAD_SRC);
  gst_pad_set_event_function (self->srcpad, src_event);
  gst_pad_set_query_function (self->srcpad, src_query);
  gst_pad_set_activatemode_function (self->srcpad, src_activate_mode);
  gst_element_add_pad (GST_ELEMENT (self), self->srcpad);

  return GST_ELEMENT (self);
}

void
kp_outlet_set_view (KpOutlet *self, KpView *view)
{
  g_set_object (&self->view, view);
}

GstKurentoOutput
kp_outlet_get_output (KpOutlet *self)
{
  return self->output;
}

void
kp_outlet_set_exposed (KpOutlet *self)
{
  gboolean linked = kp_outlet_pad_is_linked (self->srcpad);

  GST_OBJECT_LOCK (self);
  self->exposed = TRUE;
  self->was_linked = linked;
  GST_OBJECT_UNLOCK (self);
}

gboolean
kp_outlet_is_wanted (KpOutlet *self)
{
  gboolean linked = kp_outlet_pad_is_linked (self->srcpad);
  gboolean wanted;

  GST_OBJECT_LOCK (self);
  wanted = linked || (self->view && kp_view_is_alive (self->view))
           || (!self->exposed && self->output == GST_KURENTO_OUTPUT_RAW);
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
  self->eos_wanted = TRUE;
  GST_OBJECT_UNLOCK (self);

  kp_idle_wake (&self->silence);
}
