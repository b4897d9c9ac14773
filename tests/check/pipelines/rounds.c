/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calls and peers that come and go: what each leaves behind adds up. Objects are counted by the leaks tracer as well, under
 * which these tests are run. */
#include "../usage.h"
#include "../warm-up.h"
#include "teardown-client.h"

#define N_WARM_UP 5
#define N_ROUNDS 50
#define N_LIVES 200

#define SERVER CALL_PEER " signaller-uri=serve+http://127.0.0.1:0/"

/* Of both sides; of one factory, or all. */
static guint
count_elements (Call *call, const gchar *factory)
{
  guint n = 0;

  for (guint i = 0; i < CALL_N_SIDES; i++)
    {
      GstBin *bin = GST_BIN (call->sides[i].pipeline);
      g_autoptr (GstIterator) elements = factory ? gst_bin_iterate_all_by_element_factory_name (bin, factory)
                                                 : gst_bin_iterate_recurse (bin);
      g_auto (GValue) value = G_VALUE_INIT;
      GstIteratorResult result;

      while ((result = gst_iterator_next (elements, &value)) == GST_ITERATOR_OK)
        n++;
      /* something comes or goes */
      if (result != GST_ITERATOR_DONE)
        return G_MAXUINT;
    }

  return n;
}

static void
wait_elements (Call *call, const gchar *factory, guint wanted)
{
  gint64 deadline = g_get_monotonic_time () + CALL_DEADLINE;
  guint n;

  while ((n = count_elements (call, factory)) != wanted && g_get_monotonic_time () < deadline)
    g_thread_yield ();
  fail_unless (n == wanted, "%u elements %s instead of %u", n, factory ? factory : "", wanted);
}

/* No call is left, and on each side there is the connection that is made ahead of the next one. */
static void
wait_rest (Call *call)
{
  static const gchar *const parts[] = { "nicesrc", "vp8enc", "vp8dec" };

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    wait_elements (call, parts[i], 0);
  wait_elements (call, "webrtcbin", CALL_N_SIDES);
}

/* Half of the times the client says so, half of the times its peer does. */
static void
come_and_leave (Call *call, Client *client, guint round)
{
  CallSide *page = &call->sides[CALL_OFFERER];

  call_forget_notes (call);
  call_act (page, "generate-offer");
  call_wait_until_up (call);
  if (round % 2)
    client_leave (client);
  else
    call_stop (page);
  call_wait (&call->sides[CALL_ANSWERER], "disconnected", 1);
  if (round % 2)
    call_wait (page, "disconnected", 1);
  else
    gst_element_set_state (page->pipeline, GST_STATE_PLAYING);
}

/* A client that leaves a server and comes again. */
GST_START_TEST (test_fifty_rounds)
{
  Call *call = call_new (CALL_PEER CALL_VIDEO, SERVER CALL_VIDEO);
  Client *client = client_new (call);
  Usage empty = usage_get ();
  Usage idle;
  guint n;

  call_start (call);
  call_wait (&call->sides[CALL_ANSWERER], "server-event", 1);
  for (guint i = 1; i <= N_WARM_UP; i++)
    come_and_leave (call, client, i);
  wait_rest (call);
  n = count_elements (call, NULL);
  usage_wait ((Usage){ empty.threads + 24, empty.descriptors + 40 });
  idle = usage_get ();
  for (guint i = 1; i <= N_ROUNDS; i++)
    come_and_leave (call, client, N_WARM_UP + i);
  wait_rest (call);
  wait_elements (call, NULL, n);
  usage_wait (idle);

  client_free (client);
  call_free (call);
}
GST_END_TEST

/* One side or the other says that it is over. */
static void
live (guint n)
{
  Call *call = call_new (CALL_PEER CALL_AUDIO, CALL_PEER CALL_AUDIO);

  call_wire (call);
  call_start (call);
  call_act (&call->sides[CALL_OFFERER], "generate-offer");
  call_wait_until_up (call);
  call_act (&call->sides[n % CALL_N_SIDES], "close");
  for (guint i = 0; i < CALL_N_SIDES; i++)
    {
      call_wait (&call->sides[i], "disconnected", 1);
      call_wait_for_answers (&call->sides[i], NULL);
    }
  call_free (call);
}

/* Two peers are made, call each other, close and die. */
GST_START_TEST (test_two_hundred_lives)
{
  Usage usage;

  for (guint i = 0; i < N_WARM_UP; i++)
    live (i);
  usage = usage_get ();
  for (guint i = 0; i < N_LIVES; i++)
    live (i);
  usage_wait (usage);
}
GST_END_TEST

static Suite *
rounds_suite (void)
{
  Suite *suite = suite_create ("rounds");
  TCase *tcase = tcase_create ("rounds");

  warm_up ();
  suite_add_tcase (suite, tcase);
  tcase_set_timeout (tcase, 120);
  tcase_add_test (tcase, test_fifty_rounds);
  tcase_add_test (tcase, test_two_hundred_lives);

  return suite;
}

GST_CHECK_MAIN (rounds)
