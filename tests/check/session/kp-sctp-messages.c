/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-sctp-messages.h"

#include <gst/check/gstcheck.h>

#define SIZE 1000 /* bytes of a fragment */

static void
put (GByteArray *packet, guint bytes, guint32 value)
{
  for (guint i = bytes; i > 0; i--)
    {
      const guint8 byte = value >> (8 * (i - 1));

      g_byte_array_append (packet, &byte, 1);
    }
}

static void
take (KpSctpMessages *self, GByteArray *packet)
{
  kp_sctp_messages_take_packet (self, packet->data, packet->len);
  g_byte_array_unref (packet);
}

static GByteArray *
new_packet (void)
{
  GByteArray *packet = g_byte_array_new ();

  put (packet, 4, 5000 << 16 | 5000);
  put (packet, 4, 0);
  put (packet, 4, 0);

  return packet;
}

static void
put_data (GByteArray *packet, guint32 number, guint16 stream, guint8 flags, guint16 size)
{
  put (packet, 4, flags << 16 | (size + 16));
  put (packet, 4, number);
  put (packet, 2, stream);
  put (packet, 2, 0);
  put (packet, 4, 53);
  for (guint i = 0; i < (size + 3) / 4 * 4; i++)
    put (packet, 1, i);
}

/* What the letters say: B beginning, E end, anything else neither. */
static void
take_data (KpSctpMessages *self, guint32 number, guint16 stream, const gchar *letters)
{
  GByteArray *packet = new_packet ();

  put_data (packet, number, stream, (strchr (letters, 'B') ? 2 : 0) | (strchr (letters, 'E') ? 1 : 0), SIZE);
  take (self, packet);
}

static void
take_init (KpSctpMessages *self, guint8 type, guint32 first)
{
  GByteArray *packet = new_packet ();

  put (packet, 4, type << 24 | 20);
  put (packet, 4, 0);
  put (packet, 4, 0);
  put (packet, 4, 0);
  put (packet, 4, first);
  take (self, packet);
}

static void
take_forward (KpSctpMessages *self, guint32 last)
{
  GByteArray *packet = new_packet ();

  put (packet, 4, 192u << 24 | 8);
  put (packet, 4, last);
  take (self, packet);
}

/* A message of @n fragments, all but the one of number @but. */
static void
take_message (KpSctpMessages *self, guint32 first, guint n, guint16 stream, guint32 but)
{
  for (guint i = 0; i < n; i++)
    if (first + i != but)
      take_data (self, first + i, stream, i == 0 ? "B" : i == n - 1 ? "E" : "");
}

static KpSctpMessages *
new_messages (guint32 first)
{
  KpSctpMessages *self = kp_sctp_messages_new ();

  take_init (self, 1, first);

  return self;
}

#define NONE 99

GST_START_TEST (test_small)
{
  g_autoptr (KpSctpMessages) messages = new_messages (1);

  fail_unless (kp_sctp_messages_is_last (messages, 0, 0, 0));
  fail_unless (kp_sctp_messages_is_last (messages, 0, 0, 16383));
  fail_if (kp_sctp_messages_is_last (messages, 0, 0, 16384));
}
GST_END_TEST

/* Whatever the pieces are, the last one is that which completes it; also where numbers begin anew. */
GST_START_TEST (test_pieces)
{
  static const guint32 firsts[] = { 1, 0, G_MAXUINT32 - 20, G_MAXUINT32 };
  g_autoptr (KpSctpMessages) messages = new_messages (firsts[__i__]);

  for (guint i = 0; i < 3; i++)
    {
      take_message (messages, firsts[__i__] + i * 100, 100, 7, NONE + 50000);
      fail_if (kp_sctp_messages_is_last (messages, 7, 0, 66 * SIZE));
      fail_if (kp_sctp_messages_is_last (messages, 8, 66 * SIZE, 34 * SIZE));
      fail_unless (kp_sctp_messages_is_last (messages, 7, 66 * SIZE, 34 * SIZE));
      fail_if (kp_sctp_messages_is_last (messages, 7, 66 * SIZE, 34 * SIZE));
    }
}
GST_END_TEST

GST_START_TEST (test_not_complete)
{
  g_autoptr (KpSctpMessages) messages = new_messages (1);

  take_message (messages, 1, 99, 7, 99);
  fail_if (kp_sctp_messages_is_last (messages, 7, 0, 98 * SIZE));
  take_data (messages, 99, 7, "E");
  fail_unless (kp_sctp_messages_is_last (messages, 7, 98 * SIZE, SIZE));
}
GST_END_TEST

/* Lost and sent again, and some twice: counted once. */
GST_START_TEST (test_lost)
{
  g_autoptr (KpSctpMessages) messages = new_messages (1);

  take_message (messages, 1, 50, 7, 30);
  take_message (messages, 1, 20, 7, NONE);
  fail_if (kp_sctp_messages_is_last (messages, 7, 0, 29 * SIZE));
  take_data (messages, 30, 7, "");
  take_data (messages, 30, 7, "");
  fail_unless (kp_sctp_messages_is_last (messages, 7, 29 * SIZE, 21 * SIZE));
  fail_if (kp_sctp_messages_is_last (messages, 7, 0, 50 * SIZE));
}
GST_END_TEST

/* What is complete behind a gap of another stream comes out at once; counted once. */
GST_START_TEST (test_ahead)
{
  g_autoptr (KpSctpMessages) messages = new_messages (1);

  take_message (messages, 1, 20, 7, 10);
  take_message (messages, 21, 20, 8, 35);
  fail_if (kp_sctp_messages_is_last (messages, 8, 0, 20 * SIZE));
  take_data (messages, 35, 8, "");
  fail_unless (kp_sctp_messages_is_last (messages, 8, 0, 20 * SIZE));
  fail_if (kp_sctp_messages_is_last (messages, 7, 0, 20 * SIZE));
  take_data (messages, 10, 7, "");
  fail_unless (kp_sctp_messages_is_last (messages, 7, 0, 20 * SIZE));
  fail_if (kp_sctp_messages_is_last (messages, 8, 0, 20 * SIZE));
}
GST_END_TEST

/* What the peer gives up does not keep the next one from being complete. */
GST_START_TEST (test_given_up)
{
  g_autoptr (KpSctpMessages) messages = new_messages (1);

  take_message (messages, 1, 20, 7, 10);
  take_forward (messages, 20);
  fail_if (kp_sctp_messages_is_last (messages, 7, 0, 20 * SIZE));
  take_message (messages, 21, 30, 7, NONE);
  fail_unless (kp_sctp_messages_is_last (messages, 7, 0, 30 * SIZE));
}
GST_END_TEST

GST_START_TEST (test_several_in_one_packet)
{
  g_autoptr (KpSctpMessages) messages = new_messages (1);
  GByteArray *packet = new_packet ();

  put_data (packet, 1, 7, 2, 9001);
  put_data (packet, 2, 7, 1, 9001);
  put_data (packet, 3, 8, 3, 17000);
  take (messages, packet);
  fail_unless (kp_sctp_messages_is_last (messages, 7, 0, 18002));
  fail_unless (kp_sctp_messages_is_last (messages, 8, 0, 17000));
}
GST_END_TEST

/* An association that begins anew forgets the former. */
GST_START_TEST (test_restart)
{
  g_autoptr (KpSctpMessages) messages = new_messages (1);

  take_message (messages, 1, 20, 7, NONE);
  take_init (messages, 2, 500);
  fail_if (kp_sctp_messages_is_last (messages, 7, 0, 20 * SIZE));
  take_message (messages, 500, 20, 7, NONE);
  fail_unless (kp_sctp_messages_is_last (messages, 7, 0, 20 * SIZE));
}
GST_END_TEST

/* Not one byte is read that is not there. */
GST_START_TEST (test_truncated)
{
  g_autoptr (KpSctpMessages) messages = new_messages (1);
  g_autoptr (GByteArray) packet = new_packet ();
  static const guint8 types[] = { 0, 1, 2, 192, 255 };

  put_data (packet, 1, 7, 3, 40);
  for (guint type = 0; type < G_N_ELEMENTS (types); type++)
    for (guint size = 0; size <= packet->len; size++)
      for (guint length = 0; length < 64; length++)
        {
          g_autofree guint8 *copy = g_memdup2 (packet->data, size);

          if (size > 15)
            {
              copy[12] = types[type];
              copy[15] = length;
            }
          kp_sctp_messages_take_packet (messages, copy, size);
        }
}
GST_END_TEST

/* Before anything is believed that the packet says of itself. */
GST_START_TEST (test_has_data)
{
  GByteArray *packet = new_packet ();
  gsize size;

  fail_if (kp_sctp_messages_has_data (packet->data, packet->len));
  put (packet, 4, 3 << 24 | 16); /* SACK */
  for (guint i = 0; i < 3; i++)
    put (packet, 4, 0);
  fail_if (kp_sctp_messages_has_data (packet->data, packet->len));
  size = packet->len;
  put_data (packet, 1, 0, 3, SIZE);
  fail_unless (kp_sctp_messages_has_data (packet->data, packet->len));
  fail_if (kp_sctp_messages_has_data (packet->data, size + 20), "it is cut");
  g_byte_array_unref (packet);
}
GST_END_TEST

static Suite *
kp_sctp_messages_suite (void)
{
  Suite *suite = suite_create ("kp-sctp-messages");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_small);
  tcase_add_loop_test (tcase, test_pieces, 0, 4);
  tcase_add_test (tcase, test_not_complete);
  tcase_add_test (tcase, test_lost);
  tcase_add_test (tcase, test_ahead);
  tcase_add_test (tcase, test_given_up);
  tcase_add_test (tcase, test_several_in_one_packet);
  tcase_add_test (tcase, test_restart);
  tcase_add_test (tcase, test_truncated);
  tcase_add_test (tcase, test_has_data);

  return suite;
}

GST_CHECK_MAIN (kp_sctp_messages)
