/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What one writes from the GStreamer demos without kurentopeer: webrtcbin, libsoup and the hello-world dialect. It is
 * the yardstick of the start-up benchmark, so it is honest: it trickles, answers at once and, as webrtc-sendrecv does,
 * builds the pipeline from the payload types of the offer. All of webrtcbin is at its defaults but for the bundle policy. */

#include <gst/gst.h>
#include <gst/sdp/sdp.h>
#include <json-glib/json-glib.h>
#include <libsoup/soup.h>
#include <stdlib.h>
#include <gst/webrtc/webrtc.h>

/* The source of the benchmark, and the settings of kurentopeer's codec table. */
#define VIDEO_SOURCE "videotestsrc is-live=true ! video/x-raw,width=640,height=480,framerate=30/1"
#define VIDEO_ENCODER                                                                                        \
  "vp8enc deadline=1 lag-in-frames=0 end-usage=cbr error-resilient=default keyframe-mode=disabled "          \
  "keyframe-max-dist=2000 buffer-initial-size=100 buffer-optimal-size=120 buffer-size=150 "                  \
  "max-intra-bitrate=250 undershoot=95 overshoot=15 cpu-used=-8 token-partitions=4 target-bitrate=600000 "   \
  "threads=%u"
#define AUDIO_ENCODER                                                                                        \
  "opusenc bitrate=64000 bitrate-type=constrained-vbr complexity=5 frame-size=20 inband-fec=true "           \
  "packet-loss-percentage=5 perfect-timestamp=true"
#define VIDEO_PAYLOADER "rtpvp8pay picture-id-mode=15-bit mtu=1200"

typedef struct
{
  SoupWebsocketConnection *socket; /* owned */
  GstElement *pipeline; /* owned; NULL until the offer */
  GstElement *webrtc; /* owned; NULL until the offer */
} Client;

/* A message on its way from webrtcbin's thread to the main loop, which owns the socket. */
typedef struct
{
  Client *client; /* reference */
  gchar *text; /* owned */
} Message;

static void
client_clear (Client *self)
{
  g_clear_object (&self->socket);
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
message_free (Message *self)
{
  client_unref (self->client);
  g_free (self->text);
  g_free (self);
}

static gboolean
send_in_main_loop (gpointer user_data)
{
  Message *message = user_data;

  if (soup_websocket_connection_get_state (message->client->socket) == SOUP_WEBSOCKET_STATE_OPEN)
    soup_websocket_connection_send_text (message->client->socket, message->text);
  return G_SOURCE_REMOVE;
}

/* Any thread; takes @builder. */
static void
client_send (Client *self, JsonBuilder *builder)
{
  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  Message *message = g_new0 (Message, 1);

  message->client = g_atomic_rc_box_acquire (self);
  message->text = json_to_string (root, FALSE);
  g_main_context_invoke_full (NULL, G_PRIORITY_DEFAULT, send_in_main_loop, message,
                              (GDestroyNotify)message_free);
  g_object_unref (builder);
}

static JsonBuilder *
message_begin (const gchar *id)
{
  JsonBuilder *builder = json_builder_new ();

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "id");
  json_builder_add_string_value (builder, id);
  return builder;
}

static void
on_ice_candidate_cb (GstElement *webrtc, guint mline_index, const gchar *candidate, Client *self)
{
  JsonBuilder *builder = message_begin ("iceCandidate");

  json_builder_set_member_name (builder, "candidate");
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "candidate");
  json_builder_add_string_value (builder, candidate);
  json_builder_set_member_name (builder, "sdpMLineIndex");
  json_builder_add_int_value (builder, mline_index);
  json_builder_end_object (builder);
  json_builder_end_object (builder);
  client_send (self, builder);
}

static void
answer_created_cb (GstPromise *promise, gpointer user_data)
{
  Client *self = user_data;
  g_autoptr (GstWebRTCSessionDescription) answer = NULL;
  g_autofree gchar *sdp = NULL;
  JsonBuilder *builder;

  gst_structure_get (gst_promise_get_reply (promise), "answer", GST_TYPE_WEBRTC_SESSION_DESCRIPTION, &answer,
                     NULL);
  gst_promise_unref (promise);
  if (answer == NULL)
    g_error ("webrtcbin made no answer");
  g_signal_emit_by_name (self->webrtc, "set-local-description", answer, NULL);

  sdp = gst_sdp_message_as_text (answer->sdp);
  builder = message_begin ("startResponse");
  json_builder_set_member_name (builder, "sdpAnswer");
  json_builder_add_string_value (builder, sdp);
  json_builder_end_object (builder);
  client_send (self, builder);
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

/* The payload type that the browser gives to a codec, -1 when it does not know it. */
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
  const gchar *encoding = is_video ? "VP8" : "OPUS";
  gint pt = find_payload_type (offer, mline_index, encoding);

  if (is_video)
    g_string_append_printf (line,
                            VIDEO_SOURCE " ! videoconvert ! queue ! " VIDEO_ENCODER " ! " VIDEO_PAYLOADER,
                            MIN (g_get_num_processors (), 4));
  else
    g_string_append (line, "audiotestsrc is-live=true ! audioconvert ! audioresample ! queue ! " AUDIO_ENCODER
                           " ! rtpopuspay");
  g_string_append_printf (line,
                          " pt=%d ! application/x-rtp,media=%s,encoding-name=%s,payload=%d ! webrtc.sink_%u ",
                          pt, media, encoding, pt, mline_index);
}

static void
client_start (Client *self, const gchar *sdp)
{
  g_autoptr (GString) line = g_string_new ("webrtcbin name=webrtc bundle-policy=max-bundle ");
  g_autoptr (GstWebRTCSessionDescription) offer = NULL;
  g_autoptr (GError) error = NULL;
  GstSDPMessage *message;
  GstPromise *promise;

  if (self->pipeline != NULL || gst_sdp_message_new_from_text (sdp, &message) != GST_SDP_OK)
    return;
  offer = gst_webrtc_session_description_new (GST_WEBRTC_SDP_TYPE_OFFER, message);
  for (guint i = 0; i < gst_sdp_message_medias_len (message); i++)
    append_track (line, message, i);

  self->pipeline = gst_parse_launch (line->str, &error);
  if (error != NULL)
    g_error ("%s", error->message);
  self->webrtc = gst_bin_get_by_name (GST_BIN (self->pipeline), "webrtc");
  g_signal_connect_data (self->webrtc, "on-ice-candidate", G_CALLBACK (on_ice_candidate_cb),
                         g_atomic_rc_box_acquire (self), client_closure_unref, 0);
  gst_element_set_state (self->pipeline, GST_STATE_PLAYING);

  promise = gst_promise_new_with_change_func (offer_set_cb, g_atomic_rc_box_acquire (self),
                                              (GDestroyNotify)client_unref);
  g_signal_emit_by_name (self->webrtc, "set-remote-description", offer, promise);
}

static void
socket_message_cb (SoupWebsocketConnection *socket, SoupWebsocketDataType type, GBytes *bytes, Client *self)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonObject *message, *candidate;
  const gchar *id;
  gsize size;
  const gchar *text = g_bytes_get_data (bytes, &size);

  if (!json_parser_load_from_data (parser, text, size, NULL))
    return;
  message = json_node_get_object (json_parser_get_root (parser));
  id = json_object_get_string_member_with_default (message, "id", "");
  if (g_str_equal (id, "start"))
    client_start (self, json_object_get_string_member (message, "sdpOffer"));
  else if (g_str_equal (id, "onIceCandidate") && self->webrtc != NULL)
    {
      candidate = json_object_get_object_member (message, "candidate");
      g_signal_emit_by_name (self->webrtc, "add-ice-candidate",
                             (guint)json_object_get_int_member (candidate, "sdpMLineIndex"),
                             json_object_get_string_member (candidate, "candidate"));
    }
  else if (g_str_equal (id, "stop"))
    soup_websocket_connection_close (socket, SOUP_WEBSOCKET_CLOSE_NORMAL, NULL);
}

static void
socket_closed_cb (SoupWebsocketConnection *socket, Client *self)
{
  g_signal_handlers_disconnect_by_data (socket, self);
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

  self->socket = g_object_ref (socket);
  g_signal_connect (socket, "message", G_CALLBACK (socket_message_cb), self);
  g_signal_connect (socket, "closed", G_CALLBACK (socket_closed_cb), self);
}

int
main (int argc, char *argv[])
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (SoupServer) server = soup_server_new (NULL, NULL);
  g_autoptr (GInetAddress) host = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) address = NULL;
  g_autoptr (GError) error = NULL;

  gst_init (&argc, &argv);
  if (argc != 2)
    {
      g_printerr ("usage: %s PORT\n", argv[0]);
      return EXIT_FAILURE;
    }
  soup_server_add_websocket_handler (server, "/helloworld", NULL, NULL, socket_opened_cb, NULL, NULL);
  address = g_inet_socket_address_new (host, (guint16)atoi (argv[1]));
  if (!soup_server_listen (server, address, 0, &error))
    {
      g_printerr ("%s\n", error->message);
      return EXIT_FAILURE;
    }
  g_main_loop_run (loop);
  return EXIT_SUCCESS;
}
