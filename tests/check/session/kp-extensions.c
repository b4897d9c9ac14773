/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-extensions.h"

#include "sdp-test.h"

static GstSDPMessage *
make_sdp (const gchar *extmaps)
{
  g_autofree gchar *text = g_strdup_printf ("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"
                                            "m=video 9 UDP/TLS/RTP/SAVPF 96\r\n%s",
                                            extmaps);

  return sdp_parse_raw (text);
}

#define TWCC(id) "a=extmap:" id " " KP_TWCC_URI "\r\n"
#define MID(id) "a=extmap:" id " " KP_MID_URI "\r\n"
#define RIDS(id, repaired)                                                                                   \
  "a=extmap:" id " " KP_RID_URI "\r\na=extmap:" repaired " " KP_REPAIRED_RID_URI "\r\n"
#define LEVEL(id) "a=extmap:" id " " KP_LEVEL_URI "\r\n"
#define OTHER(id) "a=extmap:" id " urn:ietf:params:rtp-hdrext:toffset\r\n"

static const struct
{
  const gchar *extmaps;
  KpExtensions ids;
} read[] = {
  { "", { 0, 0 } },
  { TWCC ("3") MID ("4"), { 3, 4 } },
  { MID ("14/sendrecv") OTHER ("1"), { 0, 14 } },
  { TWCC ("0") MID ("256"), { 0, 0 } },
  { RIDS ("10", "11"), { 0, 0, 10, 11 } },
  { LEVEL ("14") TWCC ("3"), { 3, 0, 0, 0, 14 } },
};

GST_START_TEST (test_read)
{
  g_autoptr (GstSDPMessage) sdp = make_sdp (read[__i__].extmaps);
  KpExtensions extensions;

  kp_extensions_read (&extensions, gst_sdp_message_get_media (sdp, 0));
  fail_unless_equals_int (extensions.twcc, read[__i__].ids.twcc);
  fail_unless_equals_int (extensions.mid, read[__i__].ids.mid);
  fail_unless_equals_int (extensions.rid, read[__i__].ids.rid);
  fail_unless_equals_int (extensions.repaired_rid, read[__i__].ids.repaired_rid);
  fail_unless_equals_int (extensions.level, read[__i__].ids.level);
}
GST_END_TEST

static const struct
{
  const gchar *local; /* or NULL: the session is new */
  const gchar *remote;
  KpExtensions ids;
} chosen[] = {
  { NULL, NULL, { 1, 2, 3, 4, 5 } },
  { "", "", { 1, 2, 3, 4, 5 } },
  { TWCC ("1") MID ("2"), TWCC ("1"), { 1, 2, 3, 4, 5 } },
  { TWCC ("3") MID ("4"), TWCC ("3") MID ("4"), { 3, 4, 0, 0, 5 } },
  { TWCC ("3") MID ("4") LEVEL ("1"), "", { 3, 4, 0, 0, 1 } },
  { "", TWCC ("3") MID ("4") LEVEL ("6"), { 3, 4, 0, 0, 6 } },
  { "", OTHER ("1"), { 0, 2, 3, 4, 5 } },
  { OTHER ("2"), "", { 1, 0, 3, 4, 5 } },
  { "", OTHER ("5"), { 1, 2, 3, 4, 0 } },
  { "", RIDS ("10", "11"), { 1, 2, 10, 11, 5 } },
};

GST_START_TEST (test_choose)
{
  g_autoptr (GstSDPMessage) local = chosen[__i__].local ? make_sdp (chosen[__i__].local) : NULL;
  g_autoptr (GstSDPMessage) remote = chosen[__i__].remote ? make_sdp (chosen[__i__].remote) : NULL;
  KpExtensions extensions;

  kp_extensions_choose (&extensions, KP_MEDIA_AUDIO, local, remote);
  fail_unless_equals_int (extensions.twcc, chosen[__i__].ids.twcc);
  fail_unless_equals_int (extensions.mid, chosen[__i__].ids.mid);
  fail_unless_equals_int (extensions.rid, chosen[__i__].ids.rid);
  fail_unless_equals_int (extensions.repaired_rid, chosen[__i__].ids.repaired_rid);
  fail_unless_equals_int (extensions.level, chosen[__i__].ids.level);
  kp_extensions_choose (&extensions, KP_MEDIA_VIDEO, local, remote);
  fail_unless_equals_int (extensions.level, 0);
}
GST_END_TEST

GST_START_TEST (test_write)
{
  g_autoptr (GstCaps) caps = gst_caps_new_empty_simple ("application/x-rtp");
  g_autoptr (GstCaps) expected = gst_caps_new_simple (
      "application/x-rtp", "extmap-7", G_TYPE_STRING, KP_MID_URI, "extmap-8", G_TYPE_STRING, KP_RID_URI,
      "extmap-9", G_TYPE_STRING, KP_REPAIRED_RID_URI, "extmap-10", G_TYPE_STRING, KP_LEVEL_URI, NULL);

  kp_extensions_write (&(KpExtensions){ .mid = 7, .rid = 8, .repaired_rid = 9, .level = 10 }, caps);
  fail_unless (gst_caps_is_equal (caps, expected), "%" GST_PTR_FORMAT, caps);
}
GST_END_TEST

static Suite *
kp_extensions_suite (void)
{
  Suite *suite = suite_create ("kp-extensions");
  TCase *tcase = tcase_create ("kp-extensions");

  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, test_read, 0, G_N_ELEMENTS (read));
  tcase_add_loop_test (tcase, test_choose, 0, G_N_ELEMENTS (chosen));
  tcase_add_test (tcase, test_write);

  return suite;
}

GST_CHECK_MAIN (kp_extensions)
