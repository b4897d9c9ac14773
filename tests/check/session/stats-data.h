/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#define LOCAL_VIDEO 1111
#define LOCAL_RTX 1112
#define REMOTE_AUDIO 2222
#define REMOTE_VIDEO 3333

/* We offered; the peer announces no ssrc for its retransmissions. */
#define STATS_LOCAL                                                                                          \
  "v=0\r\n"                                                                                                  \
  "o=- 1 1 IN IP4 127.0.0.1\r\n"                                                                             \
  "s=-\r\n"                                                                                                  \
  "t=0 0\r\n"                                                                                                \
  "a=group:BUNDLE v a\r\n"                                                                                   \
  "m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\n"                                                                    \
  "c=IN IP4 0.0.0.0\r\n"                                                                                     \
  "a=mid:v\r\n"                                                                                              \
  "a=setup:actpass\r\n"                                                                                      \
  "a=msid:stream our-video\r\n"                                                                              \
  "a=rtpmap:96 VP8/90000\r\n"                                                                                \
  "a=rtpmap:97 rtx/90000\r\n"                                                                                \
  "a=fmtp:97 apt=96\r\n"                                                                                     \
  "a=ssrc-group:FID 1111 1112\r\n"                                                                           \
  "a=ssrc:1111 cname:c\r\n"                                                                                  \
  "a=ssrc:1112 cname:c\r\n"                                                                                  \
  "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n"                                                                      \
  "c=IN IP4 0.0.0.0\r\n"                                                                                     \
  "a=mid:a\r\n"                                                                                              \
  "a=setup:actpass\r\n"                                                                                      \
  "a=rtpmap:111 OPUS/48000/2\r\n"                                                                            \
  "a=fmtp:111 useinbandfec=1\r\n"

#define STATS_REMOTE                                                                                         \
  "v=0\r\n"                                                                                                  \
  "o=- 2 1 IN IP4 127.0.0.1\r\n"                                                                             \
  "s=-\r\n"                                                                                                  \
  "t=0 0\r\n"                                                                                                \
  "a=group:BUNDLE v a\r\n"                                                                                   \
  "m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\n"                                                                    \
  "c=IN IP4 0.0.0.0\r\n"                                                                                     \
  "a=mid:v\r\n"                                                                                              \
  "a=setup:active\r\n"                                                                                       \
  "a=rtpmap:96 VP8/90000\r\n"                                                                                \
  "a=rtpmap:97 rtx/90000\r\n"                                                                                \
  "a=fmtp:97 apt=96\r\n"                                                                                     \
  "a=ssrc:3333 cname:d\r\n"                                                                                  \
  "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n"                                                                      \
  "c=IN IP4 0.0.0.0\r\n"                                                                                     \
  "a=mid:a\r\n"                                                                                              \
  "a=setup:active\r\n"                                                                                       \
  "a=msid:stream their-audio\r\n"                                                                            \
  "a=rtpmap:111 OPUS/48000/2\r\n"                                                                            \
  "a=ssrc:2222 cname:d\r\n"

#define STATS_PEM                                                                                            \
  "-----BEGIN CERTIFICATE-----\n"                                                                            \
  "MIIBdTCCARugAwIBAgIUHzj5R+hN3SGvb9k7ZDvrWWiKUH4wCgYIKoZIzj0EAwIw\n"                                       \
  "DzENMAsGA1UEAwwEdGVzdDAgFw0yNjExMjMxMTIzMTZaGA8yMTI2MTAzMDExMjMx\n"                                       \
  "NlowDzENMAsGA1UEAwwEdGVzdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABIl/\n"                                       \
  "qsvlnEPdL72RbNUudFSGLQT6lm9yuO9Jy+1a8521ooAD5k3+diryaq2SZwWV8771\n"                                       \
  "O+vRyX4kXENWmc5syBijUzBRMB0GA1UdDgQWBBT6VR6i5+43CwzFp7UaNxvl2jh0\n"                                       \
  "njAfBgNVHSMEGDAWgBT6VR6i5+43CwzFp7UaNxvl2jh0njAPBgNVHRMBAf8EBTAD\n"                                       \
  "AQH/MAoGCCqGSM49BAMCA0gAMEUCIG1dXySaYC55DpFhovuCA9TiSUP1DyPSNdoJ\n"                                       \
  "9pi2ob9fAiEAyPVpjH9mB660fnw22IvSaWEdkjMuDgEBEeojLeWELjY=\n"                                               \
  "-----END CERTIFICATE-----\n"
