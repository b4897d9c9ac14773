/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-sdp.h"

#include "kp-sdp-edit.h"
#include "sdp-data.h"

#include <gst/check/gstcheck.h>

#include <gst/webrtc/webrtc.h>

/* What the sanitiser accepts must not make webrtcbin abort, complain or fail, whatever it was: the process runs with fatal
 * criticals, and every step must succeed. */

#define STEP_TIMEOUT (10 * G_USEC_PER_SEC)

typedef struct
{
  GstElement *pipeline; /* owned */
  GstElement *webrtcbin; /* borrowed */
  GAsyncQueue *replies; /* owned; of GstPromise */
} Peer;

static void
peer_init (Peer *self)
{
  self->pipeline = gst_pipeline_new (NULL);
  self->webrtcbin = gst_element_factory_make ("webrtcbin", NULL);
  self->replies = g_async_queue_new ();

  fail_unless (self->webrtcbin != NULL);
  gst_util_set_object_arg (G_OBJECT (self->webrtcbin), "bundle-policy", "max-bundle");
  gst_bin_add (GST_BIN (self->pipeline), self->webrtcbin);
  gst_element_set_state (self->pipeline, GST_STATE_PLAYING);
}

static void
peer_clear (Peer *self)
{
  gst_element_set_state (self->pipeline, GST_STATE_NULL);
  gst_object_unref (self->pipeline);
  g_async_queue_unref (self->replies);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Peer, peer_clear)

static void
replied_cb (GstPromise *promise, gpointer replies)
{
  g_async_queue_push (replies, gst_promise_ref (promise));
}

static GstPromise *
new_promise (Peer *self)
{
  return gst_promise_new_with_change_func (replied_cb, self->replies, NULL);
}

/* The reply to the last request, which must be no error. */
static void
wait_reply (Peer *self)
{
  GstPromise *promise = g_async_queue_timeout_pop (self->replies, STEP_TIMEOUT);
  const GstStructure *reply;
  g_autoptr (GError) error = NULL;

  fail_unless (promise != NULL);
  reply = gst_promise_get_reply (promise);
  if (reply)
    gst_structure_get (reply, "error", G_TYPE_ERROR, &error, NULL);
  g_assert_no_error (error);
  gst_promise_unref (promise);
}

static void
set_description (Peer *self, const gchar *action, GstWebRTCSDPType type, const GstSDPMessage *sdp)
{
  GstSDPMessage *copy;
  g_autoptr (GstWebRTCSessionDescription) description = NULL;
  g_autoptr (GstPromise) promise = new_promise (self);

  gst_sdp_message_copy (sdp, &copy);
  description = gst_webrtc_session_description_new (type, copy);
  g_signal_emit_by_name (self->webrtcbin, action, description, promise);
  wait_reply (self);
}

static GstSDPMessage *
create (Peer *self, const gchar *action, const gchar *field)
{
  g_autoptr (GstWebRTCSessionDescription) description = NULL;
  g_autoptr (GstPromise) promise = new_promise (self);
  GstSDPMessage *sdp;

  g_signal_emit_by_name (self->webrtcbin, action, NULL, promise);
  wait_reply (self);
  gst_structure_get (gst_promise_get_reply (promise), field, GST_TYPE_WEBRTC_SESSION_DESCRIPTION,
                     &description, NULL);
  fail_unless (description != NULL);
  gst_sdp_message_copy (description->sdp, &sdp);
  return sdp;
}

/* The whole of answering, as the session does it. */
static void
answer (const GstSDPMessage *offer)
{
  g_auto (Peer) peer = { 0 };
  g_autoptr (GstSDPMessage) sdp = NULL;
  g_autoptr (GError) error = NULL;

  peer_init (&peer);
  set_description (&peer, "set-remote-description", GST_WEBRTC_SDP_TYPE_OFFER, offer);
  sdp = create (&peer, "create-answer", "answer");
  kp_sdp_match_answer (sdp, offer);
  fail_unless (kp_sdp_check_same_sections (offer, sdp, &error), "%s", error ? error->message : NULL);
  set_description (&peer, "set-local-description", GST_WEBRTC_SDP_TYPE_ANSWER, sdp);
  for (guint i = 0; i < gst_sdp_message_medias_len (offer); i++)
    fail_unless_equals_int (kp_sdp_media_is_rejected (sdp, i), kp_sdp_media_is_rejected (offer, i));
}

static void
add_transceiver (Peer *peer, const gchar *caps_string)
{
  g_autoptr (GstCaps) caps = gst_caps_from_string (caps_string);
  g_autoptr (GstWebRTCRTPTransceiver) transceiver = NULL;

  g_signal_emit_by_name (peer->webrtcbin, "add-transceiver", GST_WEBRTC_RTP_TRANSCEIVER_DIRECTION_SENDRECV,
                         caps, &transceiver);
  fail_unless (transceiver != NULL);
}

/* An offer that small-offer would be an answer to: the same sections, mids and payload types. */
static GstSDPMessage *
create_offer (Peer *peer)
{
  static const gchar *const mids[] = { "a", "v", "d" };
  g_autoptr (GObject) channel = NULL;
  GstSDPMessage *sdp;

  add_transceiver (peer, "application/x-rtp, media=audio, encoding-name=OPUS, clock-rate=48000, "
                         "encoding-params=(string)2, payload=111");
  add_transceiver (peer, "application/x-rtp, media=video, encoding-name=VP8, clock-rate=90000, payload=96");
  g_signal_emit_by_name (peer->webrtcbin, "create-data-channel", "test", NULL, &channel);
  fail_unless (channel != NULL);

  sdp = create (peer, "create-offer", "offer");
  kp_sdp_remove_attributes (sdp, "group");
  gst_sdp_message_add_attribute (sdp, "group", "BUNDLE a v d");
  for (guint i = 0; i < G_N_ELEMENTS (mids); i++)
    kp_sdp_media_set_attribute (kp_sdp_edit_media (sdp, i), "mid", mids[i]);
  return sdp;
}

/* The whole of offering. What does not fit the offer never reaches webrtcbin. */
static gboolean
offer_and_apply (const GstSDPMessage *answer)
{
  g_auto (Peer) peer = { 0 };
  g_autoptr (GstSDPMessage) offer = NULL;
  gboolean fits;

  peer_init (&peer);
  offer = create_offer (&peer);
  set_description (&peer, "set-local-description", GST_WEBRTC_SDP_TYPE_OFFER, offer);
  fits = kp_sdp_check_same_sections (offer, answer, NULL);
  if (fits)
    set_description (&peer, "set-remote-description", GST_WEBRTC_SDP_TYPE_ANSWER, answer);
  return fits;
}

/* small-offer as an answer: the role of DTLS is chosen in it. */
static GstSDPMessage *
parse_answer (const gchar *text)
{
  GString *chosen = g_string_new (text);
  g_autofree gchar *changed = NULL;
  gboolean inserted_mids;

  g_string_replace (chosen, "a=setup:actpass", "a=setup:active", 0);
  changed = g_string_free (chosen, FALSE);
  return kp_sdp_parse_remote (changed, &inserted_mids, NULL);
}

GST_START_TEST (test_apply_answer)
{
  g_autofree gchar *text = sdp_load ("small-offer");
  g_autoptr (GstSDPMessage) sdp = parse_answer (text);

  fail_unless (offer_and_apply (sdp));
}
GST_END_TEST;

GST_START_TEST (test_apply_mutation)
{
  g_autofree gchar *text = sdp_mutate (sdp_get_mutation (__i__));
  g_autoptr (GstSDPMessage) sdp = parse_answer (text);

  if (sdp)
    offer_and_apply (sdp);
}
GST_END_TEST;

GST_START_TEST (test_answer_real_description)
{
  g_autofree gchar *text = sdp_load (sdp_names[__i__]);
  gboolean inserted_mids;
  g_autoptr (GError) error = NULL;
  g_autoptr (GstSDPMessage) offer = kp_sdp_parse_remote (text, &inserted_mids, &error);

  g_assert_no_error (error);
  answer (offer);
}
GST_END_TEST;

GST_START_TEST (test_answer_mutation)
{
  g_autofree gchar *text = sdp_mutate (sdp_get_mutation (__i__));
  gboolean inserted_mids;
  g_autoptr (GstSDPMessage) offer = kp_sdp_parse_remote (text, &inserted_mids, NULL);

  if (offer)
    answer (offer);
}
GST_END_TEST;

/* Its class makes the certificate that all webrtcbins of a process share: once here, not in each forked test. */
static void
make_certificate (void)
{
  GstElement *element = gst_element_factory_make ("dtlsdec", NULL);

  fail_unless (element != NULL);
  gst_object_unref (element);
}

static Suite *
kp_sdp_webrtcbin_suite (void)
{
  Suite *suite = suite_create ("kp-sdp-webrtcbin");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_unchecked_fixture (tcase, make_certificate, NULL);
  tcase_add_loop_test (tcase, test_answer_real_description, 0, G_N_ELEMENTS (sdp_names));
  tcase_add_loop_test (tcase, test_answer_mutation, 0, SDP_N_MUTATIONS);
  tcase_add_test (tcase, test_apply_answer);
  tcase_add_loop_test (tcase, test_apply_mutation, 0, SDP_N_MUTATIONS);
  return suite;
}

GST_CHECK_MAIN (kp_sdp_webrtcbin)
