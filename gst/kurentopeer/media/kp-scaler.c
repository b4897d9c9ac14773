/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-scaler.h"

#include "kp-converter.h"
#include "kp-element.h"
#include "kp-media-debug.h"

/* ns; by how much a picture may come too early, but no more than a part of the time between two: cameras are not exact */
#define JITTER (10 * GST_MSECOND)
#define JITTER_PART 4

/*        +---------------------------+
 *  sink -+- converter ! capsfilter  -+- src
 *        +---------------------------+
 *   caps: the size goes into the filter; pictures: those that are too many end here
 */
struct _KpScaler
{
  GstBin parent_instance;

  GstElement *filter; /* borrowed, of the bin */
  GstCaps *encoder_caps; /* owned; all that the encoder takes */

  gint changed; /* atomic, gboolean; what follows is to be applied */
  gdouble down_by; /* OBJECT_LOCK */
  gdouble max_framerate; /* OBJECT_LOCK; 0 = any */

  /* streaming thread */
  GstCaps *caps; /* owned; of what comes, or NULL */
  gdouble framerate; /* the present limit; 0 = none */
  GstClockTime last; /* ns; of the last picture that passed, or NONE */
  GstClockTime next; /* ns; when the next one is due */
};

G_DEFINE_FINAL_TYPE (KpScaler, kp_scaler, GST_TYPE_BIN)

static gint
scale_length (gdouble length, gdouble down_by)
{
  return MAX (2, (gint)(length / down_by) / 2 * 2);
}

/* What the encoder gets of pictures with @caps. Owned. */
static GstCaps *
make_filter_caps (KpScaler *self, const GstCaps *caps, gdouble down_by)
{
  const GstStructure *structure = gst_caps_get_structure (caps, 0);
  GstCaps *scaled;
  gint width, height;
  gint par_n = 1;
  gint par_d = 1;

  if (down_by <= 1.0 || !gst_structure_get_int (structure, "width", &width)
      || !gst_structure_get_int (structure, "height", &height))
    return gst_caps_ref (self->encoder_caps);

  gst_structure_get_fraction (structure, "pixel-aspect-ratio", &par_n, &par_d);
  scaled = gst_caps_copy (self->encoder_caps);
  gst_caps_set_simple (scaled, "width", G_TYPE_INT, scale_length ((gdouble)width * par_n / par_d, down_by),
                       "height", G_TYPE_INT, scale_length (height, down_by), NULL);

  return scaled;
}

static void
set_filter (KpScaler *self, GstCaps *caps)
{
  g_autoptr (GstCaps) current = NULL;

  g_object_get (self->filter, "caps", &current, NULL);
  if (!gst_caps_is_equal (current, caps))
    g_object_set (self->filter, "caps", caps, NULL);
}

/* An encoder goes by the rate in its caps. Owned. */
static GstCaps *
limit_rate (const GstCaps *caps, gdouble max)
{
  GstCaps *limited = gst_caps_copy (caps);
  gint n, d;

  if (max > 0 && gst_structure_get_fraction (gst_caps_get_structure (caps, 0), "framerate", &n, &d)
      && (gdouble)n / d > max)
    {
      gst_util_double_to_fraction (max, &n, &d);
      gst_caps_set_simple (limited, "framerate", GST_TYPE_FRACTION, n, d, NULL);
    }

  return limited;
}

/* What goes on in the place of @event, which is taken. */
static GstEvent *
take_caps (KpScaler *self, GstEvent *event)
{
  g_autoptr (GstCaps) filter_caps = NULL;
  g_autoptr (GstCaps) limited = NULL;
  gdouble down_by;
  GstEvent *changed;
  GstCaps *caps;

  gst_event_parse_caps (event, &caps);
  gst_caps_replace (&self->caps, caps);
  g_atomic_int_set (&self->changed, FALSE);
  GST_OBJECT_LOCK (self);
  down_by = self->down_by;
  self->framerate = self->max_framerate;
  GST_OBJECT_UNLOCK (self);

  filter_caps = make_filter_caps (self, caps, down_by);
  set_filter (self, filter_caps);
  limited = limit_rate (caps, self->framerate);
  changed = gst_event_new_caps (limited);
  gst_event_set_seqnum (changed, gst_event_get_seqnum (event));
  gst_event_unref (event);

  return changed;
}

static GstPadProbeReturn
event_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  if (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) == GST_EVENT_CAPS)
    GST_PAD_PROBE_INFO_DATA (info) = take_caps (user_data, GST_PAD_PROBE_INFO_EVENT (info));

  return GST_PAD_PROBE_OK;
}

/* Each picture that passes puts off the next one by the same time, from when it was due, not from when it came. */
static gboolean
is_due (KpScaler *self, GstClockTime time)
{
  GstClockTime interval;
  gboolean jumped;

  if (self->framerate <= 0 || !GST_CLOCK_TIME_IS_VALID (time))
    return TRUE;

  interval = GST_SECOND / self->framerate;
  jumped = !GST_CLOCK_TIME_IS_VALID (self->last) || time < self->last || time > self->next + interval;
  if (!jumped && time + MIN (JITTER, interval / JITTER_PART) < self->next)
    return FALSE;

  self->next = (jumped ? time : self->next) + interval;
  self->last = time;

  return TRUE;
}

static GstPadProbeReturn
picture_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  KpScaler *self = user_data;

  if (g_atomic_int_get (&self->changed) && self->caps)
    gst_pad_send_event (pad, gst_event_new_caps (self->caps));

  return is_due (self, GST_BUFFER_PTS (GST_PAD_PROBE_INFO_BUFFER (info))) ? GST_PAD_PROBE_OK
                                                                          : GST_PAD_PROBE_DROP;
}

static gboolean
build (KpScaler *self, const KpEncoder *encoder, const GstCaps *caps, GError **error)
{
  g_autoptr (GstPad) sink = NULL;
  GstElement *last = NULL;

  self->encoder_caps = gst_caps_from_string (encoder->raw_caps);
  if (!kp_converter_append (GST_BIN (self), &last, encoder, caps, error)
      || !kp_element_append (GST_BIN (self), &last, kp_element_new_capsfilter (self->encoder_caps, error),
                             error))
    return FALSE;

  self->filter = last;
  kp_element_finish (GST_BIN (self), last);
  sink = gst_element_get_static_pad (GST_ELEMENT (self), "sink");
  gst_pad_add_probe (sink, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, event_cb, self, NULL);
  gst_pad_add_probe (sink, GST_PAD_PROBE_TYPE_BUFFER, picture_cb, self, NULL);

  return TRUE;
}

static void
kp_scaler_finalize (GObject *object)
{
  KpScaler *self = KP_SCALER (object);

  gst_clear_caps (&self->encoder_caps);
  gst_clear_caps (&self->caps);

  G_OBJECT_CLASS (kp_scaler_parent_class)->finalize (object);
}

static void
kp_scaler_class_init (KpScalerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = kp_scaler_finalize;
  gst_element_class_set_static_metadata (GST_ELEMENT_CLASS (klass), "Kurento peer scaler",
                                         "Filter/Converter/Video/Scaler", "Raw video as an encoder gets it",
                                         "The kurentopeer authors");
}

static void
kp_scaler_init (KpScaler *self)
{
  self->down_by = 1.0;
  self->last = GST_CLOCK_TIME_NONE;
}

KpScaler *
kp_scaler_new (const KpEncoder *encoder, const GstCaps *caps, GError **error)
{
  KpScaler *self = g_object_new (KP_TYPE_SCALER, NULL);

  if (!build (self, encoder, caps, error))
    {
      gst_object_unref (gst_object_ref_sink (self));
      return NULL;
    }

  return self;
}

void
kp_scaler_set (KpScaler *self, gdouble down_by, gdouble max_framerate)
{
  gboolean changed;

  GST_OBJECT_LOCK (self);
  changed = self->down_by != down_by || self->max_framerate != max_framerate;
  self->down_by = down_by;
  self->max_framerate = max_framerate;
  GST_OBJECT_UNLOCK (self);
  if (changed)
    g_atomic_int_set (&self->changed, TRUE);
}
