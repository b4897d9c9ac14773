/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer-fixture.h"

static const struct
{
  const gchar *factory;
  const gchar *mode;
  const gchar *klass;
  guint n_sink_templates;
  guint n_src_templates;
  gboolean is_sink;
  gboolean is_source;
} kinds[] = {
  { "kurentopeer", "sendrecv", "Filter/Network/WebRTC", 3, 3, TRUE, TRUE },
  { "kurentopeersendrecv", "sendrecv", "Filter/Network/WebRTC", 3, 3, TRUE, TRUE },
  { "kurentopeersendonly", "sendonly", "Sink/Network/WebRTC", 3, 0, TRUE, FALSE },
  { "kurentopeerrecvonly", "recvonly", "Source/Network/WebRTC", 0, 3, FALSE, TRUE },
};

static gchar *
get_as_text (GstElement *peer, const gchar *property)
{
  GParamSpec *pspec = g_object_class_find_property (G_OBJECT_GET_CLASS (peer), property);
  g_auto (GValue) value = G_VALUE_INIT;

  fail_unless (pspec != NULL, "%s", property);
  g_value_init (&value, pspec->value_type);
  g_object_get_property (G_OBJECT (peer), property, &value);
  if (G_VALUE_HOLDS_STRING (&value))
    return g_value_dup_string (&value);
  if (G_VALUE_HOLDS_OBJECT (&value))
    return g_value_get_object (&value) ? g_strdup ("object") : NULL;

  return gst_value_serialize (&value);
}

static guint
count_templates (GstElement *peer, GstPadDirection direction)
{
  guint count = 0;

  for (GList *item = gst_element_get_pad_template_list (peer); item; item = item->next)
    count += GST_PAD_TEMPLATE_DIRECTION (item->data) == direction;

  return count;
}

GST_START_TEST (test_factories)
{
  GstElement *peer = gst_element_factory_make (kinds[__i__].factory, NULL);
  g_autofree gchar *mode = NULL;

  fail_unless (peer != NULL);
  mode = get_as_text (peer, "mode");
  fail_unless_equals_string (mode, kinds[__i__].mode);
  fail_unless_equals_string (gst_element_get_metadata (peer, GST_ELEMENT_METADATA_KLASS), kinds[__i__].klass);
  fail_unless_equals_int (gst_plugin_feature_get_rank (GST_PLUGIN_FEATURE (gst_element_get_factory (peer))),
                          GST_RANK_NONE);
  fail_unless_equals_int (count_templates (peer, GST_PAD_SINK), kinds[__i__].n_sink_templates);
  fail_unless_equals_int (count_templates (peer, GST_PAD_SRC), kinds[__i__].n_src_templates);
  fail_unless_equals_int (!!GST_OBJECT_FLAG_IS_SET (peer, GST_ELEMENT_FLAG_SINK), kinds[__i__].is_sink);
  fail_unless_equals_int (!!GST_OBJECT_FLAG_IS_SET (peer, GST_ELEMENT_FLAG_SOURCE), kinds[__i__].is_source);
  peer_finalize (peer);
}
GST_END_TEST

static const struct
{
  const gchar *property;
  const gchar *value; /* serialised */
} defaults[] = {
  { "mode", "sendrecv" },
  { "send-source", "auto" },
  { "media-constraints", "{\"audio\":true,\"video\":{\"width\":640,\"framerate\":15}}" },
  { "configuration", NULL },
  { "stun-server", NULL },
  { "turn-server", NULL },
  { "ice-transport-policy", "all" },
  { "video-codecs", NULL },
  { "audio-codecs", NULL },
  { "min-bitrate", "100000" },
  { "start-bitrate", "600000" },
  { "max-bitrate", "2500000" },
  { "congestion-control", "auto" },
  { "degradation-preference", "balanced" },
  { "estimated-bitrate", "0" },
  { "simulcast", "false" },
  { "simulcast-layers", NULL },
  { "simulcast-pads", "false" },
  { "latency", "60" },
  { "do-retransmission", "true" },
  { "do-fec", "false" },
  { "output", "raw" },
  { "connection-constraints", NULL },
  { "certificate", NULL },
  { "min-port", "0" },
  { "max-port", "65535" },
  { "local-addresses", NULL },
  { "external-address", NULL },
  { "data-channels", "false" },
  { "data-channel-config", NULL },
  { "hark", NULL },
  { "post-data-messages", "false" },
  { "stats-interval", "0" },
  { "auto-reconnect", "true" },
  { "window", NULL },
  { "local-video", NULL },
  { "remote-video", NULL },
  { "remote-audio", NULL },
  { "enabled", "true" },
  { "audio-enabled", "true" },
  { "video-enabled", "true" },
  { "peer-connection", NULL },
  { "signaller-uri", NULL },
  { "signaller", NULL },
  { "connection-state", "new" },
  { "ice-connection-state", "new" },
  { "ice-gathering-state", "new" },
  { "signaling-state", "stable" },
  { "local-description", NULL },
  { "remote-description", NULL },
  { "local-candidates", "[]" },
  { "data-channel", NULL },
  { "local-stream", NULL },
  { "remote-stream", NULL },
};

GST_START_TEST (test_default)
{
  GstElement *peer = gst_element_factory_make ("kurentopeer", NULL);
  g_autofree gchar *value = get_as_text (peer, defaults[__i__].property);

  fail_unless_equals_string (value, defaults[__i__].value);
  peer_finalize (peer);
}
GST_END_TEST

/* Each property of ours is in the table above, and says what it is. */
GST_START_TEST (test_properties_complete)
{
  GstElement *peer = gst_element_factory_make ("kurentopeer", NULL);
  g_autofree GParamSpec **specs = NULL;
  guint n_own = 0;
  guint n_specs;

  specs = g_object_class_list_properties (G_OBJECT_GET_CLASS (peer), &n_specs);
  for (guint i = 0; i < n_specs; i++)
    {
      if (specs[i]->owner_type != G_OBJECT_TYPE (peer))
        continue;
      n_own++;
      fail_unless (strlen (g_param_spec_get_blurb (specs[i])) > 20, "%s", specs[i]->name);
    }
  fail_unless_equals_int (n_own, G_N_ELEMENTS (defaults) + 1 /* id */);
  peer_finalize (peer);
}
GST_END_TEST

GST_START_TEST (test_id)
{
  GstElement *a = gst_element_factory_make ("kurentopeer", NULL);
  GstElement *b = gst_element_factory_make ("kurentopeer", NULL);
  GstElement *c = gst_element_factory_make_full ("kurentopeer", "id", "me", NULL);
  g_autofree gchar *id_a = get_as_text (a, "id");
  g_autofree gchar *id_b = get_as_text (b, "id");
  g_autofree gchar *id_c = get_as_text (c, "id");

  fail_unless (g_uuid_string_is_valid (id_a));
  fail_if (g_str_equal (id_a, id_b));
  fail_unless_equals_string (id_c, "me");
  peer_finalize (a);
  peer_finalize (b);
  peer_finalize (c);
}
GST_END_TEST

static const struct
{
  const gchar *property;
  const gchar *value;
  const gchar *message_parts[2]; /* the property, and the place or what was expected */
} malformed[] = {
  { "media-constraints", "{", { "media-constraints", "line" } },
  { "media-constraints", "[]", { "media-constraints", "object" } },
  { "media-constraints", "{\"audio\":1}", { "media-constraints", "audio" } },
  { "media-constraints",
    "{\"video\":{\"width\":{\"min\":\"x\"}}}",
    { "media-constraints", "video.width.min" } },
  { "media-constraints", "file:///there/is/no/such.json", { "media-constraints", "such.json" } },
  { "configuration", "{\"iceServers\":", { "configuration", "line" } },
  { "configuration", "{\"iceServers\":3}", { "configuration", "iceServers" } },
  { "configuration",
    "{\"iceServers\":[{\"urls\":[\"stun:a\",\"http://b\"]}]}",
    { "configuration", "iceServers[0].urls[1]" } },
  { "configuration",
    "{\"iceServers\":[{\"urls\":\"turns:a\",\"username\":\"u\",\"credential\":\"c\"}]}",
    { "configuration", "turns" } },
  { "data-channel-config", "{\"options\":{\"ordered\":3}}", { "data-channel-config", "options.ordered" } },
  { "simulcast-layers", "[{\"rid\":\"a b\"}]", { "simulcast-layers", "[0].rid" } },
  { "hark", "true", { "hark", "object" } },
  { "hark", "{\"threshold\":\"loud\"}", { "hark", "threshold" } },
  { "configuration", "{\"iceTransportPolicy\":\"some\"}", { "configuration", "iceTransportPolicy" } },
  { "stun-server", "http://a", { "stun-server", "stun" } },
  { "turn-server", "turn://a", { "turn-server", "turn" } },
  { "turn-server", "turns://u:p@a", { "turn-server", "turns" } },
  { "connection-constraints", "{\"googDscp\":3}", { "connection-constraints", "googDscp" } },
  { "connection-constraints",
    "{\"mandatory\":{\"DtlsSrtpKeyAgreement\":false}}",
    { "connection-constraints", "DTLS" } },
  { "local-addresses", "127.0.0.1,eth0", { "local-addresses", "eth0" } },
  { "external-address", "example.org", { "external-address", "example.org" } },
  { "certificate", "garbage", { "certificate", "expected a certificate in PEM" } },
  { "certificate", "file:///there/is/no/such.pem", { "certificate", "such.pem" } },
  { "video-codecs", "VP8,NONSENSE", { "video-codecs", "NONSENSE" } },
  { "audio-codecs", "VP8", { "audio-codecs", "VP8" } },
  { "signaller-uri", "nonsense", { "signaller-uri", "nonsense" } },
  { "signaller-uri", "gopher://a/", { "signaller-uri", "gopher" } },
};

/* The text is kept, and told at NULL->READY; and once it is right, all is well. */
GST_START_TEST (test_malformed)
{
  GstElement *peer = gst_element_factory_make ("kurentopeer", NULL);
  g_autoptr (GstBus) bus = gst_bus_new ();
  g_autoptr (GstMessage) message = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *kept = NULL;

  gst_element_set_bus (peer, bus);
  g_object_set (peer, malformed[__i__].property, malformed[__i__].value, NULL);
  kept = get_as_text (peer, malformed[__i__].property);
  fail_unless_equals_string (kept, malformed[__i__].value);

  fail_unless_equals_int (gst_element_set_state (peer, GST_STATE_READY), GST_STATE_CHANGE_FAILURE);
  message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);
  fail_unless (message != NULL && GST_MESSAGE_SRC (message) == GST_OBJECT (peer));
  gst_message_parse_error (message, &error, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (malformed[0].message_parts); i++)
    fail_unless (strstr (error->message, malformed[__i__].message_parts[i]) != NULL,
                 "\"%s\" does not name %s", error->message, malformed[__i__].message_parts[i]);

  g_object_set (peer, malformed[__i__].property, NULL, NULL);
  fail_unless_equals_int (gst_element_set_state (peer, GST_STATE_READY), GST_STATE_CHANGE_SUCCESS);
  g_clear_pointer (&message, gst_message_unref);
  gst_bus_set_flushing (bus, TRUE);
  gst_element_set_bus (peer, NULL);
  peer_finalize (peer);
}
GST_END_TEST

/* Malformed in READY is told on the way to PAUSED. */
GST_START_TEST (test_malformed_in_ready)
{
  GstElement *peer = gst_element_factory_make ("kurentopeer", NULL);

  fail_unless_equals_int (gst_element_set_state (peer, GST_STATE_READY), GST_STATE_CHANGE_SUCCESS);
  g_object_set (peer, "configuration", "{", NULL);
  fail_unless_equals_int (gst_element_set_state (peer, GST_STATE_PAUSED), GST_STATE_CHANGE_FAILURE);
  g_object_set (peer, "configuration", "{}", NULL);
  fail_unless_equals_int (gst_element_set_state (peer, GST_STATE_PAUSED), GST_STATE_CHANGE_NO_PREROLL);
  peer_finalize (peer);
}
GST_END_TEST

GST_START_TEST (test_ports)
{
  GstElement *peer = gst_element_factory_make ("kurentopeer", NULL);

  g_object_set (peer, "min-port", 5001, "max-port", 5000, NULL);
  fail_unless_equals_int (gst_element_set_state (peer, GST_STATE_READY), GST_STATE_CHANGE_FAILURE);
  g_object_set (peer, "max-port", 5001, NULL);
  fail_unless_equals_int (gst_element_set_state (peer, GST_STATE_READY), GST_STATE_CHANGE_SUCCESS);
  peer_finalize (peer);
}
GST_END_TEST

GST_START_TEST (test_bitrates)
{
  GstElement *peer = gst_element_factory_make ("kurentopeer", NULL);

  g_object_set (peer, "start-bitrate", 300000, "max-bitrate", 200000, NULL);
  fail_unless_equals_int (gst_element_set_state (peer, GST_STATE_READY), GST_STATE_CHANGE_FAILURE);
  g_object_set (peer, "max-bitrate", 300000, "min-bitrate", 300001, NULL);
  fail_unless_equals_int (gst_element_set_state (peer, GST_STATE_READY), GST_STATE_CHANGE_FAILURE);
  g_object_set (peer, "min-bitrate", 300000, NULL);
  fail_unless_equals_int (gst_element_set_state (peer, GST_STATE_READY), GST_STATE_CHANGE_SUCCESS);
  peer_finalize (peer);
}
GST_END_TEST

/* Settings are refused from PAUSED on, with a warning that names the property and the states; others are not. */
GST_START_TEST (test_write_at_wrong_time)
{
  GstElement *peer = gst_element_factory_make ("kurentopeer", NULL);
  g_autoptr (GstBus) bus = gst_bus_new ();
  g_autoptr (GstMessage) message = NULL;
  g_autofree gchar *debug = NULL;
  gboolean flag;
  guint latency;

  gst_element_set_bus (peer, bus);
  gst_element_set_state (peer, GST_STATE_PAUSED);
  g_object_set (peer, "post-data-messages", TRUE, NULL);
  fail_if (gst_bus_have_pending (bus) && gst_bus_pop_filtered (bus, GST_MESSAGE_WARNING));
  g_object_set (peer, "latency", 300, NULL);

  message = gst_bus_pop_filtered (bus, GST_MESSAGE_WARNING);
  fail_unless (message != NULL);
  gst_message_parse_warning (message, NULL, &debug);
  fail_unless (strstr (debug, "latency") && strstr (debug, "READY"));
  g_object_get (peer, "latency", &latency, "post-data-messages", &flag, NULL);
  fail_unless_equals_int (latency, 60);
  fail_unless (flag);

  gst_element_set_state (peer, GST_STATE_READY);
  g_object_set (peer, "latency", 300, NULL);
  g_object_get (peer, "latency", &latency, NULL);
  fail_unless_equals_int (latency, 300);
  g_clear_pointer (&message, gst_message_unref);
  gst_bus_set_flushing (bus, TRUE);
  gst_element_set_bus (peer, NULL);
  peer_finalize (peer);
}
GST_END_TEST

static Suite *
kurentopeer_suite (void)
{
  Suite *suite = suite_create ("kurentopeer");
  TCase *tcase = tcase_create ("face");

  warm_up ();
  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, test_factories, 0, G_N_ELEMENTS (kinds));
  tcase_add_loop_test (tcase, test_default, 0, G_N_ELEMENTS (defaults));
  tcase_add_test (tcase, test_properties_complete);
  tcase_add_test (tcase, test_id);
  tcase_add_loop_test (tcase, test_malformed, 0, G_N_ELEMENTS (malformed));
  tcase_add_test (tcase, test_malformed_in_ready);
  tcase_add_test (tcase, test_ports);
  tcase_add_test (tcase, test_bitrates);
  tcase_add_test (tcase, test_write_at_wrong_time);

  return suite;
}

GST_CHECK_MAIN (kurentopeer)
