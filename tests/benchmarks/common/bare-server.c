/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What one writes from the GStreamer demos without kurentopeer: webrtcbin, libsoup and the hello-world dialect. It is
 * the yardstick of the benchmarks, so it is honest: it trickles, answers at once and, as webrtc-sendrecv does, builds
 * the pipeline from the payload types of the offer. What it is asked for apart, webrtcbin is at its defaults but for
 * the bundle policy. */

#include "bare.h"
#include "wire.h"

#include <glib-unix.h>
#include <gst/sdp/sdp.h>
#include <gst/webrtc/webrtc.h>
#include <stdlib.h>

static gchar *audio, *codec = "VP8", *receive, *settings = "", *source, *video;
static gboolean retransmit;

static const GOptionEntry options[] = {
  { "audio", 0, 0, G_OPTION_ARG_STRING, &audio, "What is sent, down to the payloader", "LINE" },
  { "video", 0, 0, G_OPTION_ARG_STRING, &video, "What is sent, down to the payloader", "LINE" },
  { "codec", 0, 0, G_OPTION_ARG_STRING, &codec, "Of the video that is sent", "NAME" },
  { "source", 0, 0, G_OPTION_ARG_STRING, &source, "Up to a tee named tee, of which all clients get video",
    "LINE" },
  { "receive", 0, 0, G_OPTION_ARG_STRING, &receive, "What received streams go through", "LINE" },
  { "retransmit", 0, 0, G_OPTION_ARG_NONE, &retransmit, "NACK and RTX", NULL },
  { "settings", 0, 0, G_OPTION_ARG_STRING, &settings, "Properties of webrtcbin", "NAME=VALUE ..." },
  { NULL },
};

/* of the source; or NULL */
static GstElement *shared; /* owned; its pipeline */
static GstElement *tee; /* owned */

typedef struct
{
  Wire *wire; /* reference */
  GstElement *pipeline; /* owned; NULL until the offer */
  GstElement *webrtc; /* owned; NULL until the offer */
} Client;

static void
client_clear (Client *self)
{
  g_clear_pointer (&self->wire, wire_unref);
  gst_clear_object (&self->webrtc);
  gst_clear_object (&self->pipeline);
}

static void
client_unref (Client *self)
{
  g_atomic_rc_box_release_full (self, (GDestroyNotify)client_clear);
}

static void
client_closure_unref (gpointer self, GClosure *closure)
{
  client_unref (self);
}

static void
on_ice_candidate_cb (GstElement *webrtc, guint mline_index, const gchar *candidate, Client *self)
{
  wire_send_candidate (self->wire, "iceCandidate", mline_index, candidate);
}

static void
answer_created_cb (GstPromise *promise, gpointer user_data)
{
  Client *self = user_data;
  g_autoptr (GstWebRTCSessionDescription) answer = NULL;
  g_autofree gchar *sdp = NULL;

  gst_structure_get (gst_promise_get_reply (promise), "answer", GST_TYPE_WEBRTC_SESSION_DESCRIPTION, &answer,
                     NULL);
  gst_promise_unref (promise);
  if (answer == NULL)
    g_error ("webrtcbin made no answer");
  g_signal_emit_by_name (self->webrtc, "set-local-description", answer, NULL);

  sdp = gst_sdp_message_as_text (answer->sdp);
  wire_send_sdp (self->wire, "startResponse", "sdpAnswer", sdp);
}

static void
offer_set_cb (GstPromise *promise, gpointer user_data)
{
  Client *self = user_data;

  gst_promise_unref (promise);
  promise = gst_promise_new_with_change_func (answer_created_cb, g_atomic_rc_box_acquire (self),
                                              (GDestroyNotify)client_unref);
  g_signal_emit_by_name (self->webrtc, "create-answer", NULL, promise);
}

/* The payload type that the client gives to a codec, -1 when it does not know it. */
static gint
find_payload_type (const GstSDPMessage *offer, guint mline_index, const gchar *encoding)
{
  const GstSDPMedia *media = gst_sdp_message_get_media (offer, mline_index);

  for (guint i = 0; i < gst_sdp_media_formats_len (media); i++)
    {
      gint pt = atoi (gst_sdp_media_get_format (media, i));
      g_autoptr (GstCaps) caps = gst_sdp_media_get_caps_from_media (media, pt);

      if (caps != NULL
          && g_strcmp0 (gst_structure_get_string (gst_caps_get_structure (caps, 0), "encoding-name"),
                        encoding)
                 == 0)
        return pt;
    }
  return -1;
}

static void
append_track (GString *line, const GstSDPMessage *offer, guint mline_index)
{
  const gchar *media = gst_sdp_media_get_media (gst_sdp_message_get_media (offer, mline_index));
  gboolean is_video = g_str_equal (media, "video");
  const gchar *track = is_video ? video : audio;
  const gchar *encoding = is_video ? codec : "OPUS";
  gint pt = find_payload_type (offer, mline_index, encoding);

  if (track)
    g_string_append_printf (line,
                            "%s pt=%d ! application/x-rtp,media=%s,encoding-name=%s,payload=%d ! "
                            "webrtc.sink_%u ",
                            track, pt, media, encoding, pt, mline_index);
}

static void
client_play (Client *self, GstElement *bin)
{
  self->pipeline = shared ? gst_object_ref (shared) : gst_pipeline_new (NULL);
  gst_bin_add (GST_BIN (self->pipeline), bin);
  if (shared)
    {
      gst_element_sync_state_with_parent (bin);
      gst_element_link_pads (tee, NULL, bin, "sink");
    }
  else
    gst_element_set_state (self->pipeline, GST_STATE_PLAYING);
}

static GstElement *
client_build (Client *self, const GstSDPMessage *offer)
{
  g_autoptr (GString) line = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  GstElement *bin;

  g_string_printf (line, "webrtcbin name=webrtc bundle-policy=max-bundle %s ", settings);
  for (guint i = 0; i < gst_sdp_message_medias_len (offer); i++)
    append_track (line, offer, i);

  bin = gst_parse_bin_from_description (line->str, source != NULL, &error);
  if (error != NULL)
    g_error ("%s", error->message);
  self->webrtc = gst_bin_get_by_name (GST_BIN (bin), "webrtc");
  g_signal_connect_data (self->webrtc, "on-ice-candidate", G_CALLBACK (on_ice_candidate_cb),
                         g_atomic_rc_box_acquire (self), client_closure_unref, 0);
  if (retransmit)
    bare_retransmit (self->webrtc);
  if (receive)
    bare_receive (self->webrtc, receive);
  return bin;
}

static void
client_start (Client *self, const gchar *sdp)
{
  g_autoptr (GstWebRTCSessionDescription) offer = NULL;
  GstSDPMessage *message;
  GstPromise *promise;

  if (self->pipeline != NULL || gst_sdp_message_new_from_text (sdp, &message) != GST_SDP_OK)
    return;
  offer = gst_webrtc_session_description_new (GST_WEBRTC_SDP_TYPE_OFFER, message);
  client_play (self, client_build (self, message));

  promise = gst_promise_new_with_change_func (offer_set_cb, g_atomic_rc_box_acquire (self),
                                              (GDestroyNotify)client_unref);
  g_signal_emit_by_name (self->webrtc, "set-remote-description", offer, promise);
}

static void
message_cb (const gchar *id, JsonObject *message, gpointer user_data)
{
  Client *self = user_data;

  if (g_str_equal (id, "start"))
    client_start (self, json_object_get_string_member (message, "sdpOffer"));
  else if (g_str_equal (id, "onIceCandidate") && self->webrtc != NULL)
    wire_add_candidate (self->webrtc, message);
  else if (g_str_equal (id, "stop"))
    wire_close (self->wire);
}

static void
socket_closed_cb (SoupWebsocketConnection *socket, Client *self)
{
  g_signal_handlers_disconnect_by_data (socket, self);
  wire_disconnect (self->wire);
  if (shared)
    exit (EXIT_SUCCESS); /* nobody comes and goes there */
  if (self->pipeline != NULL)
    gst_element_set_state (self->pipeline, GST_STATE_NULL);
  if (self->webrtc != NULL)
    g_signal_handlers_disconnect_by_data (self->webrtc, self);
  client_unref (self);
}

static void
socket_opened_cb (SoupServer *server, SoupServerMessage *message, const gchar *path,
                  SoupWebsocketConnection *socket, gpointer user_data)
{
  Client *self = g_atomic_rc_box_new0 (Client);

  self->wire = wire_new (socket, message_cb, self);
  g_signal_connect (socket, "closed", G_CALLBACK (socket_closed_cb), self);
}

static void
start_source (void)
{
  g_autoptr (GError) error = NULL;

  shared = gst_parse_launch (source, &error);
  if (error != NULL)
    g_error ("%s", error->message);
  tee = gst_bin_get_by_name (GST_BIN (shared), "tee");
  gst_element_set_state (shared, GST_STATE_PLAYING);
}

/* As gst-launch-1.0 does. */
static gboolean
interrupted_cb (gpointer loop)
{
  g_main_loop_quit (loop);
  return G_SOURCE_REMOVE;
}

static guint16
parse_arguments (int *argc, char ***argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new ("PORT");
  g_autoptr (GError) error = NULL;

  g_option_context_add_main_entries (context, options, NULL);
  g_option_context_add_group (context, gst_init_get_option_group ());
  if (g_option_context_parse (context, argc, argv, &error) && *argc == 2)
    return atoi ((*argv)[1]);

  g_printerr ("%s\n", error ? error->message : "one PORT, see --help");
  exit (EXIT_FAILURE);
}

int
main (int argc, char *argv[])
{
  guint16 port = parse_arguments (&argc, &argv);
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (SoupServer) server = soup_server_new (NULL, NULL);
  g_autoptr (GInetAddress) host = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) address = NULL;
  g_autoptr (GError) error = NULL;

  g_unix_signal_add (SIGINT, interrupted_cb, loop);
  if (source)
    start_source ();
  soup_server_add_websocket_handler (server, "/helloworld", NULL, NULL, socket_opened_cb, NULL, NULL);
  address = g_inet_socket_address_new (host, port);
  if (!soup_server_listen (server, address, 0, &error))
    {
      g_printerr ("%s\n", error->message);
      return EXIT_FAILURE;
    }
  g_main_loop_run (loop);
  return EXIT_SUCCESS;
}
