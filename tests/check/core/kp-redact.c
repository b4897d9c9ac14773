/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-redact.h"

#include <gst/check/gstcheck.h>

GST_START_TEST (test_sdp)
{
  static const gchar sdp[]
      = "v=0\r\nk=clear:secret\r\nm=audio 9 UDP/TLS/RTP/SAVPF 96\r\na=ice-ufrag:abcd\r\n"
        "a=ice-pwd:secret/+=x\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:secret|2^20\r\n"
        "a=key-mgmt:mikey secret\r\na=fingerprint:sha-256 AB:CD\r\na=mid:ice-pwd:0\r\n";
  g_autofree gchar *redacted = kp_redact_sdp (sdp);

  fail_unless_equals_string (redacted,
                             "v=0\r\nk=***\r\nm=audio 9 UDP/TLS/RTP/SAVPF "
                             "96\r\na=ice-ufrag:abcd\r\na=ice-pwd:***\r\na=crypto:***\r\n"
                             "a=key-mgmt:***\r\na=fingerprint:sha-256 AB:CD\r\na=mid:ice-pwd:0\r\n");
}
GST_END_TEST

/* As GStreamer 1.22 writes it: a field ends with \l, a property with \n; what is escaped goes with the value. */
static const struct
{
  const gchar *text;
  const gchar *redacted;
} graphs[] = {
  { "\"application/x-srtp\\l  srtp-key: 00ff\\l  ssrc: 5\\l\"",
    "\"application/x-srtp\\l  srtp-key: ***\\l  ssrc: 5\\l\"" },
  { "  srtcp-mki: (buffer)ab\\l  rtp: 1\\l", "  srtcp-mki: ***\\l  rtp: 1\\l" },
  { "label=\"dtlsdec\\npem=\\\"-----BEGIN\\\"\\nname=x\"", "label=\"dtlsdec\\npem=***\\nname=x\"" },
  { "\\nturn-server=turn://u:p@h\\nstun-server=stun://h\\n", "\\nturn-server=***\\nstun-server=stun://h\\n" },
  { "\\nauth-token=abc\"", "\\nauth-token=***\"" },
  { "key-int-max: 60\\l  payload: 96\\l", "key-int-max: 60\\l  payload: 96\\l" },
};

GST_START_TEST (test_graph)
{
  g_autofree gchar *redacted = kp_redact_graph (graphs[__i__].text);

  fail_unless_equals_string (redacted, graphs[__i__].redacted);
}
GST_END_TEST

static Suite *
kp_redact_suite (void)
{
  Suite *suite = suite_create ("kp-redact");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_sdp);
  tcase_add_loop_test (tcase, test_graph, 0, G_N_ELEMENTS (graphs));

  return suite;
}

GST_CHECK_MAIN (kp_redact);
