/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a session shows of itself, and where it can be reached. */
#include "../make-certificate.h"
#include "gstkurentoerror.h"
#include "kp-certificate.h"
#include "kp-fingerprint.h"
#include "session-peer.h"

#include <gst/check/gstcheck.h>
#include <netinet/in.h>
#include <sys/socket.h>

#define VIDEO 2
#define RED 0xff0000
#define BLUE 0x0000ff

typedef struct
{
  SessionPeer *a;
  SessionPeer *b;
} Pair;

static Pair
pair_new (void)
{
  Pair pair = {
    .a = session_peer_new ("a", GST_KURENTO_PEER_MODE_SENDRECV, VIDEO, RED),
    .b = session_peer_new ("b", GST_KURENTO_PEER_MODE_SENDRECV, VIDEO, BLUE),
  };

  fake_signaller_wire (pair.a->signaller, pair.b->signaller);

  return pair;
}

/* With what the test has changed in the settings. */
static void
pair_start (Pair *pair)
{
  session_peer_apply_settings (pair->a);
  session_peer_apply_settings (pair->b);
  session_peer_start (pair->a);
  session_peer_start (pair->b);
}

static void
pair_call (Pair *pair)
{
  fake_signaller_request_offer (pair->a->signaller);
  session_peer_wait_event (pair->a, KP_EVENT_CONNECTED, 1);
  session_peer_wait_event (pair->b, KP_EVENT_CONNECTED, 1);
  session_peer_wait_frames (pair->a, 3, BLUE);
  session_peer_wait_frames (pair->b, 3, RED);
}

static void
pair_free (Pair *pair)
{
  session_peer_stop (pair->a);
  session_peer_stop (pair->b);
  session_peer_free (pair->a);
  session_peer_free (pair->b);
}

/* Owned; PEM. */
static gchar *
set_certificate (SessionPeer *peer, const gchar *kind)
{
  g_autofree gchar *made = make_certificate (kind);

  peer->settings->certificate = kp_certificate_load (made, g_get_real_time () / G_USEC_PER_SEC, NULL);
  fail_unless (peer->settings->certificate != NULL);

  return kp_fingerprint_from_pem (made);
}

/* Each section says so, and only so. */
static void
assert_announced (SessionPeer *peer, KpEventType event, const gchar *fingerprint)
{
  g_autofree gchar *line = g_strdup_printf ("a=fingerprint:%s\r\n", fingerprint);
  g_autofree gchar *text = NULL;
  g_auto (GStrv) all = NULL;
  g_auto (GStrv) right = NULL;

  g_mutex_lock (&peer->lock);
  text = g_strdup (peer->last[event]);
  g_mutex_unlock (&peer->lock);
  all = g_strsplit (text, "a=fingerprint:", -1);
  right = g_strsplit (text, line, -1);
  fail_unless_equals_int (g_strv_length (all), 4); /* audio, video and data */
  fail_unless_equals_int (g_strv_length (right), 4);
}

static const gchar *const certificates[][2] = { { "P-256", "RSA2048" }, { "RSA2048", "P-384" } };

/* The other side compares what is announced with what is shown in the handshake. The second call is by a connection
 * that was made ahead. */
GST_START_TEST (test_certificate)
{
  Pair pair = pair_new ();
  g_autofree gchar *fingerprint_a = set_certificate (pair.a, certificates[__i__][0]);
  g_autofree gchar *fingerprint_b = set_certificate (pair.b, certificates[__i__][1]);
  g_autoptr (GstElement) former = NULL;
  g_autoptr (GstElement) spare = NULL;

  pair_start (&pair);
  pair_call (&pair);
  assert_announced (pair.a, KP_EVENT_OFFER_CREATED, fingerprint_a);
  assert_announced (pair.b, KP_EVENT_ANSWER_CREATED, fingerprint_b);

  former = session_peer_wait_webrtcbin (pair.a, NULL);
  fake_signaller_leave (pair.a->signaller);
  fake_signaller_leave (pair.b->signaller);
  spare = session_peer_wait_webrtcbin (pair.a, former);
  fake_signaller_request_offer (pair.a->signaller);
  session_peer_wait_event (pair.a, KP_EVENT_CONNECTED, 2);
  session_peer_wait_event (pair.b, KP_EVENT_CONNECTED, 2);
  assert_announced (pair.a, KP_EVENT_OFFER_CREATED, fingerprint_a);
  pair_free (&pair);
}
GST_END_TEST

/* Who has none shares one with the process, and it is another. */
GST_START_TEST (test_one_certificate)
{
  Pair pair = pair_new ();
  g_autofree gchar *fingerprint = set_certificate (pair.b, "P-256");

  pair_start (&pair);
  pair_call (&pair);
  assert_announced (pair.b, KP_EVENT_ANSWER_CREATED, fingerprint);
  fail_unless (strstr (pair.a->last[KP_EVENT_OFFER_CREATED], fingerprint) == NULL);
  pair_free (&pair);
}
GST_END_TEST

/* The addresses ("address:port") of all candidates that @peer has told in its description, which are several. */
static GPtrArray *
dup_addresses (SessionPeer *peer, KpEventType event)
{
  GPtrArray *addresses = g_ptr_array_new_with_free_func (g_free);
  g_auto (GStrv) lines = NULL;

  g_mutex_lock (&peer->lock);
  lines = g_strsplit (peer->last[event], "\r\n", -1);
  g_mutex_unlock (&peer->lock);
  for (guint i = 0; lines[i]; i++)
    if (g_str_has_prefix (lines[i], "a=candidate:"))
      {
        g_auto (GStrv) fields = g_strsplit (lines[i], " ", -1);

        g_ptr_array_add (addresses, g_strdup_printf ("%s:%s", fields[4], fields[5]));
      }
  fail_unless (addresses->len > 0);

  return addresses;
}

static guint16
get_port (const gchar *address)
{
  return g_ascii_strtoull (strrchr (address, ':') + 1, NULL, 10);
}

GST_START_TEST (test_ports)
{
  Pair pair = pair_new ();
  g_autoptr (GPtrArray) addresses = NULL;

  fail_unless (kp_network_config_set_ports (&pair.a->settings->network, 41000, 41019, NULL));
  fail_unless (kp_network_config_set_ports (&pair.b->settings->network, 41020, 41039, NULL));
  pair_start (&pair);
  pair_call (&pair);
  addresses = dup_addresses (pair.a, KP_EVENT_OFFER_CREATED);
  for (guint i = 0; i < addresses->len; i++)
    fail_unless (get_port (g_ptr_array_index (addresses, i)) / 20 == 41000 / 20);
  g_clear_pointer (&addresses, g_ptr_array_unref);
  addresses = dup_addresses (pair.b, KP_EVENT_ANSWER_CREATED);
  for (guint i = 0; i < addresses->len; i++)
    fail_unless (get_port (g_ptr_array_index (addresses, i)) / 20 == 41020 / 20);
  pair_free (&pair);
}
GST_END_TEST

/* Of both families; owned. */
static GSocket *
take_port (guint16 *port)
{
  g_autoptr (GInetAddress) any = g_inet_address_new_any (G_SOCKET_FAMILY_IPV6);
  g_autoptr (GSocketAddress) wanted = g_inet_socket_address_new (any, 0);
  g_autoptr (GSocketAddress) bound = NULL;
  GSocket *socket = g_socket_new (G_SOCKET_FAMILY_IPV6, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, NULL);

  fail_unless (g_socket_bind (socket, wanted, FALSE, NULL));
  bound = g_socket_get_local_address (socket, NULL);
  *port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));

  return socket;
}

/* Told at once, by name and value; and when there is a port again, the next call works. */
GST_START_TEST (test_ports_used_up)
{
  Pair pair = pair_new ();
  guint16 port;
  g_autoptr (GSocket) socket = take_port (&port);
  g_autofree gchar *part = g_strdup_printf ("port %u to %u", port, port);

  fail_unless (kp_network_config_set_ports (&pair.a->settings->network, port, port, NULL));
  pair_start (&pair);
  fake_signaller_request_offer (pair.a->signaller);
  session_peer_wait_event (pair.a, KP_EVENT_PEER_ERROR, 1);
  fail_unless (g_error_matches (pair.a->error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_ICE));
  fail_unless (strstr (pair.a->error->message, part) != NULL, "%s", pair.a->error->message);

  g_socket_close (socket, NULL);
  pair_call (&pair);
  pair_free (&pair);
}
GST_END_TEST

GST_START_TEST (test_local_addresses)
{
  Pair pair = pair_new ();
  g_autoptr (GPtrArray) addresses = NULL;

  fail_unless (kp_network_config_set_local_addresses (&pair.a->settings->network, "127.0.0.1", NULL));
  fail_unless (kp_network_config_set_local_addresses (&pair.b->settings->network, "127.0.0.1,::1", NULL));
  pair_start (&pair);
  pair_call (&pair);
  addresses = dup_addresses (pair.a, KP_EVENT_OFFER_CREATED);
  for (guint i = 0; i < addresses->len; i++)
    fail_unless (g_str_has_prefix (g_ptr_array_index (addresses, i), "127.0.0.1:"));
  pair_free (&pair);
}
GST_END_TEST

/* One that is not of this machine. */
GST_START_TEST (test_no_such_local_address)
{
  Pair pair = pair_new ();

  fail_unless (kp_network_config_set_local_addresses (&pair.a->settings->network, "203.0.113.9", NULL));
  pair_start (&pair);
  fake_signaller_request_offer (pair.a->signaller);
  session_peer_wait_event (pair.a, KP_EVENT_PEER_ERROR, 1);
  fail_unless (g_error_matches (pair.a->error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_ICE));
  fail_unless (strstr (pair.a->error->message, "203.0.113.9") != NULL, "%s", pair.a->error->message);
  pair_free (&pair);
}
GST_END_TEST

/* In the description and in the events; what is told by the other side makes the connection. */
GST_START_TEST (test_external_address)
{
  Pair pair = pair_new ();
  g_autoptr (GPtrArray) addresses = NULL;

  fail_unless (
      kp_network_config_set_external_address (&pair.a->settings->network, "203.0.113.9, 2001:db8::9", NULL));
  pair_start (&pair);
  pair_call (&pair);
  addresses = dup_addresses (pair.a, KP_EVENT_OFFER_CREATED);
  for (guint i = 0; i < addresses->len; i++)
    fail_unless (g_str_has_prefix (g_ptr_array_index (addresses, i), "203.0.113.9:")
                     || g_str_has_prefix (g_ptr_array_index (addresses, i), "2001:db8::9:"),
                 "%s", (gchar *)g_ptr_array_index (addresses, i));
  session_peer_wait_event (pair.a, KP_EVENT_ICE_CANDIDATE, 1);
  fail_unless (strstr (pair.a->last[KP_EVENT_ICE_CANDIDATE], " 203.0.113.9 ")
               || strstr (pair.a->last[KP_EVENT_ICE_CANDIDATE], " 2001:db8::9 "));
  pair_free (&pair);
}
GST_END_TEST

/* Two addresses of this machine that are one to the outside: told once. */
GST_START_TEST (test_external_address_once)
{
  Pair pair = pair_new ();
  KpNetworkConfig *network = &pair.a->settings->network;
  g_autoptr (GPtrArray) addresses = NULL;

  fail_unless (kp_network_config_set_ports (network, 41040, 41040, NULL));
  fail_unless (kp_network_config_set_local_addresses (network, "127.0.0.1,127.0.0.2", NULL));
  fail_unless (kp_network_config_set_external_address (network, "203.0.113.9", NULL));
  fail_unless (kp_network_config_set_local_addresses (&pair.b->settings->network, "127.0.0.1", NULL));
  pair_start (&pair);
  pair_call (&pair);
  addresses = dup_addresses (pair.a, KP_EVENT_OFFER_CREATED);
  fail_unless_equals_int (addresses->len, 1);
  fail_unless_equals_string (g_ptr_array_index (addresses, 0), "203.0.113.9:41040");
  session_peer_wait_event (pair.a, KP_EVENT_CANDIDATE_GATHERING_DONE, 1);
  fail_unless_equals_int (pair.a->events[KP_EVENT_ICE_CANDIDATE], 1);
  pair_free (&pair);
}
GST_END_TEST

/* Neither told, nor taken: b tells both families, and a has pairs of one. */
GST_START_TEST (test_no_ipv6)
{
  Pair pair = pair_new ();
  g_autoptr (GPtrArray) addresses = NULL;

  pair.a->settings->network.constraints.no_ipv6 = TRUE;
  pair_start (&pair);
  pair_call (&pair);
  addresses = dup_addresses (pair.a, KP_EVENT_OFFER_CREATED);
  for (guint i = 0; i < addresses->len; i++)
    {
      const gchar *address = g_ptr_array_index (addresses, i);

      fail_unless (strchr (address, ':') == strrchr (address, ':'), "%s", address);
    }
  pair_free (&pair);
}
GST_END_TEST

/* The field of IPv4 of the socket of this process that is bound to @port. */
static gint
get_tos (guint16 port)
{
  gint tos = -1;

  for (gint fd = 0; fd < 1024 && tos < 0; fd++)
    {
      struct sockaddr_in address;
      socklen_t length = sizeof address;
      socklen_t tos_length = sizeof tos;

      if (getsockname (fd, (struct sockaddr *)&address, &length) == 0 && address.sin_family == AF_INET
          && ntohs (address.sin_port) == port)
        fail_unless_equals_int (getsockopt (fd, IPPROTO_IP, IP_TOS, &tos, &tos_length), 0);
    }

  return tos;
}

GST_START_TEST (test_dscp)
{
  Pair pair = pair_new ();
  g_autoptr (GPtrArray) addresses = NULL;

  pair.a->settings->network.constraints.dscp = TRUE;
  pair.a->settings->network.constraints.no_ipv6 = TRUE;
  pair.b->settings->network.constraints.no_ipv6 = TRUE;
  pair_start (&pair);
  pair_call (&pair);
  addresses = dup_addresses (pair.a, KP_EVENT_OFFER_CREATED);
  fail_unless_equals_int (get_tos (get_port (g_ptr_array_index (addresses, 0))), 36 << 2);
  g_clear_pointer (&addresses, g_ptr_array_unref);
  addresses = dup_addresses (pair.b, KP_EVENT_ANSWER_CREATED);
  fail_unless_equals_int (get_tos (get_port (g_ptr_array_index (addresses, 0))), 0);
  pair_free (&pair);
}
GST_END_TEST

static Suite *
kp_session_network_suite (void)
{
  Suite *suite = suite_create ("kp-session-network");
  TCase *tcase = tcase_create ("general");

  /* one DTLS key for all tests, which are forks of this process */
  session_peer_prewarm ();
  suite_add_tcase (suite, tcase);
  tcase_set_timeout (tcase, 60);
  tcase_add_loop_test (tcase, test_certificate, 0, G_N_ELEMENTS (certificates));
  tcase_add_test (tcase, test_one_certificate);
  tcase_add_test (tcase, test_ports);
  tcase_add_test (tcase, test_ports_used_up);
  tcase_add_test (tcase, test_local_addresses);
  tcase_add_test (tcase, test_no_such_local_address);
  tcase_add_test (tcase, test_external_address);
  tcase_add_test (tcase, test_external_address_once);
  tcase_add_test (tcase, test_no_ipv6);
  tcase_add_test (tcase, test_dscp);

  return suite;
}

GST_CHECK_MAIN (kp_session_network);
