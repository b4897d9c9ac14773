/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* That nothing passes unverified is tested with whole sessions, in kp-session.c. */
#include "kp-guard.h"
#include "kp-prewarm.h"

#include <gst/check/gstcheck.h>

#define N_PEERS 100

static void
never_cb (gboolean verified, gpointer user_data)
{
  fail ("nothing was verified");
}

static void
freed_cb (gpointer user_data)
{
  (*(guint *)user_data)++;
}

typedef struct
{
  GstElement *webrtcbin;
  KpGuard *guard;
} Peer;

static void
offered_cb (GstPromise *promise, gpointer user_data)
{
  g_async_queue_push (user_data, GINT_TO_POINTER (1));
}

/* A webrtcbin that has its transports: they come with the offer. */
static void
peer_init (Peer *self, guint *n_freed)
{
  g_autoptr (GObject) channel = NULL;
  g_autoptr (GAsyncQueue) offered = g_async_queue_new ();
  g_autoptr (GstPromise) promise = gst_promise_new_with_change_func (offered_cb, offered, NULL);

  self->webrtcbin = gst_object_ref_sink (gst_element_factory_make ("webrtcbin", NULL));
  self->guard = kp_guard_new (self->webrtcbin, never_cb, n_freed, freed_cb);
  gst_element_set_state (self->webrtcbin, GST_STATE_READY);
  g_signal_emit_by_name (self->webrtcbin, "create-data-channel", "x", NULL, &channel);
  fail_unless (channel != NULL);
  g_signal_emit_by_name (self->webrtcbin, "create-offer", NULL, promise);
  fail_unless (g_async_queue_timeout_pop (offered, 10 * G_TIME_SPAN_SECOND) != NULL);
}

static void
peer_clear (Peer *self)
{
  kp_guard_disconnect (self->guard);
  gst_element_set_state (self->webrtcbin, GST_STATE_NULL);
  gst_object_unref (self->webrtcbin);
  kp_guard_unref (self->guard);
}

static GstElement *
find_element (GstElement *webrtcbin, const gchar *name)
{
  g_autoptr (GstIterator) iterator = gst_bin_iterate_all_by_element_factory_name (GST_BIN (webrtcbin), name);
  GValue value = G_VALUE_INIT;
  GstElement *element;

  fail_unless_equals_int (gst_iterator_next (iterator, &value), GST_ITERATOR_OK);
  element = g_value_dup_object (&value);
  g_value_unset (&value);

  return element;
}

static guint
get_association (const Peer *peer, const gchar *name)
{
  g_autoptr (GstElement) element = find_element (peer->webrtcbin, name);
  guint id;

  g_object_get (element, "sctp-association-id", &id, NULL);

  return id;
}

/* With webrtcbin's random numbers a hundred peers in a process clash every fourteenth time. */
GST_START_TEST (test_association_ids_are_unique)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  Peer peers[N_PEERS];
  guint n_freed = 0;

  for (guint i = 0; i < N_PEERS; i++)
    {
      guint id;

      peer_init (&peers[i], &n_freed);
      id = get_association (&peers[i], "sctpenc");
      fail_unless (id >= 1 && id <= 65534);
      fail_unless_equals_int (get_association (&peers[i], "sctpdec"), id);
      fail_unless (g_hash_table_add (seen, GUINT_TO_POINTER (id)));
    }
  for (guint i = 0; i < N_PEERS; i++)
    peer_clear (&peers[i]);
  fail_unless_equals_int (n_freed, N_PEERS);
}

GST_END_TEST;

static Suite *
kp_guard_suite (void)
{
  Suite *suite = suite_create ("kp-guard");
  TCase *tcase = tcase_create ("general");

  kp_prewarm_start ();
  kp_prewarm_wait (20 * G_TIME_SPAN_SECOND);
  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_association_ids_are_unique);

  return suite;
}

GST_CHECK_MAIN (kp_guard);
