/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>
#include <gst/video/video.h>

#define VIDEO_CAPS "video/x-raw,format=I420,width=16,height=16,framerate=30/1"
#define FRAME_SIZE 384
#define FRAME_TIME (GST_SECOND / 30)
#define DEADLINE (5 * G_TIME_SPAN_SECOND) /* on a busy machine; what is stuck is so for ever */

#define wait_for(condition)                                                                                  \
  G_STMT_START                                                                                               \
  {                                                                                                          \
    gint64 deadline_ = g_get_monotonic_time () + DEADLINE;                                                   \
    while (!(condition) && g_get_monotonic_time () < deadline_)                                              \
      g_poll (NULL, 0, 1);                                                                                   \
    fail_unless (condition, "waited in vain for " #condition);                                               \
  }                                                                                                          \
  G_STMT_END

static inline GstBuffer *
frame (GstClockTime pts)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, FRAME_SIZE, NULL);

  gst_buffer_memset (buffer, 0, 0x80, FRAME_SIZE);
  GST_BUFFER_PTS (buffer) = pts;
  GST_BUFFER_DURATION (buffer) = FRAME_TIME;
  return buffer;
}

/* Requests of keyframes, for an encoder, that have come out since the last time. */
static inline guint
count_forced (GstHarness *harness)
{
  guint n = 0;
  GstEvent *event;

  while ((event = gst_harness_try_pull_event (harness)))
    {
      n += gst_video_event_is_force_key_unit (event);
      gst_event_unref (event);
    }

  return n;
}

/* A pipeline goes to NULL at once, and has said nothing bad. Takes @pipeline. */
static inline void
end_pipeline (GstElement *pipeline)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  g_autoptr (GstMessage) message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR | GST_MESSAGE_WARNING);
  gint64 start = g_get_monotonic_time ();

  fail_if (message, "the pipeline said: %" GST_PTR_FORMAT, message);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  fail_unless (g_get_monotonic_time () - start < DEADLINE);
  gst_object_unref (pipeline);
}
