/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The signaller has lost its server: it is started again, after pauses that grow. */
#include "kp-session-private.h"

/* ms; each pause is twice as long as the one before */
#define FIRST_PAUSE 1000
#define LONGEST_PAUSE 30000

/* pauses; from the first to the longest one */
#define N_PAUSES 6

static guint
get_pause (guint attempt)
{
  return attempt < N_PAUSES ? FIRST_PAUSE << (attempt - 1) : LONGEST_PAUSE;
}

static gboolean
pause_cb (gpointer user_data)
{
  KpSession *self = user_data;

  kp_session_clear_timer (&self->reconnect_timer);
  gst_kurento_signaller_stop (self->signaller);
  gst_kurento_signaller_start (self->signaller);

  return G_SOURCE_REMOVE;
}

void
kp_reconnect_begin (KpSession *self, const GError *cause)
{
  guint pause;

  if (self->reconnect_timer)
    return;
  if (!self->auto_reconnect)
    {
      kp_session_tell_fatal (self, g_error_copy (cause));
      return;
    }

  pause = get_pause (++self->n_reconnects);
  g_clear_error (&self->reconnect_cause);
  self->reconnect_cause = g_error_copy (cause);
  self->reconnect_timer = kp_loop_add_timeout (self->loop, pause, pause_cb, self);
  kp_session_emit (self, KP_EVENT_RECONNECTING, self->n_reconnects, cause, (guint64)pause * GST_MSECOND);
}

void
kp_reconnect_done (KpSession *self)
{
  if (self->n_reconnects == 0)
    return;

  kp_reconnect_clear (self);
  kp_session_emit (self, KP_EVENT_RECONNECTED);
}

void
kp_reconnect_clear (KpSession *self)
{
  kp_session_clear_timer (&self->reconnect_timer);
  g_clear_error (&self->reconnect_cause);
  self->n_reconnects = 0;
}

void
kp_reconnect_take_wish (KpSession *self, gboolean auto_reconnect)
{
  self->auto_reconnect = auto_reconnect;
  if (auto_reconnect || self->reconnect_timer == NULL)
    return;

  kp_session_tell_fatal (self, g_steal_pointer (&self->reconnect_cause));
  kp_reconnect_clear (self);
}
