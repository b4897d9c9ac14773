/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What webrtcbin and its ICE agent are told before they gather. */
#include "kp-connection-private.h"
#include "kp-session-debug.h"

#define GST_CAT_DEFAULT kp_session_debug

/* ms between two STUN checks (RFC 8445: Ta); libnice's 20 costs a call some 50 ms */
#define STUN_PACING 5

/* What is measured to speed up a call (and to leave the network alone): no UPnP, no TCP candidates, fast checks. */
static void
tune_agent (GObject *ice)
{
  g_autoptr (GObject) agent = NULL;

  if (g_object_class_find_property (G_OBJECT_GET_CLASS (ice), "ice-tcp"))
    g_object_set (ice, "ice-tcp", FALSE, NULL);
  if (g_object_class_find_property (G_OBJECT_GET_CLASS (ice), "agent"))
    g_object_get (ice, "agent", &agent, NULL);
  if (agent)
    g_object_set (agent, "upnp", FALSE, "stun-pacing-timer", STUN_PACING, NULL);
}

static void
restrict_agent (GObject *ice, const KpNetworkConfig *network)
{
  if (network->min_port > 0)
    g_object_set (ice, "min-rtp-port", (guint)network->min_port, "max-rtp-port", (guint)network->max_port,
                  NULL);
  for (guint i = 0; network->local_addresses && i < network->local_addresses->len; i++)
    {
      const gchar *address = g_ptr_array_index (network->local_addresses, i);
      gboolean added = FALSE;

      g_signal_emit_by_name (ice, "add-local-ip-address", address, &added);
      if (!added)
        GST_WARNING_OBJECT (ice, "local address %s was not taken", address);
    }
}

static void
set_servers (GstElement *webrtcbin, const KpIceConfig *ice)
{
  g_autofree gchar *present = NULL;

  g_object_get (webrtcbin, "stun-server", &present, NULL);
  if (ice->stun_server && !present)
    g_object_set (webrtcbin, "stun-server", ice->stun_server, NULL);
  if (ice->relay_only)
    gst_util_set_object_arg (G_OBJECT (webrtcbin), "ice-transport-policy", "relay");
  for (guint i = 0; ice->turn_servers && i < ice->turn_servers->len; i++)
    {
      gboolean added = FALSE;

      g_signal_emit_by_name (webrtcbin, "add-turn-server", g_ptr_array_index (ice->turn_servers, i), &added);
      if (!added)
        GST_WARNING_OBJECT (webrtcbin, "TURN server %u was not taken", i);
    }
}

void
kp_connection_configure_ice (KpConnection *self, const KpSettings *settings)
{
  g_autoptr (GObject) ice = NULL;

  g_object_get (self->webrtcbin, "ice-agent", &ice, NULL);
  if (ice)
    {
      if (!self->given)
        tune_agent (ice);
      restrict_agent (ice, &settings->network);
    }
  set_servers (self->webrtcbin, &settings->ice);
}
