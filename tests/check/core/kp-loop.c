/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-loop.h"

#include <gst/check/gstcheck.h>
#include <string.h>

#define LONG_TIME (20 * G_TIME_SPAN_SECOND)
#define SHORT_TIME (20 * G_TIME_SPAN_MILLISECOND)

/* A box that is opened once and waited for. */
typedef struct
{
  GMutex lock;
  GCond cond;
  guint count;
} Counter;

static void
counter_add (gpointer user_data)
{
  Counter *counter = user_data;

  g_mutex_lock (&counter->lock);
  counter->count++;
  g_cond_broadcast (&counter->cond);
  g_mutex_unlock (&counter->lock);
}

static guint
counter_get (Counter *counter)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&counter->lock);

  return counter->count;
}

static gboolean
counter_wait (Counter *counter, guint count)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&counter->lock);
  gint64 deadline = g_get_monotonic_time () + LONG_TIME;

  while (counter->count < count)
    if (!g_cond_wait_until (&counter->cond, &counter->lock, deadline))
      return FALSE;

  return TRUE;
}

static void
nothing (gpointer user_data)
{
}

/* Blocks the loop until the counter is raised. */
static void
block (gpointer user_data)
{
  fail_unless (counter_wait (user_data, 1));
}

/* What a function in the loop works with. */
typedef struct
{
  KpLoop *loop;
  Counter ran;
  Counter freed;
  GThread *thread; /* where it ran */
  GString *log; /* only touched in the loop */
  gboolean result;
} Fixture;

static void
fixture_init (Fixture *self)
{
  *self = (Fixture){ .loop = kp_loop_new (), .log = g_string_new (NULL) };
}

static void
fixture_clear (Fixture *self)
{
  g_string_free (self->log, TRUE);
  kp_loop_unref (self->loop);
}

static void
count_freed (gpointer user_data)
{
  Fixture *self = user_data;

  counter_add (&self->freed);
}

static void
note_thread (gpointer user_data)
{
  Fixture *self = user_data;

  kp_loop_assert_current (self->loop);
  fail_unless (g_main_context_get_thread_default () == kp_loop_get_context (self->loop));
  self->thread = g_thread_self ();
  counter_add (&self->ran);
}

GST_START_TEST (test_runs_in_a_thread_of_its_own)
{
  Fixture self;

  fixture_init (&self);
  fail_if (kp_loop_is_current (self.loop));
  kp_loop_start (self.loop, "kp:test");
  fail_unless (kp_loop_call (self.loop, note_thread, &self, count_freed, LONG_TIME));
  fail_unless (self.thread && self.thread != g_thread_self ());
  fail_unless_equals_int (counter_get (&self.freed), 1);
  fail_if (kp_loop_is_current (self.loop));
  fail_unless (kp_loop_stop (self.loop, LONG_TIME));
  fixture_clear (&self);
}
GST_END_TEST;

typedef struct
{
  Fixture *fixture;
  guint number;
} Numbered;

static void
append_number (gpointer user_data)
{
  Numbered *numbered = user_data;

  g_string_append_printf (numbered->fixture->log, "%u ", numbered->number);
}

GST_START_TEST (test_order)
{
  g_autoptr (GString) expected = g_string_new (NULL);
  Fixture self;

  fixture_init (&self);
  kp_loop_start (self.loop, "kp:test");
  for (guint i = 0; i < 1000; i++)
    {
      Numbered numbered = { &self, i };

      g_string_append_printf (expected, "%u ", i);
      /* a call keeps its place among posts */
      if (i % 100 == 0)
        fail_unless (kp_loop_call (self.loop, append_number, &numbered, NULL, LONG_TIME));
      else
        kp_loop_post (self.loop, append_number, g_memdup2 (&numbered, sizeof numbered), g_free);
    }
  fail_unless (kp_loop_stop (self.loop, LONG_TIME)); /* runs what has been posted so far */
  fail_unless_equals_string (self.log->str, expected->str);
  fixture_clear (&self);
}
GST_END_TEST;

static void
call_inside (gpointer user_data)
{
  Fixture *self = user_data;

  kp_loop_post (self->loop, note_thread, self, NULL);
  self->result = kp_loop_call (self->loop, note_thread, self, count_freed, 0);
  /* at once, before what was posted */
  fail_unless_equals_int (counter_get (&self->ran), 1);
  fail_unless_equals_int (counter_get (&self->freed), 1);
}

GST_START_TEST (test_call_from_inside)
{
  Fixture self;

  fixture_init (&self);
  kp_loop_start (self.loop, "kp:test");
  fail_unless (kp_loop_call (self.loop, call_inside, &self, NULL, LONG_TIME));
  fail_unless (self.result);
  fail_unless (counter_wait (&self.ran, 2));
  fail_unless (kp_loop_stop (self.loop, LONG_TIME));
  fixture_clear (&self);
}
GST_END_TEST;

GST_START_TEST (test_call_times_out)
{
  Counter gate = { 0 };
  Fixture self;
  gint64 start = g_get_monotonic_time ();

  fixture_init (&self);
  kp_loop_start (self.loop, "kp:test");
  kp_loop_post (self.loop, block, &gate, NULL);
  fail_if (kp_loop_call (self.loop, note_thread, &self, count_freed, SHORT_TIME));
  fail_unless (g_get_monotonic_time () - start >= SHORT_TIME);
  fail_unless_equals_int (counter_get (&self.freed), 0);

  /* it still runs, once */
  counter_add (&gate);
  fail_unless (counter_wait (&self.freed, 1));
  fail_unless (kp_loop_stop (self.loop, LONG_TIME));
  fail_unless_equals_int (counter_get (&self.ran), 1);
  fail_unless_equals_int (counter_get (&self.freed), 1);
  fixture_clear (&self);
}
GST_END_TEST;

GST_START_TEST (test_stop_times_out)
{
  Counter gate = { 0 };
  Fixture self;

  fixture_init (&self);
  kp_loop_start (self.loop, "kp:test");
  kp_loop_post (self.loop, block, &gate, NULL);
  fail_if (kp_loop_stop (self.loop, SHORT_TIME));
  counter_add (&gate);
  fail_unless (kp_loop_stop (self.loop, LONG_TIME));
  fixture_clear (&self);
}
GST_END_TEST;

GST_START_TEST (test_stop_twice)
{
  Fixture self;

  fixture_init (&self);
  fail_unless (kp_loop_stop (self.loop, 0)); /* never started */
  kp_loop_start (self.loop, "kp:test");
  fail_unless (kp_loop_stop (self.loop, LONG_TIME));
  fail_unless (kp_loop_stop (self.loop, 0));
  fixture_clear (&self);
}
GST_END_TEST;

static void
stop_inside (gpointer user_data)
{
  Fixture *self = user_data;

  self->result = kp_loop_stop (self->loop, LONG_TIME);
  note_thread (self);
}

GST_START_TEST (test_stop_from_inside)
{
  Fixture self;

  fixture_init (&self);
  kp_loop_start (self.loop, "kp:test");
  kp_loop_post (self.loop, stop_inside, &self, NULL);
  fail_unless (counter_wait (&self.ran, 1));
  fail_unless (self.result);
  fail_unless (kp_loop_stop (self.loop, LONG_TIME)); /* waits for the thread */

  kp_loop_post (self.loop, note_thread, &self, count_freed);
  fail_unless_equals_int (counter_get (&self.ran), 1);
  fixture_clear (&self);
  fail_unless_equals_int (counter_get (&self.freed), 1);
}
GST_END_TEST;

GST_START_TEST (test_restart)
{
  Fixture self;

  fixture_init (&self);
  for (guint i = 0; i < 100; i++)
    {
      kp_loop_start (self.loop, "kp:test");
      kp_loop_post (self.loop, note_thread, &self, NULL);
      fail_unless (kp_loop_stop (self.loop, LONG_TIME));
      fail_unless_equals_int (counter_get (&self.ran), i + 1);
    }
  fixture_clear (&self);
}
GST_END_TEST;

/* The thread that stopped itself may still be on its way out. */
GST_START_TEST (test_restart_after_stop_from_inside)
{
  Fixture self;

  fixture_init (&self);
  for (guint i = 0; i < 100; i++)
    {
      kp_loop_start (self.loop, "kp:test");
      kp_loop_post (self.loop, stop_inside, &self, NULL);
      fail_unless (counter_wait (&self.ran, i + 1));
    }
  fail_unless (kp_loop_stop (self.loop, LONG_TIME));
  fixture_clear (&self);
}
GST_END_TEST;

static void
restart_inside (gpointer user_data)
{
  Fixture *self = user_data;

  stop_inside (self);
  kp_loop_start (self->loop, "kp:second");
  /* long enough for the new thread to come while this one owns the context */
  for (guint i = 0; i < 1000; i++)
    g_thread_yield ();
}

GST_START_TEST (test_restart_from_inside)
{
  Fixture self;

  fixture_init (&self);
  kp_loop_start (self.loop, "kp:test");
  for (guint i = 0; i < 100; i++)
    {
      fail_unless (kp_loop_call (self.loop, restart_inside, &self, NULL, LONG_TIME));
      fail_unless (kp_loop_call (self.loop, note_thread, &self, NULL, LONG_TIME));
    }
  fail_unless (kp_loop_stop (self.loop, LONG_TIME));
  fail_unless_equals_int (counter_get (&self.ran), 200);
  fixture_clear (&self);
}
GST_END_TEST;

/* At once: what is posted may keep the owner of the loop, and so the loop. */
GST_START_TEST (test_posts_after_stop_are_freed)
{
  Fixture self;

  fixture_init (&self);
  kp_loop_start (self.loop, "kp:test");
  fail_unless (kp_loop_stop (self.loop, LONG_TIME));
  for (guint i = 0; i < 10; i++)
    kp_loop_post (self.loop, note_thread, &self, count_freed);
  fail_if (kp_loop_call (self.loop, note_thread, &self, count_freed, 0));
  fail_unless_equals_int (counter_get (&self.freed), 11);
  fail_unless_equals_int (counter_get (&self.ran), 0);
  fixture_clear (&self);
}
GST_END_TEST;

static void
note_twice (gpointer user_data)
{
  Fixture *self = user_data;

  kp_loop_post (self->loop, note_thread, self, count_freed);
  note_thread (self);
}

static gpointer
post_until_refused (gpointer user_data)
{
  Fixture *self = user_data;

  while (kp_loop_call (self->loop, nothing, NULL, NULL, LONG_TIME))
    kp_loop_post (self->loop, note_twice, self, count_freed);

  return NULL;
}

/* What another thread posts while the loop ends either runs, with what it posts in turn, or is freed: it is not left. */
GST_START_TEST (test_posts_while_stopping)
{
  for (guint i = 0; i < 200; i++)
    {
      GThread *poster;
      Fixture self;
      guint freed;

      fixture_init (&self);
      kp_loop_start (self.loop, "kp:test");
      poster = g_thread_new ("poster", post_until_refused, &self);
      fail_unless (counter_wait (&self.ran, 2));
      fail_unless (kp_loop_stop (self.loop, LONG_TIME));
      g_thread_join (poster);
      freed = counter_get (&self.freed);
      /* the last post may have been refused */
      fail_unless (counter_get (&self.ran) == freed || counter_get (&self.ran) == freed - 1);
      fixture_clear (&self);
      fail_unless_equals_int (counter_get (&self.freed), freed);
    }
}
GST_END_TEST;

static gboolean
tick_cb (gpointer user_data)
{
  Fixture *self = user_data;

  note_thread (self);

  return counter_get (&self->ran) < 3 ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

GST_START_TEST (test_timeout)
{
  g_autoptr (GSource) source = NULL;
  Fixture self;

  fixture_init (&self);
  kp_loop_start (self.loop, "kp:test");
  source = kp_loop_add_timeout (self.loop, 1, tick_cb, &self);
  fail_unless (counter_wait (&self.ran, 3));
  fail_unless (kp_loop_call (self.loop, nothing, NULL, NULL, LONG_TIME));
  fail_unless (g_source_is_destroyed (source));
  fail_unless (kp_loop_stop (self.loop, LONG_TIME));
  fail_unless_equals_int (counter_get (&self.ran), 3);
  fixture_clear (&self);
}
GST_END_TEST;

GST_START_TEST (test_destroyed_timeout)
{
  g_autoptr (GSource) source = NULL;
  Fixture self;

  fixture_init (&self);
  source = kp_loop_add_timeout (self.loop, 0, tick_cb, &self);
  g_source_destroy (source);
  kp_loop_start (self.loop, "kp:test");
  fail_unless (kp_loop_call (self.loop, nothing, NULL, NULL, LONG_TIME));
  fail_unless (kp_loop_stop (self.loop, LONG_TIME));
  fail_unless_equals_int (counter_get (&self.ran), 0);
  fixture_clear (&self);
}
GST_END_TEST;

static gpointer
post_many (gpointer user_data)
{
  Fixture *self = user_data;

  for (guint i = 0; i < 500; i++)
    if (i % 10)
      kp_loop_post (self->loop, note_thread, self, count_freed);
    else
      fail_unless (kp_loop_call (self->loop, note_thread, self, count_freed, LONG_TIME));

  return NULL;
}

GST_START_TEST (test_many_threads)
{
  GThread *threads[8];
  Fixture self;

  fixture_init (&self);
  kp_loop_start (self.loop, "kp:test");
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("poster", post_many, &self);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  fail_unless (kp_loop_stop (self.loop, LONG_TIME));
  fail_unless_equals_int (counter_get (&self.ran), 8 * 500);
  fail_unless_equals_int (counter_get (&self.freed), 8 * 500);
  fixture_clear (&self);
}
GST_END_TEST;

static Suite *
kp_loop_suite (void)
{
  Suite *suite = suite_create ("kp-loop");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_runs_in_a_thread_of_its_own);
  tcase_add_test (tcase, test_order);
  tcase_add_test (tcase, test_call_from_inside);
  tcase_add_test (tcase, test_call_times_out);
  tcase_add_test (tcase, test_stop_times_out);
  tcase_add_test (tcase, test_stop_twice);
  tcase_add_test (tcase, test_stop_from_inside);
  tcase_add_test (tcase, test_restart);
  tcase_add_test (tcase, test_restart_after_stop_from_inside);
  tcase_add_test (tcase, test_restart_from_inside);
  tcase_add_test (tcase, test_posts_after_stop_are_freed);
  tcase_add_test (tcase, test_posts_while_stopping);
  tcase_add_test (tcase, test_timeout);
  tcase_add_test (tcase, test_destroyed_timeout);
  tcase_add_test (tcase, test_many_threads);

  return suite;
}

GST_CHECK_MAIN (kp_loop)
