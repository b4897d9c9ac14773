/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-layer-switch.h"

#include "kp-codec.h"
#include "kp-media-debug.h"
#include "kp-rtp-keyframe.h"

#include <gst/rtp/rtp.h>
#include <gst/video/video.h>

/* ns; without packets for so long, while others have some, a layer is not sent any more */
#define PATIENCE (2 * GST_SECOND)

/* ns; between two requests for a keyframe of one layer */
#define REQUEST_INTERVAL (500 * GST_MSECOND)

/* Hz; of video */
#define CLOCK_RATE 90000

/* One sink pad. The stream lock of the source pad. */
typedef struct
{
  GstPad *pad; /* borrowed, of the element */
  const KpCodec *codec; /* static; NULL until there are caps */
  guint pixels; /* of the last keyframe; 0 = not known */
  GstClockTime last; /* ns; when the latest packet came */
  GstClockTime asked; /* ns; when a keyframe was asked for, or NONE */
} Layer;

struct _KpLayerSwitch
{
  GstElement parent_instance;

  GstPad *srcpad; /* borrowed, of the element */

  /* the stream lock of the source pad guards everything below */
  GPtrArray *layers; /* owned; of Layer */
  Layer *active; /* borrowed, or NULL; to be written under the OBJECT_LOCK, too */
  GstClockTime now; /* ns; the latest running time of all packets */
  gboolean started; /* the source pad has had its first event */
  guint32 ssrc; /* what goes out */
  guint16 seqnum; /* of the latest packet that went out */
  guint32 rtptime; /* the same */
  GstClockTime pts; /* ns; the same */
  guint16 seqnum_offset; /* from what comes to what goes out */
  guint32 rtptime_offset;
};

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink_%u", GST_PAD_SINK, GST_PAD_REQUEST,
                                                                     GST_STATIC_CAPS ("application/x-rtp"));
static GstStaticPadTemplate src_template
    = GST_STATIC_PAD_TEMPLATE ("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS ("application/x-rtp"));

G_DEFINE_FINAL_TYPE (KpLayerSwitch, kp_layer_switch, GST_TYPE_ELEMENT)

/* ---- which layer ---- */

static gboolean
flows (KpLayerSwitch *self, const Layer *layer)
{
  return self->now < layer->last + PATIENCE;
}

/* The largest that flows; what is shown already is as good as another one of its size. NULL: none does. */
static Layer *
find_best (KpLayerSwitch *self)
{
  Layer *best = self->active && flows (self, self->active) ? self->active : NULL;

  for (guint i = 0; i < self->layers->len; i++)
    {
      Layer *layer = g_ptr_array_index (self->layers, i);

      if (flows (self, layer) && (best == NULL || layer->pixels > best->pixels))
        best = layer;
    }

  return best;
}

static void
ask_for_keyframe (KpLayerSwitch *self, Layer *layer)
{
  if (GST_CLOCK_TIME_IS_VALID (layer->asked) && self->now < layer->asked + REQUEST_INTERVAL)
    return;

  layer->asked = self->now;
  gst_pad_push_event (layer->pad,
                      gst_video_event_new_upstream_force_key_unit (GST_CLOCK_TIME_NONE, FALSE, 0));
}

/* One that has not told its size yet might be the largest. */
static void
ask_unknown (KpLayerSwitch *self)
{
  for (guint i = 0; i < self->layers->len; i++)
    {
      Layer *layer = g_ptr_array_index (self->layers, i);

      if (layer->pixels == 0 && flows (self, layer))
        ask_for_keyframe (self, layer);
    }
}

/* ---- one stream ---- */

static void
push_sticky (KpLayerSwitch *self, GstPad *pad, GstEventType type)
{
  GstEvent *event = gst_pad_get_sticky_event (pad, type, 0);

  if (event)
    gst_pad_push_event (self->srcpad, event);
}

/* The layers have all in common but the ssrc. */
static void
push_caps (KpLayerSwitch *self, GstPad *pad)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);
  g_autoptr (GstCaps) former = gst_pad_get_current_caps (self->srcpad);

  if (caps == NULL)
    return;

  caps = gst_caps_make_writable (caps);
  gst_caps_set_simple (caps, "ssrc", G_TYPE_UINT, self->ssrc, NULL);
  if (former == NULL || !gst_caps_is_equal (caps, former))
    gst_pad_push_event (self->srcpad, gst_event_new_caps (caps));
}

static void
begin (KpLayerSwitch *self, Layer *layer, GstRTPBuffer *rtp, GstClockTime pts)
{
  guint32 rtptime = gst_rtp_buffer_get_timestamp (rtp);
  GstClockTime passed = 0;

  if (self->active == NULL)
    {
      self->ssrc = gst_rtp_buffer_get_ssrc (rtp);
      self->seqnum = gst_rtp_buffer_get_seq (rtp) - 1;
      self->rtptime = rtptime;
    }
  else if (GST_CLOCK_TIME_IS_VALID (pts) && GST_CLOCK_TIME_IS_VALID (self->pts) && pts > self->pts)
    passed = pts - self->pts;
  self->seqnum_offset = self->seqnum + 1 - gst_rtp_buffer_get_seq (rtp);
  self->rtptime_offset = self->rtptime + gst_util_uint64_scale (passed, CLOCK_RATE, GST_SECOND) - rtptime;
  GST_OBJECT_LOCK (self);
  self->active = layer;
  GST_OBJECT_UNLOCK (self);
}

static void
switch_to (KpLayerSwitch *self, Layer *layer, GstBuffer *buffer)
{
  GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;

  if (!gst_rtp_buffer_map (buffer, GST_MAP_READ, &rtp))
    return;

  begin (self, layer, &rtp, GST_BUFFER_PTS (buffer));
  gst_rtp_buffer_unmap (&rtp);
  GST_DEBUG_OBJECT (layer->pad, "is shown now, %u pixels", layer->pixels);
  if (!self->started)
    push_sticky (self, layer->pad, GST_EVENT_STREAM_START);
  self->started = TRUE;
  push_caps (self, layer->pad);
  push_sticky (self, layer->pad, GST_EVENT_SEGMENT);
}

/* The layers' times come from different clocks at work: they may differ a little. Takes @buffer. */
static GstBuffer *
rewrite (KpLayerSwitch *self, GstBuffer *buffer)
{
  GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;

  buffer = gst_buffer_make_writable (buffer);
  if (!gst_rtp_buffer_map (buffer, GST_MAP_READWRITE, &rtp))
    {
      gst_buffer_unref (buffer);
      return NULL;
    }

  self->seqnum = gst_rtp_buffer_get_seq (&rtp) + self->seqnum_offset;
  self->rtptime = gst_rtp_buffer_get_timestamp (&rtp) + self->rtptime_offset;
  gst_rtp_buffer_set_seq (&rtp, self->seqnum);
  gst_rtp_buffer_set_timestamp (&rtp, self->rtptime);
  gst_rtp_buffer_set_ssrc (&rtp, self->ssrc);
  gst_rtp_buffer_unmap (&rtp);
  if (GST_BUFFER_PTS_IS_VALID (buffer) && GST_CLOCK_TIME_IS_VALID (self->pts))
    GST_BUFFER_PTS (buffer) = MAX (GST_BUFFER_PTS (buffer), self->pts);
  if (GST_BUFFER_PTS_IS_VALID (buffer))
    self->pts = GST_BUFFER_PTS (buffer);

  return buffer;
}

/* ---- what comes ---- */

static gboolean
begins_keyframe (Layer *layer, GstBuffer *buffer)
{
  GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;
  guint width, height;
  gboolean begins;

  if (layer->codec == NULL || !gst_rtp_buffer_map (buffer, GST_MAP_READ, &rtp))
    return FALSE;

  begins = kp_rtp_keyframe_parse (layer->codec->name, gst_rtp_buffer_get_payload (&rtp),
                                  gst_rtp_buffer_get_payload_len (&rtp), &width, &height);
  gst_rtp_buffer_unmap (&rtp);
  if (begins)
    layer->pixels = MAX (width * height, 1);

  return begins;
}

/* Whether the packet is to go out. */
static gboolean
choose (KpLayerSwitch *self, Layer *layer, GstBuffer *buffer)
{
  gboolean begins = begins_keyframe (layer, buffer);
  Layer *best;

  if (GST_BUFFER_PTS_IS_VALID (buffer))
    self->now = MAX (self->now, GST_BUFFER_PTS (buffer));
  layer->last = self->now;
  best = find_best (self);
  if (layer == best && layer != self->active && begins)
    switch_to (self, layer, buffer);
  else if (best != self->active)
    ask_for_keyframe (self, best);
  ask_unknown (self);

  return layer == self->active;
}

static GstFlowReturn
sink_chain (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  KpLayerSwitch *self = KP_LAYER_SWITCH (parent);
  GstFlowReturn flow = GST_FLOW_OK;

  GST_PAD_STREAM_LOCK (self->srcpad);
  if (choose (self, gst_pad_get_element_private (pad), buffer))
    buffer = rewrite (self, buffer);
  else
    gst_clear_buffer (&buffer);
  if (buffer)
    flow = gst_pad_push (self->srcpad, buffer);
  GST_PAD_STREAM_UNLOCK (self->srcpad);

  /* nobody wants it yet, or any more: webrtcbin would stop the layer for good */
  return flow == GST_FLOW_NOT_LINKED ? GST_FLOW_OK : flow;
}

static void
take_caps (Layer *layer, GstEvent *event)
{
  const gchar *name;
  GstCaps *caps;

  gst_event_parse_caps (event, &caps);
  name = gst_structure_get_string (gst_caps_get_structure (caps, 0), "encoding-name");
  layer->codec = name ? kp_codec_find (KP_MEDIA_VIDEO, name) : NULL;
}

/* Sticky events stay on the pad until its layer is shown. */
static gboolean
sink_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  KpLayerSwitch *self = KP_LAYER_SWITCH (parent);
  gboolean is_sticky = GST_EVENT_IS_STICKY (event);

  GST_PAD_STREAM_LOCK (self->srcpad);
  if (GST_EVENT_TYPE (event) == GST_EVENT_CAPS)
    take_caps (gst_pad_get_element_private (pad), event);
  if (self->active && self->active->pad == pad && GST_EVENT_IS_SERIALIZED (event) && !is_sticky
      && GST_EVENT_TYPE (event) != GST_EVENT_FLUSH_STOP)
    gst_pad_push_event (self->srcpad, gst_event_ref (event));
  GST_PAD_STREAM_UNLOCK (self->srcpad);
  gst_event_unref (event);

  return TRUE;
}

static gboolean
sink_query (GstPad *pad, GstObject *parent, GstQuery *query)
{
  if (GST_QUERY_TYPE (query) != GST_QUERY_ACCEPT_CAPS)
    return gst_pad_query_default (pad, parent, query);

  gst_query_set_accept_caps_result (query, TRUE);

  return TRUE;
}

/* Owned; NULL: no layer is shown. Not under the lock, which who pushes holds. */
static GstPad *
dup_active (KpLayerSwitch *self)
{
  GstPad *pad;

  GST_OBJECT_LOCK (self);
  pad = self->active ? gst_object_ref (self->active->pad) : NULL;
  GST_OBJECT_UNLOCK (self);

  return pad;
}

static gboolean
src_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  g_autoptr (GstPad) active = NULL;

  if (!gst_video_event_is_force_key_unit (event))
    return gst_pad_event_default (pad, parent, event);

  active = dup_active (KP_LAYER_SWITCH (parent));
  if (active)
    return gst_pad_push_event (active, event);
  gst_event_unref (event);

  return FALSE;
}

static void
kp_layer_switch_finalize (GObject *object)
{
  KpLayerSwitch *self = KP_LAYER_SWITCH (object);

  g_ptr_array_unref (self->layers);

  G_OBJECT_CLASS (kp_layer_switch_parent_class)->finalize (object);
}

static void
kp_layer_switch_class_init (KpLayerSwitchClass *klass)
{
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = kp_layer_switch_finalize;
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class, "Kurento peer layer switch", "Generic/Network/RTP",
                                         "The layers of a simulcast to one stream",
                                         "The kurentopeer authors");
}

static void
kp_layer_switch_init (KpLayerSwitch *self)
{
  self->layers = g_ptr_array_new_with_free_func (g_free);
  self->pts = GST_CLOCK_TIME_NONE;
  self->srcpad = gst_pad_new_from_static_template (&src_template, "src");
  gst_pad_set_event_function (self->srcpad, src_event);
  gst_pad_use_fixed_caps (self->srcpad);
  gst_element_add_pad (GST_ELEMENT (self), self->srcpad);
}

KpLayerSwitch *
kp_layer_switch_new (void)
{
  return g_object_new (KP_TYPE_LAYER_SWITCH, NULL);
}

GstPad *
kp_layer_switch_add_layer (KpLayerSwitch *self)
{
  Layer *layer = g_new0 (Layer, 1);
  g_autofree gchar *name = NULL;

  GST_PAD_STREAM_LOCK (self->srcpad);
  name = g_strdup_printf ("sink_%u", self->layers->len);
  layer->asked = GST_CLOCK_TIME_NONE;
  layer->pad = gst_pad_new_from_static_template (&sink_template, name);
  gst_pad_set_element_private (layer->pad, layer);
  gst_pad_set_chain_function (layer->pad, sink_chain);
  gst_pad_set_event_function (layer->pad, sink_event);
  gst_pad_set_query_function (layer->pad, sink_query);
  g_ptr_array_add (self->layers, layer);
  GST_PAD_STREAM_UNLOCK (self->srcpad);
  gst_pad_set_active (layer->pad, TRUE);
  gst_element_add_pad (GST_ELEMENT (self), layer->pad);

  return layer->pad;
}
