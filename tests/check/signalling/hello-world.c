/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "serve-fixture.h"

#include <json-glib/json-glib.h>

/* What the real server and the real page said to each other. The page's part is said again; ours must be what such a
 * page understands, where the real server did, and better where it crashed. */
static const struct
{
  const gchar *file;
  const gchar *messages; /* ids of ours, repetitions left out */
  const gchar *events; /* what the session hears, repetitions left out */
} transcripts[] = {
  { "hello-world-start-stop", "startResponse iceCandidate startResponse iceCandidate ",
    "offer candidate ended offer candidate ended " },
  { "hello-world-reload", "startResponse iceCandidate startResponse iceCandidate ",
    "offer candidate ended offer candidate ended " },
  { "hello-world-start-twice", "startResponse iceCandidate startResponse iceCandidate ",
    "offer candidate ended offer candidate ended " },
  { "hello-world-start-twice-at-once", "startResponse iceCandidate startResponse iceCandidate ",
    "offer ended offer candidate ended " },
  { "hello-world-stop-before-answer", "startResponse iceCandidate startResponse iceCandidate ",
    "offer ended offer candidate ended " },
  { "hello-world-stop-raw-before-answer", "startResponse iceCandidate ", "offer ended " },
  { "hello-world-unknown-id", "error startResponse iceCandidate ", "offer candidate ended " },
  { "hello-world-garbage", "error ", "" },
  { "hello-world-garbage-null", "error ", "" },
  { "hello-world-bad-offer", "startResponse iceCandidate error startResponse iceCandidate ",
    "offer ended offer ended " },
  { "hello-world-bad-candidate", "startResponse iceCandidate ", "offer candidate ended " },
  { "hello-world-bad-candidate-none", "", "" },
  { "magic-mirror-start", "startResponse iceCandidate startResponse iceCandidate ",
    "offer candidate ended offer candidate ended " },
};

typedef struct
{
  Server *server; /* borrowed */
  Tab *tab; /* owned; the page's present socket, or NULL */
  GString *messages; /* owned */
} Replay;

static void
append_once (GString *words, const gchar *word)
{
  g_autofree gchar *text = g_strconcat (word, " ", NULL);

  if (!g_str_has_suffix (words->str, text))
    g_string_append (words, text);
}

static void
replay_close (Replay *self)
{
  if (!self->tab)
    return;

  tab_close (self->tab);
  for (guint i = 0; i < self->tab->messages->len; i++)
    {
      g_autoptr (JsonNode) node = json_from_string (g_ptr_array_index (self->tab->messages, i), NULL);

      append_once (self->messages, json_object_get_string_member (json_node_get_object (node), "id"));
    }
  g_clear_pointer (&self->tab, tab_free);
}

static void
replay_say (Replay *self, JsonObject *line)
{
  g_autofree gchar *text = NULL;

  if (json_object_has_member (line, "opcode"))
    {
      gsize length = 0;

      text = (gchar *)g_base64_decode (json_object_get_string_member (line, "raw"), &length);
      soup_websocket_connection_send_binary (self->tab->websocket, text, length);
      return;
    }

  text = json_object_has_member (line, "raw") ? g_strdup (json_object_get_string_member (line, "raw"))
                                              : json_to_string (json_object_get_member (line, "msg"), FALSE);
  tab_say (self->tab, text);
}

static void
replay_line (Replay *self, JsonObject *line)
{
  const gchar *dir = json_object_get_string_member (line, "dir");
  const gchar *note = json_object_get_string_member_with_default (line, "note", "");

  if (g_str_has_prefix (note, "ws created"))
    {
      replay_close (self);
      self->tab = tab_new_full (self->server, strrchr (note, '/') + 1, NULL);
      g_assert_no_error (self->tab->error);
    }
  else if (g_str_equal (dir, "c2s"))
    replay_say (self, line);
}

GST_START_TEST (test_transcript)
{
  g_autoptr (Server) server = server_new_started ();
  g_autofree gchar *path = g_strdup_printf ("%s/%s.jsonl", TUTORIALS, transcripts[__i__].file);
  g_autofree gchar *content = NULL;
  g_auto (GStrv) lines = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GString) events = g_string_new (NULL);
  Replay replay = { server, NULL, g_string_new (NULL) };

  g_file_get_contents (path, &content, NULL, &error);
  g_assert_no_error (error);
  server->answers = TRUE;
  lines = g_strsplit (content, "\n", -1);
  for (gchar **line = lines; *line && **line; line++)
    {
      g_autoptr (JsonNode) node = json_from_string (*line, &error);

      g_assert_no_error (error);
      replay_line (&replay, json_node_get_object (node));
    }
  replay_close (&replay);

  for (guint i = 0; i < server->events->len; i++)
    {
      const gchar *event = g_ptr_array_index (server->events, i);
      g_autofree gchar *word = g_strndup (event, strcspn (event, " "));

      append_once (events, word);
    }
  ck_assert_str_eq (replay.messages->str, transcripts[__i__].messages);
  ck_assert_str_eq (events->str, transcripts[__i__].events);
  g_string_free (replay.messages, TRUE);
}
GST_END_TEST;

static Suite *
hello_world_suite (void)
{
  Suite *suite = suite_create ("hello-world");
  TCase *tcase = tcase_create ("transcripts");

  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, test_transcript, 0, G_N_ELEMENTS (transcripts));

  return suite;
}

GST_CHECK_MAIN (hello_world);
