/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-sender.h"

#include "gstkurentoerror.h"
#include "kp-element.h"
#include "kp-header-extension.h"
#include "kp-keyframe-limit.h"
#include "kp-loudness.h"
#include "kp-media-debug.h"
#include "kp-rtp-uris.h"
#include "kp-scaler.h"

#include <gst/rtp/rtp.h>
#include <gst/video/video.h>

#define KEYFRAME_INTERVAL (300 * GST_MSECOND)

/*
 *        +--------------------------------------------------------------------------+
 *  raw   |  scaler, or convert ! capsfilter ! encoder ! capsfilter ! payloader       |  RTP
 *  sink -+------------------------------------^----------------------------^--------+- src
 *             before each frame: keyframe, bitrate        keyframe requests stop here, caps stay the same
 */
/* us; how long the first picture waits for the connection */
#define HOLD_PATIENCE G_TIME_SPAN_SECOND

typedef enum
{
  FLOW_PASSES,
  FLOW_HELD,
  FLOW_GIVEN_UP, /* the connection took too long: not even the first picture got out */
  FLOW_DROPPED,
} Flow;

struct _KpSender
{
  GstBin parent;

  const KpCodec *codec;
  guint32 ssrc;
  guint fec_percentage; /* what goes with the packets, out of the bitrate */
  KpScaler *scaler; /* borrowed, of the bin; or NULL: no video, or it comes encoded */
  GstElement *encoder; /* borrowed, of the bin; NULL: the media comes encoded */
  GstPad *encoder_src; /* owned; or NULL */
  const KpEncoder *encoder_row; /* or NULL */
  gboolean encoder_is_ours; /* we set it up, and so its bitrate */
  GstCaps *rtp_caps; /* owned; what the src pad says for as long as it lives */
  GstCaps *payloader_caps; /* owned; what the payloader thinks that downstream takes */

  GMutex lock; /* guards everything below */
  GCond flow_changed;
  Flow flow;
  KpKeyframeLimit keyframe_limit;
  guint n_keyframes; /* asked of the encoder */
  guint bitrate; /* bit/s */
  gboolean bitrate_changed; /* it is not yet set on the encoder */
};

G_DEFINE_FINAL_TYPE (KpSender, kp_sender, GST_TYPE_BIN)

static gboolean
take_keyframe (KpSender *self, guint *count)
{
  gboolean taken;

  g_mutex_lock (&self->lock);
  taken = kp_keyframe_limit_take (&self->keyframe_limit, gst_util_get_timestamp ());
  if (taken)
    *count = ++self->n_keyframes;
  g_mutex_unlock (&self->lock);

  return taken;
}

static guint
get_own_bitrate (const KpSender *self)
{
  return (guint64)self->bitrate * 100 / (100 + self->fec_percentage);
}

static gboolean
take_bitrate (KpSender *self, guint *bitrate)
{
  gboolean changed;

  g_mutex_lock (&self->lock);
  changed = self->bitrate_changed;
  *bitrate = get_own_bitrate (self);
  self->bitrate_changed = FALSE;
  g_mutex_unlock (&self->lock);

  return changed;
}

static void
force_keyframe (KpSender *self, guint count)
{
  if (self->encoder_row->keyframe_action)
    g_signal_emit_by_name (self->encoder, self->encoder_row->keyframe_action);
  else
    gst_pad_send_event (self->encoder_src,
                        gst_video_event_new_upstream_force_key_unit (GST_CLOCK_TIME_NONE, TRUE, count));
}

/* Requests are applied between two frames, by the thread that encodes: who makes one never waits for the encoder. */
static GstPadProbeReturn
raw_frame_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  KpSender *self = user_data;
  guint bitrate;
  guint count;

  if (take_bitrate (self, &bitrate) && self->encoder_is_ours)
    kp_encoder_set_bitrate (self->encoder_row, self->encoder, bitrate);

  if (take_keyframe (self, &count))
    {
      GST_DEBUG_OBJECT (self, "keyframe %u", count);
      force_keyframe (self, count);
    }

  return GST_PAD_PROBE_OK;
}

static GstPadProbeReturn
upstream_event_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  KpSender *self = user_data;

  if (self->encoder == NULL || !gst_video_event_is_force_key_unit (GST_PAD_PROBE_INFO_EVENT (info)))
    return GST_PAD_PROBE_OK;

  kp_sender_request_keyframe (self);

  return GST_PAD_PROBE_DROP;
}

/* A connection may take too long. */
static void
wait_until_released_locked (KpSender *self)
{
  gint64 deadline = g_get_monotonic_time () + HOLD_PATIENCE;

  while (self->flow == FLOW_HELD)
    if (!g_cond_wait_until (&self->flow_changed, &self->lock, deadline))
      self->flow = FLOW_GIVEN_UP;
}

static GstPadProbeReturn
hold_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  KpSender *self = user_data;
  gboolean passes;

  g_mutex_lock (&self->lock);
  if (self->flow == FLOW_HELD)
    wait_until_released_locked (self);
  passes = self->flow == FLOW_PASSES;
  g_mutex_unlock (&self->lock);

  return passes ? GST_PAD_PROBE_OK : GST_PAD_PROBE_DROP;
}

/* The payloader tells more than was negotiated, such as the parameter sets of each encoder configuration; new caps
 * would make webrtcbin negotiate again. */
static GstPadProbeReturn
rtp_caps_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  KpSender *self = user_data;
  GstEvent *event = GST_PAD_PROBE_INFO_EVENT (info);

  if (GST_EVENT_TYPE (event) == GST_EVENT_CAPS)
    {
      GstEvent *stable = gst_event_new_caps (self->rtp_caps);

      gst_event_set_seqnum (stable, gst_event_get_seqnum (event));
      GST_PAD_PROBE_INFO_DATA (info) = stable;
      gst_event_unref (event);
    }

  return GST_PAD_PROBE_OK;
}

/* What was negotiated is what the payloader gets to know of the other side. Left to itself it takes the ssrc from
 * downstream, no payload type below 96, and limits the encoder to the level that was offered. */
static GstPadProbeReturn
rtp_caps_query_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  KpSender *self = user_data;
  GstQuery *query = GST_PAD_PROBE_INFO_QUERY (info);

  if (GST_QUERY_TYPE (query) != GST_QUERY_CAPS)
    return GST_PAD_PROBE_OK;

  gst_query_set_caps_result (query, self->payloader_caps);

  return GST_PAD_PROBE_HANDLED;
}

/* A seek of one source is for its encoder: behind it are other tracks, too. */
static GstPadProbeReturn
flush_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  return GST_PAD_PROBE_DROP;
}

static gboolean
is_set_up (const KpSenderConfig *config, GstElement *element, gboolean is_encoder)
{
  return config->setup && config->setup (element, is_encoder, config->codec->kind, config->setup_data);
}

static GstElement *
make_payloader (KpSender *self, const KpSenderConfig *config, GError **error)
{
  const KpCodec *codec = config->codec;
  g_autoptr (GstElement) payloader = kp_element_new (codec->payloader, NULL, error);

  if (payloader == NULL)
    return NULL;

  gst_object_ref_sink (payloader);
  if (!is_set_up (config, payloader, FALSE))
    kp_element_configure (payloader, codec->payloader_properties);
  /* the connection adds the header extensions, whoever set it up */
  kp_element_configure (payloader, "auto-header-extension=false");
  g_object_set (payloader, "pt", config->payload_type, "ssrc", config->ssrc, NULL);
  if (!kp_header_extension_add (payloader, self->rtp_caps, KP_TWCC_URI, config->twcc_id, NULL, NULL, error)
      || !kp_header_extension_add (payloader, self->rtp_caps, KP_LEVEL_URI, config->level_id, NULL, NULL,
                                   error)
      || !kp_header_extension_add (payloader, self->rtp_caps, KP_MID_URI, config->mid_id, "mid", config->mid,
                                   error)
      || !kp_header_extension_add (payloader, self->rtp_caps, KP_RID_URI, config->rid_id, "rid", config->rid,
                                   error))
    return NULL;

  return g_steal_pointer (&payloader);
}

/* From what comes to what the encoder takes. */
static gboolean
append_converter (KpSender *self, GstElement **last, const KpSenderConfig *config, GError **error)
{
  GstBin *bin = GST_BIN (self);
  g_autoptr (GstCaps) raw_caps = NULL;

  if (self->codec->kind == KP_MEDIA_VIDEO)
    {
      self->scaler = kp_scaler_new (self->encoder_row, config->input_caps, error);
      return kp_element_append (bin, last, (GstElement *)self->scaler, error);
    }

  raw_caps = gst_caps_from_string (self->encoder_row->raw_caps);
  return kp_element_append (bin, last, kp_element_new ("audioconvert", NULL, error), error)
         && kp_element_append (bin, last, kp_element_new ("audioresample", NULL, error), error)
         && kp_element_append (bin, last, kp_element_new_capsfilter (raw_caps, error), error);
}

static GstElement *
make_encoder (KpSender *self, const KpSenderConfig *config, GError **error)
{
  g_autoptr (GstElement) encoder = kp_element_new (self->encoder_row->factory, NULL, error);

  if (encoder == NULL)
    return NULL;

  gst_object_ref_sink (encoder);
  self->encoder_is_ours = !is_set_up (config, encoder, TRUE);
  if (self->encoder_is_ours)
    kp_encoder_configure (self->encoder_row, encoder, get_own_bitrate (self));

  return g_steal_pointer (&encoder);
}

/* Takes @element, which is owned already. */
static gboolean
append_owned (KpSender *self, GstElement **last, GstElement *element, GError **error)
{
  gboolean appended = kp_element_append (GST_BIN (self), last, element, error);

  gst_clear_object (&element);

  return appended;
}

static gboolean
append_encoder (KpSender *self, GstElement **last, const KpSenderConfig *config, GError **error)
{
  const KpEncoder *row = self->encoder_row;
  g_autoptr (GstCaps) encoded_caps
      = gst_caps_from_string (row->encoded_caps ? row->encoded_caps : self->codec->encoded_caps);

  if (!append_owned (self, last, make_encoder (self, config, error), error))
    return FALSE;
  self->encoder = *last;
  self->encoder_src = gst_element_get_static_pad (self->encoder, "src");

  return kp_element_append (GST_BIN (self), last, kp_element_new_capsfilter (encoded_caps, error), error);
}

/* All that is in front of the payloader. */
static gboolean
append_coding (KpSender *self, GstElement **last, const KpSenderConfig *config, GError **error)
{
  self->encoder_row = kp_codec_find_encoder (self->codec, error);

  return self->encoder_row && append_converter (self, last, config, error)
         && append_encoder (self, last, config, error);
}

static void
add_probes (KpSender *self, GstElement *payloader, GstPad *src)
{
  g_autoptr (GstPad) payloader_src = gst_element_get_static_pad (payloader, "src");

  gst_pad_add_probe (payloader_src, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, rtp_caps_cb, self, NULL);
  gst_pad_add_probe (payloader_src, GST_PAD_PROBE_TYPE_QUERY_DOWNSTREAM | GST_PAD_PROBE_TYPE_PUSH,
                     rtp_caps_query_cb, self, NULL);
  gst_pad_add_probe (src, GST_PAD_PROBE_TYPE_EVENT_FLUSH, flush_cb, NULL, NULL);
  if (self->encoder)
    gst_pad_add_probe (self->encoder->sinkpads->data, GST_PAD_PROBE_TYPE_BUFFER, raw_frame_cb, self, NULL);
  if (self->codec->kind != KP_MEDIA_VIDEO)
    return;
  gst_pad_add_probe (src, GST_PAD_PROBE_TYPE_EVENT_UPSTREAM, upstream_event_cb, self, NULL);
  gst_pad_add_probe (src, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST, hold_cb, self, NULL);
}

static gboolean
build (KpSender *self, const KpSenderConfig *config, GError **error)
{
  GstElement *last = NULL;

  self->codec = config->codec;
  self->fec_percentage = config->fec_percentage;
  self->bitrate = config->bitrate;
  self->ssrc = config->ssrc;
  self->rtp_caps = kp_codec_get_rtp_caps (config->codec, config->payload_type);
  gst_caps_set_simple (self->rtp_caps, "ssrc", G_TYPE_UINT, config->ssrc, NULL);
  self->payloader_caps = gst_caps_new_simple ("application/x-rtp", "media", G_TYPE_STRING,
                                              kp_media_kind_to_string (config->codec->kind), "encoding-name",
                                              G_TYPE_STRING, config->codec->name, "clock-rate", G_TYPE_INT,
                                              config->codec->clock_rate, "payload", G_TYPE_INT,
                                              config->payload_type, "ssrc", G_TYPE_UINT, config->ssrc, NULL);

  if (!config->encoded && !append_coding (self, &last, config, error))
    return FALSE;
  if (!append_owned (self, &last, make_payloader (self, config, error), error))
    return FALSE;
  if (config->level_id && self->encoder)
    kp_loudness_tag (self->encoder, last);
  add_probes (self, last, kp_element_finish (GST_BIN (self), last));

  return TRUE;
}

static void
kp_sender_finalize (GObject *object)
{
  KpSender *self = KP_SENDER (object);

  g_clear_object (&self->encoder_src);
  gst_clear_caps (&self->rtp_caps);
  gst_clear_caps (&self->payloader_caps);
  g_cond_clear (&self->flow_changed);
  g_mutex_clear (&self->lock);

  G_OBJECT_CLASS (kp_sender_parent_class)->finalize (object);
}

static void
kp_sender_class_init (KpSenderClass *klass)
{
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = kp_sender_finalize;
  gst_element_class_set_static_metadata (element_class, "Kurento peer sender",
                                         "Codec/Encoder/Payloader/Network/RTP", "Raw media to RTP",
                                         "The kurentopeer authors");
}

static void
kp_sender_init (KpSender *self)
{
  g_mutex_init (&self->lock);
  g_cond_init (&self->flow_changed);
  kp_keyframe_limit_init (&self->keyframe_limit, KEYFRAME_INTERVAL);
}

KpSender *
kp_sender_new (const KpSenderConfig *config, GError **error)
{
  KpSender *self = g_object_new (KP_TYPE_SENDER, NULL);

  if (!build (self, config, error))
    {
      gst_object_unref (gst_object_ref_sink (self));
      return NULL;
    }

  return self;
}

guint32
kp_sender_get_ssrc (KpSender *self)
{
  return self->ssrc;
}

void
kp_sender_set_bitrate (KpSender *self, guint bitrate)
{
  g_mutex_lock (&self->lock);
  self->bitrate_changed |= self->bitrate != bitrate;
  self->bitrate = bitrate;
  g_mutex_unlock (&self->lock);
}

void
kp_sender_set_scale (KpSender *self, gdouble down_by, gdouble max_framerate)
{
  if (self->scaler)
    kp_scaler_set (self->scaler, down_by, max_framerate);
}

static void
push_keyframe_request (GstElement *element, gpointer user_data)
{
  g_autoptr (GstPad) sink = gst_element_get_static_pad (element, "sink");

  gst_pad_push_event (sink, gst_video_event_new_upstream_force_key_unit (GST_CLOCK_TIME_NONE, TRUE, 0));
}

void
kp_sender_request_keyframe (KpSender *self)
{
  if (self->encoder == NULL)
    {
      gst_element_call_async (GST_ELEMENT (self), push_keyframe_request, NULL, NULL);
      return;
    }

  g_mutex_lock (&self->lock);
  kp_keyframe_limit_request (&self->keyframe_limit);
  g_mutex_unlock (&self->lock);
}

/* Returns what it was. A sender that was told to drop does so for ever. */
static Flow
set_flow (KpSender *self, Flow flow)
{
  Flow former;

  g_mutex_lock (&self->lock);
  former = self->flow;
  if (former != FLOW_DROPPED)
    self->flow = flow;
  g_cond_broadcast (&self->flow_changed);
  g_mutex_unlock (&self->lock);

  return former;
}

void
kp_sender_hold (KpSender *self)
{
  set_flow (self, FLOW_HELD);
}

void
kp_sender_release (KpSender *self)
{
  if (set_flow (self, FLOW_PASSES) == FLOW_GIVEN_UP)
    kp_sender_request_keyframe (self);
}

void
kp_sender_drop (KpSender *self)
{
  set_flow (self, FLOW_DROPPED);
}
