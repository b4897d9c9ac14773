/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-signaller-bridge.h"

#include <gst/check/gstcheck.h>
#include <string.h>

#include "test-signaller.h"

#define LONG_TIME (20 * G_TIME_SPAN_SECOND)

/* The application's signaller in a context of this thread, and what stands for it in a peer loop. */
typedef struct
{
  KpLoop *loop; /* owned */
  GMainContext *context; /* owned */
  TestSignaller *inner; /* owned */
  GstKurentoSignaller *bridge; /* owned */
  GString *told; /* owned; peer loop */
} Fixture;

/* A handler of any signal: writes down its name and its arguments. */
static void
write_signal (GClosure *closure, GValue *result, guint n_args, const GValue *args, gpointer hint,
              gpointer marshal_data)
{
  Fixture *fixture = closure->data;

  fail_unless (kp_loop_is_current (fixture->loop));
  g_string_append (fixture->told, g_signal_name (((GSignalInvocationHint *)hint)->signal_id));
  for (guint i = 1; i < n_args; i++)
    {
      const GError *error = G_VALUE_HOLDS (&args[i], G_TYPE_ERROR) ? g_value_get_boxed (&args[i]) : NULL;
      g_autofree gchar *text = error ? g_strdup (error->message) : g_strdup_value_contents (&args[i]);

      g_string_append_printf (fixture->told, " %s", text);
    }
  g_string_append_c (fixture->told, ';');
}

static void
watch (Fixture *self)
{
  static const gchar *const names[] = { "ready", "failed", "lost",      "session-requested", "session-ended",
                                        "offer", "answer", "candidate", "server-event" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      GClosure *closure = g_closure_new_simple (sizeof *closure, self);

      g_closure_set_marshal (closure, write_signal);
      g_signal_connect_closure (self->bridge, names[i], closure, FALSE);
    }
}

static void
fixture_init (Fixture *self)
{
  self->loop = kp_loop_new ();
  self->context = g_main_context_new ();
  self->inner = g_object_new (test_signaller_get_type (), NULL);
  self->bridge = kp_signaller_bridge_new (GST_KURENTO_SIGNALLER (self->inner), self->context, self->loop);
  self->told = g_string_new (NULL);
  watch (self);
  kp_loop_start (self->loop, "loop");
}

static void
fixture_clear (Fixture *self)
{
  while (g_main_context_iteration (self->context, FALSE))
    ;
  fail_unless (kp_loop_stop (self->loop, LONG_TIME));
  g_assert_finalize_object (G_OBJECT (self->bridge));
  g_assert_finalize_object (G_OBJECT (self->inner));
  g_main_context_unref (self->context);
  kp_loop_unref (self->loop);
  g_string_free (self->told, TRUE);
}

static void
in_loop (Fixture *self, KpLoopFunc func, gpointer data)
{
  fail_unless (kp_loop_call (self->loop, func, data, NULL, LONG_TIME));
}

static void
ask_everything (gpointer signaller)
{
  call_everything (signaller);
}

static void
start (gpointer signaller)
{
  gst_kurento_signaller_start (signaller);
}

static void
stop (gpointer signaller)
{
  gst_kurento_signaller_stop (signaller);
}

static void
nothing (gpointer user_data)
{
}

/* What @what is the end of has been asked of the application. */
static void
wait_asked (Fixture *self, const gchar *what)
{
  while (!g_str_has_suffix (self->inner->log->str, what))
    g_main_context_iteration (self->context, TRUE);
}

static void
start_bridge (Fixture *self)
{
  in_loop (self, start, self->bridge);
  wait_asked (self, "start;");
}

GST_START_TEST (test_functions)
{
  Fixture fixture;

  fixture_init (&fixture);
  in_loop (&fixture, ask_everything, fixture.bridge);
  fail_unless_equals_string (fixture.inner->log->str, ""); /* not before its context runs */
  wait_asked (&fixture, "stop;");
  fail_unless_equals_string (
      fixture.inner->log->str,
      "start;offer o;answer a;candidate c 2 m;error no route;refuse no route;end bye;stop;");
  fixture_clear (&fixture);
}
GST_END_TEST;

GST_START_TEST (test_signals)
{
  Fixture fixture;

  fixture_init (&fixture);
  start_bridge (&fixture);
  emit_everything (GST_KURENTO_SIGNALLER (fixture.inner));
  in_loop (&fixture, nothing, NULL);
  fail_unless_equals_string (fixture.told->str,
                             "ready NULL;ready \"http://127.0.0.1/\";failed lost;lost "
                             "lost;session-requested;offer \"o\";answer \"a\";"
                             "candidate \"c\" 3 NULL;server-event \"n\" \"{}\";session-ended \"bye\";");
  in_loop (&fixture, stop, fixture.bridge);
  fixture_clear (&fixture);
}
GST_END_TEST;

/* The application hears of the stop later, and may say something until then. */
GST_START_TEST (test_nothing_after_stop)
{
  Fixture fixture;

  fixture_init (&fixture);
  start_bridge (&fixture);
  in_loop (&fixture, stop, fixture.bridge);
  emit_everything (GST_KURENTO_SIGNALLER (fixture.inner));
  in_loop (&fixture, nothing, NULL);
  fail_unless_equals_string (fixture.told->str, "");
  fixture_clear (&fixture);
}
GST_END_TEST;

static void
tell_and_stop (gpointer user_data)
{
  Fixture *fixture = user_data;

  gst_kurento_signaller_emit_offer (GST_KURENTO_SIGNALLER (fixture->inner), "late");
  gst_kurento_signaller_stop (fixture->bridge);
}

GST_START_TEST (test_nothing_on_its_way_after_stop)
{
  Fixture fixture;

  fixture_init (&fixture);
  start_bridge (&fixture);
  in_loop (&fixture, tell_and_stop, &fixture);
  in_loop (&fixture, nothing, NULL);
  fail_unless_equals_string (fixture.told->str, "");
  fixture_clear (&fixture);
}
GST_END_TEST;

/* What is told between is of the life before, although the loop has gone on. */
GST_START_TEST (test_another_start)
{
  Fixture fixture;

  fixture_init (&fixture);
  start_bridge (&fixture);
  in_loop (&fixture, stop, fixture.bridge);
  in_loop (&fixture, start, fixture.bridge);
  gst_kurento_signaller_emit_offer (GST_KURENTO_SIGNALLER (fixture.inner), "late");
  wait_asked (&fixture, "start;stop;start;");
  gst_kurento_signaller_emit_offer (GST_KURENTO_SIGNALLER (fixture.inner), "new");
  in_loop (&fixture, nothing, NULL);
  fail_unless_equals_string (fixture.told->str, "offer \"new\";");
  in_loop (&fixture, stop, fixture.bridge);
  fixture_clear (&fixture);
}
GST_END_TEST;

/* Stopped before the application has heard of the start. */
GST_START_TEST (test_no_start)
{
  Fixture fixture;

  fixture_init (&fixture);
  in_loop (&fixture, start, fixture.bridge);
  in_loop (&fixture, stop, fixture.bridge);
  wait_asked (&fixture, "start;stop;");
  gst_kurento_signaller_emit_offer (GST_KURENTO_SIGNALLER (fixture.inner), "late");
  in_loop (&fixture, nothing, NULL);
  fail_unless_equals_string (fixture.told->str, "");
  fixture_clear (&fixture);
}
GST_END_TEST;

GST_START_TEST (test_can_offer)
{
  Fixture fixture;

  fixture_init (&fixture);
  fail_unless (kp_signaller_can_offer (GST_KURENTO_SIGNALLER (fixture.inner)));
  fail_unless (kp_signaller_can_offer (fixture.bridge));
  GST_KURENTO_SIGNALLER_GET_IFACE (fixture.inner)->send_offer = NULL;
  fail_if (kp_signaller_can_offer (GST_KURENTO_SIGNALLER (fixture.inner)));
  fail_if (kp_signaller_can_offer (fixture.bridge));
  fixture_clear (&fixture);
}
GST_END_TEST;

static Suite *
kp_signaller_bridge_suite (void)
{
  Suite *suite = suite_create ("kp-signaller-bridge");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_functions);
  tcase_add_test (tcase, test_signals);
  tcase_add_test (tcase, test_nothing_after_stop);
  tcase_add_test (tcase, test_nothing_on_its_way_after_stop);
  tcase_add_test (tcase, test_another_start);
  tcase_add_test (tcase, test_no_start);
  tcase_add_test (tcase, test_can_offer);

  return suite;
}

GST_CHECK_MAIN (kp_signaller_bridge)
