/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Between webrtcbin's data channels and its SCTP association: what it would send wrongly, and what would harm it. */
#include "kp-channels-private.h"
#include "gstkurentoerror.h"
#include "kp-session-debug.h"

#include <gst/sctp/sctpreceivemeta.h>
#include <gst/sctp/sctpsendmeta.h>
#include <stdio.h>

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

/* One stream, one way. */
typedef struct
{
  KpChannels *channels; /* owned */
  gint id;
  GstBuffer *pieces; /* owned; what came of a message that is not complete, or NULL */
  gsize size; /* bytes of it so far */
} KpStream;

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
  const KpStream *stream = user_data;

  info->data = buffer;
  if (meta && meta->ppid != PPID_CONTROL)
    kp_channels_note_passed (stream->channels, stream->id, pad);
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

/* The pieces of a message together; NULL while there are more to come. Takes @buffer. */
static GstBuffer *
collect (KpStream *stream, GstBuffer *buffer)
{
  gsize size = gst_buffer_get_size (buffer);
  gsize before = stream->size;

  stream->size += size;
  if (stream->size <= KP_MAX_MESSAGE_SIZE)
    stream->pieces = stream->pieces ? gst_buffer_append (stream->pieces, buffer) : buffer;
  else
    {
      gst_clear_buffer (&stream->pieces);
      gst_buffer_unref (buffer);
    }
  if (!kp_sctp_messages_is_last (stream->channels->messages, stream->id, before, size))
    return NULL;

  stream->size = 0;
  if (stream->pieces == NULL)
    kp_channels_tell_error (stream->channels, stream->id, "a message that is larger than we take");

  return g_steal_pointer (&stream->pieces);
}

/* Whether webrtcbin can take it: an error of its own would stop all that the peer sends, and some are critical warnings. */
static gboolean
check_message (KpStream *stream, GstBuffer *buffer)
{
  GstSctpReceiveMeta *meta = gst_sctp_buffer_get_receive_meta (buffer);
  const gchar *problem;
  GstMapInfo map;

  if (!meta || !gst_buffer_map (buffer, &map, GST_MAP_READ))
    return FALSE;

  problem = check_received (stream->channels, stream->id, meta->ppid, map.data, map.size);
  gst_buffer_unmap (buffer, &map);
  meta->ppid = correct_empty_type (meta->ppid);
  if (problem)
    kp_channels_tell_error (stream->channels, stream->id, problem);

  return problem == NULL;
}

static GstPadProbeReturn
received_probe_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  GstBuffer *message = collect (user_data, gst_buffer_ref (GST_PAD_PROBE_INFO_BUFFER (info)));

  if (message == NULL)
    return GST_PAD_PROBE_DROP;

  gst_buffer_unref (info->data);
  message = gst_buffer_make_writable (message);
  info->data = message;

  return check_message (user_data, message) ? GST_PAD_PROBE_OK : GST_PAD_PROBE_DROP;
}

/* While much waits for the application, what the peer sends is lost on its way: it sends that again, later and slower. Nothing
 * else holds it back: sctpdec and webrtcbin take all that comes, and a thread that waits here would hold up the media. */
static GstPadProbeReturn
packet_probe_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  KpChannels *self = user_data;
  gboolean is_lost;
  GstMapInfo map;

  if (!gst_buffer_map (GST_PAD_PROBE_INFO_BUFFER (info), &map, GST_MAP_READ))
    return GST_PAD_PROBE_DROP;

  is_lost = kp_backlog_is_full (self->backlog) && kp_sctp_messages_has_data (map.data, map.size);
  if (!is_lost)
    kp_sctp_messages_take_packet (self->messages, map.data, map.size);
  gst_buffer_unmap (GST_PAD_PROBE_INFO_BUFFER (info), &map);

  return is_lost ? GST_PAD_PROBE_DROP : GST_PAD_PROBE_OK;
}

/* ---- where ---- */

static KpStream *
stream_new (KpChannels *channels, gint id)
{
  KpStream *self = g_new0 (KpStream, 1);

  self->channels = kp_channels_ref (channels);
  self->id = id;

  return self;
}

static void
stream_free (gpointer data)
{
  KpStream *self = data;

  gst_clear_buffer (&self->pieces);
  kp_channels_unref (self->channels);
  g_free (self);
}

static void
sctpenc_pad_added_cb (GstElement *sctpenc, GstPad *pad, KpChannels *self)
{
  gint id;

  if (sscanf (GST_PAD_NAME (pad), "sink_%d", &id) == 1)
    gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, sent_probe_cb, stream_new (self, id), stream_free);
}

static void
sctpdec_pad_added_cb (GstElement *sctpdec, GstPad *pad, KpChannels *self)
{
  gint id;

  if (sscanf (GST_PAD_NAME (pad), "src_%d", &id) == 1)
    gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, received_probe_cb, stream_new (self, id), stream_free);
}

static void
watch_packets (KpChannels *self, GstElement *sctpdec)
{
  g_autoptr (GstPad) sink = gst_element_get_static_pad (sctpdec, "sink");

  gst_pad_add_probe (sink, GST_PAD_PROBE_TYPE_BUFFER, packet_probe_cb, kp_channels_ref (self),
                     (GDestroyNotify)kp_channels_unref);
}

/* A channel that the peer opens while we leave is in no SCTP: its source would end with an error, and webrtcbin 1.22 leaks
 * the message. */
static GstPadProbeReturn
unlinked_probe_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  if (gst_pad_is_linked (pad))
    return GST_PAD_PROBE_OK;

  GST_DEBUG_OBJECT (pad, "dropping what has nowhere to go");
  return GST_PAD_PROBE_DROP;
}

static void
watch_source (GstElement *bin)
{
  g_autoptr (GstPad) src = gst_element_get_static_pad (bin, "src");

  if (src)
    gst_pad_add_probe (src, GST_PAD_PROBE_TYPE_BUFFER, unlinked_probe_cb, NULL, NULL);
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
    {
      g_weak_ref_set (&self->sctpenc, element);
      g_signal_connect_data (element, "pad-added", G_CALLBACK (sctpenc_pad_added_cb), kp_channels_ref (self),
                             closure_notify, 0);
    }
  else if (g_str_equal (name, "sctpdec"))
    {
      watch_packets (self, element);
      g_signal_connect_data (element, "pad-added", G_CALLBACK (sctpdec_pad_added_cb), kp_channels_ref (self),
                             closure_notify, 0);
    }
  else if (g_str_equal (G_OBJECT_TYPE_NAME (element), "WebRTCErrorIgnoreBin"))
    watch_source (element);
}

GstPad *
kp_channels_dup_sctp_pad (KpChannels *self, gint id)
{
  g_autoptr (GstElement) sctpenc = g_weak_ref_get (&self->sctpenc);
  g_autofree gchar *name = g_strdup_printf ("sink_%d", id);

  return sctpenc ? gst_element_get_static_pad (sctpenc, name) : NULL;
}

void
kp_channels_flush (KpChannels *self)
{
  g_autoptr (GstElement) sctpenc = g_weak_ref_get (&self->sctpenc);
  g_autoptr (GstPad) pad = sctpenc ? gst_element_get_static_pad (sctpenc, "src") : NULL;

  if (pad)
    gst_pad_send_event (pad, gst_event_new_flush_start ());
}

void
kp_channels_watch_wire (KpChannels *self)
{
  g_signal_connect_data (self->webrtcbin, "deep-element-added", G_CALLBACK (deep_element_added_cb),
                         kp_channels_ref (self), closure_notify, 0);
}
