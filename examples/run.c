/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "run.h"

#include <glib-unix.h>

static void
event_cb (GstBus *bus, GstMessage *message, gpointer user_data)
{
  const GstStructure *event = gst_message_get_structure (message);

  if (gst_structure_has_name (event, "kurentopeer/connected"))
    g_print ("connected\n");
  else if (gst_structure_has_name (event, "kurentopeer/disconnected"))
    g_print ("disconnected %s\n", gst_structure_get_string (event, "reason"));
  else if (gst_structure_has_name (event, "kurentopeer/peer-error"))
    g_print ("peer-error %s\n", gst_structure_get_string (event, "text"));
}

static void
error_cb (GstBus *bus, GstMessage *message, gpointer loop)
{
  g_autoptr (GError) error = NULL;

  gst_message_parse_error (message, &error, NULL);
  g_print ("%s\n", error->message);
  g_main_loop_quit (loop);
}

static gboolean
interrupt_cb (gpointer loop)
{
  g_main_loop_quit (loop);

  return G_SOURCE_CONTINUE;
}

void
run (GstElement *pipeline)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);

  gst_bus_add_signal_watch (bus);
  g_signal_connect (bus, "message::element", G_CALLBACK (event_cb), NULL);
  g_signal_connect (bus, "message::error", G_CALLBACK (error_cb), loop);
  g_signal_connect_swapped (bus, "message::latency", G_CALLBACK (gst_bin_recalculate_latency), pipeline);
  g_unix_signal_add (SIGINT, interrupt_cb, loop);

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  g_main_loop_run (loop);
  gst_element_set_state (pipeline, GST_STATE_NULL);
}
