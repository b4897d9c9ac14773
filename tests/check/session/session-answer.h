/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gstkurentoerror.h"

#include <gio/gio.h>
#include <gst/check/gstcheck.h>

/* Requests of a session, and waiting for their answers, in the default main context. */

#define ANSWER_DEADLINE_SECONDS 10

/* What a request was answered with. */
typedef struct
{
  guint answers;
  gboolean is_text;
  gchar *text; /* owned */
  GError *error; /* owned */
} Answer;

static inline void
answer_clear (Answer *answer)
{
  g_clear_pointer (&answer->text, g_free);
  g_clear_error (&answer->error);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Answer, answer_clear)

static inline void
answered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Answer *answer = user_data;

  answer->answers++;
  if (answer->is_text)
    answer->text = g_task_propagate_pointer (G_TASK (result), &answer->error);
  else
    g_task_propagate_boolean (G_TASK (result), &answer->error);
}

static inline GTask *
text_task (Answer *answer)
{
  answer->is_text = TRUE;

  return g_task_new (NULL, NULL, answered_cb, answer);
}

static inline GTask *
plain_task (Answer *answer)
{
  return g_task_new (NULL, NULL, answered_cb, answer);
}

static inline gboolean
too_late_cb (gpointer user_data)
{
  fail ("no answer in time");

  return G_SOURCE_REMOVE;
}

static inline void
wait_answer (const Answer *answer)
{
  guint id = g_timeout_add_seconds (ANSWER_DEADLINE_SECONDS, too_late_cb, NULL);

  while (answer->answers == 0)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (id);
}

static inline void
assert_error (Answer *answer, GstKurentoError code, const gchar *word)
{
  wait_answer (answer);
  fail_unless (g_error_matches (answer->error, GST_KURENTO_ERROR, code), "%s",
               answer->error ? answer->error->message : "no error");
  fail_unless (strstr (answer->error->message, word) != NULL, "%s", answer->error->message);
}

static inline void
assert_ok (Answer *answer)
{
  wait_answer (answer);
  fail_unless (answer->error == NULL, "%s", answer->error ? answer->error->message : "");
}
