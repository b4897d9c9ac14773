/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-fec-loss.h"

#include <gst/check/gstcheck.h>
#include <gst/rtp/gstrtpbuffer.h>

#define VP8_BEGINS 0x90
#define VP8_GOES_ON 0x80
#define VP9_BEGINS 0x88
#define LAST TRUE

static GstBuffer *
make_packet (const guint8 *payload, guint size, gboolean marker)
{
  GstBuffer *packet = gst_rtp_buffer_new_allocate (size, 0, 0);
  GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;

  gst_rtp_buffer_map (packet, GST_MAP_WRITE, &rtp);
  gst_rtp_buffer_set_marker (&rtp, marker);
  if (size)
    memcpy (gst_rtp_buffer_get_payload (&rtp), payload, size);
  gst_rtp_buffer_unmap (&rtp);

  return packet;
}

typedef struct
{
  guint8 payload[5];
  guint size;
  gboolean marker;
} Packet;

/* Whether nothing is missing between the two. */
static const struct
{
  const gchar *name;
  const gchar *codec;
  Packet first;
  Packet second;
  gboolean is_next;
} pairs[] = {
  { "the next picture", "VP8", { { VP8_BEGINS, 0x80, 5 }, 3, LAST }, { { VP8_BEGINS, 0x80, 6 }, 3 }, TRUE },
  { "it wraps", "VP8", { { VP8_BEGINS, 0x80, 127 }, 3, LAST }, { { VP8_BEGINS, 0x80, 0 }, 3 }, TRUE },
  { "15 bits",
    "VP8",
    { { VP8_BEGINS, 0x80, 0x81, 0xff }, 4, LAST },
    { { VP8_BEGINS, 0x80, 0x82, 0 }, 4 },
    TRUE },
  { "15 bits wrap",
    "VP8",
    { { VP8_BEGINS, 0x80, 0xff, 0xff }, 4, LAST },
    { { VP8_BEGINS, 0x80, 0x80, 0 }, 4 },
    TRUE },
  { "a picture is missing",
    "VP8",
    { { VP8_BEGINS, 0x80, 5 }, 3, LAST },
    { { VP8_BEGINS, 0x80, 7 }, 3 },
    FALSE },
  { "the end is missing", "VP8", { { VP8_BEGINS, 0x80, 5 }, 3 }, { { VP8_BEGINS, 0x80, 6 }, 3 }, FALSE },
  { "the beginning is missing",
    "VP8",
    { { VP8_BEGINS, 0x80, 5 }, 3, LAST },
    { { VP8_GOES_ON, 0x80, 6 }, 3 },
    FALSE },
  { "the second partition",
    "VP8",
    { { VP8_BEGINS, 0x80, 5 }, 3, LAST },
    { { VP8_BEGINS | 1, 0x80, 6 }, 3 },
    FALSE },
  { "other numbers",
    "VP8",
    { { VP8_BEGINS, 0x80, 5 }, 3, LAST },
    { { VP8_BEGINS, 0x80, 0x80, 6 }, 4 },
    FALSE },
  { "no number", "VP8", { { VP8_BEGINS, 0x80, 5 }, 3, LAST }, { { VP8_BEGINS, 0x40, 6 }, 3 }, FALSE },
  { "no extension", "VP8", { { 0x10, 0x80, 5 }, 3, LAST }, { { 0x10, 0x80, 6 }, 3 }, FALSE },
  { "cut off", "VP8", { { VP8_BEGINS, 0x80, 5 }, 3, LAST }, { { VP8_BEGINS, 0x80, 0x86 }, 3 }, FALSE },
  { "empty", "VP8", { { VP8_BEGINS, 0x80, 5 }, 3, LAST }, { { 0 }, 0 }, FALSE },
  { "VP9: the next picture", "VP9", { { VP9_BEGINS, 5 }, 2, LAST }, { { VP9_BEGINS, 6 }, 2 }, TRUE },
  { "VP9: a picture is missing", "VP9", { { VP9_BEGINS, 5 }, 2, LAST }, { { VP9_BEGINS, 7 }, 2 }, FALSE },
  { "VP9: the beginning is missing", "VP9", { { VP9_BEGINS, 5 }, 2, LAST }, { { 0x80, 6 }, 2 }, FALSE },
  { "VP9: cut off", "VP9", { { VP9_BEGINS, 5 }, 2, LAST }, { { VP9_BEGINS }, 1 }, FALSE },
};

GST_START_TEST (test_follow)
{
  const Packet *packets[] = { &pairs[__i__].first, &pairs[__i__].second };
  gboolean expected[] = { FALSE, pairs[__i__].is_next };
  KpFecLoss loss;

  fail_unless (kp_fec_loss_init (&loss, pairs[__i__].codec));
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GstBuffer) packet = make_packet (packets[i]->payload, packets[i]->size, packets[i]->marker);

      fail_unless (kp_fec_loss_follow (&loss, packet) == expected[i], "%s: %u", pairs[__i__].name, i);
    }
}
GST_END_TEST

GST_START_TEST (test_codecs)
{
  KpFecLoss loss;

  fail_unless (kp_fec_loss_init (&loss, "VP8") && kp_fec_loss_init (&loss, "VP9"));
  fail_if (kp_fec_loss_init (&loss, "H264") || kp_fec_loss_init (&loss, NULL));
}
GST_END_TEST

static Suite *
kp_fec_loss_suite (void)
{
  Suite *suite = suite_create ("kp-fec-loss");
  TCase *tcase = tcase_create ("kp-fec-loss");

  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, test_follow, 0, G_N_ELEMENTS (pairs));
  tcase_add_test (tcase, test_codecs);

  return suite;
}

GST_CHECK_MAIN (kp_fec_loss)
