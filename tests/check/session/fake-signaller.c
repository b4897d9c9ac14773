/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fake-signaller.h"

#include "gstkurentoerror.h"

struct _FakeSignaller
{
  GObject parent_instance;
  KpLoop *loop; /* owned */
  GMutex lock; /* guards everything below */
  FakeSignaller *other; /* owned; or NULL */
  FakeMunge munge;
  gchar *error; /* owned */
  guint n_failing_starts;
};

typedef enum
{
  SAY_OFFER,
  SAY_ANSWER,
  SAY_CANDIDATE,
  SAY_REQUEST,
  SAY_ENDED,
  SAY_LOST,
} Say;

typedef struct
{
  FakeSignaller *to; /* owned */
  Say say;
  gchar *text; /* owned */
  guint mline_index;
  gchar *mid; /* owned */
} Saying;

static void fake_signaller_iface_init (GstKurentoSignallerInterface *iface);

G_DEFINE_TYPE_WITH_CODE (FakeSignaller, fake_signaller, G_TYPE_OBJECT,
                         G_IMPLEMENT_INTERFACE (GST_TYPE_KURENTO_SIGNALLER, fake_signaller_iface_init))

static void
saying_free (gpointer data)
{
  Saying *saying = data;

  g_object_unref (saying->to);
  g_free (saying->text);
  g_free (saying->mid);
  g_free (saying);
}

static void
tell_lost (GstKurentoSignaller *self)
{
  g_autoptr (GError) error
      = g_error_new_literal (GST_KURENTO_ERROR, GST_KURENTO_ERROR_SIGNALLING, "the server has gone");

  gst_kurento_signaller_emit_lost (self, error);
}

static void
saying_run (gpointer data)
{
  Saying *saying = data;
  GstKurentoSignaller *to = GST_KURENTO_SIGNALLER (saying->to);

  switch (saying->say)
    {
    case SAY_OFFER:
      gst_kurento_signaller_emit_offer (to, saying->text);
      break;
    case SAY_ANSWER:
      gst_kurento_signaller_emit_answer (to, saying->text);
      break;
    case SAY_CANDIDATE:
      gst_kurento_signaller_emit_candidate (to, saying->text, saying->mline_index, saying->mid);
      break;
    case SAY_REQUEST:
      gst_kurento_signaller_emit_session_requested (to);
      break;
    case SAY_ENDED:
      gst_kurento_signaller_emit_session_ended (to, saying->text);
      break;
    case SAY_LOST:
      tell_lost (to);
      break;
    default:
      g_assert_not_reached ();
    }
}

static void
say (FakeSignaller *to, Say what, const gchar *text, guint mline_index, const gchar *mid)
{
  Saying *saying = g_new0 (Saying, 1);

  saying->to = g_object_ref (to);
  saying->say = what;
  saying->text = g_strdup (text);
  saying->mline_index = mline_index;
  saying->mid = g_strdup (mid);
  kp_loop_post (to->loop, saying_run, saying, saying_free);
}

static void
pass_on (GstKurentoSignaller *signaller, Say what, const gchar *text, guint mline_index, const gchar *mid)
{
  FakeSignaller *self = FAKE_SIGNALLER (signaller);
  g_autoptr (FakeSignaller) other = NULL;
  g_autofree gchar *munged = NULL;
  FakeMunge munge;

  g_mutex_lock (&self->lock);
  other = self->other ? g_object_ref (self->other) : NULL;
  munge = self->munge;
  g_mutex_unlock (&self->lock);
  if (other == NULL)
    return;

  if (munge && what != SAY_CANDIDATE)
    munged = munge (text);
  say (other, what, munged ? munged : text, mline_index, mid);
}

static void
fake_signaller_start (GstKurentoSignaller *signaller)
{
  FakeSignaller *self = FAKE_SIGNALLER (signaller);
  gboolean fails;

  g_mutex_lock (&self->lock);
  fails = self->n_failing_starts > 0;
  self->n_failing_starts -= fails;
  g_mutex_unlock (&self->lock);
  if (fails)
    tell_lost (signaller);
  else
    gst_kurento_signaller_emit_ready (signaller, NULL);
}

static void
fake_signaller_send_offer (GstKurentoSignaller *self, const gchar *sdp)
{
  pass_on (self, SAY_OFFER, sdp, 0, NULL);
}

static void
fake_signaller_send_answer (GstKurentoSignaller *self, const gchar *sdp)
{
  pass_on (self, SAY_ANSWER, sdp, 0, NULL);
}

static void
fake_signaller_send_candidate (GstKurentoSignaller *self, const gchar *candidate, guint sdp_mline_index,
                               const gchar *sdp_mid)
{
  pass_on (self, SAY_CANDIDATE, candidate, sdp_mline_index, sdp_mid);
}

static void
fake_signaller_send_error (GstKurentoSignaller *signaller, const GError *error)
{
  FakeSignaller *self = FAKE_SIGNALLER (signaller);

  g_mutex_lock (&self->lock);
  g_free (self->error);
  self->error = g_strdup (error->message);
  g_mutex_unlock (&self->lock);
}

static void
fake_signaller_end_session (GstKurentoSignaller *signaller, const gchar *reason)
{
  FakeSignaller *self = FAKE_SIGNALLER (signaller);
  g_autoptr (FakeSignaller) other = NULL;

  g_mutex_lock (&self->lock);
  other = self->other ? g_object_ref (self->other) : NULL;
  g_mutex_unlock (&self->lock);
  if (other)
    say (other, SAY_ENDED, reason, 0, NULL);
}

static void
fake_signaller_iface_init (GstKurentoSignallerInterface *iface)
{
  iface->start = fake_signaller_start;
  iface->send_offer = fake_signaller_send_offer;
  iface->send_answer = fake_signaller_send_answer;
  iface->send_candidate = fake_signaller_send_candidate;
  iface->send_error = fake_signaller_send_error;
  iface->end_session = fake_signaller_end_session;
}

static void
fake_signaller_finalize (GObject *object)
{
  FakeSignaller *self = FAKE_SIGNALLER (object);

  kp_loop_unref (self->loop);
  g_clear_object (&self->other);
  g_free (self->error);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (fake_signaller_parent_class)->finalize (object);
}

static void
fake_signaller_class_init (FakeSignallerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = fake_signaller_finalize;
}

static void
fake_signaller_init (FakeSignaller *self)
{
  g_mutex_init (&self->lock);
}

FakeSignaller *
fake_signaller_new (KpLoop *loop)
{
  FakeSignaller *self = g_object_new (FAKE_TYPE_SIGNALLER, NULL);

  self->loop = kp_loop_ref (loop);

  return self;
}

static void
set_other (FakeSignaller *self, FakeSignaller *other)
{
  g_mutex_lock (&self->lock);
  g_set_object (&self->other, other);
  g_mutex_unlock (&self->lock);
}

void
fake_signaller_wire (FakeSignaller *self, FakeSignaller *other)
{
  set_other (self, other);
  set_other (other, self);
}

void
fake_signaller_unwire (FakeSignaller *self)
{
  set_other (self, NULL);
}

void
fake_signaller_request_offer (FakeSignaller *self)
{
  say (self, SAY_REQUEST, NULL, 0, NULL);
}

void
fake_signaller_leave (FakeSignaller *self)
{
  say (self, SAY_ENDED, "the peer left", 0, NULL);
}

void
fake_signaller_lose (FakeSignaller *self, guint n_starts)
{
  g_mutex_lock (&self->lock);
  self->n_failing_starts = n_starts;
  g_mutex_unlock (&self->lock);
  say (self, SAY_LOST, NULL, 0, NULL);
}

void
fake_signaller_set_munge (FakeSignaller *self, FakeMunge munge)
{
  g_mutex_lock (&self->lock);
  self->munge = munge;
  g_mutex_unlock (&self->lock);
}

gchar *
fake_signaller_dup_error (FakeSignaller *self)
{
  gchar *error;

  g_mutex_lock (&self->lock);
  error = g_strdup (self->error);
  g_mutex_unlock (&self->lock);

  return error;
}
