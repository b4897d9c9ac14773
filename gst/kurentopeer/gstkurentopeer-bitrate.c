/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The properties of the bit rate of what is sent. */
#include "gstkurentopeer-private.h"

#include "gstkurentoenumtypes.h"
#include "gstkurentoerror.h"

void
gst_kurento_peer_set_bitrate_locked (GstKurentoPeer *self, guint index, const GValue *value)
{
  GstKurentoPeerPrivate *priv = gst_kurento_peer_get_private (self);
  KpSettings *settings = priv->settings.settings;

  switch (index)
    {
    case GST_KURENTO_PEER_BITRATE_MIN:
      settings->min_bitrate = g_value_get_uint (value);
      break;
    case GST_KURENTO_PEER_BITRATE_START:
      settings->start_bitrate = g_value_get_uint (value);
      if (priv->session)
        kp_session_set_start_bitrate (priv->session, settings->start_bitrate);
      return;
    case GST_KURENTO_PEER_BITRATE_MAX:
      settings->max_bitrate = g_value_get_uint (value);
      break;
    case GST_KURENTO_PEER_BITRATE_CONGESTION_CONTROL:
      settings->congestion_control = g_value_get_enum (value);
      return;
    case GST_KURENTO_PEER_BITRATE_DEGRADATION_PREFERENCE:
      settings->degradation_preference = g_value_get_enum (value);
      if (priv->session)
        kp_session_set_degradation (priv->session, settings->degradation_preference);
      return;
    default:
      g_assert_not_reached ();
    }
  if (priv->session)
    kp_session_set_bitrate_range (priv->session, settings->min_bitrate, settings->max_bitrate);
}

/* What was set since @session's settings were read. */
void
gst_kurento_peer_give_bitrates_locked (GstKurentoPeer *self, KpSession *session)
{
  const KpSettings *settings = gst_kurento_peer_get_private (self)->settings.settings;

  kp_session_set_bitrate_range (session, settings->min_bitrate, settings->max_bitrate);
  kp_session_set_start_bitrate (session, settings->start_bitrate);
  kp_session_set_degradation (session, settings->degradation_preference);
}

gboolean
gst_kurento_peer_get_bitrate_locked (GstKurentoPeer *self, guint index, GValue *value)
{
  const KpSettings *settings = gst_kurento_peer_get_private (self)->settings.settings;

  switch (index)
    {
    case GST_KURENTO_PEER_BITRATE_MIN:
      g_value_set_uint (value, settings->min_bitrate);
      return TRUE;
    case GST_KURENTO_PEER_BITRATE_START:
      g_value_set_uint (value, settings->start_bitrate);
      return TRUE;
    case GST_KURENTO_PEER_BITRATE_MAX:
      g_value_set_uint (value, settings->max_bitrate);
      return TRUE;
    case GST_KURENTO_PEER_BITRATE_CONGESTION_CONTROL:
      g_value_set_enum (value, settings->congestion_control);
      return TRUE;
    case GST_KURENTO_PEER_BITRATE_DEGRADATION_PREFERENCE:
      g_value_set_enum (value, settings->degradation_preference);
      return TRUE;
    default:
      return FALSE;
    }
}

static gboolean
check_order (const gchar *low_name, guint low, const gchar *high_name, guint high, GError **error)
{
  if (low > high)
    g_set_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_INVALID_ARGUMENT,
                 "%s: %u bit/s is more than %s, %u bit/s", low_name, low, high_name, high);

  return low <= high;
}

gboolean
gst_kurento_peer_check_bitrates (const KpSettings *settings, GError **error)
{
  return check_order ("min-bitrate", settings->min_bitrate, "start-bitrate", settings->start_bitrate, error)
         && check_order ("start-bitrate", settings->start_bitrate, "max-bitrate", settings->max_bitrate,
                         error);
}

/* @setting: the flags of what may be set below PAUSED; @always: of the others. */
void
gst_kurento_peer_make_bitrate_specs (GParamSpec **specs, GParamFlags setting, GParamFlags always)
{
  specs[GST_KURENTO_PEER_BITRATE_MIN] = g_param_spec_uint (
      "min-bitrate", "Minimum bitrate",
      "Lower limit of the bit rate of all video that is sent, in bit/s, whatever the network takes; not more "
      "than start-bitrate",
      10000, G_MAXINT, 100000, always);
  specs[GST_KURENTO_PEER_BITRATE_START] = g_param_spec_uint (
      "start-bitrate", "Start bitrate",
      "Bit rate of all video with which each connection begins, in bit/s, or, set while there is one, with "
      "which it goes on; not more than max-bitrate",
      10000, G_MAXINT, 600000, always);
  specs[GST_KURENTO_PEER_BITRATE_MAX] = g_param_spec_uint (
      "max-bitrate", "Maximum bitrate",
      "Upper limit of the bit rate of all video that is sent, in bit/s; set while there is a connection, it "
      "is stronger than min-bitrate and start-bitrate",
      10000, G_MAXINT, 2500000, always);
  specs[GST_KURENTO_PEER_BITRATE_CONGESTION_CONTROL]
      = g_param_spec_enum ("congestion-control", "Congestion control",
                           "By what the bit rate of the video is found that the network takes; disabled: it "
                           "stays at start-bitrate",
                           GST_TYPE_KURENTO_CONGESTION_CONTROL, GST_KURENTO_CONGESTION_CONTROL_AUTO, setting);
  specs[GST_KURENTO_PEER_BITRATE_DEGRADATION_PREFERENCE] = g_param_spec_enum (
      "degradation-preference", "Degradation preference",
      "What becomes less of raw video when the bit rate is not enough for it (W3C: RTCDegradationPreference)",
      GST_TYPE_KURENTO_DEGRADATION_PREFERENCE, GST_KURENTO_DEGRADATION_PREFERENCE_BALANCED, always);
}
