/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define _GNU_SOURCE /* memmem */
#include "channel-pair.h"

#include <gst/sctp/sctpsendmeta.h>

/* bytes; what both sides take */
#define MAX_MESSAGE_SIZE (256 * 1024)

/* ---- what goes wrong ---- */

/* What a peer sends that follows no RFC. */
static const struct
{
  guint32 ppid;
  const gchar *bytes;
  gsize size;
  const gchar *problem;
} nonsense[] = {
  { 99, "x", 1, "a message of unknown type" },
  { 51, "\377", 1, "a string that is not UTF-8, or has a zero character" },
  { 51, "a\0b", 3, "a string that is not UTF-8, or has a zero character" },
  { 50, "\7", 1, "an unknown control message" },
  { 50, "\3\0\1\0", 4, "a DATA_CHANNEL_OPEN that is too short" },
  { 50, "\3\0\1\0\0\0\0\0\0\5\0\0ab", 14,
    "a DATA_CHANNEL_OPEN that is too short for its label and protocol" },
  { 50, "\3\0\1\0\0\0\0\0\0\1\0\1a\377", 14, "a DATA_CHANNEL_OPEN whose label or protocol is not UTF-8" },
};

static GstPadProbeReturn
forge_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  guint row = GPOINTER_TO_UINT (user_data);
  GstBuffer *buffer = gst_buffer_new_memdup (nonsense[row].bytes, nonsense[row].size);

  gst_sctp_buffer_add_send_meta (buffer, nonsense[row].ppid, TRUE,
                                 GST_SCTP_SEND_META_PARTIAL_RELIABILITY_NONE, 0);
  gst_buffer_unref (info->data);
  info->data = buffer;

  return GST_PAD_PROBE_REMOVE;
}

/* Owned; of the only connection. */
static GstElement *
dup_inner (SessionPeer *self, const gchar *factory)
{
  g_autoptr (GstElement) webrtcbin = session_peer_wait_webrtcbin (self, NULL);
  GstIterator *iterator = gst_bin_iterate_all_by_element_factory_name (GST_BIN (webrtcbin), factory);
  GValue value = G_VALUE_INIT;
  GstElement *element;

  fail_unless_equals_int (gst_iterator_next (iterator, &value), GST_ITERATOR_OK);
  element = g_value_dup_object (&value);
  g_value_unset (&value);
  gst_iterator_free (iterator);

  return element;
}

static void
add_probe (SessionPeer *self, GstIterator *(*iterate) (GstElement *), GstPadProbeCallback callback,
           gpointer user_data)
{
  g_autoptr (GstElement) sctpenc = dup_inner (self, "sctpenc");
  GstIterator *iterator = iterate (sctpenc);
  GValue value = G_VALUE_INIT;

  fail_unless_equals_int (gst_iterator_next (iterator, &value), GST_ITERATOR_OK);
  gst_pad_add_probe (g_value_get_object (&value), GST_PAD_PROBE_TYPE_BUFFER, callback, user_data, NULL);
  g_value_unset (&value);
  gst_iterator_free (iterator);
}

/* It is told, and does no harm: the channel goes on. */
GST_START_TEST (test_error)
{
  g_autofree gchar *text = g_strconcat ("data channel a: the peer sent ", nonsense[__i__].problem, NULL);
  Pair pair = pair_new ();

  pair_call (&pair);
  add_probe (pair.a, gst_element_iterate_sink_pads, forge_cb, GUINT_TO_POINTER (__i__));
  send_text (pair.a, NULL, "replaced");
  session_peer_wait_event (pair.b, KP_EVENT_DATA_CHANNEL_ERROR, 1);
  fail_unless_equals_string (pair.b->last[KP_EVENT_DATA_CHANNEL_ERROR], "a");
  fail_unless_equals_string (pair.b->channel_error, text);

  send_text (pair.a, NULL, "sense");
  session_peer_wait_event (pair.b, KP_EVENT_DATA_CHANNEL_MESSAGE, 1);
  fail_unless_equals_string (pair.b->message, "sense");
  fail_unless_equals_int (pair.b->events[KP_EVENT_PEER_ERROR], 0);
  pair_free (&pair);
}
GST_END_TEST

/* ---- partial reliability ---- */

static const struct
{
  const gchar *config;
  guint tries; /* 0 = any number */
} partial[] = {
  { "{'options':{'maxRetransmits':0}}", 1 },
  { "{'options':{'maxRetransmits':1}}", 2 },
  { "{'options':{'maxPacketLifeTime':50}}", 0 },
};

#define LOST "this message never arrives"

static GstPadProbeReturn
lose_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  GstMapInfo map;
  gboolean found;

  fail_unless (gst_buffer_map (GST_PAD_PROBE_INFO_BUFFER (info), &map, GST_MAP_READ));
  found = memmem (map.data, map.size, LOST, strlen (LOST)) != NULL;
  gst_buffer_unmap (GST_PAD_PROBE_INFO_BUFFER (info), &map);
  if (found)
    g_atomic_int_inc ((gint *)user_data);

  return found ? GST_PAD_PROBE_DROP : GST_PAD_PROBE_OK;
}

/* A message that gets lost each time is given up, so that the next one is not held up by it for ever. */
GST_START_TEST (test_partial_reliability)
{
  gint n_lost = 0;
  Pair pair = pair_new ();

  session_peer_set_data_channel (pair.a, partial[__i__].config);
  pair_call (&pair);
  add_probe (pair.a, gst_element_iterate_src_pads, lose_cb, &n_lost);
  send_text (pair.a, NULL, LOST);
  send_text (pair.a, NULL, "the next");
  session_peer_wait_event (pair.b, KP_EVENT_DATA_CHANNEL_MESSAGE, 1);
  fail_unless_equals_string (pair.b->message, "the next");
  if (partial[__i__].tries)
    fail_unless_equals_int (g_atomic_int_get (&n_lost), partial[__i__].tries);
  pair_free (&pair);
}
GST_END_TEST

/* ---- messages ---- */

/* Bytes that are text, too; of @seed it depends which. */
static GBytes *
make_message (gsize size, guint seed)
{
  gchar *data = g_malloc (size + 1);

  for (gsize i = 0; i < size; i++)
    data[i] = 'a' + (i * 7 + i / 251 + seed) % 26;

  return g_bytes_new_take (data, size);
}

static void
fail_unless_received (SessionPeer *self, guint index, GBytes *data, gboolean is_text)
{
  session_peer_wait_event (self, KP_EVENT_DATA_CHANNEL_MESSAGE, index + 1);
  g_mutex_lock (&self->lock);
  fail_unless_equals_int (g_bytes_get_size (g_ptr_array_index (self->received, index)),
                          g_bytes_get_size (data));
  fail_unless (g_bytes_equal (g_ptr_array_index (self->received, index), data));
  fail_unless_equals_int (self->kinds->str[index], is_text ? 't' : 'b');
  g_mutex_unlock (&self->lock);
}

static const gsize sizes[] = { 0, 1, 1200, 65535, 65536, 65537, MAX_MESSAGE_SIZE - 1, MAX_MESSAGE_SIZE };

GST_START_TEST (test_sizes)
{
  Pair pair = pair_new ();

  pair_call (&pair);
  for (guint i = 0; i < 2 * G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (GBytes) data = make_message (sizes[i / 2], i);

      fail_unless (send (pair.a, NULL, data, i % 2));
      fail_unless (send (pair.b, NULL, data, i % 2));
      fail_unless_received (pair.a, i, data, i % 2);
      fail_unless_received (pair.b, i, data, i % 2);
    }
  pair_free (&pair);
}
GST_END_TEST

static GstPadProbeReturn
note_type_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  g_array_append_val ((GArray *)user_data,
                      gst_sctp_buffer_get_send_meta (GST_PAD_PROBE_INFO_BUFFER (info))->ppid);

  return GST_PAD_PROBE_OK;
}

/* As RFC 8831, 8 has them: text, binary, empty text, empty binary. */
GST_START_TEST (test_types)
{
  const guint32 expected[] = { 51, 53, 56, 57 };
  g_autoptr (GArray) types = g_array_new (FALSE, FALSE, sizeof (guint32));
  Pair pair = pair_new ();

  pair_call (&pair);
  add_probe (pair.a, gst_element_iterate_sink_pads, note_type_cb, types);
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      g_autoptr (GBytes) data = make_message (i < 2, i);

      fail_unless (send (pair.a, NULL, data, i % 2 == 0));
      fail_unless_received (pair.b, i, data, i % 2 == 0);
      fail_unless_equals_int (g_array_index (types, guint32, i), expected[i]);
    }
  pair_free (&pair);
}
GST_END_TEST

static gchar *
limit_messages (const gchar *sdp)
{
  g_auto (GStrv) parts = g_strsplit (sdp, "a=max-message-size:262144", -1);

  return g_strjoinv ("a=max-message-size:1000", parts);
}

static gchar *
forget_limit (const gchar *sdp)
{
  g_auto (GStrv) parts = g_strsplit (sdp, "a=max-message-size:262144\r\n", -1);

  return g_strjoinv ("", parts);
}

static const struct
{
  FakeMunge munge; /* of the peer's description */
  gsize limit;
} limits[] = { { NULL, MAX_MESSAGE_SIZE }, { limit_messages, 1000 }, { forget_limit, 65536 } };

/* What the peer does not take is refused whole, and the channel goes on. */
GST_START_TEST (test_limits)
{
  g_autoptr (GBytes) largest = make_message (limits[__i__].limit, 0);
  g_autoptr (GBytes) larger = make_message (limits[__i__].limit + 1, 0);
  Pair pair = pair_new ();

  if (limits[__i__].munge)
    fake_signaller_set_munge (pair.b->signaller, limits[__i__].munge);
  pair_call (&pair);
  for (guint i = 0; i < 2; i++)
    {
      fail_if (send (pair.a, NULL, larger, i));
      fail_unless (send (pair.a, NULL, largest, i));
      fail_unless_received (pair.b, i, largest, i);
    }
  pair_free (&pair);
}
GST_END_TEST

/* More than any buffer between the two holds. */
GST_START_TEST (test_order)
{
  Pair pair = pair_new ();
  const guint n = 400;

  pair_call (&pair);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GBytes) data = make_message (i * 97 % 20000, i);

      fail_unless (send (pair.a, NULL, data, i % 3 == 0));
    }
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GBytes) data = make_message (i * 97 % 20000, i);

      fail_unless_received (pair.b, i, data, i % 3 == 0);
    }
  pair_free (&pair);
}
GST_END_TEST

static Suite *
kp_session_messages_suite (void)
{
  Suite *suite = suite_create ("kp-session-messages");
  TCase *tcase = tcase_create ("general");

  session_peer_prewarm ();
  suite_add_tcase (suite, tcase);
  tcase_set_timeout (tcase, 60);
  tcase_add_loop_test (tcase, test_error, 0, G_N_ELEMENTS (nonsense));
  tcase_add_loop_test (tcase, test_partial_reliability, 0, G_N_ELEMENTS (partial));
  tcase_add_test (tcase, test_sizes);
  tcase_add_test (tcase, test_types);
  tcase_add_loop_test (tcase, test_limits, 0, G_N_ELEMENTS (limits));
  tcase_add_test (tcase, test_order);

  return suite;
}

GST_CHECK_MAIN (kp_session_messages)
