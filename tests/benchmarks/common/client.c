/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The other side of a measured server: offers in the hello-world dialect, to one URL after the other, with a webrtcbin or a
 * kurentopeer. Says "connected N" on standard output for each, and each second how many packets its webrtcbins received. */

#include "bare.h"
#include "wire.h"

#include <gst/webrtc/webrtc.h>
#include <stdlib.h>

static gchar *caps, *chain = "fakesink sync=false async=false", **arguments;

static const GOptionEntry options[] = {
  { "receive", 0, 0, G_OPTION_ARG_STRING, &caps, "webrtcbin: receive this", "CAPS" },
  { "chain", 0, 0, G_OPTION_ARG_STRING, &chain, "webrtcbin: what received streams go through", "LINE" },
  { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &arguments,
    "PIPELINE, with an element named peer, and URLs", "PIPELINE URL..." },
  { NULL },
};

typedef struct
{
  const gchar *url;
  GstElement *pipeline; /* owned */
  GstElement *peer; /* owned */
  gboolean is_bare;
  gint offered; /* atomic */
  Wire *wire; /* owned; NULL until the socket is open */
} Peer;

static guint n_started; /* main loop */
static gint n_packets; /* atomic */

static void start_next (void);

static gboolean
connected_idle (gpointer user_data)
{
  g_print ("connected %u\n", n_started);
  start_next ();
  return G_SOURCE_REMOVE;
}

static void
connected_cb (GstElement *peer, Peer *self)
{
  g_idle_add (connected_idle, NULL);
}

static void
connection_state_cb (GstElement *webrtcbin, GParamSpec *pspec, Peer *self)
{
  GstWebRTCPeerConnectionState state;

  g_object_get (webrtcbin, "connection-state", &state, NULL);
  if (state == GST_WEBRTC_PEER_CONNECTION_STATE_CONNECTED)
    g_idle_add (connected_idle, NULL);
}

static void
candidate_cb (GstElement *peer, const gchar *candidate, guint mline_index, const gchar *mid, Peer *self)
{
  wire_send_candidate (self->wire, "onIceCandidate", mline_index, candidate);
}

static void
bare_candidate_cb (GstElement *webrtcbin, guint mline_index, const gchar *candidate, Peer *self)
{
  wire_send_candidate (self->wire, "onIceCandidate", mline_index, candidate);
}

static void
bare_offer_created_cb (GstPromise *promise, gpointer user_data)
{
  Peer *self = user_data;
  g_autoptr (GstWebRTCSessionDescription) offer = NULL;
  g_autofree gchar *sdp = NULL;

  gst_structure_get (gst_promise_get_reply (promise), "offer", GST_TYPE_WEBRTC_SESSION_DESCRIPTION, &offer,
                     NULL);
  gst_promise_unref (promise);
  if (offer == NULL)
    g_error ("webrtcbin made no offer");
  sdp = gst_sdp_message_as_text (offer->sdp);
  wire_send_sdp (self->wire, "start", "sdpOffer", sdp);
  g_signal_emit_by_name (self->peer, "set-local-description", offer, NULL);
}

static void
negotiation_needed_cb (GstElement *webrtcbin, Peer *self)
{
  if (g_atomic_int_exchange (&self->offered, TRUE))
    return;
  g_signal_emit_by_name (self->peer, "create-offer", NULL,
                         gst_promise_new_with_change_func (bare_offer_created_cb, self, NULL));
}

static void
offer_generated_cb (GstPromise *promise, gpointer user_data)
{
  Peer *self = user_data;
  const GstStructure *reply = gst_promise_get_reply (promise);
  const gchar *sdp = reply ? gst_structure_get_string (reply, "sdp") : NULL;

  if (sdp == NULL)
    g_error ("no offer: %" GST_PTR_FORMAT, reply);
  wire_send_sdp (self->wire, "start", "sdpOffer", sdp);
  gst_promise_unref (promise);
}

static void
process_answer (Peer *self, const gchar *sdp)
{
  g_autoptr (GstWebRTCSessionDescription) answer = NULL;
  GstSDPMessage *message;

  if (!self->is_bare)
    {
      g_signal_emit_by_name (self->peer, "process-answer", sdp, NULL);
      return;
    }
  if (gst_sdp_message_new_from_text (sdp, &message) != GST_SDP_OK)
    g_error ("no SDP: %s", sdp);
  answer = gst_webrtc_session_description_new (GST_WEBRTC_SDP_TYPE_ANSWER, message);
  g_signal_emit_by_name (self->peer, "set-remote-description", answer, NULL);
}

static void
message_cb (const gchar *id, JsonObject *message, gpointer user_data)
{
  Peer *self = user_data;

  if (g_str_equal (id, "startResponse"))
    process_answer (self, json_object_get_string_member (message, "sdpAnswer"));
  else if (g_str_equal (id, "iceCandidate"))
    wire_add_candidate (self->peer, message);
  else if (g_str_equal (id, "error"))
    g_error ("%s: %s", self->url, json_object_get_string_member (message, "message"));
}

static GstPadProbeReturn
packet_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  g_atomic_int_inc (&n_packets);
  return GST_PAD_PROBE_OK;
}

static void
pad_added_cb (GstElement *webrtcbin, GstPad *pad, gpointer user_data)
{
  if (GST_PAD_IS_SRC (pad))
    gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, packet_cb, NULL, NULL);
}

/* What is only late is not asked for: a busy machine would be measured, and nothing is lost here. */
static void
deep_element_added_cb (GstElement *webrtcbin, GstBin *bin, GstElement *element, gpointer user_data)
{
  GstElementFactory *factory = gst_element_get_factory (element);

  if (factory && g_str_equal (GST_OBJECT_NAME (factory), "rtpjitterbuffer"))
    g_object_set (element, "rtx-next-seqnum", FALSE, NULL);
}

static void
watch_bare (Peer *self)
{
  g_signal_connect (self->peer, "deep-element-added", G_CALLBACK (deep_element_added_cb), NULL);
  g_signal_connect (self->peer, "on-ice-candidate", G_CALLBACK (bare_candidate_cb), self);
  g_signal_connect (self->peer, "notify::connection-state", G_CALLBACK (connection_state_cb), self);
  g_signal_connect (self->peer, "on-negotiation-needed", G_CALLBACK (negotiation_needed_cb), self);
  g_signal_connect (self->peer, "pad-added", G_CALLBACK (pad_added_cb), self);
  bare_retransmit (self->peer);
  bare_receive (self->peer, chain);
  if (caps)
    {
      g_autoptr (GstCaps) received = gst_caps_from_string (caps);
      GstWebRTCRTPTransceiver *transceiver;

      g_signal_emit_by_name (self->peer, "add-transceiver", GST_WEBRTC_RTP_TRANSCEIVER_DIRECTION_RECVONLY,
                             received, &transceiver);
      gst_object_unref (transceiver);
    }
}

static void
socket_opened_cb (GObject *session, GAsyncResult *result, gpointer user_data)
{
  Peer *self = user_data;
  g_autoptr (GError) error = NULL;
  SoupWebsocketConnection *socket
      = soup_session_websocket_connect_finish (SOUP_SESSION (session), result, &error);

  if (socket == NULL)
    g_error ("%s: %s", self->url, error->message);
  self->wire = wire_new (socket, message_cb, self);
  gst_element_set_state (self->pipeline, GST_STATE_PLAYING);
  if (!self->is_bare)
    g_signal_emit_by_name (self->peer, "generate-offer",
                           gst_promise_new_with_change_func (offer_generated_cb, self, NULL));
}

static Peer *
peer_new (const gchar *launch, const gchar *url)
{
  g_autoptr (GError) error = NULL;
  Peer *self = g_new0 (Peer, 1);
  GstElement *bin;

  self->url = url;
  bin = gst_parse_bin_from_description (launch, FALSE, &error);
  if (error != NULL)
    g_error ("%s", error->message);
  self->pipeline = gst_pipeline_new (NULL);
  gst_bin_add (GST_BIN (self->pipeline), bin);
  self->peer = gst_bin_get_by_name (GST_BIN (self->pipeline), "peer");
  self->is_bare = g_signal_lookup ("create-offer", G_OBJECT_TYPE (self->peer)) != 0;
  if (self->is_bare)
    watch_bare (self);
  else
    {
      g_signal_connect (self->peer, "ice-candidate", G_CALLBACK (candidate_cb), self);
      g_signal_connect (self->peer, "connected", G_CALLBACK (connected_cb), self);
    }
  return self;
}

static void
start_next (void)
{
  static SoupSession *session;
  const gchar *url = arguments[1 + n_started];
  g_autoptr (SoupMessage) message = NULL;

  if (session == NULL)
    session = soup_session_new ();
  if (url == NULL)
    return;
  n_started++;
  message = soup_message_new (SOUP_METHOD_GET, url);
  soup_session_websocket_connect_async (session, message, NULL, NULL, G_PRIORITY_DEFAULT, NULL,
                                        socket_opened_cb, peer_new (arguments[0], url));
}

static gboolean
tell_packets (gpointer user_data)
{
  g_print ("packets %d\n", g_atomic_int_exchange (&n_packets, 0));
  return G_SOURCE_CONTINUE;
}

int
main (int argc, char *argv[])
{
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GError) error = NULL;

  g_option_context_add_main_entries (context, options, NULL);
  g_option_context_add_group (context, gst_init_get_option_group ());
  if (!g_option_context_parse (context, &argc, &argv, &error) || g_strv_length (arguments) < 2)
    {
      g_printerr ("%s\n", error ? error->message : "PIPELINE and URLs, see --help");
      return EXIT_FAILURE;
    }
  start_next ();
  g_timeout_add_seconds (1, tell_packets, NULL);
  g_main_loop_run (loop);
  return EXIT_SUCCESS;
}
