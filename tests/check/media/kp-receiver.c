/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-receiver.h"

#include "gstkurentoerror.h"
#include "kp-sender.h"
#include "media-check.h"

#include <gst/rtp/rtp.h>

#define VIDEO_CAPS "video/x-raw,format=I420,width=320,height=240,framerate=30/1"
#define AUDIO_CAPS "audio/x-raw,format=S16LE,layout=interleaved,rate=48000,channels=2"
#define PAYLOAD_TYPE 45
#define TURN_LENGTH 8 /* pictures */
#define TOLERANCE 12

/* A sender and a receiver, back to back; the test carries the packets. */
typedef struct
{
  KpMediaKind kind;
  GstHarness *send;
  GstHarness *receive;
  KpReceiver *receiver; /* borrowed, of the harness */
  KpOutlet *outlet; /* owned */
  GstElement *sink; /* owned; links the outlet */
  GstClockTime position; /* ns, of what is sent */
  GArray *samples; /* of gint16; decoded audio */
  guint n_pictures; /* decoded */
  guint turn; /* of the last decoded picture */
} Link;

static const struct
{
  KpMediaKind kind;
  const gchar *name;
  const gchar *hidden_encoder;
  const gchar *hidden_decoder;
} codecs[] = {
  { KP_MEDIA_VIDEO, "VP8" },
  { KP_MEDIA_VIDEO, "VP9" },
  { KP_MEDIA_VIDEO, "H264" },
  { KP_MEDIA_VIDEO, "H264", "x264enc", "avdec_h264" },
  { KP_MEDIA_VIDEO, "H264", NULL, "avdec_h264" },
  { KP_MEDIA_VIDEO, "VP8", NULL, "vp8dec" },
  { KP_MEDIA_VIDEO, "VP9", NULL, "vp9dec" },
  { KP_MEDIA_AUDIO, "OPUS" },
  { KP_MEDIA_AUDIO, "PCMU" },
  { KP_MEDIA_AUDIO, "PCMA" },
};

#define N_VIDEO_CODECS 7
#define OPUS 7
#define PCMU 8

static void
hide_element (const gchar *factory)
{
  g_autoptr (GstPluginFeature) feature
      = factory ? gst_registry_lookup_feature (gst_registry_get (), factory) : NULL;

  if (feature)
    gst_registry_remove_feature (gst_registry_get (), feature);
}

static void
link_init (Link *self, guint index)
{
  const KpCodec *codec = kp_codec_find (codecs[index].kind, codecs[index].name);
  KpSenderConfig config = { .codec = codec, .payload_type = PAYLOAD_TYPE, .ssrc = 1, .bitrate = 800000 };
  g_autoptr (GError) error = NULL;
  g_autoptr (GstCaps) caps = kp_codec_get_rtp_caps (codec, PAYLOAD_TYPE);
  KpSender *sender;

  memset (self, 0, sizeof (*self));
  hide_element (codecs[index].hidden_encoder);
  hide_element (codecs[index].hidden_decoder);
  self->kind = codecs[index].kind;
  self->samples = g_array_new (FALSE, FALSE, sizeof (gint16));

  sender = gst_object_ref_sink (kp_sender_new (&config, &error));
  g_assert_no_error (error);
  self->send = gst_harness_new_with_element (GST_ELEMENT (sender), "sink", "src");
  gst_object_unref (sender);
  gst_harness_set_src_caps_str (self->send, self->kind == KP_MEDIA_VIDEO ? VIDEO_CAPS : AUDIO_CAPS);

  self->outlet = KP_OUTLET (gst_object_ref_sink (kp_outlet_new (self->kind, 0)));
  self->sink = gst_object_ref_sink (gst_element_factory_make ("fakesink", NULL));
  self->receiver = gst_object_ref_sink (kp_receiver_new (caps, self->outlet, &error));
  g_assert_no_error (error);
  self->receive = gst_harness_new_with_element (GST_ELEMENT (self->receiver), "sink", "src");
  gst_object_unref (self->receiver);
  gst_harness_set_src_caps (self->receive, gst_caps_ref (caps));
}

static void
link_clear (Link *self)
{
  gst_harness_teardown (self->send);
  gst_harness_teardown (self->receive);
  gst_element_unlink (GST_ELEMENT (self->outlet), self->sink);
  g_assert_finalize_object (self->sink);
  g_assert_finalize_object (self->outlet);
  g_array_unref (self->samples);
}

static void
send_next (Link *self)
{
  GstBuffer *buffer;
  guint64 samples = gst_util_uint64_scale_round (self->position, 48000, GST_SECOND);

  if (self->kind == KP_MEDIA_VIDEO)
    buffer = media_picture_new (320, 240, self->position / FRAME_DURATION / TURN_LENGTH, self->position);
  else
    buffer = media_tone_new (48000, 2, samples);
  self->position += GST_BUFFER_DURATION (buffer);
  fail_unless_equals_int (gst_harness_push (self->send, buffer), GST_FLOW_OK);
}

/* Stamps the next packet like webrtcbin: with the running time, not with the encoder's own. */
static GstBuffer *
take_packet (Link *self)
{
  g_autoptr (GstEvent) event = gst_pad_get_sticky_event (self->send->sinkpad, GST_EVENT_SEGMENT, 0);
  GstBuffer *packet = gst_harness_try_pull (self->send);
  const GstSegment *segment;

  if (packet == NULL)
    return NULL;

  gst_event_parse_segment (event, &segment);
  packet = gst_buffer_make_writable (packet);
  GST_BUFFER_PTS (packet) = gst_segment_to_running_time (segment, GST_FORMAT_TIME, GST_BUFFER_PTS (packet));
  GST_BUFFER_DTS (packet) = GST_CLOCK_TIME_NONE;

  return packet;
}

static void
take_decoded (Link *self)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (self->receive->sinkpad);
  GstBuffer *buffer;

  while ((buffer = gst_harness_try_pull (self->receive)))
    {
      GstMapInfo map;

      if (self->kind == KP_MEDIA_VIDEO)
        {
          self->n_pictures++;
          self->turn = gst_util_uint64_scale_round (GST_BUFFER_PTS (buffer), 1, FRAME_DURATION) / TURN_LENGTH;
          g_assert_cmpuint (media_picture_error (buffer, caps, self->turn), <, TOLERANCE);
        }
      else
        {
          fail_unless (gst_buffer_map (buffer, &map, GST_MAP_READ));
          g_array_append_vals (self->samples, map.data, map.size / sizeof (gint16));
          gst_buffer_unmap (buffer, &map);
        }
      gst_buffer_unref (buffer);
    }
}

/* Carries what was sent to the receiver, except packets of which @lose says so. Returns how many it lost. */
typedef gboolean (*LoseFunc) (GstBuffer *packet, guint *counter);

static guint
carry (Link *self, LoseFunc lose, guint *counter)
{
  GstBuffer *packet;
  guint n_lost = 0;

  while ((packet = take_packet (self)))
    {
      if (lose && lose (packet, counter))
        {
          gst_buffer_unref (packet);
          n_lost++;
        }
      else
        {
          fail_unless_equals_int (gst_harness_push (self->receive, packet), GST_FLOW_OK);
        }
    }
  take_decoded (self);

  return n_lost;
}

/* Takes the keyframe requests that left the receiver; with @answer the sender gets them. */
static guint
take_requests (Link *self, gboolean answer)
{
  guint n = 0;
  GstEvent *event;

  while ((event = gst_harness_try_pull_upstream_event (self->receive)))
    {
      gboolean all_headers = TRUE;

      if (gst_video_event_parse_upstream_force_key_unit (event, NULL, &all_headers, NULL))
        {
          fail_if (all_headers);
          n++;
          if (answer)
            gst_harness_push_upstream_event (self->send, gst_event_ref (event));
        }
      gst_event_unref (event);
    }

  return n;
}

static void
assert_tone (Link *self, gdouble purity)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (self->receive->sinkpad);
  gint rate, channels;
  guint skip, n;

  gst_structure_get_int (gst_caps_get_structure (caps, 0), "rate", &rate);
  gst_structure_get_int (gst_caps_get_structure (caps, 0), "channels", &channels);
  skip = rate / 10;
  n = rate / 2;
  g_assert_cmpuint (self->samples->len, >=, (skip + n) * channels);
  g_assert_cmpfloat (
      media_tone_purity ((gint16 *)self->samples->data + skip * channels, n, channels, rate, TONE_FREQUENCY),
      >, purity);
  g_assert_cmpfloat (media_tone_purity ((gint16 *)self->samples->data + skip * channels, n, channels, rate,
                                        2 * TONE_FREQUENCY),
                     <, 0.1);
}

/* Every picture comes out when its packets went in, and is the one that was sent. */
GST_START_TEST (test_decodes)
{
  Link link;
  guint n = codecs[__i__].kind == KP_MEDIA_VIDEO ? 3 * TURN_LENGTH : 100;

  link_init (&link, __i__);
  for (guint i = 1; i <= n; i++)
    {
      send_next (&link);
      carry (&link, NULL, NULL);
      if (link.kind == KP_MEDIA_VIDEO)
        g_assert_cmpuint (link.n_pictures, ==, i);
    }
  if (link.kind == KP_MEDIA_AUDIO)
    assert_tone (&link, 0.9);
  else
    g_assert_cmpuint (link.turn, ==, 2);
  g_assert_cmpuint (take_requests (&link, FALSE), ==, 0);
  link_clear (&link);
}
GST_END_TEST;

static gboolean
lose_all (GstBuffer *packet, guint *counter)
{
  return TRUE;
}

static gboolean
lose_each_tenth (GstBuffer *packet, guint *counter)
{
  return ++*counter % 10 == 0;
}

/* One lost picture: a request at the next packet, no broken picture, and the picture is back with the keyframe. */
GST_START_TEST (test_loss)
{
  Link link;

  link_init (&link, __i__);
  for (guint i = 0; i < 10; i++)
    {
      send_next (&link);
      carry (&link, NULL, NULL);
    }
  g_assert_cmpuint (link.n_pictures, ==, 10);
  send_next (&link);
  g_assert_cmpuint (carry (&link, lose_all, NULL), >, 0);

  send_next (&link);
  carry (&link, NULL, NULL);
  g_assert_cmpuint (link.n_pictures, ==, 10);
  g_assert_cmpuint (take_requests (&link, TRUE), ==, 1);

  for (guint i = 0; i < 2 * TURN_LENGTH; i++)
    {
      send_next (&link);
      carry (&link, NULL, NULL);
    }
  g_assert_cmpuint (link.n_pictures, ==, 10 + 2 * TURN_LENGTH);
  g_assert_cmpuint (take_requests (&link, FALSE), ==, 0);
  link_clear (&link);
}
GST_END_TEST;

/* Goes on without loss until @n_pictures were decoded. */
static void
send_until (Link *self, guint n_pictures)
{
  GstClockTime start = gst_util_get_timestamp ();

  while (self->n_pictures < n_pictures && gst_util_get_timestamp () - start < 20 * GST_SECOND)
    {
      take_requests (self, TRUE);
      send_next (self);
      carry (self, NULL, NULL);
    }
  g_assert_cmpuint (self->n_pictures, >=, n_pictures);
}

/* Never a broken picture (take_decoded compares each), never two requests within 500 ms, and never stuck. */
GST_START_TEST (test_heavy_loss)
{
  GstClockTime start = gst_util_get_timestamp ();
  GstClockTime last = 0;
  guint n_requests = 0;
  guint counter = 0;
  Link link;

  link_init (&link, __i__);
  while (n_requests < 3 && gst_util_get_timestamp () - start < 20 * GST_SECOND)
    {
      GstClockTime before = gst_util_get_timestamp ();
      guint n;

      send_next (&link);
      carry (&link, lose_each_tenth, &counter);
      n = take_requests (&link, TRUE);
      g_assert_cmpuint (n, <=, 1);
      if (n == 0)
        continue;
      if (n_requests++ > 0)
        g_assert_cmpuint (gst_util_get_timestamp () - last, >=, 500 * GST_MSECOND);
      last = before;
    }
  g_assert_cmpuint (n_requests, ==, 3);

  send_until (&link, link.n_pictures + 5);
  link_clear (&link);
}
GST_END_TEST;

/* The first packets were lost: asks at once, shows nothing broken, asks again when the request was not answered. */
GST_START_TEST (test_starts_without_keyframe)
{
  GstClockTime start;
  Link link;

  link_init (&link, __i__);
  send_next (&link);
  carry (&link, lose_all, NULL);
  for (guint i = 0; i < 3; i++)
    {
      send_next (&link);
      carry (&link, NULL, NULL);
    }
  g_assert_cmpuint (take_requests (&link, FALSE), ==, 1);

  start = gst_util_get_timestamp ();
  while (take_requests (&link, TRUE) == 0 && gst_util_get_timestamp () - start < 20 * GST_SECOND)
    {
      send_next (&link);
      carry (&link, NULL, NULL);
      g_assert_cmpuint (link.n_pictures, ==, 0);
    }
  g_assert_cmpuint (gst_util_get_timestamp () - start, <, 20 * GST_SECOND);

  send_next (&link);
  carry (&link, NULL, NULL);
  g_assert_cmpuint (link.n_pictures, ==, 1);
  link_clear (&link);
}
GST_END_TEST;

/* An application's request leaves at once and stops nothing; one inside the window leaves after it. */
GST_START_TEST (test_request)
{
  GstClockTime start;
  guint n = 0;
  Link link;

  link_init (&link, __i__);
  send_next (&link);
  carry (&link, NULL, NULL);

  start = gst_util_get_timestamp ();
  kp_receiver_request_keyframe (link.receiver);
  g_assert_cmpuint (take_requests (&link, TRUE), ==, 1);
  send_next (&link);
  carry (&link, NULL, NULL);
  g_assert_cmpuint (link.n_pictures, ==, 2);

  gst_harness_push_upstream_event (link.receive, media_keyframe_request_new ());
  while (n == 0 && gst_util_get_timestamp () - start < 20 * GST_SECOND)
    {
      guint before = link.n_pictures;

      send_next (&link);
      carry (&link, NULL, NULL);
      g_assert_cmpuint (link.n_pictures, ==, before + 1);
      n = take_requests (&link, FALSE);
    }
  g_assert_cmpuint (n, ==, 1);
  g_assert_cmpuint (gst_util_get_timestamp () - start, >=, 500 * GST_MSECOND);
  link_clear (&link);
}
GST_END_TEST;

/* Not wanted: nothing is decoded and nothing asked for. Wanted again: with a keyframe. */
GST_START_TEST (test_not_wanted)
{
  guint index = __i__ ? OPUS : 0;
  guint counter = 0;
  guint n_before;
  Link link;

  link_init (&link, index);
  for (guint i = 0; i < 10; i++)
    {
      send_next (&link);
      carry (&link, NULL, NULL);
    }
  n_before = link.kind == KP_MEDIA_VIDEO ? link.n_pictures : link.samples->len;
  g_assert_cmpuint (n_before, >, 0);

  kp_outlet_set_exposed (link.outlet);
  fail_if (kp_outlet_is_wanted (link.outlet));
  for (guint i = 0; i < 50; i++)
    {
      send_next (&link);
      carry (&link, lose_each_tenth, &counter);
    }
  g_assert_cmpuint (link.kind == KP_MEDIA_VIDEO ? link.n_pictures : link.samples->len, ==, n_before);
  g_assert_cmpuint (take_requests (&link, FALSE), ==, 0);

  fail_unless (gst_element_link (GST_ELEMENT (link.outlet), link.sink));
  fail_unless (kp_outlet_is_wanted (link.outlet));
  send_next (&link);
  send_next (&link);
  carry (&link, NULL, NULL);
  if (link.kind == KP_MEDIA_VIDEO)
    {
      g_assert_cmpuint (link.n_pictures, ==, n_before);
      g_assert_cmpuint (take_requests (&link, TRUE), ==, 1);
      send_next (&link);
      carry (&link, NULL, NULL);
      g_assert_cmpuint (link.n_pictures, ==, n_before + 1);
    }
  else
    {
      g_assert_cmpuint (link.samples->len, >, n_before);
    }
  link_clear (&link);
}
GST_END_TEST;

static void
break_packet (GstBuffer **packet)
{
  GstMapInfo map;

  *packet = gst_buffer_make_writable (*packet);
  fail_unless (gst_buffer_map (*packet, &map, GST_MAP_READWRITE));
  for (gsize i = 12; i < map.size; i++)
    map.data[i] = g_random_int ();
  gst_buffer_unmap (*packet, &map);
}

/* Anything may come from the other side: no error message, no flow error, and then the media again. */
GST_START_TEST (test_garbage)
{
  g_autoptr (GstBus) bus = gst_bus_new ();
  g_autoptr (GstMessage) message = NULL;
  GstBuffer *packet;
  Link link;

  link_init (&link, __i__);
  gst_element_set_bus (GST_ELEMENT (link.receiver), bus);
  for (guint i = 0; i < 5; i++)
    {
      send_next (&link);
      carry (&link, NULL, NULL);
    }
  for (guint i = 0; i < 60; i++)
    {
      send_next (&link);
      while ((packet = take_packet (&link)))
        {
          break_packet (&packet);
          fail_unless_equals_int (gst_harness_push (link.receive, packet), GST_FLOW_OK);
        }
      while ((packet = gst_harness_try_pull (link.receive)))
        gst_buffer_unref (packet);
    }
  message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR | GST_MESSAGE_WARNING);
  fail_unless (message == NULL, "%" GST_PTR_FORMAT, message);

  g_array_set_size (link.samples, 0);
  if (link.kind == KP_MEDIA_AUDIO)
    {
      for (guint i = 0; i < 100; i++)
        {
          send_next (&link);
          carry (&link, NULL, NULL);
        }
      assert_tone (&link, 0.9);
    }
  else
    {
      send_until (&link, link.n_pictures + 5);
    }
  gst_element_set_bus (GST_ELEMENT (link.receiver), NULL);
  link_clear (&link);
}
GST_END_TEST;

/* Lost audio is concealed: its time is filled, the tone goes on. */
GST_START_TEST (test_audio_loss)
{
  guint counter = 0;
  Link link;

  link_init (&link, OPUS);
  for (guint i = 0; i < 100; i++)
    {
      GstBuffer *packet;

      send_next (&link);
      while ((packet = take_packet (&link)))
        {
          if (++counter % 10)
            {
              gst_harness_push (link.receive, packet);
              continue;
            }
          gst_harness_push_event (
              link.receive,
              gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM,
                                    gst_structure_new ("GstRTPPacketLost", "seqnum", G_TYPE_UINT, 0,
                                                       "timestamp", G_TYPE_UINT64, GST_BUFFER_PTS (packet),
                                                       "duration", G_TYPE_UINT64, 20 * GST_MSECOND, NULL)));
          gst_buffer_unref (packet);
        }
      take_decoded (&link);
    }
  g_assert_cmpuint (link.samples->len, >=, 2 * 48000 * 94 / 100);
  assert_tone (&link, 0.8);
  link_clear (&link);
}
GST_END_TEST;

/* Downstream may ask for any raw caps. */
GST_START_TEST (test_raw_caps)
{
  static const struct
  {
    guint codec;
    const gchar *caps;
  } wishes[] = {
    { 0, "video/x-raw,format=BGRx,width=160,height=120" },
    { 2, "video/x-raw,format=NV12" },
    { OPUS, "audio/x-raw,format=F32LE,layout=interleaved,rate=16000,channels=1" },
    { PCMU, "audio/x-raw,format=S16LE,layout=interleaved,rate=44100,channels=2" },
  };
  g_autoptr (GstCaps) wish = gst_caps_from_string (wishes[__i__].caps);
  g_autoptr (GstCaps) caps = NULL;
  Link link;

  link_init (&link, wishes[__i__].codec);
  gst_harness_set_sink_caps (link.receive, gst_caps_ref (wish));
  for (guint i = 0; i < 10; i++)
    {
      GstBuffer *packet;

      send_next (&link);
      while ((packet = take_packet (&link)))
        fail_unless_equals_int (gst_harness_push (link.receive, packet), GST_FLOW_OK);
    }
  g_assert_cmpuint (gst_harness_buffers_received (link.receive), >=, 4);
  caps = gst_pad_get_current_caps (link.receive->sinkpad);
  fail_unless (gst_caps_is_subset (caps, wish), "%" GST_PTR_FORMAT, caps);
  link_clear (&link);
}
GST_END_TEST;

/* The sender's caps change in the middle: the receiver follows. */
GST_START_TEST (test_size_change)
{
  g_autoptr (GstCaps) caps = NULL;
  Link link;
  gint width;

  link_init (&link, __i__);
  send_next (&link);
  carry (&link, NULL, NULL);
  for (guint i = 0; i < 2; i++)
    {
      g_autofree gchar *text
          = g_strdup_printf ("video/x-raw,format=I420,width=%u,height=120,framerate=30/1", 161 - i);

      gst_harness_set_src_caps_str (link.send, text);
      for (guint j = 0; j < 3; j++)
        {
          GstBuffer *picture
              = media_picture_new (161 - i, 120, link.position / FRAME_DURATION / TURN_LENGTH, link.position);

          link.position += FRAME_DURATION;
          gst_harness_push (link.send, picture);
          carry (&link, NULL, NULL);
        }
    }
  g_assert_cmpuint (link.n_pictures, ==, 7);
  caps = gst_pad_get_current_caps (link.receive->sinkpad);
  gst_structure_get_int (gst_caps_get_structure (caps, 0), "width", &width);
  g_assert_cmpint (width, ==, 160);
  link_clear (&link);
}
GST_END_TEST;

static const gchar *const bad_caps[] = {
  "application/x-rtp,media=video,encoding-name=THEORA,clock-rate=90000,payload=96",
  "application/x-rtp,media=video,encoding-name=OPUS,clock-rate=90000,payload=96",
  "application/x-rtp,media=audio,clock-rate=8000,payload=96",
};

GST_START_TEST (test_bad_caps)
{
  g_autoptr (GstCaps) caps = gst_caps_from_string (bad_caps[__i__]);
  g_autoptr (GError) error = NULL;
  KpOutlet *outlet = KP_OUTLET (gst_object_ref_sink (kp_outlet_new (KP_MEDIA_VIDEO, 0)));

  fail_unless (kp_receiver_new (caps, outlet, &error) == NULL);
  g_assert_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_NOT_SUPPORTED);
  g_assert_finalize_object (outlet);
}
GST_END_TEST;

GST_START_TEST (test_missing_decoder)
{
  const KpCodec *codec = kp_codec_find (KP_MEDIA_VIDEO, "H264");
  g_autoptr (GstCaps) caps = kp_codec_get_rtp_caps (codec, 96);
  g_autoptr (GError) error = NULL;
  KpOutlet *outlet = KP_OUTLET (gst_object_ref_sink (kp_outlet_new (KP_MEDIA_VIDEO, 0)));

  hide_element ("avdec_h264");
  hide_element ("openh264dec");
  fail_unless (kp_receiver_new (caps, outlet, &error) == NULL);
  g_assert_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_NOT_SUPPORTED);
  fail_unless (strstr (error->message, "openh264dec") != NULL, "%s", error->message);
  g_assert_finalize_object (outlet);
}
GST_END_TEST;

static Suite *
kp_receiver_suite (void)
{
  Suite *suite = suite_create ("kp-receiver");
  TCase *tcase = tcase_create ("media");

  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, test_decodes, 0, G_N_ELEMENTS (codecs));
  tcase_add_loop_test (tcase, test_loss, 0, N_VIDEO_CODECS);
  tcase_add_loop_test (tcase, test_heavy_loss, 0, 3);
  tcase_add_loop_test (tcase, test_starts_without_keyframe, 0, N_VIDEO_CODECS);
  tcase_add_loop_test (tcase, test_request, 0, 3);
  tcase_add_loop_test (tcase, test_not_wanted, 0, 2);
  tcase_add_loop_test (tcase, test_garbage, 0, G_N_ELEMENTS (codecs));
  tcase_add_test (tcase, test_audio_loss);
  tcase_add_loop_test (tcase, test_raw_caps, 0, 4);
  tcase_add_loop_test (tcase, test_size_change, 0, N_VIDEO_CODECS);
  tcase_add_loop_test (tcase, test_bad_caps, 0, G_N_ELEMENTS (bad_caps));
  tcase_add_test (tcase, test_missing_decoder);

  return suite;
}

GST_CHECK_MAIN (kp_receiver)
