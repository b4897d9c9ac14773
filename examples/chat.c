/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A chat with whoever opens the page: chat [SIGNALLER-URI]
 *
 * Each line of the standard input is a message on the data channel, and each message that comes is a line of the standard
 * output. No media. Lines are read once somebody is there; the chat ends with the visit after the end of the input.
 *
 * cc chat.c -o chat $(pkg-config --cflags --libs gstreamer-kurentopeer-1.0 gio-unix-2.0) */
#include <gio/gunixinputstream.h>
#include <gst/kurentopeer/kurentopeer.h>
#include <stdio.h>

typedef struct
{
  GMainLoop *loop;
  GDataInputStream *lines;
  GstKurentoPeer *peer;
  gboolean ended; /* the input */
} Chat;

static void read_line (Chat *self);

static void
line_cb (GObject *lines, GAsyncResult *result, gpointer user_data)
{
  Chat *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *line = NULL;

  line = g_data_input_stream_read_line_finish_utf8 (G_DATA_INPUT_STREAM (lines), result, NULL, &error);
  if (line)
    {
      if (!gst_kurento_peer_send_string (self->peer, NULL, line, &error))
        g_printerr ("%s\n", error->message);
      read_line (self);
      return;
    }

  if (error)
    g_printerr ("%s\n", error->message);
  self->ended = TRUE;
}

static void
read_line (Chat *self)
{
  g_data_input_stream_read_line_async (self->lines, G_PRIORITY_DEFAULT, NULL, line_cb, self);
}

/* The adapter emits the signals of the peer in the main loop; those of the peer itself come in a thread of its own. */

static void
server_event_cb (GstKurentoPeerSignalAdapter *adapter, const gchar *name, const gchar *json, Chat *self)
{
  g_printerr ("%s %s\n", name, json);
}

static void
open_cb (GstKurentoPeerSignalAdapter *adapter, const gchar *label, Chat *self)
{
  g_printerr ("open: %s\n", label);
  if (!self->ended && !g_input_stream_has_pending (G_INPUT_STREAM (self->lines)))
    read_line (self);
}

static void
message_cb (GstKurentoPeerSignalAdapter *adapter, const gchar *label, GBytes *data, gboolean is_text,
            Chat *self)
{
  gsize size;
  const gchar *text = g_bytes_get_data (data, &size);

  if (is_text)
    printf ("%.*s\n", (int)size, text);
  else
    printf ("%" G_GSIZE_FORMAT " bytes\n", size);
  fflush (stdout);
}

static void
disconnected_cb (GstKurentoPeerSignalAdapter *adapter, const gchar *reason, Chat *self)
{
  g_printerr ("disconnected: %s\n", reason);
  if (self->ended)
    g_main_loop_quit (self->loop);
}

static void
peer_error_cb (GstKurentoPeerSignalAdapter *adapter, const GError *error, Chat *self)
{
  g_printerr ("%s\n", error->message);
}

static void
error_cb (GstBus *bus, GstMessage *message, Chat *self)
{
  g_autoptr (GError) error = NULL;

  gst_message_parse_error (message, &error, NULL);
  g_printerr ("%s\n", error->message);
  g_main_loop_quit (self->loop);
}

int
main (int argc, char **argv)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GInputStream) input = g_unix_input_stream_new (0, FALSE);
  g_autoptr (GDataInputStream) lines = g_data_input_stream_new (input);
  g_autoptr (GstKurentoPeerSignalAdapter) adapter = NULL;
  g_autoptr (GstElement) pipeline = NULL;
  g_autoptr (GstBus) bus = NULL;
  Chat chat = { loop, lines };

  gst_init (&argc, &argv);
  pipeline = gst_pipeline_new (NULL);
  chat.peer = GST_KURENTO_PEER (gst_element_factory_make ("kurentopeer", NULL));
  g_object_set (chat.peer, "media-constraints", "{\"audio\":false,\"video\":false}", "signaller-uri",
                argc > 1 ? argv[1] : "serve+http://127.0.0.1:8080/", NULL);
  gst_bin_add (GST_BIN (pipeline), GST_ELEMENT (chat.peer));

  adapter = gst_kurento_peer_signal_adapter_new (chat.peer, NULL);
  g_signal_connect (adapter, "server-event", G_CALLBACK (server_event_cb), &chat);
  g_signal_connect (adapter, "data-channel-open", G_CALLBACK (open_cb), &chat);
  g_signal_connect (adapter, "data-channel-message", G_CALLBACK (message_cb), &chat);
  g_signal_connect (adapter, "disconnected", G_CALLBACK (disconnected_cb), &chat);
  g_signal_connect (adapter, "peer-error", G_CALLBACK (peer_error_cb), &chat);
  bus = gst_element_get_bus (pipeline);
  gst_bus_add_signal_watch (bus);
  g_signal_connect (bus, "message::error", G_CALLBACK (error_cb), &chat);

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  g_main_loop_run (loop);
  gst_element_set_state (pipeline, GST_STATE_NULL);

  return 0;
}
