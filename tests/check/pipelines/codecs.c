/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "call.h"

#include <gst/sdp/gstsdpmessage.h>

#include <stdlib.h>

#define TWCC_URI "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"

/* What one side and the other would have, and what it comes to: the answerer's order decides. */
static const struct
{
  const gchar *offers;
  const gchar *answers;
  const gchar *video;
  const gchar *audio;
} calls[] = {
  { "video-codecs=VP8 audio-codecs=OPUS", "", "VP8", "OPUS" },
  { "video-codecs=VP9 audio-codecs=PCMU", "", "VP9", "PCMU" },
  { "video-codecs=H264 audio-codecs=PCMA", "", "H264", "PCMA" },
  { "", "video-codecs=VP8 audio-codecs=PCMA", "VP8", "PCMA" },
  { "", "video-codecs=VP9 audio-codecs=OPUS", "VP9", "OPUS" },
  { "", "video-codecs=H264 audio-codecs=PCMU", "H264", "PCMU" },
  { "video-codecs=VP8,H264 audio-codecs=OPUS,PCMU", "video-codecs=H264,VP9 audio-codecs=PCMA,PCMU", "H264",
    "PCMU" },
  { "video-codecs=VP9,VP8 audio-codecs=PCMA,OPUS", "video-codecs=VP8 audio-codecs=OPUS", "VP8", "OPUS" },
  { "video-codecs=H264,VP9,VP8", "video-codecs=VP9,H264", "VP9", "OPUS" },
};

/* The first format of the first section of @kind: its name. Owned. */
static gchar *
dup_codec (const gchar *text, const gchar *kind)
{
  GstSDPMessage *sdp = NULL;
  gchar *name = NULL;

  fail_unless_equals_int (gst_sdp_message_new_from_text (text, &sdp), GST_SDP_OK);
  for (guint i = 0; i < gst_sdp_message_medias_len (sdp) && name == NULL; i++)
    {
      const GstSDPMedia *media = gst_sdp_message_get_media (sdp, i);
      g_autoptr (GstCaps) caps = NULL;

      if (!g_str_equal (gst_sdp_media_get_media (media), kind))
        continue;
      caps = gst_sdp_media_get_caps_from_media (media, atoi (gst_sdp_media_get_format (media, 0)));
      name = g_strdup (gst_structure_get_string (gst_caps_get_structure (caps, 0), "encoding-name"));
    }
  gst_sdp_message_free (sdp);

  return name;
}

static gchar *
make_line (const gchar *source, const gchar *properties, const gchar *tone)
{
  return g_strdup_printf (
      "%s kurentopeer name=p %s %s p. p.video_src_0 ! " VIDEO_SINK ("v") "p.audio_src_0 ! " AUDIO_SINK ("a"),
      source, properties, tone);
}

typedef struct
{
  Side side;
  Watch video;
  Watch audio;
} Peer;

static void
peer_init (Peer *self, const gchar *source, const gchar *properties, const gchar *tone)
{
  g_autofree gchar *line = make_line (source, properties, tone);

  side_init (&self->side, line);
  watch_init (&self->video, &self->side, "v");
  watch_init (&self->audio, &self->side, "a");
}

static void
peer_clear (Peer *self)
{
  fail_unless_equals_int (self->side.n_errors + self->side.n_peer_errors, 0);
  side_clear (&self->side);
  watch_clear (&self->video);
  watch_clear (&self->audio);
}

/* Both send what was agreed upon: picture and tone come. */
GST_START_TEST (test_call)
{
  Peer a, b;
  g_autofree gchar *answer = NULL;
  g_autofree gchar *video = NULL;
  g_autofree gchar *audio = NULL;

  peer_init (&a, GREEN, calls[__i__].offers, TONE (400));
  peer_init (&b, RED, calls[__i__].answers, TONE (1000));
  call (&a.side, &b.side);
  watch_wait_colour (&a.video, 0xff0000);
  watch_wait_colour (&b.video, 0x00ff00);
  watch_wait_tone (&a.audio, 1000);
  watch_wait_tone (&b.audio, 400);
  answer = side_dup_string (&b.side, "local-description");
  video = dup_codec (answer, "video");
  audio = dup_codec (answer, "audio");
  fail_unless_equals_string (video, calls[__i__].video);
  fail_unless_equals_string (audio, calls[__i__].audio);
  peer_clear (&a);
  peer_clear (&b);
}
GST_END_TEST

static const gchar *const offers[] = { "chromium-offer", "firefox-offer", "kurento-offer" };
static const gchar *const answerers[] = { "", "video-codecs=H264", "video-codecs=VP9", "audio-codecs=PCMA" };

static const gchar *
get_field (const GstCaps *caps, const gchar *field)
{
  return gst_structure_get_string (gst_caps_get_structure (caps, 0), field);
}

/* A format of the answer is one of the offer's, under the same number. */
static void
check_format (const GstSDPMedia *offer, const GstSDPMedia *answer, const gchar *format)
{
  g_autoptr (GstCaps) offered = gst_sdp_media_get_caps_from_media (offer, atoi (format));
  g_autoptr (GstCaps) answered = gst_sdp_media_get_caps_from_media (answer, atoi (format));
  const gchar *profile = get_field (offered, "profile-level-id");

  fail_unless (offered != NULL, "%s was not offered", format);
  fail_unless_equals_string (get_field (answered, "encoding-name"), get_field (offered, "encoding-name"));
  fail_unless_equals_string (get_field (answered, "packetization-mode"),
                             get_field (offered, "packetization-mode"));
  fail_unless_equals_string (get_field (answered, "apt"), get_field (offered, "apt"));
  if (profile)
    fail_unless (g_ascii_strcasecmp (get_field (answered, "profile-level-id"), profile) == 0, "%s for %s",
                 get_field (answered, "profile-level-id"), profile);
}

/* owned; the id, with its direction, or NULL */
static gchar *
dup_extension_id (const GstSDPMedia *media, const gchar *uri)
{
  for (guint i = 0; i < gst_sdp_media_attributes_len (media); i++)
    {
      const GstSDPAttribute *attribute = gst_sdp_media_get_attribute (media, i);
      g_auto (GStrv) words = NULL;

      if (!g_str_equal (attribute->key, "extmap"))
        continue;
      words = g_strsplit_set (attribute->value, " /", -1);
      if (strstr (attribute->value, uri))
        return g_strdup (words[0]);
    }

  return NULL;
}

static void
check_section (const GstSDPMedia *offer, const GstSDPMedia *answer)
{
  g_autofree gchar *offered = dup_extension_id (offer, TWCC_URI);
  g_autofree gchar *answered = dup_extension_id (answer, TWCC_URI);

  fail_unless_equals_string (gst_sdp_media_get_media (answer), gst_sdp_media_get_media (offer));
  fail_unless_equals_string (gst_sdp_media_get_attribute_val (answer, "mid"),
                             gst_sdp_media_get_attribute_val (offer, "mid"));
  if (!g_str_has_prefix (gst_sdp_media_get_proto (offer), "UDP/TLS/RTP")
      || gst_sdp_media_get_port (answer) == 0)
    return;

  fail_unless_equals_string (answered, offered);
  for (guint i = 0; i < gst_sdp_media_formats_len (answer); i++)
    check_format (offer, answer, gst_sdp_media_get_format (answer, i));
}

/* Numbers, names and profiles of an answer are those of the offer. */
GST_START_TEST (test_answer)
{
  const gchar *name = offers[__i__ / G_N_ELEMENTS (answerers)];
  g_autofree gchar *file = g_strconcat (name, ".sdp", NULL);
  g_autofree gchar *path = g_build_filename (DATA_DIR, "sdp", file, NULL);
  g_autofree gchar *text = NULL;
  GstSDPMessage *offer = NULL;
  GstSDPMessage *answer = NULL;
  GstStructure *reply;
  Peer b;

  fail_unless (g_file_get_contents (path, &text, NULL, NULL));
  peer_init (&b, RED, answerers[__i__ % G_N_ELEMENTS (answerers)], TONE (1000));
  side_play (&b.side);
  reply = side_ask (&b.side, "process-offer", text);
  fail_unless (gst_structure_has_field (reply, "sdp"));
  gst_sdp_message_new_from_text (text, &offer);
  gst_sdp_message_new_from_text (gst_structure_get_string (reply, "sdp"), &answer);
  fail_unless_equals_int (gst_sdp_message_medias_len (answer), gst_sdp_message_medias_len (offer));
  for (guint i = 0; i < gst_sdp_message_medias_len (offer); i++)
    check_section (gst_sdp_message_get_media (offer, i), gst_sdp_message_get_media (answer, i));
  gst_structure_free (reply);
  gst_sdp_message_free (offer);
  gst_sdp_message_free (answer);
  peer_clear (&b);
}
GST_END_TEST

static Suite *
codecs_suite (void)
{
  Suite *suite = suite_create ("codecs");
  TCase *tcase = tcase_create ("codecs");

  warm_up ();
  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, test_call, 0, G_N_ELEMENTS (calls));
  tcase_add_loop_test (tcase, test_answer, 0, G_N_ELEMENTS (offers) * G_N_ELEMENTS (answerers));

  return suite;
}

GST_CHECK_MAIN (codecs)
