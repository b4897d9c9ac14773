/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gstkurentopeer-private.h"

#include "gstkurentoerror.h"
#include "kp-codec.h"
#include "kp-config.h"

#define GST_CAT_DEFAULT gst_kurento_peer_debug

void
gst_kurento_peer_settings_init (GstKurentoPeerSettings *self)
{
  self->settings = kp_settings_new ();
  self->media_constraints = g_strdup (KP_DEFAULT_MEDIA_CONSTRAINTS);
  self->ice_transport_policy = GST_WEBRTC_ICE_TRANSPORT_POLICY_ALL;
  self->send_source = GST_KURENTO_SEND_SOURCE_AUTO;
  gst_kurento_peer_network_init (&self->network);
  self->auto_reconnect = TRUE;
}

void
gst_kurento_peer_settings_clear (GstKurentoPeerSettings *self)
{
  g_clear_pointer (&self->settings, kp_settings_free);
  g_clear_pointer (&self->media_constraints, g_free);
  g_clear_pointer (&self->window, g_free);
  g_clear_pointer (&self->configuration, g_free);
  g_clear_pointer (&self->data_channel_config, g_free);
  g_clear_pointer (&self->simulcast_layers, g_free);
  g_clear_pointer (&self->hark, g_free);
  g_clear_pointer (&self->stun_server, g_free);
  g_clear_pointer (&self->turn_server, g_free);
  gst_kurento_peer_network_clear (&self->network);
  g_clear_pointer (&self->signaller_uri, g_free);
  g_clear_error (&self->signaller_error);
}

static gboolean
has_view_locked (GstKurentoPeerPrivate *priv)
{
  for (guint i = 0; i < KP_N_VIEWS; i++)
    if (priv->view_sinks[i])
      return TRUE;

  return FALSE;
}

/* Which way media flows, and whether it is shown, also says whether a pipeline waits for our EOS and sends us one. */
void
gst_kurento_peer_set_mode_locked (GstKurentoPeer *self, GstKurentoPeerMode mode)
{
  GstKurentoPeerPrivate *priv = gst_kurento_peer_get_private (self);

  priv->settings.settings->mode = mode;
  GST_OBJECT_FLAG_UNSET (self, GST_ELEMENT_FLAG_SINK | GST_ELEMENT_FLAG_SOURCE);
  if (mode != GST_KURENTO_PEER_MODE_RECVONLY || has_view_locked (priv))
    GST_OBJECT_FLAG_SET (self, GST_ELEMENT_FLAG_SINK);
  if (mode != GST_KURENTO_PEER_MODE_SENDONLY)
    GST_OBJECT_FLAG_SET (self, GST_ELEMENT_FLAG_SOURCE);
}

/* What the texts say. Each step names the property in its error. */
static gboolean
read_ice (const GstKurentoPeerSettings *texts, KpIceConfig *ice, GError **error)
{
  if (!kp_config_parse_configuration ("configuration", texts->configuration, ice, error))
    return FALSE;

  if (texts->stun_server)
    {
      if (!kp_config_check_stun_server (texts->stun_server, error))
        {
          g_prefix_error (error, "stun-server: ");
          return FALSE;
        }
      g_free (ice->stun_server);
      ice->stun_server = g_strdup (texts->stun_server);
    }

  if (texts->turn_server)
    {
      if (!kp_config_check_turn_server (texts->turn_server, error))
        {
          g_prefix_error (error, "turn-server: ");
          return FALSE;
        }
      if (!ice->turn_servers)
        ice->turn_servers = g_ptr_array_new_with_free_func (g_free);
      g_ptr_array_add (ice->turn_servers, g_strdup (texts->turn_server));
    }

  if (texts->ice_transport_policy == GST_WEBRTC_ICE_TRANSPORT_POLICY_RELAY)
    ice->relay_only = TRUE;

  return TRUE;
}

static gboolean
check_codecs (const KpSettings *settings, KpMediaKind kind, GError **error)
{
  const gchar *preference = kind == KP_MEDIA_AUDIO ? settings->audio_codecs : settings->video_codecs;
  g_autoptr (GPtrArray) codecs = NULL;
  KpCodecUse use = 0;

  /* encoded media needs no encoder: the session looks for one when it is raw */
  if (settings->mode != GST_KURENTO_PEER_MODE_RECVONLY)
    use |= KP_CODEC_PAYLOAD;
  if (settings->mode != GST_KURENTO_PEER_MODE_SENDONLY)
    use |= kp_codec_use_for_output (settings->output);
  codecs = kp_codec_list (kind, preference, use, error);
  if (!codecs)
    g_prefix_error (error, "%s-codecs: ", kp_media_kind_to_string (kind));

  return codecs != NULL;
}

static gboolean
read_data_channel (const GstKurentoPeerSettings *texts, KpSettings *settings, GError **error)
{
  g_autofree gchar *label = g_strconcat ("WebRtcPeer-", settings->id, NULL);

  g_clear_pointer (&settings->data_channel, kp_data_config_free);
  settings->data_channel
      = kp_data_config_parse ("data-channel-config", texts->data_channel_config, label, error);

  return settings->data_channel != NULL;
}

/* The layers are checked in any case. */
static gboolean
read_simulcast (const GstKurentoPeerSettings *texts, KpSettings *settings, GError **error)
{
  g_autoptr (KpLadder) ladder = kp_ladder_parse ("simulcast-layers", texts->simulcast_layers, error);

  g_clear_pointer (&settings->ladder, kp_ladder_unref);
  if (ladder && texts->simulcast)
    settings->ladder = kp_ladder_ref (ladder);

  return ladder != NULL;
}

static gboolean
read_media_constraints (const GstKurentoPeerSettings *texts, KpSettings *settings, GError **error)
{
  KpConstraints **constraints = settings->constraints;

  for (guint i = 0; i < KP_N_MEDIA_KINDS; i++)
    g_clear_pointer (&constraints[i], kp_constraints_unref);
  if (!kp_config_parse_media_constraints ("media-constraints", texts->media_constraints,
                                          &constraints[KP_MEDIA_AUDIO], &constraints[KP_MEDIA_VIDEO], error))
    return FALSE;
  settings->audio = constraints[KP_MEDIA_AUDIO] != NULL;
  settings->video = constraints[KP_MEDIA_VIDEO] != NULL;

  return TRUE;
}

static gboolean
read_settings (const GstKurentoPeerSettings *texts, KpSettings *settings, GError **error)
{
  if (!read_media_constraints (texts, settings, error))
    return FALSE;
  if (!read_ice (texts, &settings->ice, error)
      || !gst_kurento_peer_network_read (&texts->network, settings, error)
      || !read_data_channel (texts, settings, error) || !read_simulcast (texts, settings, error)
      || !kp_speech_config_parse ("hark", texts->hark, &settings->hark, error))
    return FALSE;
  if (settings->audio && !check_codecs (settings, KP_MEDIA_AUDIO, error))
    return FALSE;
  if (settings->video && !check_codecs (settings, KP_MEDIA_VIDEO, error))
    return FALSE;

  return gst_kurento_peer_check_bitrates (settings, error);
}

static void
copy_texts_locked (const GstKurentoPeerSettings *from, GstKurentoPeerSettings *to)
{
  *to = *from;
  to->settings = kp_settings_copy (from->settings);
  to->media_constraints = g_strdup (from->media_constraints);
  to->window = g_strdup (from->window);
  to->configuration = g_strdup (from->configuration);
  to->data_channel_config = g_strdup (from->data_channel_config);
  to->simulcast_layers = g_strdup (from->simulcast_layers);
  to->hark = g_strdup (from->hark);
  to->stun_server = g_strdup (from->stun_server);
  to->turn_server = g_strdup (from->turn_server);
  gst_kurento_peer_network_copy (&from->network, &to->network);
  to->signaller_uri = g_strdup (from->signaller_uri);
  to->signaller_error = from->signaller_error ? g_error_copy (from->signaller_error) : NULL;
}

static gboolean
has_sink_pads_locked (GstKurentoPeerPrivate *priv)
{
  for (guint i = 0; i < priv->tracks->len; i++)
    if (((GstKurentoPeerTrack *)g_ptr_array_index (priv->tracks, i))->pad)
      return TRUE;

  return FALSE;
}

/* All that a session needs, or the first thing that is wrong with the properties. */
KpSettings *
gst_kurento_peer_read_settings (GstKurentoPeer *self, GError **error)
{
  GstKurentoPeerPrivate *priv = gst_kurento_peer_get_private (self);
  g_autoptr (KpSettings) settings = NULL;
  GstKurentoPeerSettings texts;
  gboolean has_sink_pads;
  gboolean has_data_pads;
  gboolean is_valid;

  GST_OBJECT_LOCK (self);
  copy_texts_locked (&priv->settings, &texts);
  has_sink_pads = has_sink_pads_locked (priv);
  has_data_pads = priv->data_sinks->len > 0;
  GST_OBJECT_UNLOCK (self);

  settings = kp_settings_copy (texts.settings);
  settings->data_channels |= has_data_pads;
  is_valid = read_settings (&texts, settings, error);
  if (is_valid)
    is_valid = gst_kurento_peer_check_views (self, settings, error);
  if (is_valid && texts.signaller_error)
    {
      g_propagate_error (error, g_steal_pointer (&texts.signaller_error));
      is_valid = FALSE;
    }
  if (is_valid && has_sink_pads && settings->mode == GST_KURENTO_PEER_MODE_RECVONLY)
    {
      g_set_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_INVALID_ARGUMENT,
                   "mode: recvonly sends nothing, but the element has sink pads");
      is_valid = FALSE;
    }
  gst_kurento_peer_settings_clear (&texts);

  return is_valid ? g_steal_pointer (&settings) : NULL;
}

static gboolean
check_not_frozen (GstKurentoPeer *self, const gchar *property, GError **error)
{
  GstKurentoPeerPrivate *priv = gst_kurento_peer_get_private (self);
  gboolean frozen;

  GST_OBJECT_LOCK (self);
  frozen = priv->settings.frozen;
  GST_OBJECT_UNLOCK (self);
  if (frozen)
    g_set_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_INVALID_STATE,
                 "%s can only be set in the states NULL and READY", property);

  return !frozen;
}

/**
 * gst_kurento_peer_set_configuration:
 * @self: a peer, below PAUSED
 * @json: (nullable): an `RTCConfiguration` as JSON, a `file://` URI of one, or %NULL for the default
 * @error: (nullable): return location for an error
 *
 * Sets #GstKurentoPeer:configuration after having checked it (kurento-utils: `configuration`).
 *
 * Returns: %TRUE when @json is valid; otherwise nothing is changed and @error is %GST_KURENTO_ERROR_INVALID_ARGUMENT,
 *   %GST_KURENTO_ERROR_NOT_SUPPORTED or %GST_KURENTO_ERROR_INVALID_STATE
 *
 * Since: 0.1
 */
gboolean
gst_kurento_peer_set_configuration (GstKurentoPeer *self, const gchar *json, GError **error)
{
  KpIceConfig ice = { NULL };
  gboolean is_valid;

  g_return_val_if_fail (GST_IS_KURENTO_PEER (self), FALSE);

  if (!check_not_frozen (self, "configuration", error))
    return FALSE;

  is_valid = kp_config_parse_configuration ("configuration", json, &ice, error);
  kp_ice_config_clear (&ice);
  if (is_valid)
    g_object_set (self, "configuration", json, NULL);

  return is_valid;
}

/**
 * gst_kurento_peer_set_media_constraints:
 * @self: a peer, below PAUSED
 * @json: (nullable): `MediaStreamConstraints` as JSON, a `file://` URI of them, or %NULL for the default
 * @error: (nullable): return location for an error
 *
 * Sets #GstKurentoPeer:media-constraints after having checked them (kurento-utils: `mediaConstraints`).
 *
 * Returns: %TRUE when @json is valid; otherwise nothing is changed and @error is %GST_KURENTO_ERROR_INVALID_ARGUMENT
 *   or %GST_KURENTO_ERROR_INVALID_STATE
 *
 * Since: 0.1
 */
gboolean
gst_kurento_peer_set_media_constraints (GstKurentoPeer *self, const gchar *json, GError **error)
{
  g_autoptr (KpConstraints) audio = NULL;
  g_autoptr (KpConstraints) video = NULL;

  g_return_val_if_fail (GST_IS_KURENTO_PEER (self), FALSE);

  if (!check_not_frozen (self, "media-constraints", error)
      || !kp_config_parse_media_constraints ("media-constraints", json, &audio, &video, error))
    return FALSE;

  g_object_set (self, "media-constraints", json, NULL);

  return TRUE;
}

/**
 * gst_kurento_peer_set_data_channel_config:
 * @self: a peer, below PAUSED
 * @json: (nullable): a `dataChannelConfig` as JSON, a `file://` URI of one, or %NULL for the default
 * @error: (nullable): return location for an error
 *
 * Sets #GstKurentoPeer:data-channel-config after having checked it (kurento-utils: `dataChannelConfig`).
 *
 * Returns: %TRUE when @json is valid; otherwise nothing is changed and @error is %GST_KURENTO_ERROR_INVALID_ARGUMENT
 *   or %GST_KURENTO_ERROR_INVALID_STATE
 *
 * Since: 0.1
 */
gboolean
gst_kurento_peer_set_data_channel_config (GstKurentoPeer *self, const gchar *json, GError **error)
{
  g_autoptr (KpDataConfig) config = NULL;

  g_return_val_if_fail (GST_IS_KURENTO_PEER (self), FALSE);

  if (!check_not_frozen (self, "data-channel-config", error))
    return FALSE;

  config = kp_data_config_parse ("data-channel-config", json, "", error);
  if (config)
    g_object_set (self, "data-channel-config", json, NULL);

  return config != NULL;
}

/**
 * gst_kurento_peer_set_signaller_uri:
 * @self: a peer, below PAUSED
 * @uri: (nullable): where and how to signal, or %NULL when the application does it
 * @error: (nullable): return location for an error
 *
 * Sets #GstKurentoPeer:signaller-uri and makes the signaller.
 *
 * Returns: %TRUE when there is a signaller for @uri, or @uri is %NULL
 *
 * Since: 0.1
 */
gboolean
gst_kurento_peer_set_signaller_uri (GstKurentoPeer *self, const gchar *uri, GError **error)
{
  GstKurentoPeerPrivate *priv;
  GError *failure = NULL;

  g_return_val_if_fail (GST_IS_KURENTO_PEER (self), FALSE);

  if (!check_not_frozen (self, "signaller-uri", error))
    return FALSE;

  priv = gst_kurento_peer_get_private (self);
  g_object_set (self, "signaller-uri", uri, NULL);
  GST_OBJECT_LOCK (self);
  if (priv->settings.signaller_error)
    failure = g_error_copy (priv->settings.signaller_error);
  GST_OBJECT_UNLOCK (self);
  if (failure)
    g_propagate_error (error, failure);

  return failure == NULL;
}
