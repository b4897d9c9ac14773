/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "call.h"

/* Who speaks, here and there. */

/* Quick to begin and to end. */
#define QUICK "{\"interval\":20,\"history\":5}"

#define VOICE "audiotestsrc name=s is-live=true freq=440 samplesperbuffer=480 ! "

/* Whether each side speaks, as one element has told it. Atomic. */
typedef struct
{
  gint speaking[2]; /* ours, the peer's */
  gint n_events;
} Ear;

static void
speaking_cb (GstElement *peer, gboolean remote, Ear *ear)
{
  fail_if (g_atomic_int_get (&ear->speaking[remote]));
  g_atomic_int_set (&ear->speaking[remote], TRUE);
  g_atomic_int_inc (&ear->n_events);
}

static void
stopped_speaking_cb (GstElement *peer, gboolean remote, Ear *ear)
{
  fail_unless (g_atomic_int_get (&ear->speaking[remote]));
  g_atomic_int_set (&ear->speaking[remote], FALSE);
  g_atomic_int_inc (&ear->n_events);
}

static void
ear_init (Ear *self, Side *side)
{
  *self = (Ear){ .n_events = 0 };
  g_signal_connect (side->peer, "speaking", G_CALLBACK (speaking_cb), self);
  g_signal_connect (side->peer, "stopped-speaking", G_CALLBACK (stopped_speaking_cb), self);
}

static void
wait_speaking (Ear *self, gboolean remote, gboolean speaking)
{
  wait_until (g_atomic_int_get (&self->speaking[remote]) == speaking);
}

/* Measured; or told by the peer, in what nobody decodes here. */
static const struct
{
  const gchar *sender;
  const gchar *receiver;
} calls[] = {
  { VOICE "kurentopeer name=p", "kurentopeerrecvonly name=p p.audio_src_0 ! fakesink async=false" },
  { VOICE "kurentopeer name=p audio-codecs=PCMU", "kurentopeerrecvonly name=p remote-audio=fakesink" },
  { VOICE "kurentopeer name=p",
    "kurentopeerrecvonly name=p output=encoded p.audio_src_0 ! fakesink async=false" },
  { VOICE "kurentopeer name=p audio-codecs=PCMA",
    "kurentopeerrecvonly name=p output=encoded p.audio_src_0 ! fakesink async=false" },
  { VOICE "kurentopeer name=p",
    "kurentopeerrecvonly name=p output=rtp p.audio_src_0 ! fakesink async=false" },
  { "kurentopeer name=p send-source=test", "kurentopeerrecvonly name=p remote-audio=fakesink" },
};

GST_START_TEST (test_call)
{
  g_autoptr (GstElement) source = NULL;
  Side a, b;
  Ear here, there;

  side_init (&a, calls[__i__].sender);
  side_init (&b, calls[__i__].receiver);
  g_object_set (a.peer, "hark", QUICK, NULL);
  g_object_set (b.peer, "hark", QUICK, NULL);
  ear_init (&here, &a);
  ear_init (&there, &b);
  side_play (&a);
  wait_speaking (&here, FALSE, TRUE); /* without a peer, too */
  call (&a, &b);
  wait_speaking (&there, TRUE, TRUE);

  g_object_set (a.peer, "audio-enabled", FALSE, NULL);
  wait_speaking (&here, FALSE, FALSE);
  wait_speaking (&there, TRUE, FALSE);
  g_object_set (a.peer, "audio-enabled", TRUE, NULL);
  wait_speaking (&here, FALSE, TRUE);
  wait_speaking (&there, TRUE, TRUE);

  source = gst_bin_get_by_name (GST_BIN (a.pipeline), "s");
  if (source)
    {
      g_object_set (source, "volume", 0.0001, NULL); /* -80 dB */
      wait_speaking (&here, FALSE, FALSE);
      wait_speaking (&there, TRUE, FALSE);
      g_object_set (source, "volume", 1.0, NULL);
      wait_speaking (&there, TRUE, TRUE);
    }

  call_leave (&a, &b);
  wait_speaking (&there, TRUE, FALSE);
  fail_if (here.speaking[TRUE] || there.speaking[FALSE]);
  side_clear (&a);
  side_clear (&b);
}
GST_END_TEST

/* A level of our own, and nothing when nobody asks for it. */
GST_START_TEST (test_options)
{
  Side a, b;
  Ear here, there;

  side_init (&a, "audiotestsrc is-live=true volume=0.01 ! kurentopeer name=p hark={}");
  side_init (&b, "audiotestsrc is-live=true ! kurentopeer name=p p.audio_src_0 ! fakesink async=false");
  ear_init (&here, &a);
  ear_init (&there, &b);
  side_play (&a);
  wait_speaking (&here, FALSE, TRUE);
  side_stop (&a);
  g_atomic_int_set (&here.speaking[FALSE], FALSE);
  g_object_set (a.peer, "hark", "{\"threshold\":-30,\"interval\":20}", NULL);
  call (&a, &b);
  wait_until (gst_element_get_current_running_time (a.pipeline) > GST_SECOND / 2);
  fail_unless_equals_int (g_atomic_int_get (&here.speaking[FALSE]), FALSE);
  fail_unless_equals_int (g_atomic_int_get (&there.n_events), 0);
  side_clear (&a);
  side_clear (&b);
}
GST_END_TEST

static void
stop_cb (GstElement *peer, gboolean remote, gint *stopped)
{
  gst_element_set_state (peer, GST_STATE_NULL);
  g_atomic_int_inc (stopped);
}

/* A handler may end it all. */
GST_START_TEST (test_stop_from_handler)
{
  gint stopped = 0;
  Side a;

  side_init (&a, VOICE "kurentopeer name=p hark={}");
  g_signal_connect (a.peer, "speaking", G_CALLBACK (stop_cb), &stopped);
  side_play (&a);
  wait_until (g_atomic_int_get (&stopped) == 1);
  side_clear (&a);
  fail_unless_equals_int (stopped, 1);
}
GST_END_TEST

static Suite *
speaking_suite (void)
{
  Suite *suite = suite_create ("speaking");
  TCase *tcase = tcase_create ("speaking");

  warm_up ();
  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, test_call, 0, G_N_ELEMENTS (calls));
  tcase_add_test (tcase, test_options);
  tcase_add_test (tcase, test_stop_from_handler);

  return suite;
}

GST_CHECK_MAIN (speaking)
