/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-layers.h"

#include "kp-element.h"
#include "kp-parameters.h"

#include <gst/video/video.h>

/*
 *        +------------------------------------+
 *  raw   |     +- queue ! sender -+           |  RTP
 *  sink -+ tee +- queue ! sender -+ rtpfunnel +- src
 *        |     +- queue ! sender -+           |
 *        +------------------------------------+
 */

/* One picture waits, so that the encoders work at the same time. */
#define QUEUE_SETTINGS "max-size-buffers=1 max-size-bytes=0 max-size-time=0"

/* pixels the long way; nobody wants to see less, and the smallest layer is near it anyway */
#define MIN_LENGTH 160

/* Whether the pictures of a layer are worth being sent: decided by the caps that come. */
typedef struct
{
  gdouble scale;
  gboolean too_small;
} SizeCheck;

static GstPadProbeReturn
check_size_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  SizeCheck *self = user_data;
  GstEvent *event;
  GstVideoInfo video;
  GstCaps *caps;

  if (GST_PAD_PROBE_INFO_TYPE (info) & GST_PAD_PROBE_TYPE_BUFFER)
    return self->too_small ? GST_PAD_PROBE_DROP : GST_PAD_PROBE_OK;

  event = GST_PAD_PROBE_INFO_EVENT (info);
  if (GST_EVENT_TYPE (event) != GST_EVENT_CAPS)
    return GST_PAD_PROBE_OK;

  gst_event_parse_caps (event, &caps);
  if (gst_video_info_from_caps (&video, caps))
    self->too_small = MAX (video.width, video.height) / self->scale < MIN_LENGTH;

  return GST_PAD_PROBE_OK;
}

static void
check_size (GstElement *queue, gdouble scale)
{
  g_autoptr (GstPad) sink = gst_element_get_static_pad (queue, "sink");
  SizeCheck *check = g_new0 (SizeCheck, 1);

  check->scale = scale;
  gst_pad_add_probe (sink, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, check_size_cb,
                     check, g_free);
}

/* What the funnel makes of the senders' caps lacks what they have in common. */
static GstPadProbeReturn
caps_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  GstEvent *event = GST_PAD_PROBE_INFO_EVENT (info);

  if (GST_EVENT_TYPE (event) == GST_EVENT_CAPS)
    {
      GstEvent *complete = gst_event_new_caps (user_data);

      gst_event_set_seqnum (complete, gst_event_get_seqnum (event));
      GST_PAD_PROBE_INFO_DATA (info) = complete;
      gst_event_unref (event);
    }

  return GST_PAD_PROBE_OK;
}

static gboolean
add_layer (GstBin *bin, GstElement *tee, GstElement *funnel, const KpSenderConfig *config,
           const KpLayer *layer, gboolean is_largest, GPtrArray *senders, GError **error)
{
  GstElement *queue = kp_element_new ("queue", QUEUE_SETTINGS, error);
  KpSender *sender;

  if (queue == NULL)
    return FALSE;

  gst_bin_add (bin, queue);
  sender = kp_sender_new (config, error);
  if (sender == NULL)
    return FALSE;

  gst_bin_add (bin, GST_ELEMENT (sender));
  kp_sender_set_scale (sender, layer->scale, layer->max_framerate);
  if (!is_largest)
    check_size (queue, layer->scale);
  g_ptr_array_add (senders, gst_object_ref (sender));
  gst_element_link (tee, queue);
  gst_element_link (queue, GST_ELEMENT (sender));
  gst_element_link (GST_ELEMENT (sender), funnel);

  return TRUE;
}

/* NULL: none is active. */
static const KpLayer *
get_largest (const KpLadder *ladder)
{
  const KpLayer *largest = NULL;

  for (guint i = 0; i < ladder->n_layers; i++)
    if (ladder->layers[i].active && (largest == NULL || ladder->layers[i].scale < largest->scale))
      largest = &ladder->layers[i];

  return largest;
}

static gboolean
add_layers (GstBin *bin, GstElement *tee, GstElement *funnel, const KpSenderConfig *common,
            const KpLadder *ladder, GPtrArray *senders, GError **error)
{
  const KpLayer *largest = get_largest (ladder);
  KpSenderConfig config = *common;
  guint shares[KP_MAX_LAYERS];

  kp_ladder_share (ladder, common->bitrate, shares);
  for (guint i = 0; i < ladder->n_layers; i++)
    {
      const KpLayer *layer = &ladder->layers[i];

      config.rid = layer->rid;
      config.bitrate = shares[i];
      config.ssrc = common->ssrc + i;
      if (layer->active && !add_layer (bin, tee, funnel, &config, layer, layer == largest, senders, error))
        return FALSE;
    }

  return TRUE;
}

static gboolean
build (GstBin *bin, const KpSenderConfig *config, const KpLadder *ladder, GstCaps *caps, GPtrArray *senders,
       GError **error)
{
  GstElement *funnel = kp_element_new ("rtpfunnel", NULL, error);
  GstElement *tee = NULL;

  if (funnel == NULL)
    return FALSE;

  gst_bin_add (bin, funnel);
  /* with no layer that is active nothing is linked */
  if (!kp_element_append (bin, &tee, kp_element_new ("tee", "allow-not-linked=true", error), error)
      || !add_layers (bin, tee, funnel, config, ladder, senders, error))
    return FALSE;

  gst_pad_add_probe (kp_element_finish (bin, funnel), GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, caps_cb,
                     gst_caps_ref (caps), (GDestroyNotify)gst_caps_unref);

  return TRUE;
}

GstElement *
kp_layers_new (const KpSenderConfig *config, const KpLadder *ladder, GstCaps *caps, GPtrArray *senders,
               GError **error)
{
  GstElement *bin = gst_bin_new (NULL);

  if (build (GST_BIN (bin), config, ladder, caps, senders, error))
    return bin;

  g_ptr_array_set_size (senders, 0);
  gst_object_unref (gst_object_ref_sink (bin));

  return NULL;
}

void
kp_layers_set (const KpLadder *ladder, GPtrArray *senders, guint bitrate, gdouble down_by,
               gdouble max_framerate)
{
  guint shares[KP_MAX_LAYERS];
  guint n = 0;

  kp_ladder_share (ladder, bitrate, shares);
  for (guint i = 0; i < ladder->n_layers; i++)
    {
      const KpLayer *layer = &ladder->layers[i];
      KpSender *sender;

      if (!layer->active)
        continue;
      sender = g_ptr_array_index (senders, n++);
      kp_sender_set_bitrate (sender, shares[i]);
      kp_sender_set_scale (sender, layer->scale * down_by,
                           kp_framerate_limit (layer->max_framerate, max_framerate));
    }
}
