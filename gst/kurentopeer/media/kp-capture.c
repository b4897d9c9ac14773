/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-capture.h"

#include "kp-element.h"

/* The element, its settings and its caps for each kind of test media. */
static const struct
{
  const gchar *factory;
  const gchar *settings;
  const gchar *caps;
} test_sources[KP_N_MEDIA_KINDS] = {
  [KP_MEDIA_AUDIO]
  = { "audiotestsrc", "is-live=true wave=sine freq=440 volume=0.1 samplesperbuffer=480",
      "audio/x-raw,format=(string)S16LE,layout=(string)interleaved,rate=(int)48000,channels=(int)1" },
  [KP_MEDIA_VIDEO] = { "videotestsrc", "is-live=true pattern=smpte",
                       "video/x-raw,format=(string)I420,width=(int)640,height=(int)480,"
                       "framerate=(fraction)30/1,pixel-aspect-ratio=(fraction)1/1" },
};

static gboolean
build (GstBin *bin, KpMediaKind kind, GError **error)
{
  g_autoptr (GstCaps) caps = gst_caps_from_string (test_sources[kind].caps);
  GstElement *last = NULL;

  if (!kp_element_append (
          bin, &last, kp_element_new (test_sources[kind].factory, test_sources[kind].settings, error), error)
      || !kp_element_append (bin, &last, kp_element_new_capsfilter (caps, error), error))
    return FALSE;
  kp_element_finish (bin, last);

  return TRUE;
}

GstElement *
kp_capture_new (GstKurentoSendSource source, KpMediaKind kind, GError **error)
{
  GstElement *bin;

  if (source != GST_KURENTO_SEND_SOURCE_TEST)
    return NULL;

  bin = gst_bin_new (NULL);
  if (!build (GST_BIN (bin), kind, error))
    {
      gst_object_unref (gst_object_ref_sink (bin));
      return NULL;
    }

  return bin;
}
