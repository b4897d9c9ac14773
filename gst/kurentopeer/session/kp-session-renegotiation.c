/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Changes of a session that is up: further offers and answers for the same webrtcbin. What it cannot do is refused before it
 * hears of it, since 1.22 has no rollback; the media never stops. */
#include "kp-session-private.h"
#include "gstkurentoerror.h"
#include "kp-sdp-payloads.h"
#include "kp-sdp-renew.h"
#include "kp-session-debug.h"
#include "kp-signaller-bridge.h"

#define GST_CAT_DEFAULT kp_session_debug

void
kp_renegotiation_refuse (KpSession *self, GTask *task, GError *error)
{
  g_autoptr (GError) owned = error;

  GST_WARNING ("the call goes on as it is: %s", error->message);
  if (self->by_signaller && self->connection)
    gst_kurento_signaller_refuse (self->signaller, error);
  kp_session_emit (self, KP_EVENT_PEER_ERROR, error);
  kp_session_return_error (self, task, g_steal_pointer (&owned));
}

/* ---- what is needed ---- */

static void
tell_needed (KpSession *self)
{
  if (!self->changed || self->changed_told || self->negotiation != KP_NEGOTIATION_DONE)
    return;

  self->changed_told = TRUE;
  kp_session_emit (self, KP_EVENT_NEGOTIATION_NEEDED);
}

void
kp_renegotiation_note_change (KpSession *self)
{
  if (self->connection == NULL)
    return;

  self->changed = TRUE;
  tell_needed (self);
}

/* What comes from here on is for the next description. */
static void
forget_changes (KpSession *self)
{
  self->changed = FALSE;
  self->changed_told = FALSE;
}

/* Only what was told once. */
static void
settle_section (KpSession *self, const KpSection *section)
{
  gboolean ends = section->received && !section->receives;
  gboolean returns = section->ended && section->receives;

  for (guint i = 0; i < kp_section_count_pads (section); i++)
    {
      if (!(section->came & 1 << i))
        continue;
      if (ends)
        kp_session_end_stream (self, section->kind, section->index + i, section->received_codec);
      else if (returns)
        kp_session_add_stream (self, section->kind, section->index + i, section->received_codec);
    }
}

static void
settle_streams (KpSession *self)
{
  for (guint i = 0; i < self->sections->len; i++)
    {
      KpSection *section = g_ptr_array_index (self->sections, i);

      settle_section (self, section);
      section->ended = (section->ended || section->received) && !section->receives;
      section->received = section->receives;
    }
}

void
kp_renegotiation_settle (KpSession *self)
{
  kp_sections_settle (self->sections, self->local, self->remote);
  settle_streams (self);
  self->setup = kp_sdp_get_setup (self->local, self->remote);
  self->settled = TRUE;
  tell_needed (self);
}

/* ---- the peer offers ---- */

gboolean
kp_renegotiation_is_same_session (KpSession *self, const GstSDPMessage *sdp)
{
  g_autofree gchar *former = NULL;
  g_autofree gchar *now = NULL;

  if (self->connection == NULL || self->remote == NULL)
    return FALSE;

  former = kp_sdp_get_session_id (self->remote);
  now = kp_sdp_get_session_id (sdp);

  return g_str_equal (former, now);
}

static gboolean
check_offer (KpSession *self, const GstSDPMessage *sdp, gboolean inserted_mids, GError **error)
{
  if (self->negotiation != KP_NEGOTIATION_DONE || !self->settled)
    {
      g_set_error_literal (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_NEGOTIATION,
                           self->negotiation == KP_NEGOTIATION_ANSWERING
                               ? "the peer offers while its former offer is being answered"
                               : "the peer offers while our offer waits for its answer, which goes first");
      return FALSE;
    }
  if (inserted_mids != self->inserted_mids)
    {
      g_set_error_literal (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_NEGOTIATION,
                           "the peer's sections have other mids than before");
      return FALSE;
    }

  return kp_sdp_check_renewed (self->remote, sdp, self->setup, error)
         && kp_sections_check_offer (self->sections, self->settings, self->tracks, self->local, sdp, error);
}

static void
answer_made (KpConnection *connection, const GstStructure *reply, const GError *cause, gpointer user_data)
{
  KpSession *self = user_data;
  GError *error = NULL;
  GstSDPMessage *made = kp_negotiation_dup_made (reply, "answer", cause, &error);
  GstSDPMessage *sdp;

  if (made == NULL)
    {
      kp_session_fail (self, error);
      return;
    }

  kp_sdp_match_answer (made, self->remote);
  sdp = kp_sdp_renew (self->local, made, self->setup);
  gst_sdp_message_free (made);
  kp_sections_answer_fec (self->sections, self->settings, sdp, gst_sdp_message_medias_len (self->local),
                          self->remote);
  kp_sdp_fit_answer (sdp, self->remote);
  kp_sections_write_told (self->sections, sdp);
  kp_negotiation_apply_answer (self, sdp);
}

static void
answer_inputs (KpSession *self)
{
  forget_changes (self);
  kp_sections_follow (self->sections, self->settings, self->remote);
  if (!kp_negotiation_prepare_answer (self))
    return;

  kp_sections_calm (self->sections);
  kp_connection_create_answer (self->connection, answer_made);
}

static void
offer_applied (KpConnection *connection, const GstStructure *reply, const GError *cause, gpointer user_data)
{
  KpSession *self = user_data;

  if (cause)
    kp_session_fail (self, g_error_copy (cause));
  else
    kp_inputs_wait (self, answer_inputs);
}

void
kp_renegotiation_process_offer (KpSession *self, GstSDPMessage *sdp, gboolean inserted_mids, GTask *task)
{
  GError *error = NULL;

  if (!check_offer (self, sdp, inserted_mids, &error))
    {
      gst_sdp_message_free (sdp);
      kp_renegotiation_refuse (self, task, error);
      return;
    }

  self->task = task;
  self->negotiation = KP_NEGOTIATION_ANSWERING;
  kp_negotiation_take_remote (self, sdp);
  if (!kp_negotiation_apply_remote (self, GST_WEBRTC_SDP_TYPE_OFFER, offer_applied, &error))
    kp_session_fail (self, error);
}

/* ---- we offer ---- */

/* webrtcbin has not been given anything. Takes @error. */
static void
give_up_offer (KpSession *self, GError *error)
{
  self->negotiation = self->before;
  kp_renegotiation_refuse (self, g_steal_pointer (&self->task), error);
  tell_needed (self);
}

static void
offer_made (KpConnection *connection, const GstStructure *reply, const GError *cause, gpointer user_data)
{
  KpSession *self = user_data;
  GError *error = NULL;
  GstSDPMessage *made = kp_negotiation_dup_made (reply, "offer", cause, &error);
  guint n = gst_sdp_message_medias_len (self->local);
  GstSDPMessage *sdp;

  if (made && !kp_sections_check_made (self->sections, made, &error))
    g_clear_pointer (&made, gst_sdp_message_free);
  if (made == NULL)
    {
      give_up_offer (self, error);
      return;
    }

  sdp = kp_sdp_renew (self->local, made, "actpass");
  gst_sdp_message_free (made);
  for (guint i = n; self->settings->retransmission && i < gst_sdp_message_medias_len (sdp); i++)
    kp_sdp_renew_rtx (sdp, i, self->remote);
  kp_sections_offer_fec (self->sections, self->settings, sdp, n, self->remote);
  kp_sections_widen (self->sections, self->settings);
  kp_sections_write_told (self->sections, sdp);
  kp_negotiation_apply_local (self, GST_WEBRTC_SDP_TYPE_OFFER, sdp);
}

static void
offer_inputs (KpSession *self)
{
  GError *error = NULL;

  forget_changes (self);
  if (!kp_sections_prepare_further (self->sections, self->connection, self->settings, self->tracks,
                                    self->local, self->remote, &error))
    {
      give_up_offer (self, error);
      return;
    }
  kp_sections_calm (self->sections);
  kp_connection_create_offer (self->connection, offer_made);
}

/* Made again while it waits for its answer, which then is that of the last one. */
void
kp_renegotiation_generate_offer (KpSession *self, GTask *task)
{
  GError *error = NULL;

  if (self->negotiation != KP_NEGOTIATION_DONE && self->negotiation != KP_NEGOTIATION_HAVE_OFFER)
    g_set_error_literal (&error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_INVALID_STATE,
                         "another offer is being made or answered");
  else if (self->by_signaller && !kp_signaller_can_offer (self->signaller))
    g_set_error_literal (&error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_NEGOTIATION,
                         "this signalling has no offers of ours: pads come with the next offer of the peer");
  if (error || !kp_sections_check_offering (self->sections, self->connection, self->local, &error))
    {
      kp_renegotiation_refuse (self, task, error);
      return;
    }

  self->task = task;
  self->before = self->negotiation;
  self->negotiation = KP_NEGOTIATION_OFFERING;
  kp_inputs_wait (self, offer_inputs);
}
