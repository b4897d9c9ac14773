/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gstkurentoerror.h"
#include "gstkurentosignaller.h"

/* A signaller that writes down what it is asked to do. */
typedef struct
{
  GObject parent;
  GString *log; /* owned */
} TestSignaller;

typedef GObjectClass TestSignallerClass;

static GType test_signaller_get_type (void);
static void test_signaller_iface_init (GstKurentoSignallerInterface *iface);

G_DEFINE_TYPE_WITH_CODE (TestSignaller, test_signaller, G_TYPE_OBJECT,
                         G_IMPLEMENT_INTERFACE (GST_TYPE_KURENTO_SIGNALLER, test_signaller_iface_init))

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
test_signaller_refuse (GstKurentoSignaller *self, const GError *error)
{
  write_down (self, "refuse %s;", error->message);
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
  iface->refuse = test_signaller_refuse;
  iface->end_session = test_signaller_end_session;
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
test_signaller_init (TestSignaller *self)
{
  self->log = g_string_new (NULL);
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
  gst_kurento_signaller_refuse (signaller, error);
  gst_kurento_signaller_end_session (signaller, "bye");
  gst_kurento_signaller_stop (signaller);
}

static void
emit_everything (GstKurentoSignaller *signaller)
{
  g_autoptr (GError) error = g_error_new_literal (GST_KURENTO_ERROR, GST_KURENTO_ERROR_SIGNALLING, "lost");

  gst_kurento_signaller_emit_ready (signaller, NULL);
  gst_kurento_signaller_emit_ready (signaller, "http://127.0.0.1/");
  gst_kurento_signaller_emit_failed (signaller, error);
  gst_kurento_signaller_emit_lost (signaller, error);
  gst_kurento_signaller_emit_session_requested (signaller);
  gst_kurento_signaller_emit_offer (signaller, "o");
  gst_kurento_signaller_emit_answer (signaller, "a");
  gst_kurento_signaller_emit_candidate (signaller, "c", 3, NULL);
  gst_kurento_signaller_emit_server_event (signaller, "n", "{}");
  gst_kurento_signaller_emit_session_ended (signaller, "bye");
}
