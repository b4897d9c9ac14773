/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-feedback.h"

#include <gst/check/gstcheck.h>

static const struct
{
  const gchar *what;
  guint8 bytes[24];
  gsize size;
  gboolean is_valid;
  guint64 bitrate;
} rembs[] = {
  { "a usual one", { 'R', 'E', 'M', 'B', 1, 0x0b, 0xff, 0xff, 1, 2, 3, 4 }, 12, TRUE, 0x3ffff << 2 },
  { "no exponent", { 'R', 'E', 'M', 'B', 1, 0x00, 0x00, 0x64, 1, 2, 3, 4 }, 12, TRUE, 100 },
  { "no ssrc", { 'R', 'E', 'M', 'B', 0, 0x00, 0x00, 0x64 }, 8, TRUE, 100 },
  { "two ssrcs", { 'R', 'E', 'M', 'B', 2, 0x04, 0x00, 0x64 }, 16, TRUE, 200 },
  { "zero", { 'R', 'E', 'M', 'B', 1, 0xfc, 0x00, 0x00, 1, 2, 3, 4 }, 12, TRUE, 0 },
  { "the largest", { 'R', 'E', 'M', 'B', 0, 0xbb, 0xff, 0xff }, 8, TRUE, G_GUINT64_CONSTANT (0x3ffff) << 46 },
  { "too large", { 'R', 'E', 'M', 'B', 0, 0xbf, 0xff, 0xff }, 8, FALSE, 0 },
  { "much too large", { 'R', 'E', 'M', 'B', 0, 0xff, 0xff, 0xff }, 8, FALSE, 0 },
  { "another name", { 'R', 'E', 'M', 'C', 1, 0x00, 0x00, 0x64, 1, 2, 3, 4 }, 12, FALSE, 0 },
  { "too short", { 'R', 'E', 'M', 'B', 1, 0x00, 0x00 }, 7, FALSE, 0 },
  { "fewer ssrcs than it says", { 'R', 'E', 'M', 'B', 2, 0x00, 0x00, 0x64, 1, 2, 3, 4 }, 12, FALSE, 0 },
  { "255 ssrcs", { 'R', 'E', 'M', 'B', 255, 0x00, 0x00, 0x64, 1, 2, 3, 4 }, 12, FALSE, 0 },
  { "nothing", { 0 }, 0, FALSE, 0 },
};

GST_START_TEST (test_remb)
{
  g_autoptr (GstBuffer) fci = gst_buffer_new_memdup (rembs[__i__].bytes, sizeof rembs[__i__].bytes);
  guint64 bitrate = 0;

  gst_buffer_set_size (fci, rembs[__i__].size);
  fail_unless_equals_int (kp_feedback_read_remb (fci, &bitrate), rembs[__i__].is_valid);
  fail_unless (bitrate == rembs[__i__].bitrate, "%s: %" G_GUINT64_FORMAT, rembs[__i__].what, bitrate);
}
GST_END_TEST

/* As rtpsession makes it. */
static GstStructure *
make_packet (guint seqnum, guint64 sent, guint64 received, gboolean lost)
{
  return gst_structure_new ("RTPTWCCPacket", "seqnum", G_TYPE_UINT, seqnum, "local-ts", G_TYPE_UINT64, sent,
                            "remote-ts", G_TYPE_UINT64, received, "payload-type", G_TYPE_UCHAR, 96, "size",
                            G_TYPE_UINT, 1000, "lost", G_TYPE_BOOLEAN, lost, NULL);
}

G_GNUC_BEGIN_IGNORE_DEPRECATIONS
/* Takes @packets, which end with NULL. */
static GstStructure *
make_feedback (GstStructure **packets)
{
  GstStructure *feedback = gst_structure_new_empty ("RTPTWCCPackets");
  GValueArray *array = g_value_array_new (0);
  GValue value = G_VALUE_INIT;

  for (guint i = 0; packets[i]; i++)
    {
      GValue item = G_VALUE_INIT;

      g_value_init (&item, GST_TYPE_STRUCTURE);
      g_value_take_boxed (&item, packets[i]);
      g_value_array_append (array, &item);
      g_value_unset (&item);
    }
  g_value_init (&value, g_value_array_get_type ());
  g_value_take_boxed (&value, array);
  gst_structure_take_value (feedback, "packets", &value);

  return feedback;
}
G_GNUC_END_IGNORE_DEPRECATIONS

GST_START_TEST (test_packets)
{
  GstStructure *packets[] = {
    make_packet (65535, 5 * GST_SECOND, 7 * GST_SECOND, FALSE),
    make_packet (0, 6 * GST_SECOND, GST_CLOCK_TIME_NONE, TRUE),
    make_packet (1, GST_CLOCK_TIME_NONE, 8 * GST_SECOND, FALSE), /* nobody knows it any more */
    make_packet (2, 6 * GST_SECOND, GST_CLOCK_TIME_NONE - GST_SECOND, FALSE), /* before the clock began */
    gst_structure_new ("RTPTWCCPacket", "seqnum", G_TYPE_UINT, 3, NULL),
    make_packet (4, 7 * GST_SECOND, 9 * GST_SECOND, FALSE),
    NULL,
  };
  g_autoptr (GstStructure) feedback = make_feedback (packets);
  g_autoptr (GArray) read = kp_feedback_read_packets (feedback);
  const KpPacketFeedback *oldest;

  fail_unless (read != NULL);
  fail_unless_equals_int (read->len, 3);
  oldest = &g_array_index (read, KpPacketFeedback, 0);
  fail_unless_equals_int (oldest->payload_type, 96);
  fail_unless_equals_int (oldest->report.seqnum, 65535);
  fail_unless_equals_int64 (oldest->report.sent, 5 * G_USEC_PER_SEC);
  fail_unless_equals_int64 (oldest->report.received, 7 * G_USEC_PER_SEC);
  fail_unless_equals_int (oldest->report.size, 1012);
  fail_unless (g_array_index (read, KpPacketFeedback, 1).report.received < 0);
  fail_unless_equals_int (g_array_index (read, KpPacketFeedback, 2).report.seqnum, 4);
}
GST_END_TEST

GST_START_TEST (test_no_packets)
{
  GstStructure *unknown[] = { make_packet (1, GST_CLOCK_TIME_NONE, 8 * GST_SECOND, FALSE), NULL };
  GstStructure *nothing[] = { NULL };
  GstStructure *others[] = {
    make_feedback (unknown),
    make_feedback (nothing),
    gst_structure_new_empty ("RTPTWCCPackets"),
    gst_structure_new ("RTPTWCCPackets", "packets", G_TYPE_INT, 1, NULL),
    gst_structure_new_empty ("GstForceKeyUnit"),
  };

  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    {
      fail_unless (kp_feedback_read_packets (others[i]) == NULL);
      gst_structure_free (others[i]);
    }
}
GST_END_TEST

static Suite *
kp_feedback_suite (void)
{
  Suite *suite = suite_create ("kp-feedback");
  TCase *tcase = tcase_create ("feedback");

  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, test_remb, 0, G_N_ELEMENTS (rembs));
  tcase_add_test (tcase, test_packets);
  tcase_add_test (tcase, test_no_packets);

  return suite;
}

GST_CHECK_MAIN (kp_feedback)
