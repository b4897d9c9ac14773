/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-receiver.h"

#include "gstkurentoerror.h"
#include "kp-h264-check.h"
#include "kp-keyframe-limit.h"
#include "kp-media-debug.h"
#include "kp-receiver-chain.h"

#include <gst/video/video.h>

#define KEYFRAME_INTERVAL (500 * GST_MSECOND)
#define ACCEPTED_PAYLOAD_TYPE 96

/*
 *        +------------------------------------------------------------+
 *  RTP   |  depayloader ! [parser !] decoder ! convert                |  raw
 *  sink -+-------------^---------------------^------------------------+- src
 *           keyframe rules, wanted?       it decodes
 *
 * Without the decoder when encoded media is to come out. RTP only passes, when it is wanted: whoever unpacks it has rules
 * of his own.
 */
struct _KpReceiver
{
  GstBin parent;

  const KpCodec *codec;
  KpOutlet *outlet; /* owned */
  GstKurentoOutput output;
  GstPad *sink; /* borrowed, of the bin */

  /* of the streaming thread */
  KpH264Check h264;
  gboolean seen_packet;
  gboolean ignores_discont; /* the next request is about the first packet's DISCONT */
  gboolean needs_keyframe; /* what comes cannot be decoded until there is one */
  gboolean has_keyframe; /* the decoder was given one, nothing came out yet */
  gboolean was_dropping;
  gboolean owes_caps; /* to the parser, which negotiates only once */

  GMutex lock; /* guards everything below */
  KpKeyframeLimit keyframe_limit;
  gboolean awaits_keyframe; /* asked for one that has not been decoded yet */
};

G_DEFINE_FINAL_TYPE (KpReceiver, kp_receiver, GST_TYPE_BIN)

/* Sends the request out when the limit allows it. All-headers is FALSE for a PLI; a FIR would do no more and not every
 * peer takes it. */
static void
send_keyframe_request (KpReceiver *self)
{
  gboolean taken;

  g_mutex_lock (&self->lock);
  taken = kp_keyframe_limit_take (&self->keyframe_limit, gst_util_get_timestamp ());
  /* whether it comes is seen by who unpacks */
  if (taken && self->output == GST_KURENTO_OUTPUT_RTP)
    self->awaits_keyframe = FALSE;
  g_mutex_unlock (&self->lock);

  if (taken)
    {
      GST_DEBUG_OBJECT (self, "asking for a keyframe");
      gst_pad_push_event (self->sink,
                          gst_video_event_new_upstream_force_key_unit (GST_CLOCK_TIME_NONE, FALSE, 0));
    }
}

/* A request may be lost on its way like anything else: asks again for as long as none has come. */
static void
repeat_keyframe_request (KpReceiver *self)
{
  gboolean again;

  g_mutex_lock (&self->lock);
  again = self->awaits_keyframe;
  if (again)
    kp_keyframe_limit_request (&self->keyframe_limit);
  g_mutex_unlock (&self->lock);

  if (again && kp_outlet_is_wanted (self->outlet))
    send_keyframe_request (self);
}

/* What is decoded from here on is broken, until the next keyframe. */
static void
lose_sync (KpReceiver *self)
{
  self->needs_keyframe = TRUE;
  if (kp_outlet_is_wanted (self->outlet))
    kp_receiver_request_keyframe (self);
}

/* A failure of the depayloader or the decoder is the remote side's doing: it must not reach webrtcbin, which would stop
 * the stream. */
static GstFlowReturn
survive (KpReceiver *self, GstFlowReturn flow)
{
  if (flow == GST_FLOW_OK || flow == GST_FLOW_FLUSHING || flow == GST_FLOW_EOS)
    return flow;

  GST_WARNING_OBJECT (self, "cannot decode: %s", gst_flow_get_name (flow));
  if (self->codec->kind == KP_MEDIA_VIDEO)
    lose_sync (self);

  return GST_FLOW_OK;
}

/* The depayloader asks for a keyframe at each DISCONT, of which the very first packet has one too. */
static void
begin_packet (KpReceiver *self, GstBuffer *buffer)
{
  self->ignores_discont = !self->seen_packet && GST_BUFFER_IS_DISCONT (buffer);
  self->seen_packet = TRUE;
  repeat_keyframe_request (self);
}

static GstFlowReturn
kp_receiver_chain (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  KpReceiver *self = KP_RECEIVER (parent);

  begin_packet (self, buffer);

  return survive (self, gst_proxy_pad_chain_default (pad, parent, buffer));
}

static GstFlowReturn
kp_receiver_chain_list (GstPad *pad, GstObject *parent, GstBufferList *list)
{
  KpReceiver *self = KP_RECEIVER (parent);

  begin_packet (self, gst_buffer_list_get (list, 0));

  return survive (self, gst_proxy_pad_chain_list_default (pad, parent, list));
}

/* Some depayloaders refuse payload types below 96, which browsers use. They do not look at the packets'. */
static gboolean
kp_receiver_sink_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  GstCaps *caps;
  g_autoptr (GstCaps) accepted = NULL;

  if (GST_EVENT_TYPE (event) != GST_EVENT_CAPS || KP_RECEIVER (parent)->output == GST_KURENTO_OUTPUT_RTP)
    return gst_pad_event_default (pad, parent, event);

  gst_event_parse_caps (event, &caps);
  accepted = gst_caps_copy (caps);
  gst_caps_set_simple (accepted, "payload", G_TYPE_INT, ACCEPTED_PAYLOAD_TYPE, NULL);
  gst_event_unref (event);

  return gst_pad_event_default (pad, parent, gst_event_new_caps (accepted));
}

static gboolean
kp_receiver_sink_query (GstPad *pad, GstObject *parent, GstQuery *query)
{
  g_autoptr (GstCaps) any = NULL;

  switch (GST_QUERY_TYPE (query))
    {
    case GST_QUERY_ACCEPT_CAPS:
      /* the codec was chosen by the caps */
      gst_query_set_accept_caps_result (query, TRUE);
      return TRUE;
    case GST_QUERY_CAPS:
      /* of a layer webrtcbin 1.22 does not know the section: it would ask for those of another, a further one */
      any = gst_caps_new_empty_simple ("application/x-rtp");
      gst_query_set_caps_result (query, any);
      return TRUE;
    default:
      return gst_pad_query_default (pad, parent, query);
    }
}

/* The depayloader asks when a packet is missing, the decoder when a frame is broken. */
static GstPadProbeReturn
inner_request_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  KpReceiver *self = user_data;

  if (!gst_video_event_is_force_key_unit (GST_PAD_PROBE_INFO_EVENT (info)))
    return GST_PAD_PROBE_OK;

  if (self->ignores_discont)
    self->ignores_discont = FALSE;
  else
    lose_sync (self);

  return GST_PAD_PROBE_DROP;
}

/* Who uses the picture may want a keyframe too, but can go on without one. */
static GstPadProbeReturn
outer_request_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  if (!gst_video_event_is_force_key_unit (GST_PAD_PROBE_INFO_EVENT (info)))
    return GST_PAD_PROBE_OK;

  kp_receiver_request_keyframe (user_data);

  return GST_PAD_PROBE_DROP;
}

static gboolean
is_h264 (KpReceiver *self)
{
  return g_str_equal (self->codec->name, "H264");
}

/* Parameter sets that came alone may be noise: those of the next keyframe count. */
static void
check_caps (KpReceiver *self, GstEvent *event)
{
  GstCaps *caps;

  if (GST_EVENT_TYPE (event) != GST_EVENT_CAPS || !is_h264 (self))
    return;

  gst_event_parse_caps (event, &caps);
  kp_h264_check_set_caps (&self->h264, caps);
  self->needs_keyframe = TRUE;
}

/* Who is linked decides what the parser makes: until then it sees neither the caps nor what follows them. A pad keeps
 * sticky events that were dropped, and sends them again before the next buffer. */
static gboolean
holds_back (KpReceiver *self, GstEvent *event)
{
  if (GST_EVENT_TYPE (event) == GST_EVENT_CAPS)
    self->owes_caps = self->output == GST_KURENTO_OUTPUT_ENCODED && !kp_outlet_is_wanted (self->outlet);

  return self->owes_caps && GST_EVENT_IS_SERIALIZED (event)
         && GST_EVENT_TYPE (event) != GST_EVENT_STREAM_START;
}

/* Whether the decoder is to have @buffer. */
static gboolean
admit_frame (KpReceiver *self, GstBuffer *buffer)
{
  if (self->owes_caps || !kp_outlet_is_wanted (self->outlet))
    {
      self->needs_keyframe = TRUE;
      return FALSE;
    }
  if (self->codec->kind == KP_MEDIA_AUDIO)
    return TRUE;
  if (is_h264 (self) && !kp_h264_check_is_good (&self->h264, buffer))
    {
      GST_DEBUG_OBJECT (self, "this is no H.264");
      lose_sync (self);
      return FALSE;
    }
  if (GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT))
    {
      if (self->needs_keyframe)
        lose_sync (self);
      return !self->needs_keyframe;
    }
  self->needs_keyframe = FALSE;
  self->has_keyframe = TRUE;

  return TRUE;
}

/* A GAP makes an audio decoder conceal a loss, but not what nobody listens to. A video decoder would only make up caps. */
static gboolean
is_useless (KpReceiver *self, GstEvent *event)
{
  return GST_EVENT_TYPE (event) == GST_EVENT_GAP
         && (self->was_dropping || self->codec->kind == KP_MEDIA_VIDEO);
}

static GstPadProbeReturn
encoded_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  KpReceiver *self = user_data;

  if (GST_PAD_PROBE_INFO_TYPE (info) & GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM)
    {
      GstEvent *event = GST_PAD_PROBE_INFO_EVENT (info);

      check_caps (self, event);
      return holds_back (self, event) || is_useless (self, event) ? GST_PAD_PROBE_DROP : GST_PAD_PROBE_OK;
    }

  if (!admit_frame (self, GST_PAD_PROBE_INFO_BUFFER (info)))
    {
      self->was_dropping = TRUE;
      return GST_PAD_PROBE_DROP;
    }
  if (self->was_dropping)
    {
      GstBuffer *buffer = gst_buffer_make_writable (GST_PAD_PROBE_INFO_BUFFER (info));

      GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DISCONT);
      GST_PAD_PROBE_INFO_DATA (info) = buffer;
      self->was_dropping = FALSE;
    }

  return GST_PAD_PROBE_OK;
}

static GstPadProbeReturn
packet_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  KpReceiver *self = user_data;
  gboolean wanted = kp_outlet_is_wanted (self->outlet);

  if (wanted && self->was_dropping && self->codec->kind == KP_MEDIA_VIDEO)
    kp_receiver_request_keyframe (self);
  self->was_dropping = !wanted;

  return wanted ? GST_PAD_PROBE_OK : GST_PAD_PROBE_DROP;
}

static GstPadProbeReturn
decoded_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  KpReceiver *self = user_data;

  if (!self->has_keyframe)
    return GST_PAD_PROBE_OK;

  self->has_keyframe = FALSE;
  g_mutex_lock (&self->lock);
  self->awaits_keyframe = FALSE;
  kp_keyframe_limit_cancel (&self->keyframe_limit);
  g_mutex_unlock (&self->lock);

  return GST_PAD_PROBE_OK;
}

static void
add_probe (KpReceiver *self, GstElement *element, const gchar *name, GstPadProbeType mask,
           GstPadProbeCallback func)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (element, name);

  gst_pad_add_probe (pad, mask, func, self, NULL);
}

static void
take_sink_pad (KpReceiver *self)
{
  self->sink = GST_PAD (GST_ELEMENT (self)->sinkpads->data);
  gst_pad_set_chain_function (self->sink, kp_receiver_chain);
  gst_pad_set_chain_list_function (self->sink, kp_receiver_chain_list);
  gst_pad_set_event_function (self->sink, kp_receiver_sink_event);
  gst_pad_set_query_function (self->sink, kp_receiver_sink_query);
}

static gboolean
build (KpReceiver *self, GError **error)
{
  KpReceiverChain chain;

  if (!kp_receiver_chain_build (&chain, GST_BIN (self), self->codec, self->output, error))
    return FALSE;

  take_sink_pad (self);
  if (self->codec->kind == KP_MEDIA_VIDEO)
    add_probe (self, GST_ELEMENT (self), "src", GST_PAD_PROBE_TYPE_EVENT_UPSTREAM, outer_request_cb);
  if (self->output == GST_KURENTO_OUTPUT_RTP)
    {
      add_probe (self, chain.first, "src", GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST,
                 packet_cb);
      return TRUE;
    }

  add_probe (self, chain.first, "src", GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM,
             encoded_cb);
  if (self->codec->kind == KP_MEDIA_VIDEO)
    {
      add_probe (self, chain.first, "sink", GST_PAD_PROBE_TYPE_EVENT_UPSTREAM, inner_request_cb);
      add_probe (self, chain.last_coded, "src", GST_PAD_PROBE_TYPE_BUFFER, decoded_cb);
    }

  return TRUE;
}

/* What children say of the remote side's data is for the log, not for the application: it has no way to mend it. */
static void
kp_receiver_handle_message (GstBin *bin, GstMessage *message)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *debug = NULL;

  switch (GST_MESSAGE_TYPE (message))
    {
    case GST_MESSAGE_ERROR:
      gst_message_parse_error (message, &error, &debug);
      break;
    case GST_MESSAGE_WARNING:
      gst_message_parse_warning (message, &error, &debug);
      break;
    default:
      GST_BIN_CLASS (kp_receiver_parent_class)->handle_message (bin, message);
      return;
    }

  GST_WARNING_OBJECT (bin, "%s: %s (%s)", GST_MESSAGE_SRC_NAME (message), error->message,
                      GST_STR_NULL (debug));
  gst_message_unref (message);
}

static void
kp_receiver_finalize (GObject *object)
{
  KpReceiver *self = KP_RECEIVER (object);

  g_clear_object (&self->outlet);
  kp_h264_check_clear (&self->h264);
  g_mutex_clear (&self->lock);

  G_OBJECT_CLASS (kp_receiver_parent_class)->finalize (object);
}

static void
kp_receiver_class_init (KpReceiverClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = kp_receiver_finalize;
  GST_BIN_CLASS (klass)->handle_message = kp_receiver_handle_message;
  gst_element_class_set_static_metadata (GST_ELEMENT_CLASS (klass), "Kurento peer receiver",
                                         "Codec/Decoder/Depayloader/Network/RTP", "RTP to raw media",
                                         "The kurentopeer authors");
}

static void
kp_receiver_init (KpReceiver *self)
{
  self->needs_keyframe = TRUE;
  self->was_dropping = TRUE;
  kp_h264_check_init (&self->h264);
  g_mutex_init (&self->lock);
  kp_keyframe_limit_init (&self->keyframe_limit, KEYFRAME_INTERVAL);
}

static const KpCodec *
find_codec (GstCaps *caps)
{
  const GstStructure *s = gst_caps_get_structure (caps, 0);
  const gchar *media = gst_structure_get_string (s, "media");
  const gchar *name = gst_structure_get_string (s, "encoding-name");

  if (name == NULL)
    return NULL;

  return kp_codec_find (g_strcmp0 (media, "audio") == 0 ? KP_MEDIA_AUDIO : KP_MEDIA_VIDEO, name);
}

KpReceiver *
kp_receiver_new (GstCaps *caps, KpOutlet *outlet, GError **error)
{
  const KpCodec *codec = find_codec (caps);
  KpReceiver *self;

  if (codec == NULL)
    {
      g_autofree gchar *text = gst_caps_to_string (caps);

      g_set_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_NOT_SUPPORTED, "no decoder for %s", text);
      return NULL;
    }

  self = g_object_new (KP_TYPE_RECEIVER, NULL);
  self->codec = codec;
  self->outlet = g_object_ref (outlet);
  self->output = kp_outlet_get_output (outlet);
  if (!build (self, error))
    {
      gst_object_unref (gst_object_ref_sink (self));
      return NULL;
    }

  return self;
}

const KpCodec *
kp_receiver_get_codec (KpReceiver *self)
{
  return self->codec;
}

void
kp_receiver_request_keyframe (KpReceiver *self)
{
  g_mutex_lock (&self->lock);
  self->awaits_keyframe = TRUE;
  kp_keyframe_limit_request (&self->keyframe_limit);
  g_mutex_unlock (&self->lock);

  send_keyframe_request (self);
}
