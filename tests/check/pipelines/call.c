/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "call.h"

static void
recalculate_latency (GstElement *pipeline, gpointer user_data)
{
  gst_bin_recalculate_latency (GST_BIN (pipeline));
}

static void
keep_error (Side *self, GstMessage *message)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *debug = NULL;

  gst_message_parse_error (message, &error, &debug);
  g_mutex_lock (&self->lock);
  g_free (self->error);
  self->error = g_strdup_printf ("%s (%s)", error->message, debug);
  g_mutex_unlock (&self->lock);
  g_atomic_int_inc (&self->n_errors);
}

static void
keep_warning (Side *self, GstMessage *message)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *debug = NULL;

  gst_message_parse_warning (message, &error, &debug);
  g_mutex_lock (&self->lock);
  g_free (self->warning);
  self->warning = g_strdup_printf ("%s (%s)", error->message, debug);
  g_mutex_unlock (&self->lock);
  g_atomic_int_inc (&self->n_warnings);
}

static GstBusSyncReply
message_cb (GstBus *bus, GstMessage *message, gpointer user_data)
{
  Side *self = user_data;

  switch (GST_MESSAGE_TYPE (message))
    {
    case GST_MESSAGE_ERROR:
      keep_error (self, message);
      break;
    case GST_MESSAGE_WARNING:
      keep_warning (self, message);
      break;
    case GST_MESSAGE_EOS:
      g_atomic_int_inc (&self->n_eos);
      break;
    case GST_MESSAGE_LATENCY:
      gst_element_call_async (self->pipeline, recalculate_latency, NULL, NULL);
      break;
    default:
      break;
    }
  gst_message_unref (message);

  return GST_BUS_DROP;
}

static void
connected_cb (GstElement *peer, Side *self)
{
  g_atomic_int_inc (&self->n_connected);
}

static void
disconnected_cb (GstElement *peer, const gchar *reason, Side *self)
{
  g_atomic_int_inc (&self->n_disconnected);
}

static void
peer_error_cb (GstElement *peer, const GError *error, Side *self)
{
  g_mutex_lock (&self->lock);
  g_free (self->peer_error);
  self->peer_error = g_strdup (error->message);
  g_mutex_unlock (&self->lock);
  g_atomic_int_inc (&self->n_peer_errors);
}

static void
candidate_cb (GstElement *peer, const gchar *candidate, guint mline_index, const gchar *mid, Side *self)
{
  GstElement *other = NULL;

  g_mutex_lock (&self->lock);
  if (self->other)
    other = gst_object_ref (self->other->peer);
  g_mutex_unlock (&self->lock);
  if (other == NULL)
    return;

  g_signal_emit_by_name (other, "add-ice-candidate", candidate, mline_index, mid, NULL);
  gst_object_unref (other);
}

static void
watch_peer (Side *self, const gchar *name)
{
  g_mutex_init (&self->lock);
  self->peer = side_get (self, name);
  g_signal_connect (self->peer, "connected", G_CALLBACK (connected_cb), self);
  g_signal_connect (self->peer, "disconnected", G_CALLBACK (disconnected_cb), self);
  g_signal_connect (self->peer, "peer-error", G_CALLBACK (peer_error_cb), self);
  g_signal_connect (self->peer, "ice-candidate", G_CALLBACK (candidate_cb), self);
}

void
side_init_further (Side *self, Side *first, const gchar *name)
{
  *self = (Side){ .pipeline = gst_object_ref (first->pipeline) };
  watch_peer (self, name);
}

static void
watch_pipeline (Side *self)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (self->pipeline);

  gst_object_ref_sink (self->pipeline);
  watch_peer (self, "p");
  gst_bus_set_sync_handler (bus, message_cb, self, NULL);
}

void
side_init_peer (Side *self, GstElement *peer, const gchar *source)
{
  GstElement *bin = gst_parse_bin_from_description (source, TRUE, NULL);

  *self = (Side){ .pipeline = gst_pipeline_new (NULL) };
  gst_bin_add_many (GST_BIN (self->pipeline), bin, peer, NULL);
  fail_unless (gst_element_link (bin, peer));
  watch_pipeline (self);
}

void
side_init (Side *self, const gchar *launch)
{
  g_autoptr (GError) error = NULL;
  GstElement *element = gst_parse_launch_full (launch, NULL, GST_PARSE_FLAG_FATAL_ERRORS, &error);

  fail_unless (element != NULL, "%s: %s", launch, error ? error->message : "?");
  *self = (Side){ .pipeline = element };
  if (!GST_IS_PIPELINE (element))
    {
      self->pipeline = gst_pipeline_new (NULL);
      gst_bin_add (GST_BIN (self->pipeline), element);
    }
  watch_pipeline (self);
}

static void
set_other (Side *self, Side *other)
{
  g_mutex_lock (&self->lock);
  self->other = other;
  g_mutex_unlock (&self->lock);
}

void
side_clear (Side *self)
{
  side_stop (self);
  g_signal_handlers_disconnect_by_data (self->peer, self);
  gst_object_unref (self->peer);
  gst_object_unref (self->pipeline);
  g_free (self->error);
  g_free (self->warning);
  g_free (self->peer_error);
  g_mutex_clear (&self->lock);
}

void
side_play (Side *self)
{
  fail_if (gst_element_set_state (self->pipeline, GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE);
}

void
side_stop (Side *self)
{
  gint64 start = g_get_monotonic_time ();

  gst_element_set_state (self->pipeline, GST_STATE_NULL);
  fail_unless (g_get_monotonic_time () - start < 2 * G_TIME_SPAN_SECOND);
}

GstElement *
side_get (Side *self, const gchar *name)
{
  GstElement *element = gst_bin_get_by_name (GST_BIN (self->pipeline), name);

  fail_unless (element != NULL, "there is no %s", name);
  return element;
}

static gint
compare_factory (gconstpointer item, gconstpointer factory)
{
  GstElementFactory *own = gst_element_get_factory (g_value_get_object (item));

  return own && g_str_equal (GST_OBJECT_NAME (own), factory) ? 0 : 1;
}

GstElement *
side_find_inside (Side *self, const gchar *factory)
{
  g_autoptr (GstIterator) elements = gst_bin_iterate_recurse (GST_BIN (self->peer));
  g_auto (GValue) item = G_VALUE_INIT;

  if (!gst_iterator_find_custom (elements, compare_factory, &item, (gpointer)factory))
    return NULL;

  return g_value_dup_object (&item);
}

gchar *
side_dup_string (Side *self, const gchar *property)
{
  gchar *text;

  g_object_get (self->peer, property, &text, NULL);
  return text;
}

typedef struct
{
  GMutex lock;
  GCond cond;
  gboolean done;
} Waiting;

static void
promise_cb (GstPromise *promise, gpointer user_data)
{
  Waiting *waiting = user_data;

  g_mutex_lock (&waiting->lock);
  waiting->done = TRUE;
  g_cond_signal (&waiting->cond);
  g_mutex_unlock (&waiting->lock);
}

GstStructure *
side_ask (Side *self, const gchar *action, const gchar *text)
{
  Waiting waiting = { 0 };
  GstPromise *promise = gst_promise_new_with_change_func (promise_cb, &waiting, NULL);
  gint64 deadline = g_get_monotonic_time () + CALL_DEADLINE;
  gboolean in_time = TRUE;
  GstStructure *answer;

  g_mutex_init (&waiting.lock);
  g_cond_init (&waiting.cond);
  if (text)
    g_signal_emit_by_name (self->peer, action, text, promise);
  else
    g_signal_emit_by_name (self->peer, action, promise);

  g_mutex_lock (&waiting.lock);
  while (!waiting.done && in_time)
    in_time = g_cond_wait_until (&waiting.cond, &waiting.lock, deadline);
  g_mutex_unlock (&waiting.lock);
  fail_unless (in_time, "no answer to %s", action);

  answer = gst_structure_copy (gst_promise_get_reply (promise));
  gst_promise_unref (promise);
  g_mutex_clear (&waiting.lock);
  g_cond_clear (&waiting.cond);

  return answer;
}

/* The description that @action makes of @sdp, and what @edit makes of that. */
static gchar *
exchange (Side *self, const gchar *action, const gchar *sdp, CallEdit edit, gpointer user_data)
{
  GstStructure *answer = side_ask (self, action, sdp);
  g_autofree gchar *made = g_strdup (gst_structure_get_string (answer, "sdp"));
  g_autofree gchar *text = gst_structure_to_string (answer);

  fail_if (gst_structure_has_field (answer, "error"), "%s: %s", action, text);
  gst_structure_free (answer);

  return edit ? edit (made, user_data) : g_steal_pointer (&made);
}

void
call_edited (Side *offerer, Side *answerer, CallEdit edit_offer, CallEdit edit_answer, gpointer user_data)
{
  gint n_offerer = g_atomic_int_get (&offerer->n_connected);
  gint n_answerer = g_atomic_int_get (&answerer->n_connected);
  g_autofree gchar *offer = NULL;
  g_autofree gchar *answer = NULL;
  g_autofree gchar *nothing = NULL;

  side_play (offerer);
  side_play (answerer);
  set_other (offerer, answerer);
  set_other (answerer, offerer);
  offer = exchange (offerer, "generate-offer", NULL, edit_offer, user_data);
  answer = exchange (answerer, "process-offer", offer, edit_answer, user_data);
  nothing = exchange (offerer, "process-answer", answer, NULL, NULL);
  wait_until (g_atomic_int_get (&offerer->n_connected) > n_offerer);
  wait_until (g_atomic_int_get (&answerer->n_connected) > n_answerer);
}

void
call (Side *offerer, Side *answerer)
{
  call_edited (offerer, answerer, NULL, NULL, NULL);
}

void
call_again (Side *offerer, Side *answerer)
{
  g_autoptr (GstStructure) offer = side_ask (offerer, "generate-offer", NULL);
  g_autoptr (GstStructure) answer
      = side_ask (answerer, "process-offer", gst_structure_get_string (offer, "sdp"));
  g_autoptr (GstStructure) done
      = side_ask (offerer, "process-answer", gst_structure_get_string (answer, "sdp"));

  fail_if (done && gst_structure_has_field (done, "error"), "%" GST_PTR_FORMAT, done);
}

void
call_leave (Side *self, Side *other)
{
  set_other (self, NULL);
  set_other (other, NULL);
  side_stop (self);
}
