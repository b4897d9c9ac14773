/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-layer-switch.h"

#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>
#include <gst/rtp/rtp.h>
#include <gst/video/video.h>

#define N_LAYERS 3
#define PICTURE (40 * GST_MSECOND)

/* Layers of VP8 whose packets are made by hand: the first byte of the picture is the layer's number. */
typedef struct
{
  GstHarness *out;
  GstHarness *in[N_LAYERS];
  guint16 seqnum[N_LAYERS];
  GstClockTime now;
  guint n_out;
  guint32 ssrc; /* what went out first */
  guint16 last_seqnum;
  guint32 last_rtptime;
  GstClockTime last_pts;
} Fixture;

static const guint sizes[N_LAYERS] = { 640, 320, 160 };

static void
fixture_init (Fixture *self)
{
  KpLayerSwitch *element = g_object_ref_sink (kp_layer_switch_new ());

  *self = (Fixture){ .out = gst_harness_new_with_element (GST_ELEMENT (element), NULL, "src") };
  for (guint i = 0; i < N_LAYERS; i++)
    {
      g_autofree gchar *name = gst_pad_get_name (kp_layer_switch_add_layer (element));
      g_autofree gchar *caps = g_strdup_printf ("application/x-rtp,media=video,encoding-name=VP8,"
                                                "clock-rate=90000,payload=96,ssrc=(uint)%u",
                                                1000 + i);

      self->in[i] = gst_harness_new_with_element (GST_ELEMENT (element), name, NULL);
      gst_harness_set_src_caps_str (self->in[i], caps);
      self->seqnum[i] = 65000 + 300 * i;
    }
  g_object_unref (element);
}

static void
fixture_clear (Fixture *self)
{
  for (guint i = 0; i < N_LAYERS; i++)
    gst_harness_teardown (self->in[i]);
  gst_harness_teardown (self->out);
}

/* What goes out is one stream. */
static void
check_stream (Fixture *self, GstRTPBuffer *rtp, GstClockTime pts)
{
  if (self->n_out++ == 0)
    self->ssrc = gst_rtp_buffer_get_ssrc (rtp);
  else
    {
      gint32 passed = gst_rtp_buffer_get_timestamp (rtp) - self->last_rtptime;

      fail_unless_equals_int (gst_rtp_buffer_get_seq (rtp), (guint16)(self->last_seqnum + 1));
      fail_unless_equals_int (gst_rtp_buffer_get_ssrc (rtp), self->ssrc);
      fail_unless (pts >= self->last_pts);
      fail_unless (passed >= 0 && passed <= 10 * 90000, "%d", passed);
    }
  self->last_seqnum = gst_rtp_buffer_get_seq (rtp);
  self->last_rtptime = gst_rtp_buffer_get_timestamp (rtp);
  self->last_pts = pts;
}

/* The layer whose packet comes out; -1: none does. */
static gint
take (Fixture *self)
{
  g_autoptr (GstBuffer) buffer = gst_harness_try_pull (self->out);
  GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;
  gint layer;

  if (buffer == NULL)
    return -1;

  fail_unless (gst_rtp_buffer_map (buffer, GST_MAP_READ, &rtp));
  check_stream (self, &rtp, GST_BUFFER_PTS (buffer));
  layer = ((guint8 *)gst_rtp_buffer_get_payload (&rtp))[11];
  gst_rtp_buffer_unmap (&rtp);

  return layer;
}

/* A packet with a whole picture; the layers' clocks are not the same. */
static gint
send (Fixture *self, guint layer, gboolean key)
{
  guint width = sizes[layer];
  guint height = width * 3 / 4;
  const guint8 payload[] = { 0x10, key ? 0x10 : 0x11, 0x02,       0x00,          0x9d,        0x01,
                             0x2a, width & 0xff,      width >> 8, height & 0xff, height >> 8, layer };
  GstBuffer *buffer = gst_rtp_buffer_new_allocate (sizeof payload, 0, 0);
  GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;

  fail_unless (gst_rtp_buffer_map (buffer, GST_MAP_WRITE, &rtp));
  gst_rtp_buffer_set_payload_type (&rtp, 96);
  gst_rtp_buffer_set_ssrc (&rtp, 1000 + layer);
  gst_rtp_buffer_set_seq (&rtp, self->seqnum[layer]++);
  gst_rtp_buffer_set_timestamp (&rtp, layer * 1000000 + self->now * 9 / 100000);
  memcpy (gst_rtp_buffer_get_payload (&rtp), payload, sizeof payload);
  gst_rtp_buffer_unmap (&rtp);
  GST_BUFFER_PTS (buffer) = self->now + (N_LAYERS - layer) * GST_MSECOND;
  fail_unless_equals_int (gst_harness_push (self->in[layer], buffer), GST_FLOW_OK);

  return take (self);
}

/* How many keyframes the layer was asked for. */
static guint
count_requests (Fixture *self, guint layer)
{
  GstEvent *event;
  guint n = 0;

  while ((event = gst_harness_try_pull_upstream_event (self->in[layer])))
    {
      n += gst_video_event_is_force_key_unit (event);
      gst_event_unref (event);
    }

  return n;
}

static void
forget_requests (Fixture *self)
{
  for (guint i = 0; i < N_LAYERS; i++)
    count_requests (self, i);
}

/* All begin, the smallest one first: the largest is what stays. */
static void
begin (Fixture *self)
{
  fail_unless_equals_int (send (self, 2, TRUE), 2);
  fail_unless_equals_int (send (self, 0, TRUE), 0);
  fail_unless_equals_int (send (self, 1, TRUE), -1);
  self->now += PICTURE;
  forget_requests (self);
}

GST_START_TEST (test_largest)
{
  Fixture f;

  fixture_init (&f);
  fail_unless_equals_int (send (&f, 1, FALSE), -1);
  fail_unless_equals_int (count_requests (&f, 1), 1);
  fail_unless_equals_int (send (&f, 0, TRUE), 0);
  for (guint i = 0; i < 10; i++, f.now += PICTURE)
    {
      fail_unless_equals_int (send (&f, 2, i == 3), -1);
      fail_unless_equals_int (send (&f, 0, FALSE), 0);
      fail_unless_equals_int (send (&f, 1, i == 5), -1);
    }
  fixture_clear (&f);
}
GST_END_TEST

/* A larger one that comes up is asked for a keyframe, now and then, and shown when it comes. */
GST_START_TEST (test_comes_up)
{
  Fixture f;

  fixture_init (&f);
  fail_unless_equals_int (send (&f, 0, TRUE), 0);
  for (; f.now < 4 * GST_SECOND; f.now += PICTURE)
    send (&f, 1, f.now > 3 * GST_SECOND);
  forget_requests (&f);
  for (guint i = 0; i < 20; i++, f.now += PICTURE)
    {
      fail_unless_equals_int (send (&f, 1, FALSE), 1);
      fail_unless_equals_int (send (&f, 0, FALSE), -1);
    }
  fail_unless_equals_int (count_requests (&f, 0), 2);
  fail_unless_equals_int (count_requests (&f, 1), 0);
  fail_unless_equals_int (send (&f, 0, TRUE), 0);
  fail_unless_equals_int (send (&f, 1, FALSE), -1);
  fixture_clear (&f);
}
GST_END_TEST

/* When the largest dries up, the next one is asked for a keyframe. */
GST_START_TEST (test_dries_up)
{
  GstClockTime end;
  Fixture f;

  fixture_init (&f);
  fail_unless_equals_int (send (&f, 0, TRUE), 0);
  fail_unless_equals_int (send (&f, 1, TRUE), -1);
  fail_unless_equals_int (send (&f, 2, TRUE), -1);
  forget_requests (&f);
  end = f.now + 2 * GST_SECOND - PICTURE;
  for (f.now += PICTURE; f.now < end; f.now += PICTURE)
    {
      fail_unless_equals_int (send (&f, 1, FALSE), -1);
      fail_unless_equals_int (send (&f, 2, TRUE), -1);
    }
  fail_unless_equals_int (count_requests (&f, 1), 0);
  f.now += 2 * PICTURE;
  fail_unless_equals_int (send (&f, 1, FALSE), -1);
  fail_unless_equals_int (send (&f, 2, TRUE), -1);
  fail_unless_equals_int (count_requests (&f, 1), 1);
  fail_unless_equals_int (count_requests (&f, 2), 0);
  fail_unless_equals_int (send (&f, 1, TRUE), 1);
  fail_unless_equals_int (send (&f, 1, FALSE), 1);
  fixture_clear (&f);
}
GST_END_TEST

/* Who sees the pictures asks for a keyframe: of what is shown. */
GST_START_TEST (test_requests)
{
  Fixture f;

  fixture_init (&f);
  begin (&f);
  gst_harness_push_upstream_event (
      f.out, gst_video_event_new_upstream_force_key_unit (GST_CLOCK_TIME_NONE, FALSE, 0));
  fail_unless_equals_int (count_requests (&f, 0), 1);
  fail_unless_equals_int (count_requests (&f, 1), 0);
  fail_unless_equals_int (count_requests (&f, 2), 0);
  fixture_clear (&f);
}
GST_END_TEST

/* One stream has one beginning, and one description. */
GST_START_TEST (test_events)
{
  guint counts[3] = { 0 };
  GstEvent *event;
  Fixture f;

  fixture_init (&f);
  begin (&f);
  for (guint i = 0; i < N_LAYERS; i++)
    gst_harness_push_event (f.in[i], gst_event_new_eos ());
  while ((event = gst_harness_try_pull_event (f.out)))
    {
      counts[0] += GST_EVENT_TYPE (event) == GST_EVENT_STREAM_START;
      counts[1] += GST_EVENT_TYPE (event) == GST_EVENT_CAPS;
      counts[2] += GST_EVENT_TYPE (event) == GST_EVENT_EOS;
      gst_event_unref (event);
    }
  fail_unless_equals_int (counts[0], 1);
  fail_unless_equals_int (counts[1], 1);
  fail_unless_equals_int (counts[2], 0);
  fixture_clear (&f);
}
GST_END_TEST

static Suite *
kp_layer_switch_suite (void)
{
  Suite *suite = suite_create ("kp-layer-switch");
  TCase *tcase = tcase_create ("switch");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_largest);
  tcase_add_test (tcase, test_comes_up);
  tcase_add_test (tcase, test_dries_up);
  tcase_add_test (tcase, test_requests);
  tcase_add_test (tcase, test_events);

  return suite;
}

GST_CHECK_MAIN (kp_layer_switch)
