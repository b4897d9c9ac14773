/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-sdp.h"

#include "kp-sdp-edit.h"
#include "sdp-test.h"

/* What webrtcbin relies on, whatever came in. */
static void
check_invariants (const GstSDPMessage *sdp)
{
  static const gchar *const of_transport[] = { "ice-ufrag", "ice-pwd", "setup", "fingerprint" };
  guint transport = kp_sdp_get_transport_index (sdp);

  for (guint i = 0; i < gst_sdp_message_medias_len (sdp); i++)
    {
      const GstSDPMedia *media = gst_sdp_message_get_media (sdp, i);

      fail_unless (kp_sdp_media_get_mid (media) != NULL);
      for (guint j = 0; j < G_N_ELEMENTS (of_transport); j++)
        {
          fail_unless_equals_string (sdp_get_value (sdp, i, of_transport[j]),
                                     sdp_get_value (sdp, transport, of_transport[j]));
          fail_unless (gst_sdp_media_get_attribute_val_n (media, of_transport[j], 1) == NULL);
          fail_unless (gst_sdp_message_get_attribute_val (sdp, of_transport[j]) == NULL);
        }
    }
  fail_if (kp_sdp_media_is_rejected (sdp, transport));
}

GST_START_TEST (test_real_descriptions)
{
  for (guint i = 0; i < G_N_ELEMENTS (sdp_names); i++)
    {
      g_autofree gchar *text = sdp_load (sdp_names[i]);
      g_autoptr (GstSDPMessage) sdp = sdp_parse (text);

      check_invariants (sdp);
    }
}
GST_END_TEST;

GST_START_TEST (test_mutation)
{
  const SdpMutation *mutation = sdp_get_mutation (__i__);
  g_autofree gchar *text = sdp_mutate (mutation);
  g_autoptr (GError) error = NULL;
  gboolean inserted_mids = TRUE;
  g_autoptr (GstSDPMessage) sdp = kp_sdp_parse_remote (text, &inserted_mids, &error);

  if (mutation->result == SDP_ACCEPTED)
    {
      fail_unless (sdp != NULL, "%s: %s", mutation->name, error ? error->message : NULL);
      check_invariants (sdp);
    }
  else
    {
      fail_unless (sdp == NULL, "%s", mutation->name);
      fail_unless (g_error_matches (error, GST_KURENTO_ERROR, mutation->result), "%s: %s", mutation->name,
                   error->message);
      fail_if (inserted_mids);
    }
}
GST_END_TEST;

GST_START_TEST (test_limits)
{
  g_autofree gchar *text = sdp_load ("small-offer");
  g_autoptr (GString) large = g_string_new (text);
  g_autoptr (GString) long_section = g_string_new (text);
  g_autoptr (GString) many = g_string_new (text);
  const GString *const texts[] = { large, long_section, many };

  while (large->len <= 256 * 1024)
    g_string_append_printf (large, "a=x:%0600d\r\n", 0);
  for (guint i = 0; i < 600; i++)
    g_string_append (long_section, "a=x\r\n");
  for (guint i = 0; i < 65; i++)
    g_string_append (many, "m=audio 0 RTP/AVP 0\r\n");

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      gboolean inserted_mids;
      g_autoptr (GError) error = NULL;

      fail_unless (kp_sdp_parse_remote (texts[i]->str, &inserted_mids, &error) == NULL);
      g_assert_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_INVALID_ARGUMENT);
    }
}
GST_END_TEST;

/* One section needs no group, and old peers have no mids. */
GST_START_TEST (test_inserted_mids)
{
  g_autofree gchar *text = sdp_load ("kurento-offer-plain");
  g_autofree gchar *without_mid = sdp_remove_lines (text, "a=mid");
  g_autofree gchar *old = sdp_remove_lines (without_mid, "a=group");
  g_autofree gchar *with_rejected = g_strconcat (old, "m=audio 0 RTP/SAVPF 0\r\na=mid:kp0\r\n", NULL);
  gboolean inserted_mids = FALSE;
  g_autoptr (GstSDPMessage) sdp = kp_sdp_parse_remote (old, &inserted_mids, NULL);
  g_autoptr (GstSDPMessage) taken = NULL;

  fail_unless (sdp != NULL && inserted_mids);
  fail_unless_equals_string (sdp_get_value (sdp, 0, "mid"), "kp0");
  kp_sdp_strip_mids (sdp);
  fail_unless (sdp_get_value (sdp, 0, "mid") == NULL);

  taken = kp_sdp_parse_remote (with_rejected, &inserted_mids, NULL);
  fail_unless (taken != NULL && inserted_mids);
  fail_unless_equals_string (sdp_get_value (taken, 0, "mid"), "kp0_");
  fail_unless_equals_string (sdp_get_value (taken, 1, "mid"), "kp0");
}
GST_END_TEST;

GST_START_TEST (test_no_inserted_mids)
{
  g_autofree gchar *text = sdp_load ("small-offer");
  g_autofree gchar *more = g_strconcat (text, "m=audio 0 RTP/SAVPF 0\r\n", NULL);
  gboolean inserted_mids = TRUE;
  g_autoptr (GstSDPMessage) sdp = kp_sdp_parse_remote (more, &inserted_mids, NULL);

  /* the peer knows mids: its rejected section alone is no reason to strip them */
  fail_unless (sdp != NULL && !inserted_mids);
  fail_unless_equals_string (sdp_get_value (sdp, 3, "mid"), "kp3");
  kp_sdp_strip_mids (sdp);
  fail_unless (sdp_get_group (sdp) == NULL);
}
GST_END_TEST;

GST_START_TEST (test_session_level)
{
  g_autofree gchar *text = sdp_load ("firefox-offer");
  g_autoptr (GstSDPMessage) sdp = sdp_parse (text);

  for (guint i = 0; i < 3; i++)
    {
      fail_unless_equals_string (sdp_get_value (sdp, i, "setup"), "actpass");
      fail_unless (g_str_has_prefix (sdp_get_value (sdp, i, "fingerprint"), "sha-256 C0:8B:AE:17"));
    }
}
GST_END_TEST;

GST_START_TEST (test_fingerprints)
{
#define SHA512                                                                                               \
  "00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:"         \
  "00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff"
  static const struct
  {
    const gchar *lines;
    const gchar *chosen;
  } rows[] = {
    { SHA1, SHA1 },
    { SHA1 "\r\na=fingerprint:" FINGERPRINT, FINGERPRINT },
    { FINGERPRINT "\r\na=fingerprint:" SHA1, FINGERPRINT },
    { "md5 00\r\na=fingerprint:" FINGERPRINT, FINGERPRINT },
    { FINGERPRINT "\r\na=fingerprint:Sha-512 " SHA512, "sha-512 00:11:22" },
    { "SHA-256 "
      "fd:df:34:c3:cf:6f:df:7d:07:de:05:64:68:9d:38:2d:e3:12:ab:ae:35:ff:7c:29:6c:f4:fb:5b:7b:7f:6c:d6",
      FINGERPRINT },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GstSDPMessage) sdp = sdp_parse_changed (FINGERPRINT, rows[i].lines);

      check_invariants (sdp);
      fail_unless (g_str_has_prefix (sdp_get_value (sdp, 0, "fingerprint"), rows[i].chosen));
      fail_if (strpbrk (sdp_get_value (sdp, 0, "fingerprint") + strlen ("sha-"), "abcdef"));
    }
}
GST_END_TEST;

GST_START_TEST (test_bundle)
{
  static const struct
  {
    const gchar *from;
    const gchar *to;
    const gchar *group;
    guint transport;
  } rows[] = {
    { "BUNDLE a v d", "BUNDLE a v d", "BUNDLE a v d", 0 },
    { "BUNDLE a v d", "BUNDLE d v a", "BUNDLE a v d", 0 },
    { "BUNDLE a v d", "BUNDLE x a x v d d", "BUNDLE a v d", 0 },
    { "m=audio 9 ", "m=audio 0 ", "BUNDLE v d", 1 },
    { "m=video 9 ", "m=video 0 ", "BUNDLE a d", 0 },
    { "a=rtpmap:96 VP8/90000", "a=rtpmap:96 VP8", "BUNDLE a d", 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GstSDPMessage) sdp = sdp_parse_changed (rows[i].from, rows[i].to);

      fail_unless_equals_string (sdp_get_group (sdp), rows[i].group);
      fail_unless_equals_int (kp_sdp_get_transport_index (sdp), rows[i].transport);
    }
}
GST_END_TEST;

/* The transport is the one of the section that the peer named first, in whatever order the group is written. */
GST_START_TEST (test_tagged_transport)
{
  g_autofree gchar *text = sdp_load ("small-offer");
  g_autofree gchar *other = sdp_replace (text, SECTION "a=mid:v",
                                         "a=ice-ufrag:tagged\r\na=ice-pwd:drowssapdrowssapdrowssap\r\n"
                                         "a=fingerprint:" FINGERPRINT "\r\na=setup:passive\r\na=mid:v");
  g_autofree gchar *tagged = sdp_replace (other, "BUNDLE a v d", "BUNDLE v a d");
  g_autoptr (GstSDPMessage) sdp = sdp_parse (tagged);

  check_invariants (sdp);
  fail_unless_equals_string (sdp_get_value (sdp, 0, "ice-ufrag"), "tagged");
  fail_unless_equals_string (sdp_get_value (sdp, 0, "setup"), "passive");
}
GST_END_TEST;

GST_START_TEST (test_bundle_only)
{
  g_autofree gchar *text = sdp_load ("small-offer");
  g_autofree gchar *closed = sdp_replace (text, "m=video 9 ", "m=video 0 ");
  g_autofree gchar *bundled = sdp_replace (closed, "a=mid:v", "a=mid:v\r\na=bundle-only");
  g_autofree gchar *outside = sdp_replace (bundled, "BUNDLE a v d", "BUNDLE a d");
  g_autoptr (GstSDPMessage) in_use = sdp_parse (bundled);
  g_autoptr (GstSDPMessage) rejected = sdp_parse (outside);

  fail_if (kp_sdp_media_is_rejected (in_use, 1));
  fail_unless_equals_int (gst_sdp_media_get_port (gst_sdp_message_get_media (in_use, 1)), 9);
  fail_unless (kp_sdp_media_is_rejected (rejected, 1));
  fail_unless_equals_int (sdp_count_attributes (rejected, 1, "ssrc"), 0);
}
GST_END_TEST;

GST_START_TEST (test_candidates)
{
  g_autofree gchar *text = sdp_load ("small-offer");
  g_autoptr (GstSDPMessage) sdp = sdp_parse (text);

  fail_unless_equals_int (sdp_count_attributes (sdp, 1, "candidate"), 1);
  fail_unless (g_str_has_prefix (sdp_get_value (sdp, 1, "candidate"), "1 1 UDP 2015364095 192.0.2.7"));
}
GST_END_TEST;

/* Browsers without permission for the camera tell nothing but names of their own. */
GST_START_TEST (test_hidden_candidates)
{
  g_autofree gchar *text = sdp_load ("firefox-offer-hidden");
  g_autoptr (GstSDPMessage) sdp = sdp_parse (text);

  fail_unless (strstr (text, ".local ") != NULL);
  for (guint i = 0; i < gst_sdp_message_medias_len (sdp); i++)
    fail_unless_equals_int (sdp_count_attributes (sdp, i, "candidate"), 0);
}
GST_END_TEST;

GST_START_TEST (test_formats)
{
  static const struct
  {
    const gchar *from;
    const gchar *to;
    guint section;
    guint n_formats; /* 0: rejected */
  } rows[] = {
    { "a=rtpmap:111 opus/48000/2", "a=x", 0, 1 },
    { "SAVPF 111 0", "SAVPF 111 0 0 8 9 72 128 x", 0, 4 },
    { "VP8/90000", "VP8", 1, 0 },
    { "VP8/90000", "VP8/0", 1, 0 },
    { "apt=96", "apt=95", 1, 1 },
    { "apt=96", "apt=97", 1, 1 },
    { "a=fmtp:97 apt=96", "a=x", 1, 1 },
    { "SAVPF 96 97", "SAVPF 97", 1, 0 },
    { "webrtc-datachannel", "5000", 2, 0 },
    { "m=video", "m=image", 1, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GstSDPMessage) sdp = sdp_parse_changed (rows[i].from, rows[i].to);
      const GstSDPMedia *media = gst_sdp_message_get_media (sdp, rows[i].section);

      fail_unless_equals_int (kp_sdp_media_is_rejected (sdp, rows[i].section), rows[i].n_formats == 0);
      if (rows[i].n_formats > 0)
        fail_unless_equals_int (gst_sdp_media_formats_len (media), rows[i].n_formats);
    }
}
GST_END_TEST;

/* A peer may not fill our memory with names, nor give formats fields of webrtcbin's. */
GST_START_TEST (test_parameters)
{
  static const struct
  {
    const gchar *from;
    const gchar *to;
    guint section;
    const gchar *name;
    const gchar *value; /* of the first one; NULL: there is none */
  } rows[] = {
    { "minptime=10;", "minptime=10;a-mid=x;extmap-1=x;Stereo = 1 ;made-up=1;", 0, "fmtp",
      "111 minptime=10;Stereo=1;useinbandfec=1" },
    { "minptime=10;useinbandfec=1", "111/111", 0, "fmtp", NULL },
    { "96 nack pli", "96 nack made-up", 1, "rtcp-fb", NULL },
    { "96 nack pli", "* nack pli", 1, "rtcp-fb", "* nack pli" },
    { "a=rtcp-mux", "a=made-up:1", 0, "made-up", NULL },
    { "ssrc:1111 cname:audio", "ssrc:1111 made-up:audio", 0, "ssrc", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GstSDPMessage) sdp = sdp_parse_changed (rows[i].from, rows[i].to);

      fail_unless_equals_string (sdp_get_value (sdp, rows[i].section, rows[i].name), rows[i].value);
    }
}
GST_END_TEST;

GST_START_TEST (test_many_ssrcs)
{
  g_autofree gchar *text = sdp_load ("small-offer");
  g_autoptr (GString) more = g_string_new (text);
  g_autoptr (GstSDPMessage) sdp = NULL;

  g_string_append (more, "m=video 9 UDP/TLS/RTP/SAVPF 100\r\na=mid:w\r\na=rtpmap:100 VP8/90000\r\n");
  for (guint i = 1; i < 200; i++)
    g_string_append_printf (more, "a=ssrc:%u cname:x\r\n", i);
  g_string_replace (more, "BUNDLE a v d", "BUNDLE a v d w", 1);
  sdp = sdp_parse (more->str);
  fail_unless_equals_int (sdp_count_attributes (sdp, 3, "ssrc"), 32);
}
GST_END_TEST;

GST_START_TEST (test_inherited_direction)
{
  g_autoptr (GstSDPMessage) inherited = sdp_parse_changed ("t=0 0", "t=0 0\r\na=inactive");

  fail_unless_equals_int (kp_sdp_media_get_direction (gst_sdp_message_get_media (inherited, 0)),
                          KP_DIRECTION_SENDRECV);
  fail_unless_equals_int (kp_sdp_media_get_direction (gst_sdp_message_get_media (inherited, 2)),
                          KP_DIRECTION_INACTIVE);
}
GST_END_TEST;

static Suite *
kp_sdp_remote_suite (void)
{
  Suite *suite = suite_create ("kp-sdp-remote");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_real_descriptions);
  tcase_add_loop_test (tcase, test_mutation, 0, SDP_N_MUTATIONS);
  tcase_add_test (tcase, test_limits);
  tcase_add_test (tcase, test_inserted_mids);
  tcase_add_test (tcase, test_no_inserted_mids);
  tcase_add_test (tcase, test_session_level);
  tcase_add_test (tcase, test_fingerprints);
  tcase_add_test (tcase, test_bundle);
  tcase_add_test (tcase, test_tagged_transport);
  tcase_add_test (tcase, test_bundle_only);
  tcase_add_test (tcase, test_candidates);
  tcase_add_test (tcase, test_hidden_candidates);
  tcase_add_test (tcase, test_formats);
  tcase_add_test (tcase, test_parameters);
  tcase_add_test (tcase, test_many_ssrcs);
  tcase_add_test (tcase, test_inherited_direction);
  return suite;
}

GST_CHECK_MAIN (kp_sdp_remote)
