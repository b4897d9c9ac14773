/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-idle.h"

#include "check-media.h"

#define INTERVAL (50 * G_TIME_SPAN_MILLISECOND)

typedef struct
{
  KpIdle idle;
  gint calls; /* atomic */
  gint due_calls; /* atomic */
  gboolean rests; /* the function does not touch; set before the first call */
} Fixture;

static void
count_cb (gpointer user_data)
{
  Fixture *self = user_data;

  if (kp_idle_is_due (&self->idle))
    g_atomic_int_inc (&self->due_calls);
  if (!self->rests)
    kp_idle_touch (&self->idle);
  g_atomic_int_inc (&self->calls);
}

static void
fixture_init (Fixture *self)
{
  *self = (Fixture){ 0 };
  kp_idle_init (&self->idle, INTERVAL, count_cb, self);
  kp_idle_start (&self->idle);
}

static void
fixture_clear (Fixture *self)
{
  kp_idle_stop (&self->idle);
  kp_idle_clear (&self->idle);
}

GST_START_TEST (calls_when_left_alone)
{
  Fixture f;
  gint64 start;

  fixture_init (&f);
  start = g_get_monotonic_time ();
  kp_idle_touch (&f.idle);
  wait_for (g_atomic_int_get (&f.calls) >= 3);
  fail_unless (g_get_monotonic_time () - start >= 3 * INTERVAL);
  fail_unless (g_atomic_int_get (&f.due_calls) >= 3);
  fixture_clear (&f);
}
GST_END_TEST;

GST_START_TEST (does_not_call_while_touched)
{
  Fixture f;
  gint64 start = g_get_monotonic_time ();
  gint64 last = start;
  gint64 longest = 0;
  gint calls = 0;

  fixture_init (&f);
  while (last < start + 4 * INTERVAL)
    {
      gint64 now;

      kp_idle_touch (&f.idle);
      g_poll (NULL, 0, 1);
      calls = g_atomic_int_get (&f.calls);
      now = g_get_monotonic_time ();
      longest = MAX (longest, now - last);
      last = now;
    }

  /* a machine that stood still proves nothing */
  if (longest < INTERVAL / 2)
    fail_unless_equals_int (calls, 0);
  fixture_clear (&f);
}
GST_END_TEST;

GST_START_TEST (rests_until_touched_and_wakes_at_once)
{
  Fixture f;

  fixture_init (&f);
  f.rests = TRUE;
  kp_idle_wake (&f.idle);
  wait_for (g_atomic_int_get (&f.calls) == 1);
  fail_unless_equals_int (g_atomic_int_get (&f.due_calls), 0);
  fixture_clear (&f);
}
GST_END_TEST;

GST_START_TEST (calls_once_a_touch)
{
  Fixture f;
  gint64 end;

  fixture_init (&f);
  f.rests = TRUE;
  for (gint i = 1; i <= 2; i++)
    {
      kp_idle_touch (&f.idle);
      wait_for (g_atomic_int_get (&f.calls) == i);
      end = g_get_monotonic_time () + 2 * INTERVAL;
      wait_for (g_get_monotonic_time () > end);
      fail_unless_equals_int (g_atomic_int_get (&f.calls), i);
      fail_unless_equals_int (g_atomic_int_get (&f.due_calls), i);
    }
  fixture_clear (&f);
}
GST_END_TEST;

GST_START_TEST (starts_again)
{
  Fixture f;

  fixture_init (&f);
  kp_idle_touch (&f.idle);
  kp_idle_stop (&f.idle);
  kp_idle_start (&f.idle);
  fail_if (kp_idle_is_due (&f.idle));
  kp_idle_touch (&f.idle);
  wait_for (g_atomic_int_get (&f.calls) > 0);
  fixture_clear (&f);
}
GST_END_TEST;

static Suite *
kp_idle_suite (void)
{
  Suite *suite = suite_create ("kp-idle");
  TCase *tcase = tcase_create ("idle");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, calls_when_left_alone);
  tcase_add_test (tcase, does_not_call_while_touched);
  tcase_add_test (tcase, rests_until_touched_and_wakes_at_once);
  tcase_add_test (tcase, calls_once_a_touch);
  tcase_add_test (tcase, starts_again);
  return suite;
}

GST_CHECK_MAIN (kp_idle);
