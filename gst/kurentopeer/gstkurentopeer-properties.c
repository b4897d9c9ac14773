/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gstkurentopeer-private.h"

#include "gstkurentoenumtypes.h"
#include "kp-config.h"

#define GST_CAT_DEFAULT gst_kurento_peer_debug

enum
{
  PROP_0,
  PROP_MODE,
  PROP_ID,
  PROP_CONFIGURATION,
  PROP_STUN_SERVER,
  PROP_TURN_SERVER,
  PROP_ICE_TRANSPORT_POLICY,
  PROP_VIDEO_CODECS,
  PROP_AUDIO_CODECS,
  PROP_SIMULCAST,
  PROP_SIMULCAST_LAYERS,
  PROP_SIMULCAST_PADS,
  PROP_LATENCY,
  PROP_REPAIR, /* the first of two */
  PROP_OUTPUT = PROP_REPAIR + GST_KURENTO_PEER_N_REPAIR,
  PROP_DATA_CHANNELS,
  PROP_DATA_CHANNEL_CONFIG,
  PROP_HARK,
  PROP_SIGNALLER_URI,
  PROP_SIGNALLER,
  PROP_POST_DATA_MESSAGES,
  PROP_STATS_INTERVAL,
  PROP_ENABLED,
  PROP_AUDIO_ENABLED,
  PROP_VIDEO_ENABLED,
  PROP_NETWORK, /* the first of several */
  PROP_BITRATE = PROP_NETWORK + GST_KURENTO_PEER_N_NETWORK, /* the first of several */
  PROP_CAPTURE = PROP_BITRATE + GST_KURENTO_PEER_N_BITRATE, /* the first of several */
  PROP_VIEW = PROP_CAPTURE + GST_KURENTO_PEER_N_CAPTURE, /* the first, as GstKurentoPeerViewId counts them */
  PROP_STATUS = PROP_VIEW + KP_N_VIEWS, /* the first of many */
  N_PROPS = PROP_STATUS + GST_KURENTO_PEER_N_STATUS,
};

static GParamSpec *props[N_PROPS];

static void
take_string (gchar **field, const GValue *value)
{
  g_free (*field);
  *field = g_value_dup_string (value);
}

/* FALSE: not one of the settings that a session copies. */
static gboolean
set_setting_locked (GstKurentoPeer *self, guint prop_id, const GValue *value)
{
  GstKurentoPeerSettings *texts = &gst_kurento_peer_get_private (self)->settings;
  KpSettings *settings = texts->settings;

  switch (prop_id)
    {
    case PROP_MODE:
      gst_kurento_peer_set_mode_locked (self, g_value_get_enum (value));
      return TRUE;
    case PROP_CONFIGURATION:
      take_string (&texts->configuration, value);
      return TRUE;
    case PROP_DATA_CHANNEL_CONFIG:
      take_string (&texts->data_channel_config, value);
      return TRUE;
    case PROP_HARK:
      take_string (&texts->hark, value);
      return TRUE;
    case PROP_STUN_SERVER:
      take_string (&texts->stun_server, value);
      return TRUE;
    case PROP_TURN_SERVER:
      take_string (&texts->turn_server, value);
      return TRUE;
    case PROP_ICE_TRANSPORT_POLICY:
      texts->ice_transport_policy = g_value_get_enum (value);
      return TRUE;
    case PROP_VIDEO_CODECS:
      take_string (&settings->video_codecs, value);
      return TRUE;
    case PROP_AUDIO_CODECS:
      take_string (&settings->audio_codecs, value);
      return TRUE;
    case PROP_LATENCY:
      settings->latency = g_value_get_uint (value);
      return TRUE;
    case PROP_OUTPUT:
      settings->output = g_value_get_enum (value);
      return TRUE;
    case PROP_SIMULCAST_PADS:
      settings->simulcast_pads = g_value_get_boolean (value);
      return TRUE;
    case PROP_DATA_CHANNELS:
      settings->data_channels = g_value_get_boolean (value);
      return TRUE;
    default:
      return gst_kurento_peer_set_repair (settings, prop_id - PROP_REPAIR, value);
    }
}

/* The others: some may always be set, or only once. */
static void
set_other_locked (GstKurentoPeer *self, guint prop_id, const GValue *value)
{
  GstKurentoPeerPrivate *priv = gst_kurento_peer_get_private (self);
  GstKurentoPeerSettings *texts = &priv->settings;

  if (prop_id == PROP_SIMULCAST)
    texts->simulcast = g_value_get_boolean (value);
  else if (prop_id == PROP_SIMULCAST_LAYERS)
    take_string (&texts->simulcast_layers, value);
  else if (prop_id == PROP_POST_DATA_MESSAGES)
    texts->post_data_messages = g_value_get_boolean (value);
  else if (prop_id == PROP_STATS_INTERVAL)
    {
      texts->stats_interval = g_value_get_uint (value);
      if (priv->session)
        kp_session_set_stats_interval (priv->session, texts->stats_interval);
    }
  else if (prop_id >= PROP_NETWORK && prop_id < PROP_BITRATE)
    gst_kurento_peer_set_network_locked (self, prop_id - PROP_NETWORK, value);
  else if (prop_id >= PROP_BITRATE && prop_id < PROP_CAPTURE)
    gst_kurento_peer_set_bitrate_locked (self, prop_id - PROP_BITRATE, value);
  else if (prop_id >= PROP_CAPTURE && prop_id < PROP_VIEW)
    gst_kurento_peer_set_capture_locked (self, prop_id - PROP_CAPTURE, value);
  else if (prop_id == PROP_STATUS + GST_KURENTO_PEER_STATUS_PEER_CONNECTION)
    gst_kurento_peer_set_peer_connection_locked (self, g_value_get_object (value));
  else if (prop_id == PROP_ID && g_value_get_string (value) && *g_value_get_string (value))
    take_string (&texts->settings->id, value);
}

/* One property, or two, are of several: they change together. */
static void
set_enabled (GstKurentoPeer *self, guint prop_id, gboolean enabled)
{
  g_object_freeze_notify (G_OBJECT (self));
  if (prop_id != PROP_VIDEO_ENABLED)
    gst_kurento_peer_set_enabled (self, KP_MEDIA_AUDIO, enabled);
  if (prop_id != PROP_AUDIO_ENABLED)
    gst_kurento_peer_set_enabled (self, KP_MEDIA_VIDEO, enabled);
  for (guint i = PROP_ENABLED; i <= PROP_VIDEO_ENABLED; i++)
    if (i != prop_id)
      g_object_notify_by_pspec (G_OBJECT (self), props[i]);
  g_object_thaw_notify (G_OBJECT (self));
}

static void
gst_kurento_peer_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  GstKurentoPeer *self = GST_KURENTO_PEER (object);
  gboolean frozen;

  if (!(pspec->flags & G_PARAM_WRITABLE))
    {
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
      return;
    }

  GST_OBJECT_LOCK (self);
  frozen = gst_kurento_peer_get_private (self)->settings.frozen && (pspec->flags & GST_PARAM_MUTABLE_READY);
  if (!frozen && !set_setting_locked (self, prop_id, value))
    set_other_locked (self, prop_id, value);
  GST_OBJECT_UNLOCK (self);

  if (frozen)
    GST_ELEMENT_WARNING (self, RESOURCE, SETTINGS, (NULL),
                         ("%s can only be set in the states NULL and READY", pspec->name));
  else if (prop_id == PROP_SIGNALLER_URI)
    gst_kurento_peer_take_signaller_uri (self, g_value_get_string (value));
  else if (prop_id == PROP_SIGNALLER)
    gst_kurento_peer_set_signaller (self, g_value_get_object (value));
  else if (prop_id == PROP_ENABLED || prop_id == PROP_AUDIO_ENABLED || prop_id == PROP_VIDEO_ENABLED)
    set_enabled (self, prop_id, g_value_get_boolean (value));
  else if (prop_id >= PROP_VIEW && prop_id < PROP_STATUS)
    gst_kurento_peer_set_view_sink (self, prop_id - PROP_VIEW, g_value_get_object (value));
}

static gboolean
get_setting_locked (const KpSettings *settings, guint prop_id, GValue *value)
{
  switch (prop_id)
    {
    case PROP_MODE:
      g_value_set_enum (value, settings->mode);
      return TRUE;
    case PROP_ID:
      g_value_set_string (value, settings->id);
      return TRUE;
    case PROP_VIDEO_CODECS:
      g_value_set_string (value, settings->video_codecs);
      return TRUE;
    case PROP_AUDIO_CODECS:
      g_value_set_string (value, settings->audio_codecs);
      return TRUE;
    case PROP_LATENCY:
      g_value_set_uint (value, settings->latency);
      return TRUE;
    case PROP_OUTPUT:
      g_value_set_enum (value, settings->output);
      return TRUE;
    case PROP_SIMULCAST_PADS:
      g_value_set_boolean (value, settings->simulcast_pads);
      return TRUE;
    case PROP_DATA_CHANNELS:
      g_value_set_boolean (value, settings->data_channels);
      return TRUE;
    default:
      return gst_kurento_peer_get_repair (settings, prop_id - PROP_REPAIR, value);
    }
}

static gboolean
get_text_locked (const GstKurentoPeerSettings *texts, guint prop_id, GValue *value)
{
  switch (prop_id)
    {
    case PROP_CONFIGURATION:
      g_value_set_string (value, texts->configuration);
      return TRUE;
    case PROP_DATA_CHANNEL_CONFIG:
      g_value_set_string (value, texts->data_channel_config);
      return TRUE;
    case PROP_SIMULCAST:
      g_value_set_boolean (value, texts->simulcast);
      return TRUE;
    case PROP_SIMULCAST_LAYERS:
      g_value_set_string (value, texts->simulcast_layers);
      return TRUE;
    case PROP_HARK:
      g_value_set_string (value, texts->hark);
      return TRUE;
    case PROP_STUN_SERVER:
      g_value_set_string (value, texts->stun_server);
      return TRUE;
    case PROP_TURN_SERVER:
      g_value_set_string (value, texts->turn_server);
      return TRUE;
    case PROP_ICE_TRANSPORT_POLICY:
      g_value_set_enum (value, texts->ice_transport_policy);
      return TRUE;
    case PROP_POST_DATA_MESSAGES:
      g_value_set_boolean (value, texts->post_data_messages);
      return TRUE;
    case PROP_STATS_INTERVAL:
      g_value_set_uint (value, texts->stats_interval);
      return TRUE;
    case PROP_SIGNALLER_URI:
      g_value_set_string (value, texts->signaller_uri);
      return TRUE;
    case PROP_ENABLED:
      g_value_set_boolean (value, !texts->disabled[KP_MEDIA_AUDIO] && !texts->disabled[KP_MEDIA_VIDEO]);
      return TRUE;
    case PROP_AUDIO_ENABLED:
      g_value_set_boolean (value, !texts->disabled[KP_MEDIA_AUDIO]);
      return TRUE;
    case PROP_VIDEO_ENABLED:
      g_value_set_boolean (value, !texts->disabled[KP_MEDIA_VIDEO]);
      return TRUE;
    default:
      return FALSE;
    }
}

static void
gst_kurento_peer_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  GstKurentoPeer *self = GST_KURENTO_PEER (object);
  GstKurentoPeerPrivate *priv = gst_kurento_peer_get_private (self);
  gboolean found;

  if (prop_id == PROP_STATUS + GST_KURENTO_PEER_STATUS_DATA_CHANNEL)
    {
      g_value_take_object (value, gst_kurento_peer_dup_data_channel (self));
      return;
    }
  if (prop_id == PROP_STATUS + GST_KURENTO_PEER_STATUS_LOCAL_STREAM)
    {
      g_value_take_object (value, gst_kurento_peer_dup_local_stream (self, NULL));
      return;
    }

  if (prop_id == PROP_SIGNALLER)
    {
      g_value_take_object (value, gst_kurento_peer_dup_signaller (self));
      return;
    }

  GST_OBJECT_LOCK (self);
  found
      = get_setting_locked (priv->settings.settings, prop_id, value)
        || get_text_locked (&priv->settings, prop_id, value)
        || (prop_id >= PROP_NETWORK
            && gst_kurento_peer_get_network_locked (self, prop_id - PROP_NETWORK, value))
        || (prop_id >= PROP_BITRATE
            && gst_kurento_peer_get_bitrate_locked (self, prop_id - PROP_BITRATE, value))
        || (prop_id >= PROP_CAPTURE
            && gst_kurento_peer_get_capture_locked (self, prop_id - PROP_CAPTURE, value))
        || (prop_id >= PROP_VIEW && gst_kurento_peer_get_view_sink_locked (self, prop_id - PROP_VIEW, value))
        || (prop_id >= PROP_STATUS
            && gst_kurento_peer_get_status_locked (self, prop_id - PROP_STATUS, value));
  GST_OBJECT_UNLOCK (self);

  if (!found)
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

#define SETTING (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY)
#define ALWAYS (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING)

static GParamSpec *
mode_spec (GstKurentoPeerMode mode, GParamFlags flags)
{
  return g_param_spec_enum ("mode", "Mode",
                            "Which way media flows (kurento-utils: mode, its sendRecv, send and recv)",
                            GST_TYPE_KURENTO_PEER_MODE, mode, flags);
}

/* A subclass of one mode shows it, and lets nobody change it. */
void
gst_kurento_peer_install_fixed_mode (GObjectClass *klass, GstKurentoPeerMode mode)
{
  klass->get_property = gst_kurento_peer_get_property;
  g_object_class_install_property (klass, PROP_MODE,
                                   mode_spec (mode, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
}

static void
make_media_specs (void)
{
  props[PROP_VIDEO_CODECS] = g_param_spec_string ("video-codecs", "Video codecs",
                                                  "Video codecs by their RTP names in order of preference, "
                                                  "separated by commas, e.g. VP8,H264; NULL: all that can be "
                                                  "encoded or decoded here",
                                                  NULL, SETTING);
  props[PROP_AUDIO_CODECS] = g_param_spec_string ("audio-codecs", "Audio codecs",
                                                  "Audio codecs by their RTP names in order of preference, "
                                                  "separated by commas, e.g. OPUS,PCMU,PCMA; NULL: all that "
                                                  "can be encoded or decoded here",
                                                  NULL, SETTING);
  props[PROP_LATENCY] = g_param_spec_uint (
      "latency", "Latency", "How long received packets wait for late ones (jitter buffer), in ms", 0, 10000,
      60, SETTING);
  props[PROP_OUTPUT] = g_param_spec_enum (
      "output", "Output",
      "What the source pads give: decoded media, encoded media that can be recorded as it is, or RTP packets",
      GST_TYPE_KURENTO_OUTPUT, GST_KURENTO_OUTPUT_RAW, SETTING);
}

static void
make_simulcast_specs (void)
{
  props[PROP_SIMULCAST] = g_param_spec_boolean (
      "simulcast", "Simulcast",
      "Whether raw video is sent in the sizes of simulcast-layers at once, of which the peer, if it can, "
      "chooses, and whether our offers ask for layers of these names where none are sent (kurento-utils: "
      "options.simulcast)",
      FALSE, SETTING);
  props[PROP_SIMULCAST_LAYERS] = g_param_spec_string (
      "simulcast-layers", "Simulcast layers",
      "What simulcast sends, or asks for by name: a list of RTCRtpEncodingParameters as JSON, preferred ones "
      "first (rid, "
      "scaleResolutionDownBy, maxFramerate, maxBitrate in bit/s, active), or file:///x.json that holds it; "
      "NULL: h, m and l, scaled down by 1, 2 and 4",
      NULL, SETTING);
  props[PROP_SIMULCAST_PADS] = g_param_spec_boolean (
      "simulcast-pads", "Simulcast pads",
      "Whether each layer of a simulcast that the peer sends comes out of a source pad of its own, numbered "
      "in "
      "the order of a=simulcast, its rid in the tags of its stream; else the largest that comes, out of one "
      "(kurento-utils has nothing like it)",
      FALSE, SETTING);
}

static void
make_connection_specs (void)
{
  props[PROP_CONFIGURATION] = g_param_spec_string ("configuration", "Configuration",
                                                   "RTCConfiguration as JSON: iceServers (urls a string or a "
                                                   "list, username, credential), iceTransportPolicy, "
                                                   "bundlePolicy, or file:///x.json that holds it; NULL: no "
                                                   "servers (kurento-utils: options.configuration)",
                                                   NULL, SETTING);
  props[PROP_STUN_SERVER] = g_param_spec_string (
      "stun-server", "STUN server",
      "STUN server of the form stun://host:port, as webrtcbin takes it; goes before that of configuration",
      NULL, SETTING);
  props[PROP_TURN_SERVER] = g_param_spec_string ("turn-server", "TURN server",
                                                 "TURN server of the form turn://user:password@host:port, as "
                                                 "webrtcbin takes it; added to those of configuration",
                                                 NULL, SETTING);
  props[PROP_ICE_TRANSPORT_POLICY] = g_param_spec_enum (
      "ice-transport-policy", "ICE transport policy",
      "Which candidates are used; relay also when configuration says so (kurento-utils: iceTransportPolicy "
      "of "
      "options.configuration)",
      GST_TYPE_WEBRTC_ICE_TRANSPORT_POLICY, GST_WEBRTC_ICE_TRANSPORT_POLICY_ALL, SETTING);
  props[PROP_DATA_CHANNELS]
      = g_param_spec_boolean ("data-channels", "Data channels",
                              "Whether there is a data channel, made as data-channel-config says "
                              "(kurento-utils: options.dataChannels)",
                              FALSE, SETTING);
  props[PROP_DATA_CHANNEL_CONFIG] = g_param_spec_string (
      "data-channel-config", "Data channel config",
      "The data channel as JSON: id (its label, default WebRtcPeer-<id of the peer>), options (ordered, "
      "maxPacketLifeTime in ms, maxRetransmits, protocol, negotiated, id, priority), "
      "bufferedAmountLowThreshold "
      "in bytes, or file:///x.json that holds it; NULL: reliable and ordered (kurento-utils: "
      "options.dataChannelConfig)",
      NULL, SETTING);
  props[PROP_SIGNALLER_URI]
      = g_param_spec_string ("signaller-uri", "Signaller URI",
                             "Where and how to signal, e.g. serve+http://127.0.0.1:8080/; its properties are "
                             "set as signaller::name. NULL: the "
                             "application signals",
                             NULL, SETTING);
  props[PROP_SIGNALLER]
      = g_param_spec_object ("signaller", "Signaller",
                             "What signals: the one that signaller-uri made, or one of the application's "
                             "own, which replaces that and is "
                             "called in the main context that is the thread default where it is set",
                             GST_TYPE_KURENTO_SIGNALLER, SETTING);
  props[PROP_POST_DATA_MESSAGES] = g_param_spec_boolean (
      "post-data-messages", "Post data messages",
      "Whether received data is also posted on the bus, as kurentopeer/data-channel-message", FALSE, ALWAYS);
  props[PROP_STATS_INTERVAL] = g_param_spec_uint (
      "stats-interval", "Statistics interval",
      "How often the statistics of the connection, as get-stats answers them, are posted on the bus as "
      "kurentopeer/stats, in ms; 0: never (kurento-utils has nothing like it)",
      0, G_MAXUINT, 0, ALWAYS);
}

void
gst_kurento_peer_install_properties (GObjectClass *klass)
{
  klass->set_property = gst_kurento_peer_set_property;
  klass->get_property = gst_kurento_peer_get_property;

  props[PROP_MODE] = mode_spec (GST_KURENTO_PEER_MODE_SENDRECV, SETTING);
  props[PROP_ID]
      = g_param_spec_string ("id", "Id",
                             "Names the peer, for instance in the label of its data channel; default a fresh "
                             "UUID (kurento-utils: options.id)",
                             NULL, G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  gst_kurento_peer_make_capture_specs (&props[PROP_CAPTURE], SETTING, ALWAYS);
  make_media_specs ();
  gst_kurento_peer_make_bitrate_specs (&props[PROP_BITRATE], SETTING, ALWAYS);
  gst_kurento_peer_make_repair_specs (&props[PROP_REPAIR], SETTING);
  make_simulcast_specs ();
  props[PROP_HARK] = gst_kurento_peer_make_hark_spec (SETTING);
  gst_kurento_peer_make_enabled_specs (&props[PROP_ENABLED], ALWAYS);
  make_connection_specs ();
  gst_kurento_peer_make_network_specs (&props[PROP_NETWORK], SETTING);
  gst_kurento_peer_make_view_specs (&props[PROP_VIEW], SETTING);
  memcpy (&props[PROP_STATUS], gst_kurento_peer_make_status_specs (),
          GST_KURENTO_PEER_N_STATUS * sizeof props[0]);
  g_object_class_install_properties (klass, N_PROPS, props);
}
