/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Changes of a session that is up: the media never stops. */
#include "kp-session-private.h"
#include "session-answer.h"
#include "session-peer.h"

#define AUDIO_VIDEO 3
#define RED 0xff0000
#define GREEN 0x00ff00
#define BLUE 0x0000ff

typedef struct
{
  SessionPeer *a;
  SessionPeer *b;
  GstElement *webrtcbins[2]; /* owned; of the call */
} Call;

/* As if a pad had come and gone: an offer of a peer that is connected is about the call then. */
static void
mark_changed (gpointer data)
{
  KpSession *session = data;

  session->changed = session->settled;
}

static gchar *
offer (SessionPeer *peer)
{
  g_auto (Answer) offer = { 0 };

  kp_loop_post (peer->loop, mark_changed, peer->session, NULL);
  kp_session_generate_offer (peer->session, text_task (&offer));
  assert_ok (&offer);

  return g_steal_pointer (&offer.text);
}

/* From the text of an offer on. */
static void
take_offer (SessionPeer *offerer, SessionPeer *answerer, const gchar *text)
{
  g_auto (Answer) answer = { 0 };
  g_auto (Answer) done = { 0 };

  kp_session_process_offer (answerer->session, text, text_task (&answer));
  assert_ok (&answer);
  kp_session_process_answer (offerer->session, answer.text, plain_task (&done));
  assert_ok (&done);
}

static void
negotiate (SessionPeer *offerer, SessionPeer *answerer)
{
  g_autofree gchar *text = offer (offerer);

  take_offer (offerer, answerer, text);
}

/* Everything arrives, in the connections that the call began with. */
static void
check_call (Call *call)
{
  SessionPeer *peers[] = { call->a, call->b };

  session_peer_wait_frames (call->a, 3, BLUE);
  session_peer_wait_frames (call->b, 3, RED);
  session_peer_wait_sound (call->a, 3);
  session_peer_wait_sound (call->b, 3);
  for (guint i = 0; i < G_N_ELEMENTS (peers); i++)
    {
      g_autoptr (GstElement) webrtcbin = session_peer_wait_webrtcbin (peers[i], NULL);

      fail_unless (webrtcbin == call->webrtcbins[i]);
      fail_unless_equals_int (peers[i]->events[KP_EVENT_DISCONNECTED], 0);
      fail_unless_equals_int (peers[i]->events[KP_EVENT_CONNECTED], 1);
    }
}

static void
call_init (Call *call, const gchar *video_codecs)
{
  call->a = session_peer_new ("a", GST_KURENTO_PEER_MODE_SENDRECV, AUDIO_VIDEO, RED);
  call->b = session_peer_new ("b", GST_KURENTO_PEER_MODE_SENDRECV, AUDIO_VIDEO, BLUE);
  if (video_codecs)
    session_peer_set_video_codecs (call->a, video_codecs);
  session_peer_start (call->a);
  session_peer_start (call->b);
  call->a->candidates_to = call->b->session;
  call->b->candidates_to = call->a->session;
  negotiate (call->a, call->b);
  session_peer_wait_event (call->a, KP_EVENT_CONNECTED, 1);
  session_peer_wait_event (call->b, KP_EVENT_CONNECTED, 1);
  session_peer_wait_event (call->a, KP_EVENT_DATA_CHANNEL_OPEN, 1);
  session_peer_wait_event (call->b, KP_EVENT_DATA_CHANNEL_OPEN, 1);
  call->webrtcbins[0] = session_peer_wait_webrtcbin (call->a, NULL);
  call->webrtcbins[1] = session_peer_wait_webrtcbin (call->b, NULL);
  check_call (call);
}

static void
call_clear (Call *call)
{
  SessionPeer *peers[] = { call->a, call->b };

  for (guint i = 0; i < G_N_ELEMENTS (peers); i++)
    {
      gst_object_unref (call->webrtcbins[i]);
      session_peer_stop (peers[i]);
      session_peer_free (peers[i]);
    }
}

static const gchar *const codecs[] = { "H264", NULL };

/* The same again, from either side, whoever began. */
GST_START_TEST (test_same)
{
  Call call;

  call_init (&call, codecs[__i__]);
  negotiate (call.a, call.b);
  negotiate (call.b, call.a);
  check_call (&call);
  negotiate (call.b, call.a);
  negotiate (call.a, call.b);
  check_call (&call);
  fail_unless_equals_int (call.a->events[KP_EVENT_NEGOTIATION_NEEDED], 0);
  fail_unless_equals_int (call.a->events[KP_EVENT_PEER_ERROR], 0);
  fail_unless_equals_int (call.b->events[KP_EVENT_PEER_ERROR], 0);
  call_clear (&call);
}

GST_END_TEST;

/* A second picture comes and goes, from who offered first or from who answered; then another one. */
GST_START_TEST (test_video_comes_and_goes)
{
  Call call;
  SessionPeer *from, *to;
  GstElement *gate;
  guint ended;

  call_init (&call, codecs[__i__ / 2]);
  from = __i__ % 2 ? call.b : call.a;
  to = __i__ % 2 ? call.a : call.b;
  gate = session_peer_add_video (from, GREEN);
  session_peer_wait_event (from, KP_EVENT_NEGOTIATION_NEEDED, 1);
  negotiate (from, to);
  session_peer_wait_further_frames (to, 5, GREEN);
  check_call (&call);

  session_peer_remove_video (from, gate);
  session_peer_wait_event (from, KP_EVENT_NEGOTIATION_NEEDED, 2);
  negotiate (from, to);
  session_peer_wait_event (to, KP_EVENT_STREAM_ENDED, 1);
  ended = to->further_frames;
  check_call (&call);
  fail_unless_equals_int (to->further_frames, ended);
  fail_unless_equals_int (from->events[KP_EVENT_NEGOTIATION_NEEDED], 2);
  call_clear (&call);
}

GST_END_TEST;

/* The other side's offer brings what came here meanwhile, if it has a place for it; one negotiation is enough for several
 * changes, and is asked for once. */
GST_START_TEST (test_both_change)
{
  Call call;

  call_init (&call, NULL);
  session_peer_add_video (call.a, GREEN);
  session_peer_wait_event (call.a, KP_EVENT_NEGOTIATION_NEEDED, 1);
  session_peer_remove_video (call.a, call.a->gates[KP_MEDIA_VIDEO]);
  negotiate (call.a, call.b);
  session_peer_wait_further_frames (call.b, 3, GREEN);
  session_peer_wait_event (call.b, KP_EVENT_STREAM_ENDED, 1);
  session_peer_wait_sound (call.b, 3);
  session_peer_wait_frames (call.a, 3, BLUE);
  fail_unless_equals_int (call.a->events[KP_EVENT_NEGOTIATION_NEEDED], 1);

  session_peer_add_video (call.b, RED);
  session_peer_wait_event (call.b, KP_EVENT_NEGOTIATION_NEEDED, 1);
  negotiate (call.b, call.a);
  session_peer_wait_further_frames (call.a, 3, RED);
  session_peer_wait_further_frames (call.b, 3, GREEN);
  fail_unless_equals_int (call.a->events[KP_EVENT_NEGOTIATION_NEEDED], 1);
  call_clear (&call);
}

GST_END_TEST;

/* Nobody asks for a negotiation while none is possible. */
GST_START_TEST (test_needed_in_time)
{
  SessionPeer *a = session_peer_new ("a", GST_KURENTO_PEER_MODE_SENDRECV, AUDIO_VIDEO, RED);
  SessionPeer *b = session_peer_new ("b", GST_KURENTO_PEER_MODE_SENDRECV, AUDIO_VIDEO, BLUE);
  g_autofree gchar *text = NULL;

  session_peer_start (a);
  session_peer_start (b);
  session_peer_remove_video (a, session_peer_add_video (a, GREEN));
  text = offer (a);
  session_peer_add_video (a, GREEN);
  session_peer_wait_event (a, KP_EVENT_CANDIDATE_GATHERING_DONE, 1);
  fail_unless_equals_int (a->events[KP_EVENT_NEGOTIATION_NEEDED], 0);
  take_offer (a, b, text);
  session_peer_wait_event (a, KP_EVENT_NEGOTIATION_NEEDED, 1);
  fail_unless_equals_int (b->events[KP_EVENT_NEGOTIATION_NEEDED], 0);
  session_peer_stop (a);
  session_peer_stop (b);
  session_peer_free (a);
  session_peer_free (b);
}

GST_END_TEST;

/* The text with each line that begins with @prefix replaced; NULL removes it. */
static gchar *
replace_lines (const gchar *text, const gchar *prefix, const gchar *line)
{
  g_auto (GStrv) lines = g_strsplit (text, "\r\n", -1);
  GString *edited = g_string_new (NULL);

  for (guint i = 0; lines[i] && *lines[i]; i++)
    {
      gboolean replaced = g_str_has_prefix (lines[i], prefix);

      if (!replaced || line)
        g_string_append_printf (edited, "%s\r\n", replaced ? line : lines[i]);
    }

  return g_string_free (edited, FALSE);
}

static gchar *
replace_words (const gchar *text, const gchar *words, const gchar *others)
{
  g_auto (GStrv) parts = g_strsplit (text, words, -1);

  fail_unless (g_strv_length (parts) > 1, "no \"%s\" in %s", words, text);

  return g_strjoinv (others, parts);
}

/* What the peer may not want. */
static const struct
{
  const gchar *prefix; /* of lines; or NULL */
  const gchar *line;
  const gchar *words;
  const gchar *others;
  const gchar *reason;
} refused[] = {
  { "a=ice-ufrag:", "a=ice-ufrag:other", NULL, NULL, "restart ICE" },
  { "a=ice-pwd:", "a=ice-pwd:abcdefghijklmnopqrstuvwx", NULL, NULL, "restart ICE" },
  { "a=fingerprint:",
    "a=fingerprint:sha-256 "
    "00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF",
    NULL, NULL, "certificate" },
  { NULL, NULL, "video1", "other", "mid" },
  { "a=setup:", "a=setup:active", NULL, NULL, "DTLS" },
  { "a=group:", "a=group:BUNDLE video1", NULL, NULL, "BUNDLE" },
  { NULL, NULL, " VP8/90000", " VP9/90000", "is VP8 in this call" },
};

/* What cannot be is refused, with a reason, before webrtcbin hears of it, and the call goes on and can still be changed. */
GST_START_TEST (test_refused)
{
  Call call;
  g_autofree gchar *text = NULL;
  g_autofree gchar *wanted = NULL;
  g_auto (Answer) answer = { 0 };

  call_init (&call, "VP8");
  text = offer (call.a);
  wanted = refused[__i__].prefix ? replace_lines (text, refused[__i__].prefix, refused[__i__].line)
                                 : replace_words (text, refused[__i__].words, refused[__i__].others);
  kp_session_process_offer (call.b->session, wanted, text_task (&answer));
  assert_error (&answer, GST_KURENTO_ERROR_NEGOTIATION, refused[__i__].reason);
  check_call (&call);
  take_offer (call.a, call.b, text);
  check_call (&call);
  call_clear (&call);
}

GST_END_TEST;

/* What no answer may say: our offer stands, and waits for a better one. */
GST_START_TEST (test_bad_answer)
{
  Call call;
  g_autofree gchar *text = NULL;
  g_autofree gchar *wanted = NULL;
  g_auto (Answer) answer = { 0 };
  g_auto (Answer) bad = { 0 };
  g_auto (Answer) good = { 0 };

  call_init (&call, NULL);
  text = offer (call.a);
  kp_session_process_offer (call.b->session, text, text_task (&answer));
  assert_ok (&answer);
  wanted = replace_lines (answer.text, "a=ice-ufrag:", "a=ice-ufrag:other");
  kp_session_process_answer (call.a->session, wanted, plain_task (&bad));
  assert_error (&bad, GST_KURENTO_ERROR_NEGOTIATION, "restart ICE");
  check_call (&call);
  kp_session_process_answer (call.a->session, answer.text, plain_task (&good));
  assert_ok (&good);
  check_call (&call);
  call_clear (&call);
}

GST_END_TEST;

/* Directions of the peer's sections, one after the other. */
static const struct
{
  const gchar *theirs;
  const gchar *ours;
  gboolean sends;
  gboolean receives;
} directions[] = {
  { "a=sendonly", "a=recvonly", FALSE, TRUE }, { "a=sendrecv", "a=sendrecv", TRUE, TRUE },
  { "a=recvonly", "a=sendonly", TRUE, FALSE }, { "a=inactive", "a=inactive", FALSE, FALSE },
  { "a=sendrecv", "a=sendrecv", TRUE, TRUE },
};

/* A peer may hold a call and take it up again, and let go of what it sends: what it says of each section is followed. */
GST_START_TEST (test_directions)
{
  Call call;

  call_init (&call, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (directions); i++)
    {
      g_autofree gchar *text = offer (call.a);
      g_autofree gchar *wanted = replace_words (text, "a=sendrecv", directions[i].theirs);
      g_auto (Answer) answer = { 0 };
      g_auto (Answer) done = { 0 };

      kp_session_process_offer (call.b->session, wanted, text_task (&answer));
      assert_ok (&answer);
      fail_unless (strstr (answer.text, directions[i].ours) != NULL, "%s", answer.text);
      kp_session_process_answer (call.a->session, answer.text, plain_task (&done));
      assert_ok (&done);
      if (directions[i].sends)
        session_peer_wait_frames (call.a, 3, BLUE);
      if (directions[i].receives)
        session_peer_wait_frames (call.b, 3, RED);
    }
  fail_unless_equals_int (call.b->events[KP_EVENT_STREAM_ENDED], 2);
  check_call (&call);
  call_clear (&call);
}

GST_END_TEST;

/* Both offer at once: both stand by what they said, and nothing breaks. */
GST_START_TEST (test_glare)
{
  Call call;
  g_autofree gchar *ours = NULL;
  g_autofree gchar *again = NULL;
  g_auto (Answer) answer = { 0 };

  call_init (&call, NULL);
  session_peer_add_video (call.a, GREEN);
  session_peer_wait_event (call.a, KP_EVENT_NEGOTIATION_NEEDED, 1);
  ours = offer (call.a);
  kp_session_process_offer (call.a->session, call.b->last[KP_EVENT_ANSWER_CREATED], text_task (&answer));
  assert_error (&answer, GST_KURENTO_ERROR_NEGOTIATION, "our offer");
  check_call (&call);
  again = offer (call.a);
  take_offer (call.a, call.b, again);
  session_peer_wait_further_frames (call.b, 3, GREEN);
  check_call (&call);
  call_clear (&call);
}

GST_END_TEST;

static Suite *
kp_session_changes_suite (void)
{
  Suite *suite = suite_create ("kp-session-changes");
  TCase *tcase = tcase_create ("general");

  session_peer_prewarm ();
  suite_add_tcase (suite, tcase);
  tcase_set_timeout (tcase, 60);
  tcase_add_loop_test (tcase, test_same, 0, G_N_ELEMENTS (codecs));
  tcase_add_loop_test (tcase, test_video_comes_and_goes, 0, 2 * G_N_ELEMENTS (codecs));
  tcase_add_test (tcase, test_both_change);
  tcase_add_test (tcase, test_needed_in_time);
  tcase_add_loop_test (tcase, test_refused, 0, G_N_ELEMENTS (refused));
  tcase_add_test (tcase, test_bad_answer);
  tcase_add_test (tcase, test_directions);
  tcase_add_test (tcase, test_glare);

  return suite;
}

GST_CHECK_MAIN (kp_session_changes);
