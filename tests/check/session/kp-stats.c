/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "stats-case.h"

/* Nothing is known: there still is a report. */
GST_START_TEST (test_nothing)
{
  const KpStatsInput nothing = { 0 };
  g_autoptr (GstStructure) report = kp_stats_new (&nothing);
  Case this;

  fail_unless_equals_int (gst_structure_n_fields (report), 3);
  check_json (report);

  case_init (&this);
  make_report (&this);
  fail_unless_equals_int (gst_structure_n_fields (this.report), 3);
  fail_unless_equals_uint64 (get_uint (&this, "peer-connection", "dataChannelsOpened"), 0);
  case_clear (&this);
}
GST_END_TEST

/* What webrtcbin 1.22 calls local is remote; and its priority is a uint or a uint64. */
static const struct
{
  const gchar *local;
  const gchar *remote;
} candidates[] = {
  { "remote-candidate, address=(string)10.0.0.1, port=(uint)1, priority=(uint)2015363327, "
    "protocol=(string)udp, "
    "candidate-type=(string)relay, relay-protocol=(string)tls, url=(string)turn:t;",
    "local-candidate, address=(string)10.0.0.2, port=(uint)2, priority=(uint)5;" },
  { "local-candidate, address=(string)10.0.0.1, port=(uint)1, priority=(guint64)2015363327, "
    "protocol=(string)udp, candidate-type=(string)relay, relay-protocol=(string)tls, url=(string)turn:t;",
    "remote-candidate, address=(string)10.0.0.2, port=(uint)2, priority=(guint64)5;" },
};

GST_START_TEST (test_candidates)
{
  Case this;

  case_init (&this);
  this.input.dtls_state = "connected";
  this.input.transport = (KpTransportCounts){ 1, 2, 3, 4 };
  add_structure (this.webrtcbin, "l", candidates[__i__].local);
  add_structure (this.webrtcbin, "r", candidates[__i__].remote);
  add_structure (this.webrtcbin, "p",
                 "candidate-pair, local-candidate-id=(string)l, remote-candidate-id=(string)r;");
  make_report (&this);

  fail_unless_equals_string (get_string (&this, "local-candidate-10-0-0-1-1", "address"), "10.0.0.1");
  fail_unless_equals_uint64 (get_uint (&this, "local-candidate-10-0-0-1-1", "port"), 1);
  fail_unless_equals_uint64 (get_uint (&this, "local-candidate-10-0-0-1-1", "priority"), 2015363327);
  fail_unless_equals_string (get_string (&this, "local-candidate-10-0-0-1-1", "candidateType"), "relay");
  fail_unless_equals_string (get_string (&this, "local-candidate-10-0-0-1-1", "relayProtocol"), "tls");
  fail_unless_equals_string (get_string (&this, "local-candidate-10-0-0-1-1", "url"), "turn:t");
  fail_unless_equals_string (get_string (&this, "remote-candidate-10-0-0-2-2", "address"), "10.0.0.2");
  fail_unless_equals_string (
      get_string (&this, get_string (&this, "transport", "selectedCandidatePairId"), "localCandidateId"),
      "local-candidate-10-0-0-1-1");
  fail_unless_equals_string (get_string (&this, "transport", "dtlsState"), "connected");
  fail_unless_equals_string (get_string (&this, "transport", "dtlsRole"), "server");
  fail_unless_equals_uint64 (get_uint (&this, "transport", "bytesReceived"), 4);
  case_clear (&this);
}
GST_END_TEST

/* Fields that are missing, of another type, or lead nowhere: left out. */
static const gchar *const odd[][2] = {
  { "p", "candidate-pair;" },
  { "p", "candidate-pair, local-candidate-id=(string)l;" },
  { "p", "candidate-pair, local-candidate-id=(int)7, remote-candidate-id=(string)p;" },
  { "p", "candidate-pair, local-candidate-id=(string)p, remote-candidate-id=(string)nothing;" },
  { "rtp-inbound-stream-stats_3333", "inbound-rtp;" },
  { "rtp-inbound-stream-stats_3333", "inbound-rtp, jitter=(string)x;" },
  { "rtp-inbound-stream-stats_3333", "inbound-rtp, jitter=(double)-0.5;" },
};

GST_START_TEST (test_odd)
{
  Case this;

  case_init (&this);
  add_row (&this, KP_RTP_RECEIVED, REMOTE_VIDEO, 96);
  add_structure (this.webrtcbin, odd[__i__][0], odd[__i__][1]);
  gst_structure_set (this.webrtcbin, "number", G_TYPE_INT, 5, NULL);
  make_report (&this);
  fail_if (has (&this, "transport", "selectedCandidatePairId"));
  fail_if (has (&this, "inbound-rtp-3333", "jitter"));
  case_clear (&this);
}
GST_END_TEST

GST_START_TEST (test_certificates)
{
  Case this;

  case_init (&this);
  this.input.local_certificate = STATS_PEM;
  this.input.remote_certificate = "no certificate";
  make_report (&this);
  fail_unless_equals_string (get_string (&this, "certificate-local", "fingerprintAlgorithm"), "sha-256");
  fail_unless (strlen (get_string (&this, "certificate-local", "fingerprint")) == 32 * 3 - 1);
  fail_unless (g_str_has_prefix (get_string (&this, "certificate-local", "base64Certificate"), "MII"));
  fail_unless (strchr (get_string (&this, "certificate-local", "base64Certificate"), '\n') == NULL);
  fail_unless_equals_string (get_string (&this, "transport", "localCertificateId"), "certificate-local");
  fail_if (has (&this, "transport", "remoteCertificateId"));
  case_clear (&this);
}
GST_END_TEST

/* The label is the peer's, and may be anything. */
GST_START_TEST (test_channels)
{
  KpChannelCounts channels[] = {
    { .number = 0,
      .label = (gchar *)"a \"b\"\n",
      .protocol = (gchar *)"p",
      .id = 3,
      .state = "open",
      .messages_sent = 1,
      .bytes_sent = 2,
      .messages_received = 3,
      .bytes_received = 4 },
    { .number = 1, .label = (gchar *)"\xff\xfe", .id = -1, .state = "connecting" },
  };
  g_autoptr (GPtrArray) list = g_ptr_array_new ();
  Case this;

  case_init (&this);
  g_ptr_array_add (list, &channels[0]);
  g_ptr_array_add (list, &channels[1]);
  this.input.channels = list;
  this.input.channels_opened = 5;
  this.input.channels_closed = 4;
  make_report (&this);

  fail_unless_equals_uint64 (get_uint (&this, "peer-connection", "dataChannelsOpened"), 5);
  fail_unless_equals_uint64 (get_uint (&this, "peer-connection", "dataChannelsClosed"), 4);
  fail_unless_equals_string (get_string (&this, "data-channel-0", "label"), "a \"b\"\n");
  fail_unless_equals_string (get_string (&this, "data-channel-0", "state"), "open");
  fail_unless_equals_uint64 (get_uint (&this, "data-channel-0", "dataChannelIdentifier"), 3);
  fail_unless_equals_uint64 (get_uint (&this, "data-channel-0", "messagesSent"), 1);
  fail_unless_equals_uint64 (get_uint (&this, "data-channel-0", "bytesSent"), 2);
  fail_unless_equals_uint64 (get_uint (&this, "data-channel-0", "messagesReceived"), 3);
  fail_unless_equals_uint64 (get_uint (&this, "data-channel-0", "bytesReceived"), 4);
  fail_unless (g_utf8_validate (get_string (&this, "data-channel-1", "label"), -1, NULL));
  fail_if (has (&this, "data-channel-1", "dataChannelIdentifier"));
  case_clear (&this);
}
GST_END_TEST
static Suite *
stats_suite (void)
{
  Suite *suite = suite_create ("kp-stats");
  TCase *tcase = tcase_create ("stats");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_nothing);
  tcase_add_loop_test (tcase, test_candidates, 0, G_N_ELEMENTS (candidates));
  tcase_add_loop_test (tcase, test_odd, 0, G_N_ELEMENTS (odd));
  tcase_add_test (tcase, test_certificates);
  tcase_add_test (tcase, test_channels);

  return suite;
}

GST_CHECK_MAIN (stats)
