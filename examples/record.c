/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Records a visitor: record FILE [SIGNALLER-URI]
 *
 * What the browser sends goes into FILE (.webm, .mkv or .mp4) as it comes: nothing is decoded or encoded again. The file is
 * complete when the visitor leaves, or with Ctrl-C.
 *
 * cc record.c -o record $(pkg-config --cflags --libs gstreamer-kurentopeer-1.0) */
#include <glib-unix.h>
#include <gst/gst.h>

typedef struct
{
  GMainLoop *loop;
  GstElement *pipeline;
  int status;
} Recorder;

typedef struct
{
  const gchar *suffix;
  const gchar *muxer;
  const gchar *codec; /* that the browser is asked for */
} Format;

static const Format formats[] = {
  { ".webm", "webmmux offset-to-zero=true", "VP8" },
  { ".mkv", "matroskamux offset-to-zero=true", "H264" },
  { ".mp4", "mp4mux", "H264" },
};

/* NULL: none for that file */
static const Format *
find_format (const gchar *file)
{
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    if (g_str_has_suffix (file, formats[i].suffix))
      return &formats[i];

  return NULL;
}

static GstElement *
make_pipeline (const gchar *file, const gchar *uri, GError **error)
{
  g_autofree gchar *description = NULL;
  g_autoptr (GstElement) pipeline = NULL;
  g_autoptr (GstElement) sink = NULL;
  const Format *format = find_format (file);

  description = g_strdup_printf (
      "%s name=mux ! filesink name=file "
      "kurentopeerrecvonly name=peer output=encoded video-codecs=%s audio-codecs=OPUS signaller-uri=%s "
      "peer.video_src_0 ! queue ! mux.video_0  peer.audio_src_0 ! queue ! mux.audio_0",
      format->muxer, format->codec, uri);
  pipeline = gst_parse_launch (description, error);
  if (!pipeline)
    return NULL;

  sink = gst_bin_get_by_name (GST_BIN (pipeline), "file");
  g_object_set (sink, "location", file, NULL);

  return g_steal_pointer (&pipeline);
}

/* The muxer completes the file, and then comes EOS. */
static gboolean
finish (gpointer user_data)
{
  Recorder *self = user_data;

  gst_element_send_event (self->pipeline, gst_event_new_eos ());

  return G_SOURCE_CONTINUE;
}

static void
event_cb (GstBus *bus, GstMessage *message, Recorder *self)
{
  const GstStructure *event = gst_message_get_structure (message);

  if (gst_structure_has_name (event, "kurentopeer/server-event"))
    g_print ("%s %s\n", gst_structure_get_string (event, "name"), gst_structure_get_string (event, "json"));
  else if (gst_structure_has_name (event, "kurentopeer/connected"))
    g_print ("recording\n");
  else if (gst_structure_has_name (event, "kurentopeer/disconnected"))
    finish (self);
}

static void
error_cb (GstBus *bus, GstMessage *message, Recorder *self)
{
  g_autoptr (GError) error = NULL;

  gst_message_parse_error (message, &error, NULL);
  g_printerr ("%s\n", error->message);
  self->status = 1;
  g_main_loop_quit (self->loop);
}

static void
watch (Recorder *self)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (self->pipeline);

  gst_bus_add_signal_watch (bus);
  g_signal_connect (bus, "message::element", G_CALLBACK (event_cb), self);
  g_signal_connect (bus, "message::error", G_CALLBACK (error_cb), self);
  g_signal_connect_swapped (bus, "message::latency", G_CALLBACK (gst_bin_recalculate_latency),
                            self->pipeline);
  g_signal_connect_swapped (bus, "message::eos", G_CALLBACK (g_main_loop_quit), self->loop);
  g_unix_signal_add (SIGINT, finish, self);
}

int
main (int argc, char **argv)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GstElement) pipeline = NULL;
  g_autoptr (GError) error = NULL;
  Recorder recorder = { loop };

  gst_init (&argc, &argv);
  if (argc < 2 || !find_format (argv[1]))
    g_printerr ("usage: record FILE.webm|FILE.mkv|FILE.mp4 [SIGNALLER-URI]\n");
  else
    pipeline = make_pipeline (argv[1], argc > 2 ? argv[2] : "serve+http://127.0.0.1:8080/", &error);
  if (error)
    g_printerr ("%s\n", error->message);
  if (!pipeline)
    return 1;

  recorder.pipeline = pipeline;
  watch (&recorder);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  g_main_loop_run (loop);
  gst_element_set_state (pipeline, GST_STATE_NULL);

  return recorder.status;
}
