/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-loop.h"

#include <gst/check/gstcheck.h>

#define LONG_TIME (5 * G_TIME_SPAN_SECOND)

typedef struct
{
  KpLoop *loop; /* owned */
  guint ran; /* peer loop */
} Fixture;

static void
post_again (gpointer user_data)
{
  Fixture *self = user_data;

  self->ran++;
  if (self->ran < 5)
    kp_loop_post (self->loop, post_again, self, NULL);
}

/* An answer that takes several steps is not left behind. */
GST_START_TEST (test_waits_for_what_follows)
{
  Fixture self = { kp_loop_new () };

  kp_loop_start (self.loop, "kp:test");
  kp_loop_post (self.loop, post_again, &self, NULL);
  fail_unless (kp_loop_stop (self.loop, LONG_TIME));
  fail_unless_equals_int (self.ran, 5);
  kp_loop_unref (self.loop);
}
GST_END_TEST

static void
restart_and_stop_inside (gpointer user_data)
{
  Fixture *self = user_data;

  kp_loop_stop (self->loop, 0);
  kp_loop_start (self->loop, "kp:second");
  kp_loop_stop (self->loop, 0);
}

/* The second thread is told to end before it runs. */
GST_START_TEST (test_restart_and_stop_from_inside)
{
  Fixture self = { kp_loop_new () };

  kp_loop_start (self.loop, "kp:test");
  fail_unless (kp_loop_call (self.loop, restart_and_stop_inside, &self, NULL, LONG_TIME));
  fail_unless (kp_loop_stop (self.loop, LONG_TIME));
  kp_loop_unref (self.loop);
}
GST_END_TEST

static guint
count_threads (void)
{
  g_autoptr (GDir) tasks = g_dir_open ("/proc/self/task", 0, NULL);
  guint n_threads = 0;

  while (g_dir_read_name (tasks))
    n_threads++;

  return n_threads;
}

GST_START_TEST (test_threads_end)
{
  gint64 deadline = g_get_monotonic_time () + LONG_TIME;
  guint before = count_threads ();

  for (guint i = 0; i < 100; i++)
    {
      g_autoptr (KpLoop) loop = kp_loop_new ();

      kp_loop_start (loop, "kp:test");
      fail_unless (kp_loop_stop (loop, LONG_TIME));
    }
  /* the kernel takes a moment to forget the last one */
  while (count_threads () > before && g_get_monotonic_time () < deadline)
    g_thread_yield ();
  fail_unless_equals_int (count_threads (), before);
}
GST_END_TEST

static Suite *
kp_loop_stop_suite (void)
{
  Suite *suite = suite_create ("kp-loop-stop");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_waits_for_what_follows);
  tcase_add_test (tcase, test_restart_and_stop_from_inside);
  tcase_add_test (tcase, test_threads_end);

  return suite;
}

GST_CHECK_MAIN (kp_loop_stop)
