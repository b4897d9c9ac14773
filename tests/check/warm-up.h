/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "known-complaints.h"

#include <gst/gst.h>

/* What takes long the first time that a process makes it. The first one has the DTLS key. */
static const gchar *const slow_elements[]
    = { "dtlsdec", "webrtcbin", "nicesrc", "srtpdec", "sctpdec", "rtpopuspay", "vp8enc", "opusenc" };

/* The tests are forks of the process that makes the suite: what takes long on a busy machine is done once. It is an
 * element that begins with it, because it keeps OpenSSL from having an exit handler, which crashes beside a thread that
 * used it. The element in NULL waits for it, but not for long. */
static inline void
warm_up (void)
{
  GstElement *peer = gst_object_ref_sink (gst_element_factory_make ("kurentopeer", NULL));
  gint64 start;

  known_complaints_expect ();
  gst_element_set_state (peer, GST_STATE_READY);
  for (guint i = 0; i < G_N_ELEMENTS (slow_elements); i++)
    gst_object_unref (gst_object_ref_sink (gst_element_factory_make (slow_elements[i], NULL)));
  do
    {
      start = g_get_monotonic_time ();
      gst_element_set_state (peer, GST_STATE_NULL);
      gst_element_set_state (peer, GST_STATE_READY);
    }
  while (g_get_monotonic_time () - start > G_TIME_SPAN_SECOND / 5);
  gst_element_set_state (peer, GST_STATE_NULL);
  gst_object_unref (peer);
}
