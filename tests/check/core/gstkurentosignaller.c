/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gstkurentosignaller.h"

#include <gst/check/gstcheck.h>

#include "test-signaller.h"

/* A signaller that implements nothing: each function is optional. */
typedef GObject EmptySignaller;
typedef GObjectClass EmptySignallerClass;

static GType empty_signaller_get_type (void);
static void empty_signaller_iface_init (GstKurentoSignallerInterface *iface);

G_DEFINE_TYPE_WITH_CODE (EmptySignaller, empty_signaller, G_TYPE_OBJECT,
                         G_IMPLEMENT_INTERFACE (GST_TYPE_KURENTO_SIGNALLER, empty_signaller_iface_init))

static void
empty_signaller_iface_init (GstKurentoSignallerInterface *iface)
{
}

static void
empty_signaller_class_init (EmptySignallerClass *klass)
{
}

static void
empty_signaller_init (EmptySignaller *self)
{
}

GST_START_TEST (test_functions)
{
  GObject *signaller = g_object_new (test_signaller_get_type (), NULL);

  call_everything (GST_KURENTO_SIGNALLER (signaller));
  fail_unless_equals_string (
      ((TestSignaller *)signaller)->log->str,
      "start;offer o;answer a;candidate c 2 m;error no route;refuse no route;end bye;stop;");
  g_assert_finalize_object (signaller);
}
GST_END_TEST;

GST_START_TEST (test_functions_are_optional)
{
  GObject *signaller = g_object_new (empty_signaller_get_type (), NULL);

  call_everything (GST_KURENTO_SIGNALLER (signaller));
  g_assert_finalize_object (signaller);
}
GST_END_TEST;

static void
string_cb (GstKurentoSignaller *signaller, const gchar *text, gpointer user_data)
{
  write_down (signaller, "%s %s;", (const gchar *)user_data, text ? text : "nothing");
}

static void
no_argument_cb (GstKurentoSignaller *signaller, gpointer user_data)
{
  write_down (signaller, "%s;", (const gchar *)user_data);
}

static void
failed_cb (GstKurentoSignaller *signaller, const GError *error, gpointer user_data)
{
  write_down (signaller, "%s %s;", (const gchar *)user_data, error->message);
}

static void
candidate_cb (GstKurentoSignaller *signaller, const gchar *candidate, guint sdp_mline_index,
              const gchar *sdp_mid, gpointer user_data)
{
  write_down (signaller, "candidate %s %u %s;", candidate, sdp_mline_index, sdp_mid ? sdp_mid : "nothing");
}

static void
server_event_cb (GstKurentoSignaller *signaller, const gchar *name, const gchar *json, gpointer user_data)
{
  write_down (signaller, "event %s %s;", name, json);
}

GST_START_TEST (test_signals)
{
  GObject *signaller = g_object_new (test_signaller_get_type (), NULL);

  g_signal_connect (signaller, "ready", G_CALLBACK (string_cb), "ready");
  g_signal_connect (signaller, "failed", G_CALLBACK (failed_cb), "failed");
  g_signal_connect (signaller, "lost", G_CALLBACK (failed_cb), "lost");
  g_signal_connect (signaller, "session-requested", G_CALLBACK (no_argument_cb), "requested");
  g_signal_connect (signaller, "offer", G_CALLBACK (string_cb), "offer");
  g_signal_connect (signaller, "answer", G_CALLBACK (string_cb), "answer");
  g_signal_connect (signaller, "candidate", G_CALLBACK (candidate_cb), NULL);
  g_signal_connect (signaller, "server-event", G_CALLBACK (server_event_cb), NULL);
  g_signal_connect (signaller, "session-ended", G_CALLBACK (string_cb), "ended");

  emit_everything (GST_KURENTO_SIGNALLER (signaller));
  fail_unless_equals_string (
      ((TestSignaller *)signaller)->log->str,
      "ready nothing;ready http://127.0.0.1/;failed lost;lost lost;requested;offer o;answer a;"
      "candidate c 3 nothing;event n {};ended bye;");
  g_assert_finalize_object (signaller);
}
GST_END_TEST;

GST_START_TEST (test_not_a_signaller)
{
  g_autoptr (GObject) object = g_object_new (G_TYPE_OBJECT, NULL);

  g_test_expect_message ("kurentopeer", G_LOG_LEVEL_CRITICAL, "gst_kurento_signaller_start: assertion*");
  gst_kurento_signaller_start ((GstKurentoSignaller *)object);
  g_test_expect_message ("kurentopeer", G_LOG_LEVEL_CRITICAL, "gst_kurento_signaller_emit_offer: assertion*");
  gst_kurento_signaller_emit_offer ((GstKurentoSignaller *)object, "o");
  g_test_assert_expected_messages ();
}
GST_END_TEST;

static Suite *
gst_kurento_signaller_suite (void)
{
  Suite *suite = suite_create ("gstkurentosignaller");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_functions);
  tcase_add_test (tcase, test_functions_are_optional);
  tcase_add_test (tcase, test_signals);
  tcase_add_test (tcase, test_not_a_signaller);

  return suite;
}

GST_CHECK_MAIN (gst_kurento_signaller)
