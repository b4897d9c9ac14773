/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-fec.h"
#include "kp-session-debug.h"

#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>
#include <gst/rtp/gstrtpbuffer.h>

#define RED 97
#define ULPFEC 98
#define VIDEO 96
#define SSRC 0x12345678
#define FIRST_SEQNUM 1000
#define TWCC_ID 3 /* not 1, which rtpredenc of 1.22 takes it for */
#define MID_ID 5
#define CAPS                                                                                                 \
  "application/x-rtp,media=video,clock-rate=90000,encoding-name=VP8,payload=96,ssrc=(uint)305419896,"        \
  "extmap-3=\"http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01\""

/* The elements of webrtcbin that FEC goes through; a jitter buffer between storage and decoder finds out what is lost. */
typedef struct
{
  KpFec *fec; /* owned */
  GstElement *bin; /* owned; a stand-in for webrtcbin */
  GstHarness *encoder; /* rtpulpfecenc ! rtpredenc */
  GstHarness *storage; /* rtpreddec ! rtpstorage */
  GstHarness *decoder; /* rtpulpfecdec */
} Path;

static GstHarness *
path_add (Path *self, const gchar *line)
{
  GstElement *bin = gst_parse_bin_from_description (line, TRUE, NULL);
  GstHarness *harness;

  /* as webrtcbin does: the elements are announced, one by one */
  gst_bin_add (GST_BIN (self->bin), bin);
  harness = gst_harness_new_with_element (bin, "sink", "src");
  gst_harness_set_src_caps_str (harness, CAPS);
  gst_harness_play (harness);

  return harness;
}

static void
path_init (Path *self)
{
  const KpFecFormats formats = { RED, ULPFEC };
  g_auto (GValue) payloads = G_VALUE_INIT;
  g_autoptr (GObject) storage = NULL;
  GstElement *element;

  self->bin = gst_object_ref_sink (gst_bin_new (NULL));
  self->fec = kp_fec_new (self->bin);
  kp_fec_set_formats (self->fec, &formats);
  self->encoder = path_add (self, "rtpulpfecenc pt=98 percentage=0 multipacket=true ! "
                                  "rtpredenc pt=97 allow-no-red-blocks=true");
  self->storage = path_add (self, "rtpreddec pt=97 ! rtpstorage name=s size-time=10000000000");
  self->decoder = path_add (self, "rtpulpfecdec name=d");
  element = gst_bin_get_by_name (GST_BIN (self->bin), "s");
  g_object_get (element, "internal-storage", &storage, NULL);
  gst_object_unref (element);
  element = gst_bin_get_by_name (GST_BIN (self->bin), "d");
  g_object_set (element, "storage", storage, NULL);
  kp_fec_set_up_decoder (self->fec, element, KP_MEDIA_VIDEO, "VP8");
  gst_object_unref (element);
}

static void
path_clear (Path *self)
{
  gst_harness_teardown (self->encoder);
  gst_harness_teardown (self->storage);
  gst_harness_teardown (self->decoder);
  gst_object_unref (self->bin);
  kp_fec_unref (self->fec);
}

static GstBuffer *
make_packet (guint8 payload_type, guint16 seqnum, const guint8 *payload, guint size)
{
  GstBuffer *packet = gst_rtp_buffer_new_allocate (size, 0, 0);
  GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;

  gst_rtp_buffer_map (packet, GST_MAP_READWRITE, &rtp);
  gst_rtp_buffer_set_payload_type (&rtp, payload_type);
  gst_rtp_buffer_set_seq (&rtp, seqnum);
  gst_rtp_buffer_set_ssrc (&rtp, SSRC);
  gst_rtp_buffer_set_timestamp (&rtp, 3000);
  if (size)
    memcpy (gst_rtp_buffer_get_payload (&rtp), payload, size);
  gst_rtp_buffer_unmap (&rtp);
  GST_BUFFER_PTS (packet) = GST_SECOND;

  return packet;
}

/* One of a picture, as our payloaders make it. */
static GstBuffer *
make_picture_packet (guint index, guint n)
{
  guint8 payload[100];
  guint16 number = g_random_int ();
  GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;
  GstBuffer *packet;

  for (guint i = 0; i < sizeof payload; i++)
    payload[i] = g_random_int ();
  packet = make_packet (VIDEO, FIRST_SEQNUM + index, payload, sizeof payload - 10 * index);
  gst_rtp_buffer_map (packet, GST_MAP_READWRITE, &rtp);
  gst_rtp_buffer_set_marker (&rtp, index + 1 == n);
  gst_rtp_buffer_add_extension_onebyte_header (&rtp, TWCC_ID, &number, sizeof number);
  gst_rtp_buffer_add_extension_onebyte_header (&rtp, MID_ID, "video0", 6);
  gst_rtp_buffer_unmap (&rtp);

  return packet;
}

/* As rtpsession does, when the packet leaves. */
static GstBuffer *
number_packet (GstBuffer *packet, guint8 number)
{
  GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;
  gpointer data;
  guint size;

  packet = gst_buffer_make_writable (packet);
  fail_unless (gst_rtp_buffer_map (packet, GST_MAP_READWRITE, &rtp));
  fail_unless_equals_int (gst_rtp_buffer_get_payload_type (&rtp), RED);
  fail_unless (gst_rtp_buffer_get_extension_onebyte_header (&rtp, TWCC_ID, 0, &data, &size));
  fail_unless_equals_int (size, 2);
  memset (data, number, size);
  gst_rtp_buffer_unmap (&rtp);

  return packet;
}

static guint8
get_inner_type (GstBuffer *red)
{
  guint8 type;

  fail_unless (gst_buffer_get_size (red) > 0);
  {
    GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;

    gst_rtp_buffer_map (red, GST_MAP_READ, &rtp);
    type = ((const guint8 *)gst_rtp_buffer_get_payload (&rtp))[0];
    gst_rtp_buffer_unmap (&rtp);
  }

  return type;
}

static void
tell_lost (Path *self, guint16 seqnum)
{
  gst_harness_push_event (
      self->decoder, gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM,
                                           gst_structure_new ("GstRTPPacketLost", "seqnum", G_TYPE_UINT,
                                                              seqnum, "timestamp", G_TYPE_UINT64, GST_SECOND,
                                                              "duration", G_TYPE_UINT64, (guint64)0, NULL)));
}

static void
assert_recovered (GstBuffer *packet, GstBuffer *original)
{
  GstRTPBuffer one = GST_RTP_BUFFER_INIT, other = GST_RTP_BUFFER_INIT;
  guint size = gst_buffer_get_size (original);
  gpointer mid;
  guint mid_size;

  fail_unless_equals_int (gst_buffer_get_size (packet), size);
  fail_unless (gst_rtp_buffer_map (packet, GST_MAP_READ, &one));
  fail_unless (gst_rtp_buffer_map (original, GST_MAP_READ, &other));
  fail_unless_equals_int (gst_rtp_buffer_get_payload_type (&one), VIDEO);
  fail_unless_equals_int (gst_rtp_buffer_get_marker (&one), gst_rtp_buffer_get_marker (&other));
  fail_unless_equals_int (gst_rtp_buffer_get_timestamp (&one), gst_rtp_buffer_get_timestamp (&other));
  fail_unless_equals_int (gst_rtp_buffer_get_payload_len (&one), gst_rtp_buffer_get_payload_len (&other));
  fail_unless (memcmp (gst_rtp_buffer_get_payload (&one), gst_rtp_buffer_get_payload (&other),
                       gst_rtp_buffer_get_payload_len (&one))
               == 0);
  fail_unless (gst_rtp_buffer_get_extension_onebyte_header (&one, MID_ID, 0, &mid, &mid_size));
  fail_unless (mid_size == 6 && memcmp (mid, "video0", 6) == 0);
  gst_rtp_buffer_unmap (&one);
  gst_rtp_buffer_unmap (&other);
}

/* A picture of any size survives the loss of any of its packets; its header extensions are what they were. */
GST_START_TEST (test_recovers)
{
  guint n = 1 + __i__;

  for (guint lost = 0; lost < n; lost++)
    {
      g_autoptr (GPtrArray) originals = g_ptr_array_new_with_free_func ((GDestroyNotify)gst_buffer_unref);
      g_autoptr (GstBuffer) recovered = NULL;
      guint n_fec = 0;
      Path path;

      path_init (&path);
      for (guint i = 0; i < n; i++)
        {
          g_ptr_array_add (originals, make_picture_packet (i, n));
          gst_harness_push (path.encoder, gst_buffer_copy_deep (g_ptr_array_index (originals, i)));
        }
      fail_unless_equals_int (gst_harness_buffers_in_queue (path.encoder), n + (n + 2) / 3);
      for (guint i = 0; i < n + (n + 2) / 3; i++)
        {
          GstBuffer *packet = number_packet (gst_harness_pull (path.encoder), i + 1);

          n_fec += get_inner_type (packet) == ULPFEC;
          if (i == lost)
            gst_buffer_unref (packet);
          else
            gst_harness_push (path.storage, packet);
        }
      fail_unless_equals_int (n_fec, (n + 2) / 3);

      tell_lost (&path, FIRST_SEQNUM + lost);
      recovered = gst_harness_try_pull (path.decoder);
      fail_unless (recovered != NULL, "packet %u of %u", lost, n);
      assert_recovered (recovered, g_ptr_array_index (originals, lost));
      path_clear (&path);
    }
}
GST_END_TEST

/* What it protects is one packet, which seems to end with more padding than it has room for. */
GST_START_TEST (test_padding)
{
  static const guint8 fec[]
      = { ULPFEC, 0x20, VIDEO, FIRST_SEQNUM >> 8, FIRST_SEQNUM & 0xff, 0, 0, 0, 0, 0, 4, 0, 4, 0x80, 0, 1,
          2,      3,    255 };
  Path path;

  path_init (&path);
  gst_harness_push (path.storage, make_packet (RED, FIRST_SEQNUM + 1, fec, sizeof fec));
  fail_unless_equals_int (gst_harness_buffers_in_queue (path.storage), 0);
  tell_lost (&path, FIRST_SEQNUM);
  fail_unless (gst_harness_try_pull (path.decoder) == NULL);
  path_clear (&path);
}
GST_END_TEST

/* The same, when the bit is on a packet that another one protects. */
GST_START_TEST (test_padding_of_media)
{
  static const guint8 payload[] = { 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 4 };
  GstBuffer *packet = make_packet (VIDEO, FIRST_SEQNUM, payload, sizeof payload);
  g_autoptr (GstBuffer) passed = NULL;
  GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;
  Path path;

  path_init (&path);
  gst_rtp_buffer_map (packet, GST_MAP_READWRITE, &rtp);
  gst_rtp_buffer_set_padding (&rtp, TRUE);
  gst_rtp_buffer_unmap (&rtp);
  gst_harness_push (path.storage, packet);
  passed = gst_harness_pull (path.storage);
  fail_unless (gst_rtp_buffer_map (passed, GST_MAP_READ, &rtp));
  fail_if (gst_rtp_buffer_get_padding (&rtp));
  fail_unless_equals_int (gst_rtp_buffer_get_packet_len (&rtp), 12 + 8);
  gst_rtp_buffer_unmap (&rtp);
  path_clear (&path);
}
GST_END_TEST

/* In what is nearly right, more goes wrong. */
static GstBuffer *
make_hostile_packet (GRand *random, guint16 seqnum)
{
  static const guint8 types[] = { RED, RED, RED, ULPFEC, VIDEO };
  guint8 payload[64];
  guint size = g_rand_int_range (random, 0, sizeof payload);
  GstBuffer *packet;

  for (guint i = 0; i < sizeof payload; i++)
    payload[i] = g_rand_int (random);
  if (g_rand_boolean (random))
    payload[0] = ULPFEC;
  if (g_rand_boolean (random))
    {
      payload[1] &= ~0x80;
      guint16 base = seqnum - g_rand_int_range (random, 0, 48);

      payload[3] = base >> 8;
      payload[4] = base & 0xff;
      payload[11] = 0;
      payload[12] = size > 15 ? size - 15 : 0;
    }
  packet = make_packet (types[g_rand_int_range (random, 0, G_N_ELEMENTS (types))], seqnum, payload, size);
  if (g_rand_int_range (random, 0, 4) == 0 && size > 4)
    {
      GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;

      gst_buffer_memset (packet, gst_buffer_get_size (packet) - 1, g_rand_int_range (random, 1, 4), 1);
      gst_rtp_buffer_map (packet, GST_MAP_READWRITE, &rtp);
      gst_rtp_buffer_set_padding (&rtp, TRUE);
      gst_rtp_buffer_unmap (&rtp);
    }

  return packet;
}

static void
drain (GstHarness *harness)
{
  GstBuffer *buffer;

  while ((buffer = gst_harness_try_pull (harness)))
    gst_buffer_unref (buffer);
}

GST_START_TEST (test_hostile)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (__i__);
  Path path;

  path_init (&path);
  for (guint i = 0; i < 2000; i++)
    {
      guint16 seqnum = 65000 + i; /* it wraps */

      if (g_rand_int_range (random, 0, 3))
        gst_harness_push (path.storage, make_hostile_packet (random, seqnum));
      if (i % 8 == 7)
        for (guint16 lost = seqnum - 16; lost != seqnum; lost++)
          tell_lost (&path, lost);
      drain (path.storage);
      drain (path.decoder);
    }
  path_clear (&path);
}
GST_END_TEST

static Suite *
kp_fec_suite (void)
{
  Suite *suite = suite_create ("kp-fec");
  TCase *tcase = tcase_create ("kp-fec");

  kp_session_debug_init ();
  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, test_recovers, 0, 7);
  tcase_add_test (tcase, test_padding);
  tcase_add_test (tcase, test_padding_of_media);
  tcase_add_loop_test (tcase, test_hostile, 0, 4);

  return suite;
}

GST_CHECK_MAIN (kp_fec)
