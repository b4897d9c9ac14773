/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "../warm-up.h"
#include "teardown-client.h"
#include "teardown-trap.h"
#include "teardown-trouble.h"

/* To NULL at each moment of a call, from where an application may do it. What follows is a further call of the same two
 * peers: an answerer that was not taken down meets another offerer. */

#define SERVER " signaller-uri=serve+http://127.0.0.1:0/"

typedef enum
{
  KIND_PLAIN = 1 << 0, /* the application carries descriptions and candidates */
  KIND_SERVER = 1 << 1, /* the answerer is a server, the offerer its client */
  KIND_ANY = KIND_PLAIN | KIND_SERVER,
} CallKind;

static const struct
{
  CallKind kind;
  const gchar *offerer;
  const gchar *answerer;
} calls[] = {
  { KIND_PLAIN, CALL_PEER CALL_VIDEO CALL_AUDIO, CALL_PEER CALL_VIDEO CALL_AUDIO },
  { KIND_SERVER, CALL_PEER CALL_VIDEO, CALL_PEER SERVER CALL_VIDEO },
};

/* When a moment comes. */
typedef enum
{
  WHEN_STARTING, /* before there is anything to say */
  WHEN_CALLING,
  WHEN_UP, /* the test has to do something for the rest */
  WHEN_CLOSED,
  WHEN_LEFT, /* by the other side */
  WHEN_REPLACED, /* the other side went without a word, and calls again */
  WHEN_BROKEN, /* by webrtcbin */
  WHEN_PAUSED,
  WHEN_CHANNEL_BROKEN,
  WHEN_CHANNEL_CLOSED,
  WHEN_SOURCE_ADDED,
  WHEN_CHANGING, /* by a further offer */
} When;

typedef struct
{
  CallSideIndex side;
  const gchar *name;
  When when;
  CallKind kinds; /* where there is one */
  gboolean silent; /* no message */
} Moment;

static const Moment moments[] = {
  { CALL_OFFERER, "ready", WHEN_STARTING, KIND_PLAIN, TRUE },
  { CALL_OFFERER, "paused", WHEN_STARTING, KIND_PLAIN, TRUE },
  { CALL_OFFERER, "playing", WHEN_STARTING, KIND_PLAIN, TRUE },
  { CALL_ANSWERER, "playing", WHEN_STARTING, KIND_SERVER, TRUE },
  { CALL_ANSWERER, "server-event", WHEN_STARTING, KIND_SERVER },
  { CALL_OFFERER, "generate-offer", WHEN_CALLING, KIND_PLAIN, TRUE },
  { CALL_OFFERER, "offer-created", WHEN_CALLING, KIND_PLAIN },
  { CALL_OFFERER, "ice-candidate", WHEN_CALLING, KIND_PLAIN },
  { CALL_OFFERER, "candidate-gathering-done", WHEN_CALLING, KIND_PLAIN },
  { CALL_ANSWERER, "process-offer", WHEN_CALLING, KIND_PLAIN, TRUE },
  { CALL_ANSWERER, "answer-created", WHEN_CALLING, KIND_ANY },
  { CALL_ANSWERER, "ice-candidate", WHEN_CALLING, KIND_ANY },
  { CALL_ANSWERER, "candidate-gathering-done", WHEN_CALLING, KIND_ANY },
  { CALL_OFFERER, "process-answer", WHEN_CALLING, KIND_PLAIN, TRUE },
  { CALL_OFFERER, "ice-connected", WHEN_CALLING, KIND_PLAIN, TRUE },
  { CALL_OFFERER, "connected", WHEN_CALLING, KIND_PLAIN },
  { CALL_ANSWERER, "connected", WHEN_CALLING, KIND_ANY },
  { CALL_OFFERER, "data-channel-open", WHEN_CALLING, KIND_PLAIN },
  { CALL_ANSWERER, "data-channel-open", WHEN_CALLING, KIND_ANY },
  { CALL_ANSWERER, "data-channel-message", WHEN_CALLING, KIND_ANY },
  { CALL_ANSWERER, "data-channel-buffered-amount-low", WHEN_CALLING, KIND_ANY },
  { CALL_OFFERER, "stream-added", WHEN_CALLING, KIND_PLAIN },
  { CALL_ANSWERER, "stream-added", WHEN_CALLING, KIND_ANY },
  { CALL_OFFERER, "up", WHEN_UP, KIND_PLAIN, TRUE },
  { CALL_ANSWERER, "up", WHEN_UP, KIND_ANY, TRUE },
  { CALL_ANSWERER, "paused", WHEN_PAUSED, KIND_ANY, TRUE },
  { CALL_OFFERER, "negotiation-needed", WHEN_SOURCE_ADDED, KIND_PLAIN },
  { CALL_OFFERER, "generate-offer", WHEN_CHANGING, KIND_PLAIN, TRUE },
  { CALL_OFFERER, "offer-created", WHEN_CHANGING, KIND_PLAIN },
  { CALL_ANSWERER, "process-offer", WHEN_CHANGING, KIND_PLAIN, TRUE },
  { CALL_ANSWERER, "answer-created", WHEN_CHANGING, KIND_PLAIN },
  { CALL_OFFERER, "process-answer", WHEN_CHANGING, KIND_PLAIN, TRUE },
  { CALL_ANSWERER, "stream-added", WHEN_CHANGING, KIND_PLAIN },
  { CALL_ANSWERER, "data-channel-error", WHEN_CHANNEL_BROKEN, KIND_ANY },
  { CALL_ANSWERER, "data-channel-close", WHEN_CHANNEL_CLOSED, KIND_ANY },
  { CALL_OFFERER, "left", WHEN_LEFT, KIND_PLAIN, TRUE },
  { CALL_OFFERER, "disconnected", WHEN_LEFT, KIND_PLAIN },
  { CALL_ANSWERER, "disconnected", WHEN_LEFT, KIND_ANY },
  { CALL_ANSWERER, "disconnected", WHEN_REPLACED, KIND_PLAIN },
  { CALL_ANSWERER, "peer-error", WHEN_BROKEN, KIND_ANY },
  { CALL_OFFERER, "close", WHEN_CLOSED, KIND_PLAIN, TRUE },
  { CALL_OFFERER, "disconnected", WHEN_CLOSED, KIND_PLAIN },
  { CALL_ANSWERER, "stream-ended", WHEN_CLOSED, KIND_ANY },
  { CALL_ANSWERER, "closed", WHEN_CLOSED, KIND_ANY, TRUE },
};

/* What all moments of one kind of call and one way have in common. */
typedef struct
{
  CallKind kind;
  Call *call; /* owned */
  Client *client; /* owned; or NULL */
  Trap *trap; /* owned */
} Round;

/* The other side goes, or its client does. */
static void
leave (Round *round, const Moment *moment)
{
  if (round->client)
    client_leave (round->client);
  gst_element_set_state (round->call->sides[1 - moment->side].pipeline, GST_STATE_NULL);
}

static void
call_again (CallSide *other)
{
  trouble_cut (other);
  call_stop (other);
  gst_element_set_state (other->pipeline, GST_STATE_PLAYING);
  call_act (other, "generate-offer");
}

/* Who has something to offer does. */
static void
change (Round *round)
{
  CallSide *offerer = &round->call->sides[CALL_OFFERER];

  trouble_add_source (offerer);
  call_act (offerer, "generate-offer");
}

/* Makes what is waited for happen to a call that is up. */
static void
go_on (Round *round, const Moment *moment)
{
  CallSide *side = &round->call->sides[moment->side];
  CallSide *other = &round->call->sides[1 - moment->side];

  switch (moment->when)
    {
    case WHEN_STARTING:
    case WHEN_CALLING:
      g_assert_not_reached ();
    case WHEN_UP:
      break;
    case WHEN_CLOSED:
      call_act (side, "close");
      break;
    case WHEN_LEFT:
      leave (round, moment);
      break;
    case WHEN_REPLACED:
      call_again (other);
      break;
    case WHEN_BROKEN:
      trouble_break_connection (side);
      break;
    case WHEN_PAUSED:
      gst_element_set_state (side->pipeline, GST_STATE_PAUSED);
      break;
    case WHEN_CHANNEL_BROKEN:
      trouble_break_channel (side);
      break;
    case WHEN_CHANNEL_CLOSED:
      trouble_close_channel (side);
      break;
    case WHEN_SOURCE_ADDED:
      trouble_add_source (side);
      break;
    case WHEN_CHANGING:
      change (round);
      break;
    }

  /* what is no event has happened now */
  if (moment->silent && moment->when != WHEN_CLOSED && moment->when != WHEN_CHANGING)
    call_note (side, moment->name);
}

static void
call_up (Round *round)
{
  call_start (round->call);
  if (round->client)
    call_wait (&round->call->sides[CALL_ANSWERER], "server-event", 1);
  call_act (&round->call->sides[CALL_OFFERER], "generate-offer");
  call_wait_until_up (round->call);
}

static void
run_into_trap (Round *round, const Moment *moment, const gchar *name, GstElement *what)
{
  CallSide *side = &round->call->sides[moment->side];

  if (moment->when == WHEN_STARTING)
    {
      trap_arm (round->trap, side, name, what);
      call_start (round->call);
    }
  else if (moment->when == WHEN_CALLING)
    {
      call_start (round->call);
      if (round->client)
        call_wait (side, "server-event", 1);
      trap_arm (round->trap, side, name, what);
      call_act (&round->call->sides[CALL_OFFERER], "generate-offer");
    }
  else
    {
      call_up (round);
      trap_arm (round->trap, side, name, what);
      go_on (round, moment);
    }
  call_wait (side, name, 1);
  trap_wait (round->trap);
}

static void
check_moment (Round *round, const Moment *moment, gboolean whole)
{
  g_autofree gchar *name = g_strconcat (trap_get_prefix (round->trap), moment->name, NULL);
  g_autofree gchar *about
      = g_strdup_printf ("%s, %s: \"%s\"", trap_get_way (round->trap), whole ? "pipeline" : "peer", name);
  CallSide *side = &round->call->sides[moment->side];

  round->call->what = about;
  run_into_trap (round, moment, name, whole ? side->pipeline : side->peer);
  fail_unless (GST_STATE (side->peer) == GST_STATE_NULL, "%s: the peer is in %s", about,
               gst_element_state_get_name (GST_STATE (side->peer)));
  call_wait_for_answers (side, NULL);

  /* the next call is not to get this one's answer; candidates wait for one that may never come */
  if (round->client)
    client_leave (round->client);
  call_wait_for_answers (&round->call->sides[1 - moment->side], "add-ice-candidate");
  call_stop (side);
  call_stop (&round->call->sides[CALL_OFFERER]);
  trouble_remove_source (&round->call->sides[CALL_OFFERER]);
  round->call->what = "the call after the last one";
}

static void
round_init (Round *self, guint n, guint way)
{
  self->kind = calls[n].kind;
  self->call = call_new (calls[n].offerer, calls[n].answerer);
  self->trap = trap_new (self->call, way);
  if (self->kind == KIND_SERVER)
    self->client = client_new (self->call);
  else
    call_wire (self->call);
}

static void
round_clear (Round *self)
{
  for (guint i = 0; i < CALL_N_SIDES; i++)
    call_stop (&self->call->sides[i]);
  if (self->client)
    client_free (self->client);
  call_free (self->call);
  trap_free (self->trap);
}

/* At one half of the moments the peer is taken down, at the other one its pipeline; and in the next kind of call the other
 * way round. Not while the pipeline starts: it would take the peer up again. */
static gpointer
round_thread (gpointer data)
{
  Round *self = data;

  for (guint i = 0; i < G_N_ELEMENTS (moments); i++)
    if ((moments[i].kinds & self->kind) && !(moments[i].silent && *trap_get_prefix (self->trap)))
      check_moment (self, &moments[i], (i + self->kind) % 2 || moments[i].when == WHEN_STARTING);
  call_up (self);

  return NULL;
}

/* The kinds of calls side by side: they wait more than they do. */
GST_START_TEST (test_moments)
{
  Round rounds[G_N_ELEMENTS (calls)] = { 0 };
  GThread *threads[G_N_ELEMENTS (calls)];

  for (guint i = 0; i < G_N_ELEMENTS (calls); i++)
    {
      round_init (&rounds[i], i, __i__);
      threads[i] = g_thread_new ("round", round_thread, &rounds[i]);
    }
  for (guint i = 0; i < G_N_ELEMENTS (calls); i++)
    {
      g_thread_join (threads[i]);
      round_clear (&rounds[i]);
    }
}
GST_END_TEST

static Suite *
teardown_suite (void)
{
  Suite *suite = suite_create ("teardown");
  TCase *tcase = tcase_create ("moments");

  warm_up ();
  suite_add_tcase (suite, tcase);
  tcase_set_timeout (tcase, 240);
  tcase_add_loop_test (tcase, test_moments, 0, trap_get_n_ways ());

  return suite;
}

GST_CHECK_MAIN (teardown)
