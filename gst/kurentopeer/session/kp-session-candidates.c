/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ICE candidates of a session: the peer's wait for its description, ours for being told. */
#include "kp-session-private.h"
#include "gstkurentoerror.h"
#include "kp-session-debug.h"

#define GST_CAT_DEFAULT kp_session_debug

/* More than any honest peer has. */
#define MAX_CANDIDATES 200

void
kp_waiting_candidate_free (KpWaitingCandidate *self)
{
  g_clear_pointer (&self->candidate, kp_candidate_free);
  g_clear_object (&self->task);
  g_free (self);
}

/* All sections share one transport: webrtcbin would keep a candidate for another than the first for ever. */
void
kp_candidates_use (KpSession *self, const gchar *candidate)
{
  KpCandidateUse use;

  if (!kp_candidate_classify (candidate, &use, NULL))
    return;

  if (use == KP_CANDIDATE_USABLE && kp_network_config_allows (&self->settings->network, candidate))
    kp_connection_add_candidate (self->connection, kp_sdp_get_transport_index (self->remote), candidate);
  else if (use == KP_CANDIDATE_MDNS)
    kp_mdns_resolve (self, candidate);
  else
    GST_DEBUG ("not used: candidate of kind %d", use);
}

void
kp_candidates_add_remote (KpSession *self, KpCandidate *candidate, GTask *task)
{
  KpWaitingCandidate *waiting;
  KpCandidateUse use;
  GError *error = NULL;

  if (!kp_candidate_classify (candidate->candidate, &use, &error))
    g_prefix_error (&error, "candidate: ");
  else if (self->remote_candidates->len >= MAX_CANDIDATES)
    error = g_error_new (GST_KURENTO_ERROR, GST_KURENTO_ERROR_INVALID_ARGUMENT,
                         "candidate: the peer sent more than %d of them", MAX_CANDIDATES);
  if (error)
    {
      GST_WARNING ("%s", error->message);
      kp_candidate_free (candidate);
      kp_session_return_error (self, task, error);
      return;
    }

  waiting = g_new0 (KpWaitingCandidate, 1);
  waiting->candidate = candidate;
  waiting->task = task;
  g_ptr_array_add (self->remote_candidates, waiting);
  if (self->remote_set)
    kp_candidates_flush_remote (self);
}

void
kp_candidates_flush_remote (KpSession *self)
{
  for (guint i = 0; i < self->remote_candidates->len; i++)
    {
      KpWaitingCandidate *waiting = g_ptr_array_index (self->remote_candidates, i);

      kp_candidates_use (self, waiting->candidate->candidate);
      kp_session_return_boolean (self, g_steal_pointer (&waiting->task));
    }
  g_ptr_array_set_size (self->remote_candidates, 0);
}

void
kp_candidates_drop_described (KpSession *self, GstSDPMessage *sdp)
{
  for (guint i = 0; i < gst_sdp_message_medias_len (sdp); i++)
    {
      GstSDPMedia *media = (GstSDPMedia *)gst_sdp_message_get_media (sdp, i);

      for (guint j = gst_sdp_media_attributes_len (media); j > 0; j--)
        {
          const GstSDPAttribute *attribute = gst_sdp_media_get_attribute (media, j - 1);

          if (g_str_equal (attribute->key, "candidate") && attribute->value
              && !kp_network_config_allows (&self->settings->network, attribute->value))
            gst_sdp_media_remove_attribute (media, j - 1);
        }
    }
}

static gchar *
local_candidates_to_json (KpSession *self)
{
  g_autoptr (JsonNode) root = json_node_new (JSON_NODE_ARRAY);
  g_autoptr (JsonArray) array = json_array_new ();

  for (guint i = 0; i < self->local_candidates->len; i++)
    json_array_add_element (array, kp_candidate_to_json (g_ptr_array_index (self->local_candidates, i)));
  json_node_set_array (root, array);

  return json_to_string (root, FALSE);
}

/* No other host can reach a link-local address without a scope that it does not know. */
static gboolean
is_tellable (const gchar *candidate)
{
  return *candidate && strstr (candidate, " fe80:") == NULL && strstr (candidate, " FE80:") == NULL;
}

/* Several addresses of the machine may be one to the outside. */
static gboolean
is_known (KpSession *self, const gchar *candidate)
{
  for (guint i = 0; i < self->local_candidates->len; i++)
    {
      const KpCandidate *known = g_ptr_array_index (self->local_candidates, i);

      if (kp_candidate_leads_to_same (known->candidate, candidate))
        return TRUE;
    }

  return FALSE;
}

void
kp_candidates_add_local (KpSession *self, const gchar *gathered, guint mline_index)
{
  g_autofree gchar *candidate = kp_network_config_announce (&self->settings->network, gathered);
  const GstSDPMedia *media;

  if (self->local == NULL || !is_tellable (gathered)
      || !kp_network_config_allows (&self->settings->network, gathered) || is_known (self, candidate)
      || mline_index >= gst_sdp_message_medias_len (self->local))
    return;

  media = gst_sdp_message_get_media (self->local, mline_index);
  g_ptr_array_add (self->local_candidates,
                   kp_candidate_new (candidate, mline_index, kp_sdp_media_get_mid (media)));
  kp_sdp_add_candidate (self->local, mline_index, candidate);
  g_free (self->status.local_candidates);
  self->status.local_candidates = local_candidates_to_json (self);
  g_free (self->status.local_description);
  self->status.local_description = kp_session_dup_local_text (self);
  kp_session_tell_status (self);
  kp_candidates_tell_local (self);
}

gboolean
kp_candidates_check_gathered (KpSession *self, GError **error)
{
  g_autofree gchar *reason = NULL;

  if (self->local_candidates->len > 0)
    return TRUE;

  reason = kp_network_config_explain (&self->settings->network);
  g_set_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_ICE, "there is no address to be reached at: %s%s",
               reason, self->settings->ice.relay_only ? "; and only relays of TURN servers are told" : "");

  return FALSE;
}

/* In order, and not before the description that they belong to. */
void
kp_candidates_tell_local (KpSession *self)
{
  for (; self->local_out && self->local_candidates_told < self->local_candidates->len;
       self->local_candidates_told++)
    {
      const KpCandidate *candidate = g_ptr_array_index (self->local_candidates, self->local_candidates_told);

      kp_session_emit (self, KP_EVENT_ICE_CANDIDATE, candidate->candidate, candidate->sdp_mline_index,
                       candidate->sdp_mid);
      if (self->by_signaller && self->local_candidates_told >= self->local_candidates_sent)
        gst_kurento_signaller_send_candidate (self->signaller, candidate->candidate,
                                              candidate->sdp_mline_index, candidate->sdp_mid);
    }
}

void
kp_candidates_reset (KpSession *self)
{
  g_autoptr (GPtrArray) waiting = g_steal_pointer (&self->remote_candidates);

  self->remote_candidates = g_ptr_array_new_with_free_func ((GDestroyNotify)kp_waiting_candidate_free);
  for (guint i = 0; i < waiting->len; i++)
    {
      KpWaitingCandidate *candidate = g_ptr_array_index (waiting, i);

      kp_session_return_error (
          self, g_steal_pointer (&candidate->task),
          kp_session_new_end_error (self, "the connection ended before the candidate was used"));
    }
  kp_mdns_give_up (self);
  g_ptr_array_set_size (self->local_candidates, 0);
  self->local_candidates_told = 0;
  self->local_candidates_sent = 0;
}
