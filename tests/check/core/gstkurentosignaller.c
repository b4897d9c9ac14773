/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gstkurentosignaller.h"

#include <gst/check/gstcheck.h>

#include "gstkurentoerror.h"

/* A signaller that writes down what it is asked to do. */
typedef struct
{
  GObject parent;
  GString *log; /* owned */
} TestSignaller;

typedef GObjectClass TestSignallerClass;

/* A signaller that implements nothing: each function is optional. */
typedef GObject EmptySignaller;
typedef GObjectClass EmptySignallerClass;

static GType test_signaller_get_type (void);
static GType empty_signaller_get_type (void);
static void test_signaller_iface_init (GstKurentoSignallerInterface *iface);
static void empty_signaller_iface_init (GstKurentoSignallerInterface *iface);

G_DEFINE_TYPE_WITH_CODE (TestSignaller, test_signaller, G_TYPE_OBJECT,
                         G_IMPLEMENT_INTERFACE (GST_TYPE_KURENTO_SIGNALLER, test_signaller_iface_init))
G_DEFINE_TYPE_WITH_CODE (EmptySignaller, empty_signaller, G_TYPE_OBJECT,
                         G_IMPLEMENT_INTERFACE (GST_TYPE_KURENTO_SIGNALLER, empty_signaller_iface_init))

static void write_down (gpointer self, const gchar *format, ...) G_GNUC_PRINTF (2, 3);

static void
write_down (gpointer self, const gchar *format, ...)
{
  va_list args;

  va_start (args, format);
  g_string_append_vprintf (((TestSignaller *)self)->log, format, args);
  va_end (args);
}

static void
test_signaller_start (GstKurentoSignaller *self)
{
  write_down (self, "start;");
}

static void
test_signaller_stop (GstKurentoSignaller *self)
{
  write_down (self, "stop;");
}

static void
test_signaller_send_offer (GstKurentoSignaller *self, const gchar *sdp)
{
  write_down (self, "offer %s;", sdp);
}

static void
test_signaller_send_answer (GstKurentoSignaller *self, const gchar *sdp)
{
  write_down (self, "answer %s;", sdp);
}

static void
test_signaller_send_candidate (GstKurentoSignaller *self, const gchar *candidate, guint sdp_mline_index,
                               const gchar *sdp_mid)
{
  write_down (self, "candidate %s %u %s;", candidate, sdp_mline_index, sdp_mid);
}

static void
test_signaller_send_error (GstKurentoSignaller *self, const GError *error)
{
  write_down (self, "error %s;", error->message);
}

static void
test_signaller_end_session (GstKurentoSignaller *self, const gchar *reason)
{
  write_down (self, "end %s;", reason);
}

static void
test_signaller_iface_init (GstKurentoSignallerInterface *iface)
{
  iface->start = test_signaller_start;
  iface->stop = test_signaller_stop;
  iface->send_offer = test_signaller_send_offer;
  iface->send_answer = test_signaller_send_answer;
  iface->send_candidate = test_signaller_send_candidate;
  iface->send_error = test_signaller_send_error;
  iface->end_session = test_signaller_end_session;
}

static void
empty_signaller_iface_init (GstKurentoSignallerInterface *iface)
{
}

static void
test_signaller_finalize (GObject *object)
{
  g_string_free (((TestSignaller *)object)->log, TRUE);

  G_OBJECT_CLASS (test_signaller_parent_class)->finalize (object);
}

static void
test_signaller_class_init (TestSignallerClass *klass)
{
  klass->finalize = test_signaller_finalize;
}

static void
empty_signaller_class_init (EmptySignallerClass *klass)
{
}

static void
test_signaller_init (TestSignaller *self)
{
  self->log = g_string_new (NULL);
}

static void
empty_signaller_init (EmptySignaller *self)
{
}

static void
call_everything (GstKurentoSignaller *signaller)
{
  g_autoptr (GError) error = g_error_new_literal (GST_KURENTO_ERROR, GST_KURENTO_ERROR_ICE, "no route");

  gst_kurento_signaller_start (signaller);
  gst_kurento_signaller_send_offer (signaller, "o");
  gst_kurento_signaller_send_answer (signaller, "a");
  gst_kurento_signaller_send_candidate (signaller, "c", 2, "m");
  gst_kurento_signaller_send_error (signaller, error);
  gst_kurento_signaller_end_session (signaller, "bye");
  gst_kurento_signaller_stop (signaller);
}

GST_START_TEST (test_functions)
{
  GObject *signaller = g_object_new (test_signaller_get_type (), NULL);

  call_everything (GST_KURENTO_SIGNALLER (signaller));
  fail_unless_equals_string (((TestSignaller *)signaller)->log->str,
                             "start;offer o;answer a;candidate c 2 m;error no route;end bye;stop;");
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
  write_down (signaller, "failed %s;", error->message);
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

static void
emit_everything (GstKurentoSignaller *signaller)
{
  g_autoptr (GError) error = g_error_new_literal (GST_KURENTO_ERROR, GST_KURENTO_ERROR_SIGNALLING, "lost");

  gst_kurento_signaller_emit_ready (signaller, NULL);
  gst_kurento_signaller_emit_ready (signaller, "http://127.0.0.1/");
  gst_kurento_signaller_emit_failed (signaller, error);
  gst_kurento_signaller_emit_session_requested (signaller);
  gst_kurento_signaller_emit_offer (signaller, "o");
  gst_kurento_signaller_emit_answer (signaller, "a");
  gst_kurento_signaller_emit_candidate (signaller, "c", 3, NULL);
  gst_kurento_signaller_emit_server_event (signaller, "n", "{}");
  gst_kurento_signaller_emit_session_ended (signaller, "bye");
}

GST_START_TEST (test_signals)
{
  GObject *signaller = g_object_new (test_signaller_get_type (), NULL);

  g_signal_connect (signaller, "ready", G_CALLBACK (string_cb), "ready");
  g_signal_connect (signaller, "failed", G_CALLBACK (failed_cb), NULL);
  g_signal_connect (signaller, "session-requested", G_CALLBACK (no_argument_cb), "requested");
  g_signal_connect (signaller, "offer", G_CALLBACK (string_cb), "offer");
  g_signal_connect (signaller, "answer", G_CALLBACK (string_cb), "answer");
  g_signal_connect (signaller, "candidate", G_CALLBACK (candidate_cb), NULL);
  g_signal_connect (signaller, "server-event", G_CALLBACK (server_event_cb), NULL);
  g_signal_connect (signaller, "session-ended", G_CALLBACK (string_cb), "ended");

  emit_everything (GST_KURENTO_SIGNALLER (signaller));
  fail_unless_equals_string (((TestSignaller *)signaller)->log->str,
                             "ready nothing;ready http://127.0.0.1/;failed lost;requested;offer o;answer a;"
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
