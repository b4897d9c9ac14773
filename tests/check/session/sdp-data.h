/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gstkurentoerror.h"

#include <string.h>

/* Descriptions of real peers, from tests/check/data/sdp. */
static const gchar *const sdp_names[] = {
  "chromium-answer",        "chromium-offer",
  "firefox-answer",         "firefox-offer",
  "firefox-offer-hidden",   "kurento-answer",
  "kurento-answer-no-dc",   "kurento-answer-to-recvonly",
  "kurento-offer",          "kurento-offer-gathered",
  "kurento-offer-plain",    "kurento-offer-recvonly",
  "kurento-offer-sendonly", "small-offer",
};

static inline gchar *
sdp_load (const gchar *name)
{
  g_autofree gchar *file = g_strconcat (name, ".sdp", NULL);
  g_autofree gchar *path = g_build_filename (TEST_DATA_DIR, "sdp", file, NULL);
  g_autoptr (GError) error = NULL;
  gchar *text;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  return text;
}

/* Every occurrence of @from becomes @to; there must be one. */
static inline gchar *
sdp_replace (const gchar *text, const gchar *from, const gchar *to)
{
  GString *changed = g_string_new (text);

  g_assert_cmpuint (g_string_replace (changed, from, to, 0), >, 0);
  return g_string_free (changed, FALSE);
}

/* Without the lines that begin with @prefix. */
static inline gchar *
sdp_remove_lines (const gchar *text, const gchar *prefix)
{
  g_auto (GStrv) lines = g_strsplit (text, "\r\n", -1);
  GString *kept = g_string_new (NULL);

  for (guint i = 0; lines[i]; i++)
    {
      if (*lines[i] != '\0' && !g_str_has_prefix (lines[i], prefix))
        g_string_append_printf (kept, "%s\r\n", lines[i]);
    }
  return g_string_free (kept, FALSE);
}

#define FINGERPRINT                                                                                          \
  "sha-256 FD:DF:34:C3:CF:6F:DF:7D:07:DE:05:64:68:9D:38:2D:E3:12:AB:AE:35:FF:7C:29:6C:F4:FB:5B:7B:7F:6C:D6"
#define SHA1 "sha-1 00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33"
#define SECTION                                                                                              \
  "a=ice-ufrag:uAfA\r\na=ice-pwd:passwordpasswordpassword\r\na=fingerprint:" FINGERPRINT                     \
  "\r\na=setup:actpass\r\n"

enum
{
  SDP_ACCEPTED = -1,
  SDP_ARGUMENT = GST_KURENTO_ERROR_INVALID_ARGUMENT,
  SDP_NEGOTIATION = GST_KURENTO_ERROR_NEGOTIATION,
  SDP_SECURITY = GST_KURENTO_ERROR_SECURITY,
};

/* What goes wrong with descriptions, each made from small-offer by one replacement. */
typedef struct
{
  const gchar *name;
  const gchar *from;
  const gchar *to; /* NULL: the lines that begin with from are removed */
  gint result; /* SDP_ACCEPTED or the error */
} SdpMutation;

static const SdpMutation sdp_text_mutations[] = {
  { "no version", "v=0\r\n", "", SDP_ARGUMENT },
  { "other version", "v=0", "v=1", SDP_ARGUMENT },
  { "no origin", "o=", NULL, SDP_ARGUMENT },
  { "short origin", "o=- 42 2 IN IP4 127.0.0.1", "o=- 42 2", SDP_ARGUMENT },
  { "a line of prose", "s=-", "hello", SDP_ARGUMENT },
  { "an empty line", "s=-\r\n", "s=-\r\n\r\n", SDP_ARGUMENT },
  { "a control character", "a=msid:stream audio", "a=msid:stream\001audio", SDP_ARGUMENT },
  { "an escape sequence", "s=-", "s=\033[2J", SDP_ARGUMENT },
  { "a C1 control character", "s=-", "s=\302\205", SDP_ARGUMENT },
  { "a lone carriage return", "a=msid:stream audio", "a=msid:stream\raudio", SDP_ARGUMENT },
  { "no UTF-8", "a=msid:stream audio", "a=msid:stream \377\376", SDP_ARGUMENT },
  { "an origin in a section", "a=rtcp-mux", "o=- 1 1 IN IP4 1.1.1.1", SDP_ARGUMENT },
  { "a bad port", "m=audio 9 ", "m=audio 70000 ", SDP_ARGUMENT },
  { "a negative port", "m=audio 9 ", "m=audio -1 ", SDP_ARGUMENT },
  { "a short m-line", "m=audio 9 UDP/TLS/RTP/SAVPF 111 0", "m=audio 9", SDP_ARGUMENT },
  { "other line ends", "\r\n", "\n", SDP_ACCEPTED },
  { "spaces at line ends", "\r\n", " \r\n", SDP_ACCEPTED },
  { "text that is not ASCII", "s=-", "s=\303\251\344\270\226", SDP_ACCEPTED },
  { "lines that no one reads", "t=0 0\r\n", "i=x\r\nu=x\r\ne=x\r\np=x\r\nt=0 0\r\nr=x\r\nz=x\r\n",
    SDP_ACCEPTED },
  { "a key", "t=0 0\r\n", "t=0 0\r\nk=clear:secret\r\n", SDP_ACCEPTED },
  { "a key in a section", "a=rtcp-mux", "k=clear:secret", SDP_ACCEPTED },
  { "MIKEY", "a=rtcp-mux", "a=key-mgmt:mikey AQAFgM0XflABAAAAAAAAAAAAAAsAyONQ6g==", SDP_ACCEPTED },
  { "odd connections", "c=IN IP4 0.0.0.0", "c=IN", SDP_ACCEPTED },
  { "odd bandwidths", "c=IN IP4 0.0.0.0", "b=", SDP_ACCEPTED },
};

static const SdpMutation sdp_transport_mutations[] = {
  { "no ufrag", "a=ice-ufrag", NULL, SDP_ARGUMENT },
  { "short ufrag", "a=ice-ufrag:uAfA", "a=ice-ufrag:u", SDP_ARGUMENT },
  { "ufrag with a space", "a=ice-ufrag:uAfA", "a=ice-ufrag:uA fA", SDP_ARGUMENT },
  { "empty ufrag", "a=ice-ufrag:uAfA", "a=ice-ufrag", SDP_ARGUMENT },
  { "no pwd", "a=ice-pwd", NULL, SDP_ARGUMENT },
  { "short pwd", "a=ice-pwd:passwordpasswordpassword", "a=ice-pwd:password", SDP_ARGUMENT },
  { "no setup", "a=setup", NULL, SDP_ARGUMENT },
  { "holdconn", "a=setup:actpass", "a=setup:holdconn", SDP_ARGUMENT },
  { "active", "a=setup:actpass", "a=setup:active", SDP_ACCEPTED },
  { "passive", "a=setup:actpass", "a=setup:passive", SDP_ACCEPTED },
  { "no fingerprint", "a=fingerprint", NULL, SDP_SECURITY },
  { "empty fingerprint", "a=fingerprint:" FINGERPRINT, "a=fingerprint:", SDP_SECURITY },
  { "short fingerprint", "6C:D6\r\n", "6C\r\n", SDP_SECURITY },
  { "unknown hash", "a=fingerprint:sha-256", "a=fingerprint:md5", SDP_SECURITY },
  { "lower case", "FD:DF:34:C3", "fd:df:34:c3", SDP_ACCEPTED },
  { "upper case hash", "a=fingerprint:sha-256", "a=fingerprint:SHA-256", SDP_ACCEPTED },
  { "two fingerprints", "a=fingerprint:" FINGERPRINT, "a=fingerprint:" SHA1 "\r\na=fingerprint:" FINGERPRINT,
    SDP_ACCEPTED },
  { "another fingerprint in one section", "a=mid:v\r\n", "a=mid:v\r\na=fingerprint:sha-512 00\r\n",
    SDP_ACCEPTED },
  { "a weaker fingerprint in one section", "a=setup:actpass\r\na=mid:v",
    "a=setup:actpass\r\na=mid:v\r\na=fingerprint:" SHA1, SDP_ACCEPTED },
  { "all at session level too", "t=0 0\r\n", "t=0 0\r\n" SECTION SECTION, SDP_ACCEPTED },
  { "transport in the first section only", SECTION "a=mid:v", "a=mid:v", SDP_ACCEPTED },
  { "other credentials in a bundled section", SECTION "a=mid:v",
    "a=ice-ufrag:other\r\na=ice-pwd:drowssapdrowssapdrowssap\r\na=setup:active\r\na=mid:v", SDP_ACCEPTED },
  { "other fingerprint in a bundled section", SECTION "a=mid:v", "a=fingerprint:" SHA1 "\r\na=mid:v",
    SDP_NEGOTIATION },
  { "malformed fingerprint in a bundled section", SECTION "a=mid:v", "a=fingerprint:sha-256 00\r\na=mid:v",
    SDP_NEGOTIATION },
  { "ICE lite", "t=0 0\r\n", "t=0 0\r\na=ice-lite\r\n", SDP_ACCEPTED },
};

static const SdpMutation sdp_bundle_mutations[] = {
  { "no mids", "a=mid", NULL, SDP_NEGOTIATION },
  { "empty mid", "a=mid:v", "a=mid:", SDP_NEGOTIATION },
  { "mid without a value", "a=mid:v", "a=mid", SDP_NEGOTIATION },
  { "mid with a space", "a=mid:v", "a=mid:v w", SDP_NEGOTIATION },
  { "mid taken", "a=mid:v", "a=mid:a", SDP_NEGOTIATION },
  { "mid twice", "a=mid:v", "a=mid:v\r\na=mid:w", SDP_ACCEPTED },
  { "no group", "a=group", NULL, SDP_NEGOTIATION },
  { "empty group", "a=group:BUNDLE a v d", "a=group:BUNDLE", SDP_NEGOTIATION },
  { "group without a space", "a=group:BUNDLE a v d", "a=group:BUNDLEa v d", SDP_NEGOTIATION },
  { "group of strangers", "a=group:BUNDLE a v d", "a=group:BUNDLE x y z", SDP_NEGOTIATION },
  { "section outside", "a=group:BUNDLE a v d", "a=group:BUNDLE a v", SDP_NEGOTIATION },
  { "two bundles", "a=group:BUNDLE a v d", "a=group:BUNDLE a\r\na=group:BUNDLE v d", SDP_NEGOTIATION },
  { "stranger in the group", "a=group:BUNDLE a v d", "a=group:BUNDLE x a v d", SDP_ACCEPTED },
  { "twice in the group", "a=group:BUNDLE a v d", "a=group:BUNDLE a a v v d d", SDP_ACCEPTED },
  { "spaces in the group", "a=group:BUNDLE a v d", "a=group:BUNDLE  a   v d ", SDP_ACCEPTED },
  { "another order", "a=group:BUNDLE a v d", "a=group:BUNDLE d v a", SDP_ACCEPTED },
  { "lip synchronisation before", "a=group:BUNDLE a v d", "a=group:LS a v\r\na=group:BUNDLE a v d",
    SDP_ACCEPTED },
  { "bundle-only", "m=video 9 ", "m=video 0 ", SDP_ACCEPTED },
  { "first rejected", "m=audio 9 ", "m=audio 0 ", SDP_ACCEPTED },
  { "bundle-only with its flag", "a=mid:v\r\n", "a=mid:v\r\na=bundle-only\r\n", SDP_ACCEPTED },
  { "all rejected", " 9 ", " 0 ", SDP_NEGOTIATION },
  { "all bundle-only", "a=rtcp-mux", "a=bundle-only", SDP_ACCEPTED },
  { "data first", "m=audio 9 UDP/TLS/RTP/SAVPF 111 0", "m=application 9 UDP/DTLS/SCTP webrtc-datachannel",
    SDP_NEGOTIATION },
  { "two data channels", "m=video 9 UDP/TLS/RTP/SAVPF 96 97",
    "m=application 9 UDP/DTLS/SCTP webrtc-datachannel", SDP_ACCEPTED },
};

static const SdpMutation sdp_format_mutations[] = {
  { "no rtpmap", "a=rtpmap:96", NULL, SDP_ACCEPTED },
  { "no rtpmaps at all", "a=rtpmap", NULL, SDP_ACCEPTED },
  { "format twice", "SAVPF 96 97", "SAVPF 96 96 97 97", SDP_ACCEPTED },
  { "format too large", "SAVPF 96 97", "SAVPF 96 97 128 200 4294967392 x", SDP_ACCEPTED },
  { "formats of RTCP", "SAVPF 96 97", "SAVPF 72 73 96 97", SDP_ACCEPTED },
  { "broken rtpmap", "a=rtpmap:96 VP8/90000", "a=rtpmap:96 VP8", SDP_ACCEPTED },
  { "clock rate 0", "VP8/90000", "VP8/0", SDP_ACCEPTED },
  { "negative clock rate", "VP8/90000", "VP8/-90000", SDP_ACCEPTED },
  { "many channels", "opus/48000/2", "opus/48000/99999999", SDP_ACCEPTED },
  { "rtx without apt", "a=fmtp:97", NULL, SDP_ACCEPTED },
  { "rtx of nothing", "a=fmtp:97 apt=96", "a=fmtp:97 apt=", SDP_ACCEPTED },
  { "rtx of rtx", "a=fmtp:97 apt=96", "a=fmtp:97 apt=97", SDP_ACCEPTED },
  { "fmtp like an attribute", "a=fmtp:111 ", "a=fmtp:111 a-mid=x;", SDP_ACCEPTED },
  { "fmtp like an extmap", "a=fmtp:111 ", "a=fmtp:111 extmap-1=x;", SDP_ACCEPTED },
  { "fmtp like an ssrc", "a=fmtp:111 ", "a=fmtp:111 ssrc-1111-cname=x;ssrc=5;", SDP_ACCEPTED },
  { "fmtp like feedback", "a=fmtp:111 ", "a=fmtp:111 RTCP-FB-nack=x;", SDP_ACCEPTED },
  { "fmtp like caps", "a=fmtp:111 ", "a=fmtp:111 media=x;payload=x;clock-rate=x;encoding-name=x;",
    SDP_ACCEPTED },
  { "fmtp with odd names", "a=fmtp:111 ", "a=fmtp:111 {(x)}=\"y\";", SDP_ACCEPTED },
  { "broken fmtp", "a=fmtp:97 apt=96", "a=fmtp:97\r\na=fmtp:\r\na=fmtp:x y\r\na=fmtp:97 ;;=;=1",
    SDP_ACCEPTED },
  { "broken rtcp-fb", "a=rtcp-fb:96 nack pli", "a=rtcp-fb:96\r\na=rtcp-fb:\r\na=rtcp-fb:96 \"x\",(int)",
    SDP_ACCEPTED },
  { "broken extmap", "a=extmap:1 ",
    "a=extmap:1\r\na=extmap:0 x\r\na=extmap:15 x\r\na=extmap:1/x y\r\na=extmap:99999 ", SDP_ACCEPTED },
  { "broken ssrc", "a=ssrc:2222 cname:video",
    "a=ssrc:\r\na=ssrc:x\r\na=ssrc:1\r\na=ssrc:1 \r\na=ssrc:99999999999 cname:x\r\na=ssrc:-1 cname:x",
    SDP_ACCEPTED },
  { "broken rid", "a=ssrc:2222 cname:video",
    "a=rid:\r\na=rid:x\r\na=rid:x y\r\na=rid:( send\r\na=simulcast:", SDP_ACCEPTED },
  { "attributes of others", "a=rtcp-mux",
    "a=x-y:z\r\na=:\r\na=\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:x\r\na=framesize:96 1-1",
    SDP_ACCEPTED },
  { "ssrc of the data channel", "a=sctp-port:5000", "a=sctp-port:5000\r\na=ssrc:4444 cname:data",
    SDP_ACCEPTED },
  { "no sctp-port", "a=sctp-port", NULL, SDP_ACCEPTED },
  { "bad sctp-port", "a=sctp-port:5000", "a=sctp-port:70000", SDP_ACCEPTED },
  { "huge messages", "a=max-message-size:262144", "a=max-message-size:99999999999999999999", SDP_ACCEPTED },
  { "old data channel", "webrtc-datachannel", "5000\r\na=sctpmap:5000 webrtc-datachannel 256", SDP_ACCEPTED },
  { "other media", "m=video 9 UDP/TLS/RTP/SAVPF", "m=text 9 UDP/TLS/RTP/SAVPF", SDP_ACCEPTED },
  { "two directions", "a=sendonly", "a=recvonly\r\na=sendrecv\r\na=inactive", SDP_ACCEPTED },
  { "no direction", "a=send", NULL, SDP_ACCEPTED },
  { "direction of the session", "t=0 0\r\n", "t=0 0\r\na=inactive\r\n", SDP_ACCEPTED },
  { "broken candidates", "a=candidate:1 1 UDP",
    "a=candidate:\r\na=candidate:x\r\na=candidate:1 1 UDP x y z typ\r\na=candidate:9 x UDP", SDP_ACCEPTED },
};

#define SDP_N_MUTATIONS                                                                                      \
  (G_N_ELEMENTS (sdp_text_mutations) + G_N_ELEMENTS (sdp_transport_mutations)                                \
   + G_N_ELEMENTS (sdp_bundle_mutations) + G_N_ELEMENTS (sdp_format_mutations))

static inline const SdpMutation *
sdp_get_mutation (guint index)
{
  static const struct
  {
    const SdpMutation *rows;
    guint n;
  } tables[] = {
    { sdp_text_mutations, G_N_ELEMENTS (sdp_text_mutations) },
    { sdp_transport_mutations, G_N_ELEMENTS (sdp_transport_mutations) },
    { sdp_bundle_mutations, G_N_ELEMENTS (sdp_bundle_mutations) },
    { sdp_format_mutations, G_N_ELEMENTS (sdp_format_mutations) },
  };

  for (guint i = 0; i < G_N_ELEMENTS (tables); i++)
    {
      if (index < tables[i].n)
        return &tables[i].rows[index];
      index -= tables[i].n;
    }
  g_assert_not_reached ();
}

static inline gchar *
sdp_mutate (const SdpMutation *mutation)
{
  g_autofree gchar *text = sdp_load ("small-offer");

  return mutation->to ? sdp_replace (text, mutation->from, mutation->to)
                      : sdp_remove_lines (text, mutation->from);
}
