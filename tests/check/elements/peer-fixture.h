/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "../warm-up.h"

#include <gst/check/gstcheck.h>

/* What the tests of the element share. Everything waits for a condition, with a deadline. */
#define DEADLINE (10 * G_TIME_SPAN_SECOND)

/* Something that happens in another thread, once or more often. */
typedef struct
{
  GMutex lock;
  GCond cond;
  guint count;
} Happening;

static inline void
happening_init (Happening *self)
{
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  self->count = 0;
}

static inline void
happening_clear (Happening *self)
{
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
}

static inline void
happening_signal (Happening *self)
{
  g_mutex_lock (&self->lock);
  self->count++;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

static inline void
happening_wait (Happening *self, guint count)
{
  gint64 deadline = g_get_monotonic_time () + DEADLINE;
  gboolean in_time = TRUE;

  g_mutex_lock (&self->lock);
  while (self->count < count && in_time)
    in_time = g_cond_wait_until (&self->cond, &self->lock, deadline);
  fail_unless (self->count >= count, "it happened %u times instead of %u", self->count, count);
  g_mutex_unlock (&self->lock);
}

static inline void
promise_cb (GstPromise *promise, gpointer user_data)
{
  happening_signal (user_data);
}

/* Waits for the answer, which has to come exactly once: GstPromise complains of a second one. */
static inline GstStructure *
promise_get_answer (GstPromise *promise, Happening *happening)
{
  GstStructure *answer;

  happening_wait (happening, 1);
  fail_unless (gst_promise_get_reply (promise) != NULL);
  answer = gst_structure_copy (gst_promise_get_reply (promise));
  gst_promise_unref (promise);

  return answer;
}

static inline void
fail_unless_error (const GstStructure *answer, const gchar *message_part)
{
  g_autoptr (GError) error = NULL;

  fail_unless (gst_structure_has_name (answer, "application/x-kurentopeer"));
  fail_unless (gst_structure_get (answer, "error", G_TYPE_ERROR, &error, NULL));
  fail_unless_equals_string (g_quark_to_string (error->domain), "gst-kurento-error-quark");
  fail_unless (strstr (error->message, message_part) != NULL, "%s", error->message);
}

static inline void
finalized_cb (gpointer user_data, GObject *was)
{
  happening_signal (user_data);
}

/* Takes the element to NULL, which may take 2 s, and sees it die: parts of it may take a moment longer. */
static inline void
peer_finalize (GstElement *peer)
{
  gint64 start = g_get_monotonic_time ();
  Happening finalized;

  happening_init (&finalized);
  g_object_weak_ref (G_OBJECT (peer), finalized_cb, &finalized);
  fail_unless_equals_int (gst_element_set_state (peer, GST_STATE_NULL), GST_STATE_CHANGE_SUCCESS);
  fail_unless (g_get_monotonic_time () - start < 2 * G_TIME_SPAN_SECOND);
  gst_object_unref (peer);
  happening_wait (&finalized, 1);
  happening_clear (&finalized);
}
