/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Between webrtcbin's data channels and its SCTP association: what it would send wrongly, and what would harm it. */
#include "kp-channels-private.h"
#include "gstkurentoerror.h"
#include "kp-session-debug.h"

#include <gst/sctp/sctpreceivemeta.h>
#include <gst/sctp/sctpsendmeta.h>
#include <stdio.h>
#include <string.h>

#define GST_CAT_DEFAULT kp_session_debug

/* RFC 8831, 8 */
#define PPID_CONTROL 50
#define PPID_STRING 51
#define PPID_BINARY_PARTIAL 52
#define PPID_BINARY 53
#define PPID_STRING_PARTIAL 54
#define PPID_STRING_EMPTY 56
#define PPID_BINARY_EMPTY 57

/* RFC 8832, 5 */
#define MESSAGE_ACK 2
#define MESSAGE_OPEN 3
#define OPEN_SIZE 12

/* ---- what we send ---- */

/* An empty message is one zero byte on the wire (RFC 8831, 6.6); webrtcbin sends none, which ends the channel. */
static void
fill_empty_message (GstBuffer *buffer)
{
  gst_buffer_append_memory (
      buffer, gst_memory_new_wrapped (GST_MEMORY_FLAG_READONLY, (gpointer) "\0", 1, 0, 1, NULL, NULL));
}

/* webrtcbin writes the weights of its own priorities, which are none of RFC 8831, 6.4: Kurento resets such a channel. */
static void
correct_priority (GstBuffer *buffer)
{
  guint8 bytes[4];
  guint16 priority;

  gst_buffer_extract (buffer, 0, bytes, sizeof bytes);
  if (bytes[0] != MESSAGE_OPEN)
    return;

  priority = GST_READ_UINT16_BE (bytes + 2);
  priority = priority <= 128 ? 128 : priority <= 256 ? 256 : priority <= 512 ? 512 : 1024;
  GST_WRITE_UINT16_BE (bytes + 2, priority);
  gst_buffer_fill (buffer, 2, bytes + 2, 2);
}

/* webrtcbin takes the two for each other. */
static guint32
correct_empty_type (guint32 ppid)
{
  return ppid == PPID_STRING_EMPTY ? PPID_BINARY_EMPTY : ppid == PPID_BINARY_EMPTY ? PPID_STRING_EMPTY : ppid;
}

static GstPadProbeReturn
sent_probe_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  GstBuffer *buffer = gst_buffer_make_writable (GST_PAD_PROBE_INFO_BUFFER (info));
  GstSctpSendMeta *meta = gst_sctp_buffer_get_send_meta (buffer);

  info->data = buffer;
  if (gst_buffer_get_size (buffer) == 0)
    fill_empty_message (buffer);
  else if (meta && meta->ppid == PPID_CONTROL && gst_buffer_get_size (buffer) >= OPEN_SIZE)
    correct_priority (buffer);

  if (meta == NULL)
    return GST_PAD_PROBE_OK;

  meta->ppid = correct_empty_type (meta->ppid);
  /* sctpenc gives usrsctp the number in the byte order of the network, where it wants that of the host: 1 would be
   * 16777216 ms or times */
  meta->pr_param = g_htonl (meta->pr_param);

  return GST_PAD_PROBE_OK;
}

/* ---- what the peer sends ---- */

static gboolean
is_negotiated (KpChannels *self, gint id)
{
  g_autoptr (GstWebRTCDataChannel) channel = kp_channels_dup_by_id (self, id);
  gboolean negotiated = FALSE;

  if (channel)
    g_object_get (channel, "negotiated", &negotiated, NULL);

  return negotiated;
}

/* NULL when webrtcbin can take it; else what is wrong. */
static const gchar *
check_open (const guint8 *data, gsize size)
{
  gsize label_size, protocol_size;

  if (size < OPEN_SIZE)
    return "a DATA_CHANNEL_OPEN that is too short";

  label_size = GST_READ_UINT16_BE (data + 8);
  protocol_size = GST_READ_UINT16_BE (data + 10);
  if (size < OPEN_SIZE + label_size + protocol_size)
    return "a DATA_CHANNEL_OPEN that is too short for its label and protocol";
  if (!g_utf8_validate_len ((const gchar *)data + OPEN_SIZE, label_size, NULL)
      || !g_utf8_validate_len ((const gchar *)data + OPEN_SIZE + label_size, protocol_size, NULL))
    return "a DATA_CHANNEL_OPEN whose label or protocol is not UTF-8";

  return NULL;
}

static const gchar *
check_control (KpChannels *self, gint id, const guint8 *data, gsize size)
{
  if (size > 0 && data[0] == MESSAGE_ACK)
    return NULL;
  if (size == 0 || data[0] != MESSAGE_OPEN)
    return "an unknown control message";
  if (is_negotiated (self, id))
    return "a DATA_CHANNEL_OPEN for a negotiated channel";

  return check_open (data, size);
}

static const gchar *
check_received (KpChannels *self, gint id, guint32 ppid, const guint8 *data, gsize size)
{
  switch (ppid)
    {
    case PPID_CONTROL:
      return check_control (self, id, data, size);
    case PPID_STRING:
    case PPID_STRING_PARTIAL:
      /* webrtcbin would cut it at the zero */
      return g_utf8_validate_len ((const gchar *)data, size, NULL)
                 ? NULL
                 : "a string that is not UTF-8, or has a zero character";
    case PPID_BINARY:
    case PPID_BINARY_PARTIAL:
    case PPID_STRING_EMPTY:
    case PPID_BINARY_EMPTY:
      return NULL;
    default:
      return "a message of unknown type";
    }
}

/* An error of webrtcbin would stop all that the peer sends, and some would be a critical warning. */
static GstPadProbeReturn
received_probe_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  KpChannels *self = user_data;
  GstBuffer *buffer = gst_buffer_make_writable (GST_PAD_PROBE_INFO_BUFFER (info));
  GstSctpReceiveMeta *meta = gst_sctp_buffer_get_receive_meta (buffer);
  const gchar *problem;
  GstMapInfo map;
  gint id = -1;

  info->data = buffer;
  if (!meta || sscanf (GST_PAD_NAME (pad), "src_%d", &id) != 1
      || !gst_buffer_map (buffer, &map, GST_MAP_READ))
    return GST_PAD_PROBE_OK;

  problem = check_received (self, id, meta->ppid, map.data, map.size);
  gst_buffer_unmap (buffer, &map);
  meta->ppid = correct_empty_type (meta->ppid);
  if (problem == NULL)
    return GST_PAD_PROBE_OK;

  GST_WARNING_OBJECT (pad, "the peer sent %s", problem);
  kp_channels_tell_error (self, id, problem);

  return GST_PAD_PROBE_DROP;
}

/* ---- where ---- */

static void
release_channels (gpointer data)
{
  kp_channels_unref (data);
}

static void
sctpenc_pad_added_cb (GstElement *sctpenc, GstPad *pad, KpChannels *self)
{
  if (gst_pad_get_direction (pad) == GST_PAD_SINK)
    gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, sent_probe_cb, NULL, NULL);
}

static void
sctpdec_pad_added_cb (GstElement *sctpdec, GstPad *pad, KpChannels *self)
{
  if (gst_pad_get_direction (pad) == GST_PAD_SRC)
    gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, received_probe_cb, kp_channels_ref (self),
                       release_channels);
}

static void
closure_notify (gpointer data, GClosure *closure)
{
  kp_channels_unref (data);
}

static void
deep_element_added_cb (GstBin *webrtcbin, GstBin *bin, GstElement *element, KpChannels *self)
{
  GstElementFactory *factory = gst_element_get_factory (element);
  const gchar *name = factory ? GST_OBJECT_NAME (factory) : "";

  if (g_str_equal (name, "sctpenc"))
    g_signal_connect_data (element, "pad-added", G_CALLBACK (sctpenc_pad_added_cb), kp_channels_ref (self),
                           closure_notify, 0);
  else if (g_str_equal (name, "sctpdec"))
    g_signal_connect_data (element, "pad-added", G_CALLBACK (sctpdec_pad_added_cb), kp_channels_ref (self),
                           closure_notify, 0);
}

void
kp_channels_watch_wire (KpChannels *self)
{
  g_signal_connect_data (self->webrtcbin, "deep-element-added", G_CALLBACK (deep_element_added_cb),
                         kp_channels_ref (self), closure_notify, 0);
}
