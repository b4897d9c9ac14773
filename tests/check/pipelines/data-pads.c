/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "call.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

/* Data channels as pads: what goes into data_sink_0 comes out of data_src_0 of the peer. */
typedef struct
{
  Side a;
  Side b;
} Pair;

#define TEXT_IN "appsrc name=in format=time caps=\"text/x-raw,format=(string)utf8\" ! p.data_sink_0 "
#define OUT "p.data_src_0 ! appsink name=out sync=false async=false "
#define PEER "kurentopeer name=p mode=sendrecv "

static void
pair_init (Pair *pair, const gchar *a, const gchar *b)
{
  side_init (&pair->a, a);
  side_init (&pair->b, b);
}

static void
pair_clear (Pair *pair)
{
  side_clear (&pair->a);
  side_clear (&pair->b);
}

static void
push (Side *side, const gchar *text)
{
  g_autoptr (GstElement) in = side_get (side, "in");
  g_autoptr (GstBuffer) buffer = *text ? gst_buffer_new_memdup (text, strlen (text)) : gst_buffer_new ();
  GstFlowReturn ret;

  g_signal_emit_by_name (in, "push-buffer", buffer, &ret);
  fail_unless_equals_int (ret, GST_FLOW_OK);
}

/* The next message, and its caps. */
static void
fail_unless_pulled (Side *side, const gchar *caps_name, const gchar *text)
{
  g_autoptr (GstElement) out = side_get (side, "out");
  g_autoptr (GstSample) sample = NULL;
  GstMapInfo map;

  g_signal_emit_by_name (out, "try-pull-sample", (guint64)CALL_DEADLINE * 1000, &sample);
  fail_unless (sample != NULL, "nothing came");
  fail_unless (gst_structure_has_name (gst_caps_get_structure (gst_sample_get_caps (sample), 0), caps_name));
  fail_unless (gst_buffer_map (gst_sample_get_buffer (sample), &map, GST_MAP_READ));
  fail_unless_equals_int (map.size, strlen (text));
  fail_unless (map.size == 0 || memcmp (map.data, text, map.size) == 0);
  gst_buffer_unmap (gst_sample_get_buffer (sample), &map);
}

/* Two ways, in order; what is written before there is anybody waits. */
GST_START_TEST (test_chat)
{
  Pair pair;

  pair_init (&pair, PEER TEXT_IN OUT, PEER TEXT_IN OUT);
  side_play (&pair.a);
  side_play (&pair.b);
  push (&pair.a, "is anybody there?");
  push (&pair.a, "");
  call (&pair.a, &pair.b);
  fail_unless_pulled (&pair.b, "text/x-raw", "is anybody there?");
  fail_unless_pulled (&pair.b, "text/x-raw", "");
  push (&pair.b, "gr\303\274\303\237e");
  fail_unless_pulled (&pair.a, "text/x-raw", "gr\303\274\303\237e");
  for (guint i = 0; i < 50; i++)
    {
      g_autofree gchar *text = g_strdup_printf ("line %u\n", i);

      push (&pair.a, text);
    }
  for (guint i = 0; i < 50; i++)
    {
      g_autofree gchar *text = g_strdup_printf ("line %u\n", i);

      fail_unless_pulled (&pair.b, "text/x-raw", text);
    }
  pair_clear (&pair);
}
GST_END_TEST

static gboolean
send_data (Side *side, GBytes *data)
{
  gboolean sent = FALSE;

  g_signal_emit_by_name (side->peer, "send-data", NULL, data, &sent);

  return sent;
}

/* An action and a pad use the same channel; text and bytes are told apart by the caps. */
GST_START_TEST (test_caps)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static ("\1\2", 2);
  gboolean sent = FALSE;
  Pair pair;

  pair_init (&pair, "kurentopeer name=p mode=recvonly data-channels=true", PEER OUT);
  call (&pair.a, &pair.b);
  wait_until ((sent = sent || send_data (&pair.a, bytes)));
  g_signal_emit_by_name (pair.a.peer, "send-string", NULL, "text", &sent);
  fail_unless (sent);
  fail_unless_pulled (&pair.b, "application/octet-stream", "\1\2");
  fail_unless_pulled (&pair.b, "text/x-raw", "text");
  pair_clear (&pair);
}
GST_END_TEST

#define FILE_SIZE (6 * 1024 * 1024)

static gchar *
make_file (const gchar *folder)
{
  gchar *path = g_build_filename (folder, "sent", NULL);
  g_autofree guint8 *data = g_malloc (FILE_SIZE);

  for (gsize i = 0; i < FILE_SIZE; i++)
    data[i] = i * 31 + i / 4096;
  fail_unless (g_file_set_contents (path, (const gchar *)data, FILE_SIZE, NULL));

  return path;
}

static gsize
get_size (const gchar *path)
{
  GStatBuf info;

  return g_stat (path, &info) == 0 ? info.st_size : 0;
}

static void
closed_cb (GstElement *peer, const gchar *label, gint *closed)
{
  g_atomic_int_set (closed, TRUE);
}

/* Every byte arrives, in order, before the channel closes; then the pipeline of the sender ends. Little waits in memory. */
GST_START_TEST (test_file)
{
  g_autofree gchar *folder = g_dir_make_tmp ("data-pads-XXXXXX", NULL);
  g_autofree gchar *sent = make_file (folder);
  g_autofree gchar *received = g_build_filename (folder, "received", NULL);
  g_autofree gchar *a = g_strdup_printf (
      PEER "filesrc location=%s blocksize=16000 ! application/octet-stream ! p.data_sink_0", sent);
  g_autofree gchar *b = g_strdup_printf (
      PEER "p.data_src_0 ! filesink sync=false async=false buffer-mode=2 location=%s", received);
  g_autofree gchar *in = NULL;
  g_autofree gchar *out = NULL;
  gint closed = FALSE;
  guint64 most = 0;
  Pair pair;

  pair_init (&pair, a, b);
  g_signal_connect (pair.b.peer, "data-channel-close", G_CALLBACK (closed_cb), &closed);
  call (&pair.a, &pair.b);
  while (!g_atomic_int_get (&closed) && get_size (received) < FILE_SIZE)
    {
      g_autoptr (GObject) channel = NULL;
      guint64 amount = 0;

      g_object_get (pair.a.peer, "data-channel", &channel, NULL);
      if (channel)
        g_object_get (channel, "buffered-amount", &amount, NULL);
      most = MAX (most, amount);
      g_poll (NULL, 0, 1);
    }
  wait_until (g_atomic_int_get (&closed));
  wait_until (get_size (received) == FILE_SIZE);
  wait_until (g_atomic_int_get (&pair.a.n_eos) == 1);
  fail_unless (most > 0 && most < 512 * 1024, "%" G_GUINT64_FORMAT, most);
  fail_unless (g_file_get_contents (sent, &in, NULL, NULL)
               && g_file_get_contents (received, &out, NULL, NULL));
  fail_unless (memcmp (in, out, FILE_SIZE) == 0);
  pair_clear (&pair);
  g_unlink (sent);
  g_unlink (received);
  g_rmdir (folder);
}
GST_END_TEST

#define N_SLOW 2500
#define SLOW_SIZE 16000 /* bytes */
#define MAX_WAITING (22 * 1024 * 1024) /* bytes; 16 MiB, and what is on its way */
#define STANDSTILL (G_TIME_SPAN_SECOND / 2)

/* Who takes what comes, but not before he may. */
typedef struct
{
  Pair pair;
  gint sent; /* atomic; bytes */
  gint taken; /* atomic; bytes */
  GMutex gate; /* held by the test until it may go on */
} Slow;

static GstPadProbeReturn
count_sent_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  g_atomic_int_add ((gint *)user_data, gst_buffer_get_size (GST_PAD_PROBE_INFO_BUFFER (info)));
  return GST_PAD_PROBE_OK;
}

static void
pass_gate (Slow *self, gsize bytes)
{
  g_mutex_lock (&self->gate);
  g_mutex_unlock (&self->gate);
  g_atomic_int_add (&self->taken, bytes);
}

static void
handoff_cb (GstElement *sink, GstBuffer *buffer, GstPad *pad, Slow *self)
{
  pass_gate (self, gst_buffer_get_size (buffer));
}

static void
message_cb (gpointer emitter, const gchar *label, GBytes *data, gboolean is_text, Slow *self)
{
  pass_gate (self, g_bytes_get_size (data));
}

static void
listen_by_pad (Slow *self)
{
  g_autoptr (GstElement) out = side_get (&self->pair.b, "out");

  g_signal_connect (out, "handoff", G_CALLBACK (handoff_cb), self);
}

static void
listen_by_signal (Slow *self)
{
  g_signal_connect (self->pair.b.peer, "data-channel-message", G_CALLBACK (message_cb), self);
}

static const struct
{
  const gchar *receiver;
  void (*listen) (Slow *self);
} slow[] = {
  { PEER "p.data_src_0 ! fakesink name=out sync=false async=false signal-handoffs=true", listen_by_pad },
  { PEER, listen_by_signal },
};

/* What was sent, once no more is. */
static gint
wait_standstill (Slow *self)
{
  gint64 since = g_get_monotonic_time ();
  gint sent = 0;

  while (sent == 0 || g_get_monotonic_time () - since < STANDSTILL)
    {
      gint before = sent;

      g_poll (NULL, 0, 10);
      sent = g_atomic_int_get (&self->sent);
      if (sent != before)
        since = g_get_monotonic_time ();
    }

  return sent;
}

/* Who takes it does not keep up: the peer has to wait, and nothing is lost. */
GST_START_TEST (test_slow)
{
  g_autofree gchar *a = g_strdup_printf (PEER "fakesrc num-buffers=%u sizetype=fixed sizemax=%u ! "
                                              "application/octet-stream ! p.data_sink_0",
                                         N_SLOW, SLOW_SIZE);
  Slow self = { 0 };
  g_autoptr (GstPad) pad = NULL;
  gint sent;

  pair_init (&self.pair, a, slow[__i__].receiver);
  pad = gst_element_get_static_pad (self.pair.a.peer, "data_sink_0");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, count_sent_cb, &self.sent, NULL);
  g_mutex_lock (&self.gate);
  slow[__i__].listen (&self);
  call (&self.pair.a, &self.pair.b);
  sent = wait_standstill (&self);
  fail_unless (sent < MAX_WAITING, "%d bytes were sent", sent);
  g_mutex_unlock (&self.gate);
  wait_until (g_atomic_int_get (&self.taken) == N_SLOW * SLOW_SIZE);
  pair_clear (&self.pair);
}
GST_END_TEST

/* The next peer gets what the former one did not. */
GST_START_TEST (test_next_peer)
{
  Pair pair;

  pair_init (&pair, PEER TEXT_IN, PEER OUT);
  call (&pair.a, &pair.b);
  push (&pair.a, "first");
  fail_unless_pulled (&pair.b, "text/x-raw", "first");
  call (&pair.a, &pair.b);
  push (&pair.a, "second");
  fail_unless_pulled (&pair.b, "text/x-raw", "second");
  pair_clear (&pair);
}
GST_END_TEST

static const gchar *const blocked[] = {
  "fakesrc sizetype=fixed sizemax=1000 ! application/octet-stream ! p.data_sink_0 kurentopeer name=p",
  "fakesrc num-buffers=1 ! application/octet-stream ! p.data_sink_0 kurentopeer name=p data-channels=true "
  "p.data_src_0 ! fakesink",
};

/* A pad that waits for a peer holds nothing up. */
GST_START_TEST (test_blocked)
{
  Side side;

  side_init (&side, blocked[__i__]);
  side_play (&side);
  gst_structure_free (side_ask (&side, "generate-offer", NULL));
  side_stop (&side);
  side_play (&side);
  side_clear (&side);
}
GST_END_TEST

static gboolean
has_source (Side *side)
{
  g_autoptr (GstElement) source = side_find_inside (side, "appsrc");

  return source != NULL;
}

/* With a peer that sends for ever, too. */
GST_START_TEST (test_stop)
{
  Pair pair;

  pair_init (&pair, "fakesrc sizetype=fixed sizemax=16000 ! application/octet-stream ! p.data_sink_0 " PEER,
             PEER "p.data_src_0 ! fakesink name=out sync=false async=false");
  call (&pair.a, &pair.b);
  wait_until (has_source (&pair.b));
  pair_clear (&pair);
}
GST_END_TEST

GST_START_TEST (test_request)
{
  GstElement *peer = gst_element_factory_make ("kurentopeer", NULL);
  GstPad *begin = gst_element_request_pad_simple (peer, "data_sink_%u");
  GstPad *fifth = gst_element_request_pad_simple (peer, "data_sink_5");
  GstPad *second = gst_element_request_pad_simple (peer, "data_sink_%u");

  fail_unless_equals_string (GST_PAD_NAME (begin), "data_sink_0");
  fail_unless_equals_string (GST_PAD_NAME (fifth), "data_sink_5");
  fail_unless_equals_string (GST_PAD_NAME (second), "data_sink_1");
  gst_element_release_request_pad (peer, begin);
  gst_object_unref (begin);
  begin = gst_element_request_pad_simple (peer, "data_sink_%u");
  fail_unless_equals_string (GST_PAD_NAME (begin), "data_sink_0");
  gst_object_unref (begin);
  gst_object_unref (second);
  gst_object_unref (fifth);
  gst_object_unref (peer);
}
GST_END_TEST

static Suite *
data_pads_suite (void)
{
  Suite *suite = suite_create ("pipeline-data-pads");
  TCase *tcase = tcase_create ("pads");

  warm_up ();
  suite_add_tcase (suite, tcase);
  tcase_set_timeout (tcase, 60);
  tcase_add_test (tcase, test_chat);
  tcase_add_test (tcase, test_caps);
  tcase_add_test (tcase, test_file);
  tcase_add_loop_test (tcase, test_slow, 0, G_N_ELEMENTS (slow));
  tcase_add_test (tcase, test_next_peer);
  tcase_add_loop_test (tcase, test_blocked, 0, G_N_ELEMENTS (blocked));
  tcase_add_test (tcase, test_stop);
  tcase_add_test (tcase, test_request);

  return suite;
}

GST_CHECK_MAIN (data_pads)
