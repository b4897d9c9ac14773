/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Offer and answer: each function is one step; what follows webrtcbin's answer ends in "_done". */
#include "kp-session-private.h"
#include "gstkurentoerror.h"
#include "kp-channels.h"
#include "kp-fingerprint.h"
#include "kp-sdp-fec.h"
#include "kp-sdp-feedback.h"
#include "kp-sdp-renew.h"
#include "kp-session-debug.h"
#include "kp-transports.h"

#define GST_CAT_DEFAULT kp_session_debug

/* ms; how long a description of ours waits for candidates: those of this host come at once, and a peer that has them
 * with the description starts checking some ms earlier than one that gets them behind it */
#define GATHERING_PATIENCE 10

/* Our own mistake or the caller's: nothing has been changed. Takes @task and @error. */
static void
refuse (KpSession *self, GTask *task, GError *error)
{
  if (task)
    kp_session_return_error (self, task, error);
  else if (self->settled)
    kp_renegotiation_refuse (self, NULL, error);
  else
    kp_session_fail (self, error);
}

gboolean
kp_negotiation_check_open (KpSession *self, GError **error)
{
  if (self->closed || self->stopped)
    g_set_error_literal (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_CLOSED, "the peer is closed");
  else if (self->ended)
    g_set_error_literal (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_CLOSED,
                         "the peer is closed: all its sources ended");
  else
    return TRUE;

  return FALSE;
}

gchar *
kp_session_dup_local_text (KpSession *self)
{
  GstSDPMessage *copy = kp_sdp_copy (self->local);
  gchar *text;

  kp_sdp_unreject_bundled (copy);
  if (self->inserted_mids)
    kp_sdp_strip_mids (copy);
  text = gst_sdp_message_as_text (copy);
  gst_sdp_message_free (copy);

  return text;
}

static void
take_local (KpSession *self, const GstSDPMessage *sdp)
{
  g_clear_pointer (&self->local, gst_sdp_message_free);
  self->local = kp_sdp_copy (sdp);
  g_free (self->status.local_description);
  self->status.local_description = kp_session_dup_local_text (self);
}

void
kp_negotiation_take_remote (KpSession *self, GstSDPMessage *sdp)
{
  g_clear_pointer (&self->remote, gst_sdp_message_free);
  self->remote = sdp;
  g_free (self->status.remote_description);
  self->status.remote_description = gst_sdp_message_as_text (sdp);
}

/* What every description of ours needs, before webrtcbin applies it. */
static void
complete_local (KpSession *self, GstWebRTCSDPType type, GstSDPMessage *sdp)
{
  g_autofree gchar *fingerprint = kp_fingerprint_from_pem (self->settings->certificate);
  g_autoptr (GPtrArray) msids = kp_sections_list_msids (self->sections);

  if (fingerprint)
    kp_sdp_set_fingerprint (sdp, fingerprint);
  kp_sections_write_layers (self->sections, sdp);
  if (kp_settings_takes_remb (self->settings))
    kp_sdp_add_remb (sdp, type == GST_WEBRTC_SDP_TYPE_ANSWER ? self->remote : NULL);
  kp_sdp_dedupe_ssrcs (sdp);
  kp_sdp_set_msid (sdp, self->settings->id, msids);
  kp_sdp_set_max_message_size (sdp, KP_MAX_MESSAGE_SIZE);
}

/* Tells the local description to the application, the peer, and who asked for it. */
static void
tell_local (KpSession *self, KpEventType event, void (*send) (GstKurentoSignaller *, const gchar *))
{
  g_autofree gchar *text = kp_session_dup_local_text (self);

  kp_session_tell_status (self);
  kp_session_emit (self, event, text);
  if (self->by_signaller)
    send (self->signaller, text);
  kp_session_return_pointer (self, g_steal_pointer (&self->task), g_strdup (text), g_free);
  self->local_out = TRUE;
  self->local_candidates_sent = self->local_candidates->len;
  kp_candidates_tell_local (self);
}

static void
tell_gathered (KpSession *self)
{
  kp_session_clear_timer (&self->gathering_timer);
  if (self->negotiation == KP_NEGOTIATION_OFFERING)
    {
      self->negotiation = KP_NEGOTIATION_HAVE_OFFER;
      tell_local (self, KP_EVENT_OFFER_CREATED, gst_kurento_signaller_send_offer);
      return;
    }

  tell_local (self, KP_EVENT_ANSWER_CREATED, gst_kurento_signaller_send_answer);
  kp_media_start_later (self);
}

static gboolean
gathering_timeout_cb (gpointer user_data)
{
  KpSession *self = user_data;
  GError *error = NULL;

  if (self->local_candidates->len > 0 || kp_transports_gather (kp_connection_get_webrtcbin (self->connection))
      || kp_candidates_check_gathered (self, &error))
    tell_gathered (self);
  else
    kp_session_fail (self, error);

  return G_SOURCE_REMOVE;
}

void
kp_negotiation_gathered (KpSession *self)
{
  if (self->gathering_timer)
    tell_gathered (self);
}

static void
local_done (KpConnection *connection, const GstStructure *reply, const GError *error, gpointer user_data)
{
  KpSession *self = user_data;

  if (error)
    kp_session_fail (self, g_error_copy (error));
  else if (self->status.ice_gathering_state == GST_WEBRTC_ICE_GATHERING_STATE_COMPLETE)
    tell_gathered (self);
  else
    self->gathering_timer = kp_loop_add_timeout (self->loop, GATHERING_PATIENCE, gathering_timeout_cb, self);
}

void
kp_negotiation_apply_local (KpSession *self, GstWebRTCSDPType type, GstSDPMessage *sdp)
{
  complete_local (self, type, sdp);
  take_local (self, sdp);
  kp_sections_write_settled (self->sections, sdp, FALSE);
  kp_connection_set_local (self->connection, type, sdp, local_done);
}

void
kp_negotiation_apply_answer (KpSession *self, GstSDPMessage *sdp)
{
  GError *error = NULL;

  if (!kp_sdp_check_same_sections (self->remote, sdp, &error))
    {
      gst_sdp_message_free (sdp);
      kp_session_fail (self, error);
      return;
    }
  kp_sections_agree_fec (self->sections, self->connection, sdp);
  kp_negotiation_apply_local (self, GST_WEBRTC_SDP_TYPE_ANSWER, sdp);
}

gboolean
kp_negotiation_prepare_answer (KpSession *self)
{
  g_autoptr (GError) missing = NULL;
  GError *error = NULL;

  if (!kp_sections_prepare_answer (self->sections, self->connection, self->settings, self->tracks,
                                   self->remote, &missing, &error))
    {
      kp_session_fail (self, error);
      return FALSE;
    }
  if (missing)
    kp_session_emit (self, KP_EVENT_PEER_ERROR, missing);

  return TRUE;
}

GstSDPMessage *
kp_negotiation_dup_made (const GstStructure *reply, const gchar *field, const GError *cause, GError **error)
{
  g_autoptr (GstWebRTCSessionDescription) description = NULL;

  if (reply)
    gst_structure_get (reply, field, GST_TYPE_WEBRTC_SESSION_DESCRIPTION, &description, NULL);
  if (description)
    return kp_sdp_copy (description->sdp);

  if (cause)
    g_propagate_error (error, g_error_copy (cause));
  else
    g_set_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_NEGOTIATION, "webrtcbin made no %s", field);

  return NULL;
}

/* The guard has to know whom to expect before anything can come. */
gboolean
kp_negotiation_apply_remote (KpSession *self, GstWebRTCSDPType type, KpConnectionStep done, GError **error)
{
  const GstSDPMedia *media
      = gst_sdp_message_get_media (self->remote, kp_sdp_get_transport_index (self->remote));
  const gchar *fingerprint = media ? gst_sdp_media_get_attribute_val (media, "fingerprint") : NULL;
  GstSDPMessage *sdp;

  if (fingerprint == NULL)
    {
      g_set_error_literal (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_SECURITY,
                           "the description has no fingerprint");
      return FALSE;
    }
  kp_connection_set_fingerprint (self->connection, fingerprint);
  sdp = kp_sdp_copy (self->remote);
  kp_candidates_drop_described (self, sdp);
  kp_sections_write_settled (self->sections, sdp, TRUE);
  kp_connection_set_remote (self->connection, type, sdp, done);

  return TRUE;
}

/* ---- we offer ---- */

static void
create_offer_done (KpConnection *connection, const GstStructure *reply, const GError *cause,
                   gpointer user_data)
{
  KpSession *self = user_data;
  GError *error = NULL;
  GstSDPMessage *sdp = kp_negotiation_dup_made (reply, "offer", cause, &error);

  if (sdp == NULL)
    {
      kp_session_fail (self, error);
      return;
    }
  if (self->settings->retransmission)
    kp_sdp_add_rtx_for_all (sdp);
  kp_sections_offer_fec (self->sections, self->settings, sdp, 0, NULL);
  kp_negotiation_apply_local (self, GST_WEBRTC_SDP_TYPE_OFFER, sdp);
}

static gboolean
make_channel (KpSession *self, GError **error)
{
  return !self->settings->data_channels
         || kp_connection_create_channel (self->connection, self->settings->data_channel, error);
}

static gboolean
has_data_section (const GstSDPMessage *sdp)
{
  for (guint i = 0; i < gst_sdp_message_medias_len (sdp); i++)
    if (kp_sdp_media_is_data_channel (gst_sdp_message_get_media (sdp, i)))
      return TRUE;

  return FALSE;
}

/* A channel that both sides make: before webrtcbin knows of the association, when it takes any id. */
static gboolean
make_negotiated_channel (KpSession *self, GError **error)
{
  if (!self->settings->data_channels || !self->settings->data_channel->negotiated)
    return TRUE;

  return !has_data_section (self->remote)
         || kp_connection_create_channel (self->connection, self->settings->data_channel, error);
}

static void
offer_inputs (KpSession *self)
{
  GError *error = NULL;

  self->changed = FALSE;
  if (!kp_sections_prepare_offer (self->sections, self->connection, self->settings, self->tracks, &error))
    {
      kp_session_fail (self, error);
      return;
    }
  if (self->sections->len == 0 && !self->settings->data_channels)
    {
      kp_session_fail (self, g_error_new_literal (GST_KURENTO_ERROR, GST_KURENTO_ERROR_INVALID_STATE,
                                                  "nothing to offer: neither media nor a data channel"));
      return;
    }
  kp_connection_create_offer (self->connection, create_offer_done);
}

void
kp_negotiation_generate_offer (KpSession *self, GTask *task)
{
  GError *error = NULL;

  if (!kp_negotiation_check_open (self, &error))
    {
      refuse (self, task, error);
      return;
    }

  /* with nothing to change it is for another peer, even where the former went without a word */
  if (self->settled && self->connected && self->changed)
    {
      kp_renegotiation_generate_offer (self, task);
      return;
    }

  kp_session_drop_connection (self, "a new offer was asked for");
  self->task = task;
  self->negotiation = KP_NEGOTIATION_OFFERING;
  if (!kp_session_make_connection (self, &error) || !make_channel (self, &error))
    {
      kp_session_fail (self, error);
      return;
    }
  kp_inputs_wait (self, offer_inputs);
}

static void
remote_answer_done (KpConnection *connection, const GstStructure *reply, const GError *cause,
                    gpointer user_data)
{
  g_autoptr (KpSession) self = kp_session_ref (user_data);
  GError *error = cause ? g_error_copy (cause) : NULL;

  if (error || !kp_media_start (self, &error))
    {
      kp_session_fail (self, error);
      return;
    }
  kp_session_tell_status (self);
  kp_session_return_boolean (self, g_steal_pointer (&self->task));
}

void
kp_negotiation_process_answer (KpSession *self, const gchar *text, GTask *task)
{
  g_autoptr (GError) missing = NULL;
  GError *error = NULL;
  GstSDPMessage *sdp = NULL;
  gboolean inserted_mids;

  if (kp_negotiation_check_open (self, &error) && self->negotiation != KP_NEGOTIATION_HAVE_OFFER)
    error = g_error_new_literal (GST_KURENTO_ERROR, GST_KURENTO_ERROR_INVALID_STATE,
                                 "an answer came, but no offer of ours is waiting for one");
  if (error == NULL)
    sdp = kp_sdp_parse_remote (text, &inserted_mids, &error);
  if (sdp
      && (!kp_sdp_check_same_sections (self->local, sdp, &error)
          || (self->settled && !kp_sdp_check_renewed (self->remote, sdp, self->setup, &error))))
    g_clear_pointer (&sdp, gst_sdp_message_free);
  if (sdp == NULL)
    {
      refuse (self, task, error);
      return;
    }

  self->task = task;
  self->negotiation = KP_NEGOTIATION_ANSWERED;
  kp_sdp_remove_foreign_repairs (sdp, self->local);
  kp_negotiation_take_remote (self, sdp);
  kp_mdns_take_described (self, text);
  kp_sections_follow (self->sections, self->settings, sdp);
  kp_sections_agree_fec (self->sections, self->connection, sdp);
  if (!kp_sections_take_answer (self->sections, self->connection, self->settings, self->remote, &missing,
                                &error)
      || !kp_negotiation_apply_remote (self, GST_WEBRTC_SDP_TYPE_ANSWER, remote_answer_done, &error))
    kp_session_fail (self, error);
  else if (missing)
    kp_session_emit (self, KP_EVENT_PEER_ERROR, missing);
}

/* ---- the peer offers ---- */

static void
create_answer_done (KpConnection *connection, const GstStructure *reply, const GError *cause,
                    gpointer user_data)
{
  KpSession *self = user_data;
  GError *error = NULL;
  GstSDPMessage *sdp = kp_negotiation_dup_made (reply, "answer", cause, &error);

  if (sdp == NULL)
    {
      kp_session_fail (self, error);
      return;
    }
  /* webrtcbin copies what it rejects and may move the transport: the answer has to fit the offer */
  kp_sdp_match_answer (sdp, self->remote);
  kp_sections_answer_fec (self->sections, self->settings, sdp, 0, self->remote);
  kp_negotiation_apply_answer (self, sdp);
}

static void
answer_inputs (KpSession *self)
{
  self->changed = FALSE;
  if (kp_negotiation_prepare_answer (self))
    kp_connection_create_answer (self->connection, create_answer_done);
}

static void
remote_offer_done (KpConnection *connection, const GstStructure *reply, const GError *cause,
                   gpointer user_data)
{
  KpSession *self = user_data;

  if (cause)
    kp_session_fail (self, g_error_copy (cause));
  else
    kp_inputs_wait (self, answer_inputs);
}

void
kp_negotiation_process_offer (KpSession *self, const gchar *text, GTask *task)
{
  GError *error = NULL;
  GstSDPMessage *sdp = NULL;
  gboolean inserted_mids = FALSE;

  if (kp_negotiation_check_open (self, &error))
    sdp = kp_sdp_parse_remote (text, &inserted_mids, &error);
  if (sdp == NULL)
    {
      refuse (self, task, error);
      return;
    }
  if (kp_renegotiation_is_same_session (self, sdp))
    {
      kp_renegotiation_process_offer (self, sdp, inserted_mids, task);
      return;
    }

  kp_session_drop_connection (self, "another peer came");
  self->task = task;
  self->negotiation = KP_NEGOTIATION_ANSWERING;
  self->inserted_mids = inserted_mids;
  kp_negotiation_take_remote (self, sdp);
  kp_mdns_take_described (self, text);
  if (!kp_session_make_connection (self, &error) || !make_negotiated_channel (self, &error)
      || !kp_negotiation_apply_remote (self, GST_WEBRTC_SDP_TYPE_OFFER, remote_offer_done, &error))
    kp_session_fail (self, error);
}
