/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-sender.h"

#include "gstkurentoerror.h"
#include "media-check.h"

#include <gst/audio/audio.h>
#include <gst/rtp/rtp.h>

#define SSRC 0x1234abcd
#define TWCC_URI "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
#define MID_URI "urn:ietf:params:rtp-hdrext:sdes:mid"

#define VIDEO_CAPS "video/x-raw,format=I420,width=320,height=240,framerate=30/1"
#define AUDIO_CAPS "audio/x-raw,format=S16LE,layout=interleaved,rate=48000,channels=2"

/* A sender between two harness pads, and a depayloader that tells which frames are keyframes. */
typedef struct
{
  GstHarness *harness;
  GstHarness *depayloader;
  KpSender *sender; /* borrowed, of the harness */
  GstClockTime position; /* ns */
  guint width;
  guint height;
} Fixture;

static void
fixture_init (Fixture *self, KpMediaKind kind, const gchar *codec, const KpSenderConfig *extra)
{
  KpSenderConfig config = *extra;
  g_autoptr (GError) error = NULL;

  config.codec = kp_codec_find (kind, codec);
  config.payload_type = config.payload_type ? config.payload_type : 100;
  config.ssrc = SSRC;
  config.bitrate = config.bitrate ? config.bitrate : 500000;

  self->position = 0;
  self->width = 320;
  self->height = 240;
  self->sender = kp_sender_new (&config, &error);
  g_assert_no_error (error);
  gst_object_ref_sink (self->sender);
  self->harness = gst_harness_new_with_element (GST_ELEMENT (self->sender), "sink", "src");
  gst_object_unref (self->sender);
  gst_harness_set_src_caps_str (self->harness, kind == KP_MEDIA_VIDEO ? VIDEO_CAPS : AUDIO_CAPS);
  self->depayloader = gst_harness_new (config.codec->depayloader);
}

static void
fixture_clear (Fixture *self)
{
  gst_harness_teardown (self->depayloader);
  gst_harness_teardown (self->harness);
}

static void
push_picture (Fixture *self)
{
  guint turn = self->position / FRAME_DURATION / 8;

  fail_unless_equals_int (
      gst_harness_push (self->harness, media_picture_new (self->width, self->height, turn, self->position)),
      GST_FLOW_OK);
  self->position += FRAME_DURATION;
}

/* Gives the packets that have come to the depayloader. Returns the number of keyframes among the @n_frames. */
static guint
count_keyframes (Fixture *self, guint *n_frames)
{
  guint n_keyframes = 0;
  GstBuffer *buffer;

  while ((buffer = gst_harness_try_pull (self->harness)))
    {
      g_autoptr (GstCaps) caps = gst_pad_get_current_caps (self->harness->sinkpad);

      if (!gst_pad_has_current_caps (self->depayloader->srcpad))
        gst_harness_set_src_caps (self->depayloader, gst_caps_ref (caps));
      gst_harness_push (self->depayloader, buffer);
    }
  while ((buffer = gst_harness_try_pull (self->depayloader)))
    {
      if (!GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT))
        n_keyframes++;
      if (n_frames)
        ++*n_frames;
      gst_buffer_unref (buffer);
    }

  return n_keyframes;
}

static const struct
{
  KpMediaKind kind;
  const gchar *name;
  const gchar *hidden; /* an encoder that is not to be used */
} codecs[] = {
  { KP_MEDIA_VIDEO, "VP8" },  { KP_MEDIA_VIDEO, "VP9" },
  { KP_MEDIA_VIDEO, "H264" }, { KP_MEDIA_VIDEO, "H264", "x264enc" },
  { KP_MEDIA_AUDIO, "OPUS" }, { KP_MEDIA_AUDIO, "PCMU" },
  { KP_MEDIA_AUDIO, "PCMA" },
};

#define N_VIDEO_CODECS 4

static void
push_audio (Fixture *self, guint n_10ms)
{
  for (guint i = 0; i < n_10ms; i++)
    {
      guint64 samples = gst_util_uint64_scale_round (self->position, 48000, GST_SECOND);

      fail_unless_equals_int (gst_harness_push (self->harness, media_tone_new (48000, 2, samples)),
                              GST_FLOW_OK);
      self->position += 10 * GST_MSECOND;
    }
}

static void
push_some (Fixture *self, KpMediaKind kind)
{
  if (kind == KP_MEDIA_AUDIO)
    push_audio (self, 20);
  else
    for (guint i = 0; i < 5; i++)
      push_picture (self);
}

static void
assert_extension (GstRTPBuffer *rtp, guint id, const gchar *expected, guint size)
{
  gpointer data;
  guint length;

  fail_unless (gst_rtp_buffer_get_extension_onebyte_header (rtp, id, 0, &data, &length));
  g_assert_cmpuint (length, ==, size);
  if (expected)
    fail_unless (memcmp (data, expected, size) == 0);
}

GST_START_TEST (test_packets)
{
  KpSenderConfig extra = { .twcc_id = 3, .mid_id = 5, .mid = "m1", .payload_type = 45 };
  Fixture fixture;
  GstBuffer *buffer;
  guint n_packets = 0;

  hide_element (codecs[__i__].hidden);
  fixture_init (&fixture, codecs[__i__].kind, codecs[__i__].name, &extra);
  push_some (&fixture, codecs[__i__].kind);

  while ((buffer = gst_harness_try_pull (fixture.harness)))
    {
      GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;

      g_assert_cmpuint (gst_buffer_get_size (buffer), <=, 1200);
      fail_unless (gst_rtp_buffer_map (buffer, GST_MAP_READ, &rtp));
      g_assert_cmpuint (gst_rtp_buffer_get_payload_type (&rtp), ==, 45);
      g_assert_cmpuint (gst_rtp_buffer_get_ssrc (&rtp), ==, SSRC);
      assert_extension (&rtp, 3, NULL, 2);
      assert_extension (&rtp, 5, "m1", 2);
      gst_rtp_buffer_unmap (&rtp);
      gst_buffer_unref (buffer);
      n_packets++;
    }
  g_assert_cmpuint (n_packets, >=, 5);
  fixture_clear (&fixture);
}
GST_END_TEST;

GST_START_TEST (test_no_extensions)
{
  KpSenderConfig extra = { .mid = "m1" };
  Fixture fixture;
  GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;
  GstBuffer *buffer;

  fixture_init (&fixture, KP_MEDIA_VIDEO, "VP8", &extra);
  push_picture (&fixture);
  buffer = gst_harness_pull (fixture.harness);
  fail_unless (gst_rtp_buffer_map (buffer, GST_MAP_READ, &rtp));
  fail_if (gst_rtp_buffer_get_extension (&rtp));
  gst_rtp_buffer_unmap (&rtp);
  gst_buffer_unref (buffer);
  fixture_clear (&fixture);
}
GST_END_TEST;

/* What one picture makes is there when its push returns, and the first is a keyframe; no other follows by itself. */
GST_START_TEST (test_one_in_one_out)
{
  Fixture fixture;
  guint n_frames = 0;

  hide_element (codecs[__i__].hidden);
  fixture_init (&fixture, KP_MEDIA_VIDEO, codecs[__i__].name, &(KpSenderConfig){ 0 });
  for (guint i = 1; i <= 60; i++)
    {
      push_picture (&fixture);
      g_assert_cmpuint (count_keyframes (&fixture, &n_frames), ==, i == 1 ? 1 : 0);
      g_assert_cmpuint (n_frames, ==, i);
    }
  fixture_clear (&fixture);
}
GST_END_TEST;

/* None went on to the application's elements. */
static void
assert_no_keyframe_request (GstHarness *harness)
{
  GstEvent *event;

  while ((event = gst_harness_try_pull_upstream_event (harness)))
    {
      fail_if (gst_video_event_is_force_key_unit (event));
      gst_event_unref (event);
    }
}

/* A request before every picture, until three keyframes came. */
GST_START_TEST (test_keyframe_limit)
{
  Fixture fixture;
  gboolean by_event = __i__;
  GstClockTime start = gst_util_get_timestamp ();
  GstClockTime last = 0;
  guint n_keyframes = 0;

  fixture_init (&fixture, KP_MEDIA_VIDEO, "VP8", &(KpSenderConfig){ 0 });
  push_picture (&fixture);
  g_assert_cmpuint (count_keyframes (&fixture, NULL), ==, 1);

  while (n_keyframes < 3 && gst_util_get_timestamp () - start < 20 * GST_SECOND)
    {
      GstClockTime before = gst_util_get_timestamp ();

      if (by_event)
        fail_unless (gst_harness_push_upstream_event (fixture.harness, media_keyframe_request_new ()));
      else
        kp_sender_request_keyframe (fixture.sender);
      push_picture (&fixture);
      if (count_keyframes (&fixture, NULL) == 0)
        continue;
      /* measured from before the last one to after this one: never less than the limit */
      if (n_keyframes++ > 0)
        g_assert_cmpuint (gst_util_get_timestamp () - last, >=, 300 * GST_MSECOND);
      last = before;
    }
  g_assert_cmpuint (n_keyframes, ==, 3);
  assert_no_keyframe_request (fixture.harness);
  fixture_clear (&fixture);
}
GST_END_TEST;

/* A request comes to the first picture after it, one inside the window to the first after its end. */
GST_START_TEST (test_keyframe_not_lost)
{
  Fixture fixture;
  GstClockTime start;
  guint n_keyframes = 0;

  hide_element (codecs[__i__].hidden);
  fixture_init (&fixture, KP_MEDIA_VIDEO, codecs[__i__].name, &(KpSenderConfig){ 0 });
  push_picture (&fixture);
  push_picture (&fixture);
  g_assert_cmpuint (count_keyframes (&fixture, NULL), ==, 1);

  start = gst_util_get_timestamp ();
  kp_sender_request_keyframe (fixture.sender);
  push_picture (&fixture);
  g_assert_cmpuint (count_keyframes (&fixture, NULL), ==, 1);

  kp_sender_request_keyframe (fixture.sender);
  while (n_keyframes == 0 && gst_util_get_timestamp () - start < 5 * GST_SECOND)
    {
      push_picture (&fixture);
      n_keyframes += count_keyframes (&fixture, NULL);
    }
  g_assert_cmpuint (n_keyframes, ==, 1);
  g_assert_cmpuint (gst_util_get_timestamp () - start, >=, 300 * GST_MSECOND);
  fixture_clear (&fixture);
}
GST_END_TEST;

/* Each picture is new noise: the encoder takes all bits that it may. */
static gsize
push_noise (Fixture *self, guint n)
{
  gsize size = 0;

  for (guint i = 0; i < n; i++)
    {
      GstBuffer *picture = media_picture_new (self->width, self->height, 0, self->position);
      GstMapInfo map;
      GstBuffer *packet;

      gst_buffer_map (picture, &map, GST_MAP_WRITE);
      for (gsize j = 0; j < map.size; j++)
        map.data[j] = g_random_int_range (96, 160);
      gst_buffer_unmap (picture, &map);
      fail_unless_equals_int (gst_harness_push (self->harness, picture), GST_FLOW_OK);
      self->position += FRAME_DURATION;
      while ((packet = gst_harness_try_pull (self->harness)))
        {
          size += gst_buffer_get_size (packet);
          gst_buffer_unref (packet);
        }
    }

  return size;
}

GST_START_TEST (test_bitrate)
{
  Fixture fixture;
  gsize before;
  gsize after;

  hide_element (codecs[__i__].hidden);
  fixture_init (&fixture, KP_MEDIA_VIDEO, codecs[__i__].name, &(KpSenderConfig){ .bitrate = 1000000 });
  push_noise (&fixture, 15);
  before = push_noise (&fixture, 30);
  kp_sender_set_bitrate (fixture.sender, 3000000);
  push_noise (&fixture, 15);
  after = push_noise (&fixture, 30);
  g_test_message ("%s: %" G_GSIZE_FORMAT " and %" G_GSIZE_FORMAT " bit/s", codecs[__i__].name, before * 8,
                  after * 8);
  g_assert_cmpuint (before * 8, <, 1500000);
  g_assert_cmpuint (after * 8, <, 4500000);
  g_assert_cmpuint (after, >, before * 2);
  fixture_clear (&fixture);
}
GST_END_TEST;

GST_START_TEST (test_caps_stay)
{
  static const guint sizes[][2] = { { 320, 240 }, { 160, 120 }, { 321, 241 }, { 640, 480 } };
  const KpCodec *codec = kp_codec_find (KP_MEDIA_VIDEO, codecs[__i__].name);
  g_autoptr (GstCaps) expected = kp_codec_get_rtp_caps (codec, 100);
  Fixture fixture;

  hide_element (codecs[__i__].hidden);
  fixture_init (&fixture, KP_MEDIA_VIDEO, codecs[__i__].name,
                &(KpSenderConfig){ .twcc_id = 3, .mid_id = 5, .mid = "m1" });
  gst_caps_set_simple (expected, "ssrc", G_TYPE_UINT, SSRC, "extmap-3", G_TYPE_STRING, TWCC_URI, "extmap-5",
                       G_TYPE_STRING, MID_URI, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autofree gchar *caps = g_strdup_printf ("video/x-raw,format=I420,width=%u,height=%u,framerate=%u/1",
                                                sizes[i][0], sizes[i][1], i % 2 ? 15 : 30);
      g_autoptr (GstCaps) current = NULL;
      guint n_frames = 0;

      gst_harness_set_src_caps_str (fixture.harness, caps);
      fixture.width = sizes[i][0];
      fixture.height = sizes[i][1];
      push_picture (&fixture);
      push_picture (&fixture);
      /* whoever sees the new size first can decode it at once */
      g_assert_cmpuint (count_keyframes (&fixture, &n_frames), >=, 1);
      g_assert_cmpuint (n_frames, ==, 2);

      current = gst_pad_get_current_caps (fixture.harness->sinkpad);
      fail_unless (gst_caps_is_equal (current, expected), "%" GST_PTR_FORMAT, current);
    }
  fixture_clear (&fixture);
}
GST_END_TEST;

GST_START_TEST (test_raw_formats)
{
  guint n_formats;
  const GstVideoFormat *formats = gst_video_formats_raw (&n_formats);
  guint n_tried = 0;

  for (guint i = 0; i < n_formats; i++)
    {
      Fixture fixture;
      GstVideoInfo info;
      g_autoptr (GstCaps) caps = NULL;
      GstBuffer *buffer;
      guint n_frames = 0;

      if (formats[i] == GST_VIDEO_FORMAT_UNKNOWN || formats[i] == GST_VIDEO_FORMAT_ENCODED)
        continue;
      gst_video_info_set_format (&info, formats[i], 47, 33);
      GST_VIDEO_INFO_FPS_N (&info) = 30;
      GST_VIDEO_INFO_FPS_D (&info) = 1;
      caps = gst_video_info_to_caps (&info);
      buffer = gst_buffer_new_allocate (NULL, info.size, NULL);
      gst_buffer_memset (buffer, 0, 0x80, info.size);
      GST_BUFFER_PTS (buffer) = 0;

      fixture_init (&fixture, KP_MEDIA_VIDEO, "VP8", &(KpSenderConfig){ 0 });
      gst_harness_set_src_caps (fixture.harness, gst_caps_ref (caps));
      fail_unless_equals_int (gst_harness_push (fixture.harness, buffer), GST_FLOW_OK);
      g_assert_cmpuint (count_keyframes (&fixture, &n_frames), ==, 1);
      fixture_clear (&fixture);
      n_tried++;
    }
  g_assert_cmpuint (n_tried, >, 50);
}
GST_END_TEST;

static const gchar *const audio_caps[] = {
  "audio/x-raw,format=S16LE,layout=interleaved,rate=44100,channels=1",
  "audio/x-raw,format=F32LE,layout=interleaved,rate=48000,channels=2",
  "audio/x-raw,format=S24LE,layout=interleaved,rate=96000,channels=2",
  "audio/x-raw,format=U8,layout=interleaved,rate=8000,channels=1",
  "audio/x-raw,format=F64LE,layout=non-interleaved,rate=32000,channels=2",
  "audio/x-raw,format=S16LE,layout=interleaved,rate=48000,channels=6,channel-mask=(bitmask)0x3f",
};

static void
push_silence (Fixture *self, const gchar *caps_string, guint n_10ms)
{
  g_autoptr (GstCaps) caps = gst_caps_from_string (caps_string);
  GstAudioInfo info;

  fail_unless (gst_audio_info_from_caps (&info, caps));
  gst_harness_set_src_caps (self->harness, gst_caps_ref (caps));
  for (guint i = 0; i < n_10ms; i++)
    {
      gsize n_samples = info.rate / 100;
      GstBuffer *buffer = gst_buffer_new_allocate (NULL, n_samples * info.bpf, NULL);

      gst_buffer_memset (buffer, 0, 0, -1);
      if (info.layout == GST_AUDIO_LAYOUT_NON_INTERLEAVED)
        gst_buffer_add_audio_meta (buffer, &info, n_samples, NULL);
      GST_BUFFER_PTS (buffer) = self->position;
      GST_BUFFER_DURATION (buffer) = 10 * GST_MSECOND;
      fail_unless_equals_int (gst_harness_push (self->harness, buffer), GST_FLOW_OK);
      self->position += 10 * GST_MSECOND;
    }
}

/* Any caps, one after the other, in one stream of each codec. */
GST_START_TEST (test_raw_audio)
{
  static const gchar *const names[] = { "OPUS", "PCMU", "PCMA" };
  Fixture fixture;

  fixture_init (&fixture, KP_MEDIA_AUDIO, names[__i__], &(KpSenderConfig){ 0 });
  for (guint i = 0; i < G_N_ELEMENTS (audio_caps); i++)
    {
      guint before = gst_harness_buffers_received (fixture.harness);

      push_silence (&fixture, audio_caps[i], 20);
      g_assert_cmpuint (gst_harness_buffers_received (fixture.harness), >=, before + 8);
    }
  fixture_clear (&fixture);
}
GST_END_TEST;

GST_START_TEST (test_missing_payloader)
{
  KpSenderConfig config = { .codec = kp_codec_find (KP_MEDIA_VIDEO, "VP8"), .payload_type = 96 };
  g_autoptr (GError) error = NULL;

  hide_element ("rtpvp8pay");
  fail_unless (kp_sender_new (&config, &error) == NULL);
  g_assert_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_NOT_SUPPORTED);
  fail_unless (strstr (error->message, "rtpvp8pay") != NULL);
}
GST_END_TEST;

static Suite *
kp_sender_suite (void)
{
  Suite *suite = suite_create ("kp-sender");
  TCase *tcase = tcase_create ("media");

  suite_add_tcase (suite, tcase);
  tcase_add_checked_fixture (tcase, NULL, show_elements);
  tcase_add_loop_test (tcase, test_packets, 0, G_N_ELEMENTS (codecs));
  tcase_add_test (tcase, test_no_extensions);
  tcase_add_loop_test (tcase, test_one_in_one_out, 0, N_VIDEO_CODECS);
  tcase_add_loop_test (tcase, test_keyframe_limit, 0, 2);
  tcase_add_loop_test (tcase, test_keyframe_not_lost, 0, N_VIDEO_CODECS);
  tcase_add_loop_test (tcase, test_bitrate, 0, N_VIDEO_CODECS);
  tcase_add_loop_test (tcase, test_caps_stay, 0, N_VIDEO_CODECS);
  tcase_add_test (tcase, test_raw_formats);
  tcase_add_loop_test (tcase, test_raw_audio, 0, 3);
  tcase_add_test (tcase, test_missing_payloader);

  return suite;
}

GST_CHECK_MAIN (kp_sender)
