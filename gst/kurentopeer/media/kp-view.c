/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-view.h"

#include "gstkurentoerror.h"
#include "kp-element.h"
#include "kp-media-debug.h"

/* Pictures wait for the latency of the pipeline, but are not to empty the pool of a camera. */
#define VIDEO_QUEUE "leaky=downstream max-size-buffers=8 max-size-bytes=0 max-size-time=0"
/* Buffers of 10 or 20 ms. */
#define AUDIO_QUEUE "leaky=downstream max-size-buffers=100 max-size-bytes=0 max-size-time=0"

/*        +---------------------------------+
 *  feed -+- queue (leaky) ! convert ! sink |
 *        +---------------------------------+
 */
struct _KpView
{
  GstBin parent_instance;

  KpMediaKind kind;
  GstElement *sink; /* owned; NULL once it is released */
  GstPad *feed; /* owned; leads into the bin */
  gint failed; /* atomic, gboolean */

  /* OBJECT_LOCK */
  GstPad *shown; /* owned; what kp_view_show() was called with, or NULL */
  GstClockTime latency; /* ns; of the pipeline */
};

G_DEFINE_FINAL_TYPE (KpView, kp_view, GST_TYPE_BIN)

/* What describes the data, in the order in which it has to come. */
static const GstEventType descriptions[]
    = { GST_EVENT_STREAM_START, GST_EVENT_CAPS, GST_EVENT_SEGMENT, GST_EVENT_TAG };

static void
fail (KpView *self, const gchar *reason, const gchar *debug)
{
  if (g_atomic_int_compare_and_exchange (&self->failed, FALSE, TRUE))
    GST_ELEMENT_WARNING (self, STREAM, FAILED, ("%s: %s", GST_OBJECT_NAME (self), reason),
                         ("%s", GST_STR_NULL (debug)));
}

static GstPad *
dup_shown (KpView *self)
{
  GstPad *pad;

  GST_OBJECT_LOCK (self);
  pad = self->shown ? gst_object_ref (self->shown) : NULL;
  GST_OBJECT_UNLOCK (self);

  return pad;
}

static gboolean
feed_query (GstPad *pad, GstObject *parent, GstQuery *query)
{
  KpView *self = gst_pad_get_element_private (pad);
  g_autoptr (GstPad) shown = NULL;

  if (GST_QUERY_TYPE (query) != GST_QUERY_LATENCY)
    return gst_pad_query_default (pad, parent, query);

  shown = dup_shown (self);
  return shown && gst_pad_query (shown, query);
}

/* A pipeline whose application does not listen to LATENCY messages would never tell it. */
static void
apply_latency (KpView *self)
{
  g_autoptr (GstQuery) query = gst_query_new_latency ();
  GstClockTime own = 0;
  GstClockTime latency;

  if (gst_element_query (GST_ELEMENT (self), query))
    gst_query_parse_latency (query, NULL, &own, NULL);
  GST_OBJECT_LOCK (self);
  latency = MAX (own, self->latency);
  GST_OBJECT_UNLOCK (self);

  gst_element_send_event (GST_ELEMENT (self), gst_event_new_latency (latency));
}

/* A sink that is a bin stops half way until somebody lets it go on. Both take locks that the sink may hold for as long as it
 * likes: so they have a thread of their own. */
static void
settle_cb (GstElement *element, gpointer user_data)
{
  GST_STATE_LOCK (element);
  if (GST_STATE_TARGET (element) >= GST_STATE_PAUSED)
    {
      gst_element_set_state (KP_VIEW (element)->sink, GST_STATE_TARGET (element));
      apply_latency (KP_VIEW (element));
    }
  GST_STATE_UNLOCK (element);
}

static void
settle (KpView *self)
{
  gst_element_call_async (GST_ELEMENT (self), settle_cb, NULL, NULL);
}

/* The data of another pad has another latency. */
static void
take_pad (KpView *self, GstPad *pad)
{
  gboolean changed;

  GST_OBJECT_LOCK (self);
  changed = gst_object_replace ((GstObject **)&self->shown, GST_OBJECT (pad));
  GST_OBJECT_UNLOCK (self);
  if (!changed)
    return;

  settle (self);
  gst_element_post_message (GST_ELEMENT (self), gst_message_new_latency (GST_OBJECT (self)));
}

static gboolean
check_caps (KpView *self, GstEvent *event)
{
  g_autofree gchar *wanted = g_strdup_printf ("%s/x-raw", kp_media_kind_to_string (self->kind));
  g_autofree gchar *reason = NULL;
  GstCaps *caps;

  gst_event_parse_caps (event, &caps);
  if (gst_structure_has_name (gst_caps_get_structure (caps, 0), wanted))
    return TRUE;

  reason = g_strdup_printf ("only raw media is shown, and this is %s",
                            gst_structure_get_name (gst_caps_get_structure (caps, 0)));
  fail (self, reason, NULL);
  return FALSE;
}

/* FALSE when what follows cannot be shown: a pad that is going forgets what it has. */
static gboolean
push_descriptions (KpView *self, GstPad *pad)
{
  if (gst_pad_get_offset (self->feed) != gst_pad_get_offset (pad))
    gst_pad_set_offset (self->feed, gst_pad_get_offset (pad));

  for (guint i = 0; i < G_N_ELEMENTS (descriptions); i++)
    {
      g_autoptr (GstEvent) event = gst_pad_get_sticky_event (pad, descriptions[i], 0);
      g_autoptr (GstEvent) known = gst_pad_get_sticky_event (self->feed, descriptions[i], 0);

      if (event == NULL && descriptions[i] != GST_EVENT_TAG)
        return FALSE;
      if (event == NULL || event == known)
        continue;
      if (descriptions[i] == GST_EVENT_CAPS && !check_caps (self, event))
        return FALSE;
      gst_pad_push_event (self->feed, g_steal_pointer (&event));
    }

  return TRUE;
}

/* What happens in here is nobody else's business. */
static void
kp_view_handle_message (GstBin *bin, GstMessage *message)
{
  KpView *self = KP_VIEW (bin);
  g_autoptr (GError) error = NULL;
  g_autofree gchar *debug = NULL;

  switch (GST_MESSAGE_TYPE (message))
    {
    case GST_MESSAGE_ERROR:
      gst_message_parse_error (message, &error, &debug);
      fail (self, error->message, debug);
      break;
    case GST_MESSAGE_ASYNC_DONE:
      settle (self);
      break;
    case GST_MESSAGE_ASYNC_START:
    case GST_MESSAGE_EOS:
      break;
    case GST_MESSAGE_LATENCY:
      settle (self);
      G_GNUC_FALLTHROUGH;
    default:
      GST_BIN_CLASS (kp_view_parent_class)->handle_message (bin, message);
      return;
    }

  gst_message_unref (message);
}

static void
set_child_state (const GValue *item, gpointer user_data)
{
  GstElement *child = g_value_get_object (item);
  g_autoptr (GstElement) self = GST_ELEMENT (gst_object_get_parent (GST_OBJECT (child)));

  gst_element_set_base_time (child, gst_element_get_base_time (self));
  gst_element_set_start_time (child, gst_element_get_start_time (self));
  if (gst_element_set_state (child, *(GstState *)user_data) == GST_STATE_CHANGE_FAILURE)
    fail (KP_VIEW (self), "the sink does not change its state", NULL);
}

/* Not as a bin does it, which waits for the first picture of a sink, and fails with it. */
static GstStateChangeReturn
kp_view_change_state (GstElement *element, GstStateChange transition)
{
  GstElementClass *element_class = g_type_class_peek_parent (kp_view_parent_class);
  g_autoptr (GstIterator) children = gst_bin_iterate_sorted (GST_BIN (element));
  GstState next = GST_STATE_TRANSITION_NEXT (transition);

  gst_iterator_foreach (children, set_child_state, &next);

  return element_class->change_state (element, transition);
}

static void
kp_view_dispose (GObject *object)
{
  KpView *self = KP_VIEW (object);

  if (self->feed)
    gst_pad_set_active (self->feed, FALSE);
  g_clear_object (&self->feed);
  g_clear_object (&self->shown);
  g_clear_object (&self->sink);

  G_OBJECT_CLASS (kp_view_parent_class)->dispose (object);
}

static void
kp_view_class_init (KpViewClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = kp_view_dispose;
  GST_ELEMENT_CLASS (klass)->change_state = kp_view_change_state;
  /* that of a sound card stands still while nothing is played: who sends would wait for it */
  GST_ELEMENT_CLASS (klass)->provide_clock = NULL;
  GST_BIN_CLASS (klass)->handle_message = kp_view_handle_message;

  gst_element_class_set_static_metadata (GST_ELEMENT_CLASS (klass), "View", "Sink",
                                         "Shows a stream without holding it up", "kurentopeer developers");
}

static void
kp_view_init (KpView *self)
{
  self->feed = gst_object_ref_sink (gst_pad_new ("feed", GST_PAD_SRC));
  gst_pad_set_element_private (self->feed, self);
  gst_pad_set_query_function (self->feed, feed_query);
  gst_pad_set_active (self->feed, TRUE);
}

static gboolean
append (KpView *self, GstElement **last, const gchar *factory, const gchar *settings, GError **error)
{
  return kp_element_append (GST_BIN (self), last, kp_element_new (factory, settings, error), error);
}

static gboolean
append_converter (KpView *self, GstElement **last, GError **error)
{
  if (self->kind == KP_MEDIA_VIDEO)
    return append (self, last, "videoconvertscale", NULL, error);

  return append (self, last, "audioconvert", NULL, error)
         && append (self, last, "audioresample", NULL, error);
}

static gboolean
append_sink (KpView *self, GstElement *last, GError **error)
{
  g_autoptr (GstPad) src = gst_element_get_static_pad (last, "src");

  gst_bin_add (GST_BIN (self), self->sink);
  if (gst_pad_link (src, self->sink->sinkpads->data) == GST_PAD_LINK_OK)
    return TRUE;

  g_set_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_INVALID_ARGUMENT, "%s: %s takes no raw %s",
               GST_OBJECT_NAME (self), GST_OBJECT_NAME (self->sink), kp_media_kind_to_string (self->kind));
  return FALSE;
}

/* NULL when it is not installed. Not by a ghost pad, which would be unlinked when the view is added to a bin. */
static GstElement *
add_queue (KpView *self, GError **error)
{
  const gchar *settings = self->kind == KP_MEDIA_VIDEO ? VIDEO_QUEUE : AUDIO_QUEUE;
  GstElement *queue = kp_element_new ("queue", settings, error);
  g_autoptr (GstPad) sink = NULL;

  if (queue == NULL)
    return NULL;

  gst_bin_add (GST_BIN (self), queue);
  sink = gst_element_get_static_pad (queue, "sink");
  gst_pad_link_full (self->feed, sink, GST_PAD_LINK_CHECK_NOTHING);

  return queue;
}

static gboolean
build (KpView *self, GError **error)
{
  GstElement *last = add_queue (self, error);

  return last && append_converter (self, &last, error) && append_sink (self, last, error);
}

KpView *
kp_view_new (const gchar *name, KpMediaKind kind, GstElement *sink, GError **error)
{
  KpView *self = g_object_new (KP_TYPE_VIEW, "name", name, NULL);

  self->kind = kind;
  self->sink = gst_object_ref_sink (sink);
  if (build (self, error))
    return self;

  kp_view_release_sink (self);
  gst_object_unref (gst_object_ref_sink (self));

  return NULL;
}

void
kp_view_release_sink (KpView *self)
{
  if (self->sink && GST_OBJECT_PARENT (self->sink) == GST_OBJECT (self))
    gst_bin_remove (GST_BIN (self), self->sink);
  g_clear_object (&self->sink);
}

void
kp_view_show (KpView *self, GstPad *pad, GstBuffer *buffer)
{
  g_autofree gchar *reason = NULL;
  GstFlowReturn flow;

  if (!kp_view_is_alive (self))
    return;

  take_pad (self, pad);
  if (!push_descriptions (self, pad))
    return;

  flow = gst_pad_push (self->feed, gst_buffer_ref (buffer));
  if (flow != GST_FLOW_NOT_LINKED && flow >= GST_FLOW_EOS)
    return;

  reason = g_strdup_printf ("the sink does not take the data (%s)", gst_flow_get_name (flow));
  fail (self, reason, NULL);
}

void
kp_view_push_event (KpView *self, GstEvent *event)
{
  g_autoptr (GstPad) shown = dup_shown (self);

  if (shown && kp_view_is_alive (self))
    gst_pad_push_event (self->feed, event);
  else
    gst_event_unref (event);
}

gboolean
kp_view_is_alive (KpView *self)
{
  return !g_atomic_int_get (&self->failed);
}

gboolean
kp_view_query (KpView *self, GstQuery *query)
{
  return kp_view_is_alive (self) && gst_pad_peer_query (self->feed, query);
}

void
kp_view_set_latency (KpView *self, GstClockTime latency)
{
  GST_OBJECT_LOCK (self);
  self->latency = latency;
  GST_OBJECT_UNLOCK (self);

  settle (self);
}
