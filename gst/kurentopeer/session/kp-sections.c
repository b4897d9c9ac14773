/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-sections-private.h"
#include "gstkurentoerror.h"
#include "kp-fec.h"
#include "kp-formats.h"
#include "kp-session-debug.h"

#define GST_CAT_DEFAULT kp_session_debug

KpTrack *
kp_track_new (KpMediaKind kind, GstElement *gate)
{
  KpTrack *self = g_new0 (KpTrack, 1);

  self->kind = kind;
  self->gate = gst_object_ref (gate);

  return self;
}

void
kp_track_free (KpTrack *self)
{
  gst_object_unref (self->gate);
  g_free (self);
}

void
kp_section_free (KpSection *self)
{
  g_clear_pointer (&self->track, kp_track_free);
  gst_clear_caps (&self->input_caps);
  g_clear_object (&self->sink_pad);
  g_clear_object (&self->transceiver);
  g_clear_pointer (&self->ladder, kp_ladder_unref);
  g_clear_pointer (&self->received_layers, g_strfreev);
  g_clear_object (&self->part);
  g_ptr_array_unref (self->senders);
  g_free (self);
}

GPtrArray *
kp_sections_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify)kp_section_free);
}

static const gchar *
settings_codecs (const KpSettings *settings, KpMediaKind kind)
{
  return kind == KP_MEDIA_AUDIO ? settings->audio_codecs : settings->video_codecs;
}

/* Those that the section can be of, best first. What comes encoded leaves no choice. */
GPtrArray *
kp_section_list_codecs (const KpSection *self, const KpSettings *settings, GError **error)
{
  gboolean sends = self->direction & KP_DIRECTION_SEND;
  KpCodecUse use = self->direction & KP_DIRECTION_RECV ? kp_codec_use_for_output (settings->output) : 0;

  if (sends && self->input.codec)
    return kp_codec_list_one (self->input.codec, use | KP_CODEC_PAYLOAD, error);

  return kp_codec_list (self->kind, settings_codecs (settings, self->kind),
                        sends ? use | KP_CODEC_ENCODE : use, error);
}

static GstWebRTCRTPTransceiverDirection
direction_to_webrtc (KpDirection direction)
{
  switch (direction)
    {
    case KP_DIRECTION_SENDRECV:
      return GST_WEBRTC_RTP_TRANSCEIVER_DIRECTION_SENDRECV;
    case KP_DIRECTION_SEND:
      return GST_WEBRTC_RTP_TRANSCEIVER_DIRECTION_SENDONLY;
    case KP_DIRECTION_RECV:
      return GST_WEBRTC_RTP_TRANSCEIVER_DIRECTION_RECVONLY;
    case KP_DIRECTION_INACTIVE:
    default:
      return GST_WEBRTC_RTP_TRANSCEIVER_DIRECTION_INACTIVE;
    }
}

KpSection *
kp_section_new (guint mline_index, KpMediaKind kind, KpDirection direction, const KpTrack *track)
{
  KpSection *self = g_new0 (KpSection, 1);

  self->mline_index = mline_index;
  self->kind = kind;
  self->direction = direction;
  self->senders = g_ptr_array_new_with_free_func (gst_object_unref);
  kp_degradation_init (&self->degradation, GST_KURENTO_DEGRADATION_PREFERENCE_BALANCED);
  if (track && direction & KP_DIRECTION_SEND)
    {
      g_autoptr (GstCaps) caps = NULL;

      self->track = kp_track_new (track->kind, track->gate);
      kp_gate_get_input (KP_GATE (track->gate), &self->input, &caps);
      if (self->input.codec)
        self->input_caps = g_steal_pointer (&caps);
    }
  /* never 0, and free of webrtcbin's special -1 */
  self->ssrc = g_random_int_range (1, G_MAXINT32);

  return self;
}

/* What the section offers or accepts; takes @caps. */
static void
section_set_preferences (KpSection *self, const KpSettings *settings, GstCaps *caps)
{
  caps = gst_caps_make_writable (caps);
  if (self->direction & KP_DIRECTION_SEND && self->ladder == NULL)
    gst_caps_set_simple (caps, "ssrc", G_TYPE_UINT, self->ssrc, NULL);
  kp_extensions_write (&self->extensions, caps);
  g_object_set (self->transceiver, "codec-preferences", caps, "do-nack",
                self->kind == KP_MEDIA_VIDEO && settings->retransmission, "fec-percentage", 0, NULL);
  gst_caps_unref (caps);
}

/* A section that sends is made by its pad, one that does not by its transceiver: webrtcbin 1.22 confuses the two
 * otherwise. Takes @caps. */
gboolean
kp_section_realize (KpSection *self, KpConnection *connection, const KpSettings *settings, GstCaps *caps,
                    GError **error)
{
  GstElement *webrtcbin = kp_connection_get_webrtcbin (connection);

  if (self->direction & KP_DIRECTION_SEND)
    {
      g_autofree gchar *name = g_strdup_printf ("sink_%u", self->mline_index);

      self->sink_pad = gst_element_request_pad_simple (webrtcbin, name);
      if (self->sink_pad)
        g_object_get (self->sink_pad, "transceiver", &self->transceiver, NULL);
    }
  else
    g_signal_emit_by_name (webrtcbin, "add-transceiver", direction_to_webrtc (self->direction), caps,
                           &self->transceiver);

  if (self->transceiver == NULL)
    {
      gst_caps_unref (caps);
      g_set_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_NEGOTIATION,
                   "webrtcbin did not take %s section %u", kp_media_kind_to_string (self->kind),
                   self->mline_index);
      return FALSE;
    }
  g_object_set (self->transceiver, "direction", direction_to_webrtc (self->direction), NULL);
  section_set_preferences (self, settings, caps);

  return TRUE;
}

guint
kp_sections_count_kind (GPtrArray *sections, KpMediaKind kind)
{
  guint n = 0;

  for (guint i = 0; i < sections->len; i++)
    n += ((KpSection *)g_ptr_array_index (sections, i))->kind == kind;

  return n;
}

guint
kp_sections_count_pads (GPtrArray *sections, KpMediaKind kind)
{
  guint n = 0;

  for (guint i = 0; i < sections->len; i++)
    {
      const KpSection *section = g_ptr_array_index (sections, i);

      if (section->kind == kind)
        n += kp_section_count_pads (section);
    }

  return n;
}

static gboolean
offer_section (GPtrArray *sections, KpConnection *connection, const KpSettings *settings, KpMediaKind kind,
               KpDirection direction, const KpTrack *track, GError **error)
{
  KpSection *section = kp_section_new (sections->len, kind, direction, track);
  g_autoptr (GPtrArray) codecs = NULL;

  section->index = kp_sections_count_pads (sections, kind);
  kp_connection_set_section (connection, section->mline_index, kind, section->index);
  g_ptr_array_add (sections, section);
  codecs = kp_section_list_codecs (section, settings, error);
  if (codecs == NULL)
    return FALSE;

  kp_extensions_choose (&section->extensions, kind, NULL, NULL);
  kp_section_offer_layers (section, settings);

  return kp_section_realize (section, connection, settings, kp_formats_offer (codecs, section->input_caps),
                             error);
}

gboolean
kp_sections_prepare_offer (GPtrArray *sections, KpConnection *connection, const KpSettings *settings,
                           GPtrArray *tracks, GError **error)
{
  static const KpMediaKind kinds[] = { KP_MEDIA_AUDIO, KP_MEDIA_VIDEO };

  for (guint i = 0; kp_settings_sends (settings) && i < tracks->len; i++)
    {
      const KpTrack *track = g_ptr_array_index (tracks, i);
      KpDirection direction
          = kp_settings_receives (settings, track->kind) ? KP_DIRECTION_SENDRECV : KP_DIRECTION_SEND;

      if (!offer_section (sections, connection, settings, track->kind, direction, track, error))
        return FALSE;
    }
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (kp_settings_receives (settings, kinds[i]) && kp_sections_count_kind (sections, kinds[i]) == 0
        && !offer_section (sections, connection, settings, kinds[i], KP_DIRECTION_RECV, NULL, error))
      return FALSE;

  return TRUE;
}

/* The @index-th track of @kind, borrowed. */
static const KpTrack *
find_track (GPtrArray *tracks, KpMediaKind kind, guint index)
{
  for (guint i = 0; i < tracks->len; i++)
    {
      const KpTrack *track = g_ptr_array_index (tracks, i);

      if (track->kind == kind && index-- == 0)
        return track;
    }

  return NULL;
}

/* Whether the session is up: its first sections are settled. */
static gboolean
is_further (GPtrArray *sections)
{
  for (guint i = 0; i < sections->len; i++)
    if (((KpSection *)g_ptr_array_index (sections, i))->is_settled)
      return TRUE;

  return FALSE;
}

/* The track of the next section of @kind, borrowed: by position; of one that comes later, the first that is in none. */
static const KpTrack *
choose_track (GPtrArray *sections, GPtrArray *tracks, KpMediaKind kind)
{
  if (!is_further (sections))
    return find_track (tracks, kind, kp_sections_count_kind (sections, kind));

  for (guint i = 0; i < tracks->len; i++)
    {
      const KpTrack *track = g_ptr_array_index (tracks, i);

      if (track->kind == kind && !kp_sections_has_track (sections, track->gate))
        return track;
    }

  return NULL;
}

/* What we can do of what the peer wants. */
static KpDirection
answer_direction (const GstSDPMedia *media, KpMediaKind kind, const KpSettings *settings,
                  const KpTrack *track)
{
  KpDirection theirs = kp_sdp_media_get_direction (media);
  KpDirection ours = KP_DIRECTION_INACTIVE;

  if (theirs & KP_DIRECTION_RECV && track && kp_settings_sends (settings))
    ours |= KP_DIRECTION_SEND;
  if (theirs & KP_DIRECTION_SEND && kp_settings_receives (settings, kind))
    ours |= KP_DIRECTION_RECV;

  return ours;
}

/* Falls back to an inactive section when there is no common codec; then @codec_error says why. */
static GstCaps *
choose_answer (KpSection *section, const GstSDPMedia *media, const KpSettings *settings, GError **codec_error)
{
  g_autoptr (GPtrArray) codecs = NULL;
  GstCaps *caps = NULL;

  codecs = kp_section_list_codecs (section, settings, codec_error);
  if (codecs)
    caps = kp_formats_choose (media, codecs, section->input_caps, &section->codec, &section->payload_type,
                              codec_error);
  if (caps == NULL)
    {
      section->direction = KP_DIRECTION_INACTIVE;
      g_clear_pointer (&section->track, kp_track_free);
      caps = kp_formats_first (media);
    }

  return caps;
}

/* Its source pads: by position, or, later on, the first ones that no section receives for. */
static void
choose_pads (KpSection *section, GPtrArray *sections)
{
  section->index = 0;
  if (!is_further (sections))
    section->index = kp_sections_count_pads (sections, section->kind);
  else
    while (kp_sections_has_pads_of (sections, section))
      section->index++;
}

static gboolean
answer_section (GPtrArray *sections, KpConnection *connection, const KpSettings *settings, GPtrArray *tracks,
                const GstSDPMedia *media, guint mline_index, KpMediaKind kind, GError **codec_error,
                GError **error)
{
  const KpTrack *track = choose_track (sections, tracks, kind);
  g_autoptr (KpSection) owned
      = kp_section_new (mline_index, kind, answer_direction (media, kind, settings, track), track);
  KpSection *section = owned;
  GstCaps *caps;

  caps = choose_answer (section, media, settings, codec_error);
  if (caps == NULL)
    {
      g_set_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_INVALID_ARGUMENT,
                   "%s section %u has no format", kp_media_kind_to_string (kind), mline_index);
      return FALSE;
    }
  kp_extensions_read (&section->extensions, media);
  kp_section_answer_layers (section, settings, media);
  choose_pads (section, sections);
  kp_connection_set_section (connection, mline_index, kind, section->index);
  kp_section_receive_layers (section, connection, media);
  g_ptr_array_add (sections, g_steal_pointer (&owned));

  return kp_section_realize (section, connection, settings, caps, error);
}

/* Something to send or to receive; or at least a data channel. */
static gboolean
check_any_active (GPtrArray *sections, const GstSDPMessage *offer, GError **codec_error, GError **error)
{
  for (guint i = 0; i < sections->len; i++)
    if (((KpSection *)g_ptr_array_index (sections, i))->direction != KP_DIRECTION_INACTIVE)
      return TRUE;
  for (guint i = 0; i < gst_sdp_message_medias_len (offer); i++)
    if (kp_sdp_media_is_data_channel (gst_sdp_message_get_media (offer, i)))
      return TRUE;
  if (*codec_error == NULL)
    return TRUE;

  g_propagate_error (error, g_steal_pointer (codec_error));

  return FALSE;
}

gboolean
kp_sections_prepare_answer (GPtrArray *sections, KpConnection *connection, const KpSettings *settings,
                            GPtrArray *tracks, const GstSDPMessage *offer, GError **missing, GError **error)
{
  for (guint i = 0; i < gst_sdp_message_medias_len (offer); i++)
    {
      const GstSDPMedia *media = gst_sdp_message_get_media (offer, i);
      g_autoptr (GError) cause = NULL;
      KpMediaKind kind;

      if (!kp_sdp_media_get_kind (media, &kind) || kp_sdp_media_is_rejected (offer, i)
          || kp_sections_find (sections, i))
        continue;
      if (!answer_section (sections, connection, settings, tracks, media, i, kind, &cause, error))
        return FALSE;
      if (cause)
        {
          GST_WARNING ("section %u stays inactive: %s", i, cause->message);
          g_clear_error (missing);
          g_propagate_error (missing, g_steal_pointer (&cause));
        }
    }

  return check_any_active (sections, offer, missing, error);
}

static gboolean
is_rejected (const KpSection *section, const GstSDPMessage *answer)
{
  const GstSDPMedia *media = gst_sdp_message_get_media (answer, section->mline_index);

  return kp_sdp_media_is_rejected (answer, section->mline_index)
         || !(kp_sdp_media_get_direction (media) & KP_DIRECTION_RECV);
}

/* A peer without the codec rejects the section, or answers with an inactive one. */
static void
stop_sending (KpSection *section, const GstSDPMessage *answer, GError **missing)
{
  const GstSDPMedia *media = gst_sdp_message_get_media (answer, section->mline_index);

  if (section->direction & KP_DIRECTION_SEND && section->input.codec && *missing == NULL
      && (kp_sdp_media_is_rejected (answer, section->mline_index)
          || kp_sdp_media_get_direction (media) == KP_DIRECTION_INACTIVE))
    g_set_error (missing, GST_KURENTO_ERROR, GST_KURENTO_ERROR_NEGOTIATION,
                 "the peer does not take the %s: %s brings %s", kp_media_kind_to_string (section->kind),
                 GST_OBJECT_NAME (section->track->gate), section->input.codec->name);
  section->direction &= ~KP_DIRECTION_SEND;
}

/* The answer's order decides, whatever ours was. */
static gboolean
choose_sent (KpSection *section, const KpSettings *settings, const GstSDPMedia *media, GError **error)
{
  g_autoptr (GPtrArray) codecs = NULL;
  g_autoptr (GPtrArray) ordered = NULL;
  g_autoptr (GstCaps) caps = NULL;

  codecs = section->input.codec ? kp_codec_list_one (section->input.codec, KP_CODEC_PAYLOAD, error)
                                : kp_codec_list (section->kind, settings_codecs (settings, section->kind),
                                                 KP_CODEC_ENCODE, error);
  if (codecs == NULL)
    return FALSE;

  ordered = kp_formats_list_in_order (media, codecs, section->input_caps);
  caps = kp_formats_choose (media, ordered->len ? ordered : codecs, section->input_caps, &section->codec,
                            &section->payload_type, error);

  return caps != NULL;
}

gboolean
kp_sections_take_answer (GPtrArray *sections, KpConnection *connection, const KpSettings *settings,
                         const GstSDPMessage *answer, GError **missing, GError **error)
{
  for (guint i = 0; i < sections->len; i++)
    {
      KpSection *section = g_ptr_array_index (sections, i);
      const GstSDPMedia *media = gst_sdp_message_get_media (answer, section->mline_index);

      if (section->is_settled)
        continue;
      kp_section_receive_layers (section, connection, media);
      if (is_rejected (section, answer))
        stop_sending (section, answer, missing);
      if (!(section->direction & KP_DIRECTION_SEND))
        continue;
      if (!choose_sent (section, settings, media, error))
        return FALSE;
      kp_extensions_read (&section->extensions, media);
      kp_section_take_layers (section, media);
    }

  return TRUE;
}

gboolean
kp_sections_check_inputs (GPtrArray *sections, GError **error)
{
  for (guint i = 0; i < sections->len; i++)
    {
      const KpSection *section = g_ptr_array_index (sections, i);
      g_autoptr (GstCaps) caps = NULL;
      KpInput input;

      if (section->track == NULL || !kp_gate_get_input (KP_GATE (section->track->gate), &input, &caps)
          || input.codec == section->input.codec)
        continue;
      g_set_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_NEGOTIATION,
                   "what comes to %s, %s, was not known in time", GST_OBJECT_NAME (section->track->gate),
                   input.codec ? input.codec->name : "raw media");
      return FALSE;
    }

  return TRUE;
}
