/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-fit.h"

#include "kp-display.h"
#include "kp-element.h"
#include "kp-media-debug.h"

/* What the probe has. */
typedef struct
{
  KpConstraints *constraints; /* owned */
  GstElement *filter; /* owned; says the size that is sent */
} KpFit;

static void
fit_free (gpointer data)
{
  KpFit *self = data;

  kp_constraints_unref (self->constraints);
  gst_object_unref (self->filter);
  g_free (self);
}

static GstPadProbeReturn
event_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  KpFit *self = user_data;
  g_autoptr (GstCaps) sent = NULL;
  GstCaps *caps;
  gint width;
  gint height;

  if (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) != GST_EVENT_CAPS)
    return GST_PAD_PROBE_OK;

  gst_event_parse_caps (GST_PAD_PROBE_INFO_EVENT (info), &caps);
  if (!gst_structure_get (gst_caps_get_structure (caps, 0), "width", G_TYPE_INT, &width, "height", G_TYPE_INT,
                          &height, NULL))
    return GST_PAD_PROBE_OK;

  kp_display_fit (self->constraints, &width, &height);
  sent = gst_caps_new_simple ("video/x-raw", "width", G_TYPE_INT, width, "height", G_TYPE_INT, height, NULL);
  GST_DEBUG_OBJECT (pad, "%" GST_PTR_FORMAT " is sent as %" GST_PTR_FORMAT, caps, sent);
  g_object_set (self->filter, "caps", sent, NULL);

  return GST_PAD_PROBE_OK;
}

static void
watch_size (GstElement *scaler, GstElement *filter, const KpConstraints *constraints)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (scaler, "sink");
  KpFit *fit = g_new (KpFit, 1);

  *fit = (KpFit){ kp_constraints_ref ((KpConstraints *)constraints), gst_object_ref (filter) };
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, event_cb, fit, fit_free);
}

gboolean
kp_fit_append (GstBin *bin, GstElement **last, const KpConstraints *constraints, GError **error)
{
  GstElement *scaler = kp_element_new ("videoscale", "add-borders=false", error);

  if (!kp_element_append (bin, last, scaler, error)
      || !kp_element_append (bin, last, kp_element_new ("capsfilter", NULL, error), error))
    return FALSE;

  watch_size (scaler, *last, constraints);

  return TRUE;
}

GstCaps *
kp_fit_new_rate_caps (const KpConstraints *constraints)
{
  gint rate_n;
  gint rate_d;

  gst_util_double_to_fraction (kp_display_get_rate (constraints), &rate_n, &rate_d);

  return gst_caps_new_simple ("video/x-raw", "framerate", GST_TYPE_FRACTION, rate_n, rate_d, NULL);
}
