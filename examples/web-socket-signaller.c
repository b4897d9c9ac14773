/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "web-socket-signaller.h"

#include "call-message.h"

/* The peer calls the functions in the main loop. It never offers, since the protocol has no offers of ours. */
struct _WebSocketSignaller
{
  GObject parent_instance;
  gchar *uri; /* owned */
  SoupSession *session; /* owned */
  SoupWebsocketConnection *socket; /* owned; or NULL */
};

static void iface_init (GstKurentoSignallerInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (WebSocketSignaller, web_socket_signaller, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (GST_TYPE_KURENTO_SIGNALLER, iface_init))

static void
message_cb (SoupWebsocketConnection *socket, int type, GBytes *data, GstKurentoSignaller *self)
{
  g_autoptr (CallMessage) message = call_message_new (data);

  if (message->offer)
    gst_kurento_signaller_emit_offer (self, message->offer);
  else if (message->candidate)
    gst_kurento_signaller_emit_candidate (self, message->candidate, message->sdp_mline_index,
                                          message->sdp_mid);
  else
    gst_kurento_signaller_emit_session_ended (self, "not a message of the protocol");
}

static void
closed_cb (SoupWebsocketConnection *socket, GstKurentoSignaller *self)
{
  gst_kurento_signaller_emit_session_ended (self, "the other side has hung up");
}

static void
open_cb (GObject *session, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (WebSocketSignaller) self = user_data;
  g_autoptr (GError) error = NULL;

  self->socket = soup_session_websocket_connect_finish (SOUP_SESSION (session), result, &error);
  if (error)
    {
      gst_kurento_signaller_emit_failed (GST_KURENTO_SIGNALLER (self), error);
      return;
    }
  g_signal_connect_object (self->socket, "message", G_CALLBACK (message_cb), self, 0);
  g_signal_connect_object (self->socket, "closed", G_CALLBACK (closed_cb), self, 0);
  gst_kurento_signaller_emit_ready (GST_KURENTO_SIGNALLER (self), NULL);
}

static void
start (GstKurentoSignaller *signaller)
{
  WebSocketSignaller *self = WEB_SOCKET_SIGNALLER (signaller);
  g_autoptr (SoupMessage) message = soup_message_new ("GET", self->uri);
  g_autofree gchar *folder = g_path_get_dirname (self->uri);
  g_autofree gchar *origin = g_strconcat ("http", folder + strlen ("ws"), NULL);

  self->session = soup_session_new ();
  soup_session_websocket_connect_async (self->session, message, origin, NULL, G_PRIORITY_DEFAULT, NULL,
                                        open_cb, g_object_ref (self));
}

static void
end_session (GstKurentoSignaller *signaller, const gchar *reason)
{
  WebSocketSignaller *self = WEB_SOCKET_SIGNALLER (signaller);

  if (self->socket && soup_websocket_connection_get_state (self->socket) == SOUP_WEBSOCKET_STATE_OPEN)
    soup_websocket_connection_close (self->socket, SOUP_WEBSOCKET_CLOSE_NORMAL, reason);
}

static void
stop (GstKurentoSignaller *signaller)
{
  end_session (signaller, "the peer stops");
  soup_session_abort (WEB_SOCKET_SIGNALLER (signaller)->session);
}

static void
send_answer (GstKurentoSignaller *signaller, const gchar *sdp)
{
  call_message_send (WEB_SOCKET_SIGNALLER (signaller)->socket, "answer", sdp);
}

static void
send_candidate (GstKurentoSignaller *signaller, const gchar *candidate, guint sdp_mline_index,
                const gchar *sdp_mid)
{
  call_message_send_candidate (WEB_SOCKET_SIGNALLER (signaller)->socket, candidate, sdp_mline_index, sdp_mid);
}

static void
send_error (GstKurentoSignaller *signaller, const GError *error)
{
  end_session (signaller, error->message);
}

static void
iface_init (GstKurentoSignallerInterface *iface)
{
  iface->start = start;
  iface->stop = stop;
  iface->send_answer = send_answer;
  iface->send_candidate = send_candidate;
  iface->send_error = send_error;
  iface->end_session = end_session;
}

static void
web_socket_signaller_dispose (GObject *object)
{
  g_clear_object (&WEB_SOCKET_SIGNALLER (object)->socket);
  g_clear_object (&WEB_SOCKET_SIGNALLER (object)->session);
  g_clear_pointer (&WEB_SOCKET_SIGNALLER (object)->uri, g_free);

  G_OBJECT_CLASS (web_socket_signaller_parent_class)->dispose (object);
}

static void
web_socket_signaller_class_init (WebSocketSignallerClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = web_socket_signaller_dispose;
}

static void
web_socket_signaller_init (WebSocketSignaller *self)
{
}

GstKurentoSignaller *
web_socket_signaller_new (const gchar *uri)
{
  WebSocketSignaller *self = g_object_new (web_socket_signaller_get_type (), NULL);

  self->uri = g_strdup (uri);

  return GST_KURENTO_SIGNALLER (self);
}
