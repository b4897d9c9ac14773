/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-meter.h"

#include "media-link.h"

#define SSRC 4711
#define PICTURES (2 * TURN_LENGTH)

typedef struct
{
  Link link;
  KpMeter *sender;
  KpMeter *receiver;
} Metered;

/* The caps come again, so that the meters get to know them. */
static void
metered_init (Metered *self, guint codec)
{
  g_autoptr (GstCaps) rtp_caps = NULL;

  link_init (&self->link, codec);
  self->sender = kp_meter_new_for_sender (GST_BIN (self->link.send->element));
  self->receiver = kp_meter_new_for_receiver (GST_BIN (self->link.receive->element));
  rtp_caps = gst_pad_get_current_caps (self->link.receive->srcpad);
  rtp_caps = gst_caps_make_writable (rtp_caps);
  gst_caps_set_simple (rtp_caps, "ssrc", G_TYPE_UINT, SSRC, NULL);
  gst_harness_set_src_caps (self->link.receive, gst_caps_ref (rtp_caps));
  if (self->link.kind == KP_MEDIA_VIDEO)
    gst_harness_set_src_caps_str (self->link.send,
                                  "video/x-raw,format=I420,width=320,height=240,framerate=25/1");
}

static void
metered_clear (Metered *self)
{
  link_clear (&self->link);
  kp_meter_unref (self->sender);
  kp_meter_unref (self->receiver);
}

static void
run (Metered *self, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      send_next (&self->link);
      carry (&self->link, NULL, NULL);
      take_requests (&self->link, TRUE);
    }
}

GST_START_TEST (test_pictures)
{
  KpMeterCounts sent, received;
  Metered this;

  metered_init (&this, __i__);
  run (&this, PICTURES);

  kp_meter_read (this.sender, &sent);
  fail_unless (sent.sends && sent.codes);
  fail_unless_equals_uint64 (sent.ssrc, 1);
  fail_unless_equals_int (sent.source_width, 320);
  fail_unless_equals_int (sent.source_height, 240);
  fail_unless_equals_uint64 (sent.source_frames, PICTURES);
  fail_unless_equals_int (sent.width, 320);
  fail_unless_equals_int (sent.height, 240);
  fail_unless_equals_uint64 (sent.frames, PICTURES);
  fail_unless (sent.keyframes >= 1 && sent.keyframes < PICTURES);

  kp_meter_read (this.receiver, &received);
  fail_unless (!received.sends && received.codes);
  fail_unless_equals_uint64 (received.ssrc, SSRC);
  fail_unless_equals_uint64 (received.received, PICTURES);
  fail_unless_equals_uint64 (received.frames, this.link.n_pictures);
  fail_unless_equals_uint64 (received.keyframes, sent.keyframes);
  fail_unless_equals_uint64 (received.dropped, 0);
  fail_unless_equals_int (received.width, 320);
  fail_unless_equals_int (received.height, 240);
  metered_clear (&this);
}
GST_END_TEST

/* While nobody wants them, pictures are received and not decoded. */
GST_START_TEST (test_dropped)
{
  KpMeterCounts before, after;
  Metered this;

  metered_init (&this, 0);
  run (&this, PICTURES);
  kp_meter_read (this.receiver, &before);

  kp_outlet_set_exposed (this.link.outlet);
  run (&this, PICTURES);
  kp_meter_read (this.receiver, &after);
  fail_unless_equals_uint64 (after.received, before.received + PICTURES);
  fail_unless_equals_uint64 (after.frames, before.frames);

  fail_unless (gst_element_link (GST_ELEMENT (this.link.outlet), this.link.sink));
  kp_sender_request_keyframe (KP_SENDER (this.link.send->element));
  run (&this, PICTURES);
  kp_meter_read (this.receiver, &after);
  fail_unless (after.frames > before.frames);
  fail_unless (after.dropped >= PICTURES);
  fail_unless_equals_uint64 (after.frames + after.dropped, after.received);
  metered_clear (&this);
}
GST_END_TEST

GST_START_TEST (test_sound)
{
  KpMeterCounts counts;
  Metered this;

  metered_init (&this, OPUS);
  run (&this, 10);
  kp_meter_read (this.receiver, &counts);
  fail_unless_equals_uint64 (counts.ssrc, SSRC);
  fail_unless_equals_uint64 (counts.received + counts.frames + counts.keyframes + counts.dropped, 0);
  kp_meter_read (this.sender, &counts);
  fail_unless_equals_uint64 (counts.source_frames + counts.frames + counts.keyframes, 0);
  metered_clear (&this);
}
GST_END_TEST

static Suite *
meter_suite (void)
{
  Suite *suite = suite_create ("kp-meter");
  TCase *tcase = tcase_create ("meter");

  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, test_pictures, 0, 3);
  tcase_add_test (tcase, test_dropped);
  tcase_add_test (tcase, test_sound);

  return suite;
}

GST_CHECK_MAIN (meter)
