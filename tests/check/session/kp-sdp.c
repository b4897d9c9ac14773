/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-sdp.h"

#include "kp-sdp-edit.h"
#include "sdp-test.h"

GST_START_TEST (test_lookups)
{
  g_autofree gchar *text = sdp_load ("small-offer");
  g_autoptr (GstSDPMessage) sdp = sdp_parse_raw (text);
  const GstSDPMedia *audio = gst_sdp_message_get_media (sdp, 0);
  const GstSDPMedia *video = gst_sdp_message_get_media (sdp, 1);
  const GstSDPMedia *data = gst_sdp_message_get_media (sdp, 2);
  g_autofree gchar *id = kp_sdp_get_session_id (sdp);
  KpMediaKind kind;

  fail_unless (kp_sdp_media_get_kind (audio, &kind) && kind == KP_MEDIA_AUDIO);
  fail_unless (kp_sdp_media_get_kind (video, &kind) && kind == KP_MEDIA_VIDEO);
  fail_if (kp_sdp_media_get_kind (data, &kind));
  fail_unless (kp_sdp_media_is_data_channel (data));
  fail_if (kp_sdp_media_is_data_channel (video));
  fail_unless_equals_string (kp_sdp_media_get_mid (video), "v");
  fail_unless_equals_int (kp_sdp_media_get_extmap_id (audio, "urn:ietf:params:rtp-hdrext:ssrc-audio-level"),
                          1);
  fail_unless_equals_int (kp_sdp_media_get_extmap_id (video, "urn:ietf:params:rtp-hdrext:sdes:mid"), 2);
  fail_unless_equals_int (kp_sdp_media_get_extmap_id (audio, "urn:ietf:params:rtp-hdrext:sdes:mid"), 0);
  fail_unless_equals_string (id, "- 42 127.0.0.1");
}
GST_END_TEST;

GST_START_TEST (test_format_caps)
{
  static const struct
  {
    guint section;
    gint payload_type;
    const gchar *caps;
  } rows[] = {
    { 0, 111,
      "application/x-rtp, media=audio, payload=111, clock-rate=48000, encoding-name=OPUS, "
      "encoding-params=(string)2, "
      "minptime=(string)10, useinbandfec=(string)1" },
    { 1, 96,
      "application/x-rtp, media=video, payload=96, clock-rate=90000, encoding-name=VP8, "
      "rtcp-fb-nack-pli=true" },
    { 1, 97,
      "application/x-rtp, media=video, payload=97, clock-rate=90000, encoding-name=RTX, apt=(string)96" },
    { 1, 98, NULL },
    { 1, 111, NULL },
    { 2, 0, NULL },
  };
  g_autoptr (GstSDPMessage) sdp = sdp_parse_changed ("a=rtcp-fb:96", "a=framesize:96 1-1\r\na=rtcp-fb:96");

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GstCaps) caps = kp_sdp_media_get_format_caps (
          gst_sdp_message_get_media (sdp, rows[i].section), rows[i].payload_type);
      g_autoptr (GstCaps) expected = rows[i].caps ? gst_caps_from_string (rows[i].caps) : NULL;

      if (expected)
        fail_unless (gst_caps_is_equal (caps, expected), "%" GST_PTR_FORMAT, caps);
      else
        fail_unless (caps == NULL);
    }
}
GST_END_TEST;

GST_START_TEST (test_directions)
{
  static const struct
  {
    const gchar *lines;
    KpDirection direction;
  } rows[] = {
    { "a=sendrecv", KP_DIRECTION_SENDRECV }, { "a=sendonly", KP_DIRECTION_SEND },
    { "a=recvonly", KP_DIRECTION_RECV },     { "a=inactive", KP_DIRECTION_INACTIVE },
    { "a=x", KP_DIRECTION_SENDRECV },        { "a=recvonly\r\na=sendonly", KP_DIRECTION_RECV },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GstSDPMessage) sdp = sdp_parse_changed ("a=sendrecv", rows[i].lines);

      fail_unless_equals_int (kp_sdp_media_get_direction (gst_sdp_message_get_media (sdp, 0)),
                              rows[i].direction);
    }
}
GST_END_TEST;

GST_START_TEST (test_same_sections)
{
  static const struct
  {
    const gchar *from;
    const gchar *to;
    gboolean same;
  } rows[] = {
    { "a=sendonly", "a=recvonly", TRUE },
    { "m=video 9 ", "m=video 0 ", TRUE },
    { "m=video 9 ", "m=audio 9 ", FALSE },
    { "a=mid:v", "a=mid:w", FALSE },
    { "m=audio 9 ", "m=audio 0 ", FALSE }, /* the transport moves */
    { "m=application", "m=text 0 RTP/AVP 0\r\nm=application", FALSE },
  };
  g_autofree gchar *text = sdp_load ("small-offer");
  g_autoptr (GstSDPMessage) former = sdp_parse (text);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree gchar *changed = sdp_replace (text, rows[i].from, rows[i].to);
      g_autoptr (GstSDPMessage) now = sdp_parse_raw (changed);
      g_autoptr (GError) error = NULL;

      fail_unless_equals_int (kp_sdp_check_same_sections (former, now, &error), rows[i].same);
      if (!rows[i].same)
        g_assert_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_NEGOTIATION);
    }
}
GST_END_TEST;

static Suite *
kp_sdp_suite (void)
{
  Suite *suite = suite_create ("kp-sdp");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_lookups);
  tcase_add_test (tcase, test_format_caps);
  tcase_add_test (tcase, test_directions);
  tcase_add_test (tcase, test_same_sections);
  return suite;
}

GST_CHECK_MAIN (kp_sdp)
