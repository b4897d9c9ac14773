/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-data-src.h"

#include "kp-element.h"
#include "kp-outlet-pad.h"

#include <gst/app/app.h>

/* bytes; the peer cannot be told to wait: SCTP would have to keep what media shares the transport with */
#define MAX_WAITING (16 * 1024 * 1024)

GstElement *
kp_data_src_new (GError **error)
{
  return kp_element_new ("appsrc",
                         "is-live=true do-timestamp=true format=time max-bytes=0 emit-signals=false", error);
}

gboolean
kp_data_src_push (GstElement *self, GBytes *data, gboolean is_text)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (self, "src");
  g_autoptr (GstCaps) caps = NULL;
  g_autoptr (GstBuffer) buffer = NULL;
  g_autoptr (GstSample) sample = NULL;

  if (!kp_outlet_pad_is_linked (pad))
    return TRUE;
  if (gst_app_src_get_current_level_bytes (GST_APP_SRC (self)) + g_bytes_get_size (data) > MAX_WAITING)
    return FALSE;

  caps = gst_caps_from_string (is_text ? "text/x-raw, format=(string)utf8" : "application/octet-stream");
  buffer = g_bytes_get_size (data) ? gst_buffer_new_wrapped_bytes (data) : gst_buffer_new ();
  sample = gst_sample_new (buffer, caps, NULL, NULL);
  gst_app_src_push_sample (GST_APP_SRC (self), sample);

  return TRUE;
}

void
kp_data_src_end (GstElement *self)
{
  gst_app_src_end_of_stream (GST_APP_SRC (self));
}
