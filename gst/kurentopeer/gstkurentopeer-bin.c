/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gstkurentopeer-private.h"

#define GST_CAT_DEFAULT gst_kurento_peer_debug

/* What passes through the element as a bin: messages, events, queries, and the properties of its children. */
static gpointer parent_class;
static GstChildProxyInterface *parent_child_proxy;

/* What happens to a part of a connection is the session's business. */
static void
handle_child_error (GstKurentoPeer *self, GstMessage *message)
{
  g_autoptr (KpSession) session = gst_kurento_peer_dup_session (self);
  g_autoptr (GError) error = NULL;
  g_autofree gchar *debug = NULL;

  gst_message_parse_error (message, &error, &debug);
  GST_INFO_OBJECT (self, "%s: %s (%s)", GST_MESSAGE_SRC_NAME (message), error->message, debug);
  if (session)
    kp_session_child_error (session, GST_MESSAGE_SRC (message), error);
}

static void
log_child_warning (GstKurentoPeer *self, GstMessage *message)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *debug = NULL;

  gst_message_parse_warning (message, &error, &debug);
  GST_WARNING_OBJECT (self, "%s: %s (%s)", GST_MESSAGE_SRC_NAME (message), error->message, debug);
}

static void
gst_kurento_peer_handle_message (GstBin *bin, GstMessage *message)
{
  GstKurentoPeer *self = GST_KURENTO_PEER (bin);

  switch (GST_MESSAGE_TYPE (message))
    {
    case GST_MESSAGE_ERROR:
      if (gst_kurento_peer_is_local (self, GST_MESSAGE_SRC (message)))
        break;
      handle_child_error (self, message);
      gst_message_unref (message);
      return;
    case GST_MESSAGE_WARNING:
      if (gst_kurento_peer_is_local (self, GST_MESSAGE_SRC (message)))
        break;
      log_child_warning (self, message);
      gst_message_unref (message);
      return;
    case GST_MESSAGE_ELEMENT:
      if (!gst_kurento_peer_handle_capture (self, message))
        break;
      gst_message_unref (message);
      return;
    case GST_MESSAGE_EOS:
    case GST_MESSAGE_ASYNC_START:
    case GST_MESSAGE_ASYNC_DONE:
      /* a connection that comes or goes must neither end nor hold up the pipeline */
      gst_message_unref (message);
      return;
    default:
      break;
    }

  GST_BIN_CLASS (parent_class)->handle_message (bin, message);
}

typedef struct
{
  GstEvent *event; /* borrowed */
  gboolean handled;
} UpstreamEvent;

static gboolean
push_upstream (GstElement *element, GstPad *pad, gpointer user_data)
{
  UpstreamEvent *upstream = user_data;

  upstream->handled |= gst_pad_push_event (pad, gst_event_ref (upstream->event));

  return TRUE;
}

/* As a sink does it, and past the connection: a bin would send it to each webrtcbin, and wait for one that goes to NULL,
 * which itself may have to wait for a sink of the pipeline that prerolls. */
static gboolean
send_upstream (GstKurentoPeer *self, GstEvent *event)
{
  UpstreamEvent upstream = { event, GST_EVENT_TYPE (event) == GST_EVENT_LATENCY };
  GstClockTime latency;

  if (GST_EVENT_TYPE (event) == GST_EVENT_LATENCY)
    {
      gst_event_parse_latency (event, &latency);
      gst_kurento_peer_set_view_latency (self, latency);
    }
  gst_element_foreach_sink_pad (GST_ELEMENT (self), push_upstream, &upstream);
  gst_event_unref (event);

  return upstream.handled;
}

static gboolean
gst_kurento_peer_send_event (GstElement *element, GstEvent *event)
{
  GstKurentoPeer *self = GST_KURENTO_PEER (element);

  if (GST_EVENT_IS_UPSTREAM (event) && !GST_EVENT_IS_DOWNSTREAM (event))
    return send_upstream (self, event);
  if (GST_EVENT_TYPE (event) != GST_EVENT_EOS)
    return GST_ELEMENT_CLASS (parent_class)->send_event (element, event);

  gst_event_unref (event);
  gst_kurento_peer_end_streams (self);
  gst_kurento_peer_end_captures (self);
  /* sink pads get an EOS of their own from upstream */
  if (element->numsinkpads == 0)
    gst_kurento_peer_finish (self, "end of stream");

  return TRUE;
}

static gboolean
gst_kurento_peer_query (GstElement *element, GstQuery *query)
{
  if (GST_QUERY_TYPE (query) != GST_QUERY_LATENCY)
    return GST_ELEMENT_CLASS (parent_class)->query (element, query);

  gst_kurento_peer_query_latency (GST_KURENTO_PEER (element), query);

  return TRUE;
}

/* A name of a pad is that of its gate, too, which nobody looks for. */
static GObject *
gst_kurento_peer_get_child_by_name (GstChildProxy *proxy, const gchar *name)
{
  g_autoptr (GObject) child = NULL;
  GstPad *pad;

  if (g_str_equal (name, "signaller"))
    return gst_kurento_peer_get_signaller_child (GST_KURENTO_PEER (proxy));

  pad = gst_element_get_static_pad (GST_ELEMENT (proxy), name);
  if (pad)
    return G_OBJECT (pad);

  child = parent_child_proxy->get_child_by_name (proxy, name);

  return KP_IS_GATE (child) ? NULL : g_steal_pointer (&child);
}

void
gst_kurento_peer_child_proxy_init (gpointer iface, gpointer data)
{
  parent_child_proxy = g_type_interface_peek_parent (iface);
  ((GstChildProxyInterface *)iface)->get_child_by_name = gst_kurento_peer_get_child_by_name;
}

void
gst_kurento_peer_install_bin (GstBinClass *klass)
{
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  parent_class = g_type_class_peek_parent (klass);
  element_class->send_event = gst_kurento_peer_send_event;
  element_class->query = gst_kurento_peer_query;
  klass->handle_message = gst_kurento_peer_handle_message;
}
