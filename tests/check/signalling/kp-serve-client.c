/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "serve-fixture.h"

#define TEXT 0x81 /* a whole text message */
#define BINARY 0x82
#define TEXT_BEGIN 0x01 /* the first frame of several */
#define MORE 0x00
#define PING 0x89
#define PONG 0x8a

static gboolean
has_close_code (Raw *raw, guint code)
{
  const gchar frame[] = { 0x88, 0, code >> 8, code & 0xff, 0 };

  /* the length depends on the reason */
  raw_read (raw);
  for (gsize i = 0; i + 4 <= raw->received->len; i++)
    if (memcmp (raw->received->str + i, frame, 1) == 0
        && memcmp (raw->received->str + i + 2, frame + 2, 2) == 0)
      return TRUE;

  return FALSE;
}

static Server *
server_new_pinging (void)
{
  Server *self = server_new (FALSE);

  kp_serve_signaller_set_timeouts (KP_SERVE_SIGNALLER (self->signaller), 1, 10000, 10000);
  server_start (self);

  return self;
}

static void
start_session (Server *server, Raw *raw)
{
  guint n_events = server->events->len;

  raw_send_frame (raw, TEXT, START, strlen (START));
  ck_assert_str_eq (server_get_event (server, n_events), "offer v=0");
}

/* Its machine lost power: the socket is open, but no ping is answered. */
GST_START_TEST (test_vanished_client)
{
  g_autoptr (Server) server = server_new_pinging ();
  g_autoptr (Raw) vanished = raw_new_websocket (server);
  g_autoptr (Tab) next = NULL;

  start_session (server, vanished);
  ck_assert_str_eq (server_get_event (server, 1), "ended the client vanished");
  wait_until (raw_read (vanished));

  /* the peer is free, and a client that answers pings stays */
  next = tab_new (server);
  tab_say (next, START);
  ck_assert_str_eq (server_get_event (server, 2), "offer v=0");
}
GST_END_TEST;

GST_START_TEST (test_client_that_answers_pings)
{
  g_autoptr (Server) server = server_new_pinging ();
  g_autoptr (Tab) tab = tab_new (server);
  gint64 begin = g_get_monotonic_time ();

  tab_say (tab, START);
  wait_until (g_get_monotonic_time () - begin > 5 * G_USEC_PER_SEC);
  ck_assert_uint_eq (server->events->len, 1);
  ck_assert (!tab->closed);
}
GST_END_TEST;

/* It sends pongs that nobody asked for, but takes nothing. */
GST_START_TEST (test_client_that_does_not_read)
{
  g_autoptr (Server) server = server_new_pinging ();
  g_autoptr (Raw) raw = NULL;
  g_autofree gchar *sdp = g_strnfill (32 * 1024 * 1024, 'x');
  gint64 last = 0;

  raw = raw_new_websocket (server);
  start_session (server, raw);
  gst_kurento_signaller_send_answer (server->signaller, sdp);
  wait_until (server->events->len > 1 || ({
                gint64 now = g_get_monotonic_time ();
                if (now - last > 100000)
                  {
                    raw_send_frame (raw, PONG, "", 0);
                    last = now;
                  }
                FALSE;
              }));
  ck_assert_str_eq (server_get_event (server, 1), "ended the client vanished");
}
GST_END_TEST;

GST_START_TEST (test_dropped_socket)
{
  g_autoptr (Server) server = server_new_started ();
  g_autoptr (Raw) raw = raw_new_websocket (server);

  start_session (server, raw);
  g_socket_close (raw->socket, NULL);
  ck_assert_str_eq (server_get_event (server, 1), "ended the client left");
}
GST_END_TEST;

GST_START_TEST (test_too_many_messages)
{
  g_autoptr (Server) server = server_new_started ();
  g_autoptr (Raw) raw = raw_new_websocket (server);
  const gchar *text = "{\"id\":\"stop\"}";

  start_session (server, raw);
  wait_until (({
    raw_send_frame (raw, TEXT, text, strlen (text));
    raw_send_frame (raw, TEXT, text, strlen (text));
    raw_send_frame (raw, TEXT, text, strlen (text));
    raw_send_frame (raw, TEXT, text, strlen (text));
    raw_send_frame (raw, TEXT, text, strlen (text));
    raw_read (raw);
  }));
  ck_assert (has_close_code (raw, 1008));
  ck_assert_str_eq (server_get_event (server, 1), "ended the client stopped");
  ck_assert_uint_eq (server->events->len, 2);
}
GST_END_TEST;

/* A message as long as the limit is one like any other, a longer one is the last. */
GST_START_TEST (test_long_message)
{
  g_autoptr (Server) server = server_new_started ();
  g_autoptr (Tab) tab = tab_new (server);
  const gsize limit = 256 * 1024;
  g_autofree gchar *sdp = g_strnfill (limit - strlen ("{\"id\":\"start\",\"sdpOffer\":\"\"}"), 'x');
  g_autofree gchar *longest = g_strdup_printf ("{\"id\":\"start\",\"sdpOffer\":\"%s\"}", sdp);
  g_autofree gchar *longer = g_strdup_printf ("%s ", longest);

  ck_assert_uint_eq (strlen (longest), limit);
  tab_say (tab, longest);
  ck_assert_uint_eq (strlen (server_get_event (server, 0)), strlen (sdp) + strlen ("offer "));
  tab_say (tab, longer);
  ck_assert_str_eq (server_get_event (server, 1), "ended the client left");
  wait_until (tab->closed);
}
GST_END_TEST;

/* Many frames of one message that never ends. */
GST_START_TEST (test_endless_message)
{
  g_autoptr (Server) server = server_new_started ();
  g_autoptr (Raw) raw = raw_new_websocket (server);
  g_autofree gchar *part = g_strnfill (1000, 'x');
  guint sent = 0;

  start_session (server, raw);
  raw_send_frame (raw, TEXT_BEGIN, part, 1000);
  /* far less than what is a flood */
  wait_until (raw_read (raw) || ({
                if (sent < 300)
                  raw_send_frame (raw, MORE, part, 1000);
                sent++;
                FALSE;
              }));
  ck_assert_uint_ge (sent, 250);
  ck_assert_str_eq (server_get_event (server, 1), "ended the client left");
}
GST_END_TEST;

GST_START_TEST (test_fragments)
{
  g_autoptr (Server) server = server_new_started ();
  g_autoptr (Raw) raw = raw_new_websocket (server);

  raw_send_frame (raw, TEXT_BEGIN, START, 10);
  raw_send_frame (raw, PING, "hello", 5);
  raw_send_frame (raw, 0x80, &START[10], strlen (START) - 10);
  ck_assert_str_eq (server_get_event (server, 0), "offer v=0");
  wait_until (raw_has (raw, "\x8a\x05hello"));
}
GST_END_TEST;

GST_START_TEST (test_flood_of_pings)
{
  g_autoptr (Server) server = server_new_started ();
  g_autoptr (Raw) raw = raw_new_websocket (server);
  g_autofree gchar *payload = g_strnfill (125, 'x');

  wait_until (({
    for (guint i = 0; i < 100; i++)
      raw_send_frame (raw, PING, payload, 125);
    raw_read (raw);
  }));
}
GST_END_TEST;

static const struct
{
  guint8 first_byte;
  const gchar *payload;
  guint length;
} broken_frames[] = {
  { 0xf1, "{}", 2 }, /* reserved bits */
  { 0x83, "{}", 2 }, /* reserved opcode */
  { 0x8f, "", 0 }, /* reserved control opcode */
  { 0x09, "", 0 }, /* a ping in parts */
  { 0x80, "{}", 2 }, /* the end of nothing */
  { 0x81, "\xff\xfe", 2 }, /* no UTF-8 */
};

GST_START_TEST (test_broken_frames)
{
  g_autoptr (Server) server = server_new_started ();
  g_autoptr (Raw) raw = raw_new_websocket (server);

  start_session (server, raw);
  raw_send_frame (raw, broken_frames[__i__].first_byte, broken_frames[__i__].payload,
                  broken_frames[__i__].length);
  ck_assert_str_eq (server_get_event (server, 1), "ended the client left");
}
GST_END_TEST;

GST_START_TEST (test_unmasked_frame)
{
  g_autoptr (Server) server = server_new_started ();
  g_autoptr (Raw) raw = raw_new_websocket (server);

  start_session (server, raw);
  raw_send (raw, "\x81\x02{}", 4);
  ck_assert_str_eq (server_get_event (server, 1), "ended the client left");
}
GST_END_TEST;

GST_START_TEST (test_binary_message)
{
  g_autoptr (Server) server = server_new_started ();
  g_autoptr (Raw) raw = raw_new_websocket (server);

  start_session (server, raw);
  raw_send_frame (raw, BINARY, "{\"id\":\"stop\"}", 13);
  wait_until (raw_has (raw, "{\"id\":\"error\",\"message\":\"Invalid message: a binary frame"));

  /* the session and the socket live on */
  raw_send_frame (raw, TEXT, "{\"id\":\"stop\"}", 13);
  ck_assert_str_eq (server_get_event (server, 1), "ended the client stopped");
}
GST_END_TEST;

static Suite *
kp_serve_client_suite (void)
{
  Suite *suite = suite_create ("kp-serve-client");
  TCase *presence = tcase_create ("presence");
  TCase *limits = tcase_create ("limits");
  TCase *frames = tcase_create ("frames");

  suite_add_tcase (suite, presence);
  tcase_add_test (presence, test_vanished_client);
  tcase_add_test (presence, test_client_that_answers_pings);
  tcase_add_test (presence, test_client_that_does_not_read);
  tcase_add_test (presence, test_dropped_socket);

  suite_add_tcase (suite, limits);
  tcase_add_test (limits, test_too_many_messages);
  tcase_add_test (limits, test_long_message);
  tcase_add_test (limits, test_endless_message);
  tcase_add_test (limits, test_flood_of_pings);

  suite_add_tcase (suite, frames);
  tcase_add_test (frames, test_fragments);
  tcase_add_loop_test (frames, test_broken_frames, 0, G_N_ELEMENTS (broken_frames));
  tcase_add_test (frames, test_unmasked_frame);
  tcase_add_test (frames, test_binary_message);

  return suite;
}

GST_CHECK_MAIN (kp_serve_client);
