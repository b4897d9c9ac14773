/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-config.h"

#include <gst/check/gstcheck.h>
#include <glib/gstdio.h>
#include <string.h>

#include "gstkurentoerror.h"

#define MAX_FILE_SIZE (1024 * 1024)

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (KpIceConfig, kp_ice_config_clear)

/* Single quotes stand for double ones, for the reader's sake. */
static gchar *
make_json (const gchar *text)
{
  return text ? g_strdelimit (g_strdup (text), "'", '"') : NULL;
}

static gchar *
join_turn_servers (const KpIceConfig *config)
{
  GString *joined = g_string_new (NULL);

  for (guint i = 0; config->turn_servers && i < config->turn_servers->len; i++)
    g_string_append_printf (joined, "%s%s", i ? " " : "",
                            (gchar *)g_ptr_array_index (config->turn_servers, i));

  return g_string_free (joined, FALSE);
}

GST_START_TEST (test_configuration)
{
  static const struct
  {
    const gchar *text;
    const gchar *stun;
    const gchar *turn;
    gboolean relay_only;
  } rows[] = {
    { NULL, NULL, "", FALSE },
    { "", NULL, "", FALSE },
    { "{}", NULL, "", FALSE },
    { "{'iceServers':[]}", NULL, "", FALSE },
    { "{'iceTransportPolicy':'all','bundlePolicy':'balanced'}", NULL, "", FALSE },
    { "{'iceTransportPolicy':'relay','bundlePolicy':'max-bundle'}", NULL, "", TRUE },
    { "{'bundlePolicy':'max-compat'}", NULL, "", FALSE },
    { "{'iceServers':[{'urls':'stun:a:1'}]}", "stun://a:1", "", FALSE },
    { "{'iceServers':[{'urls':['stun:[::1]']}]}", "stun://[::1]:3478", "", FALSE },
    { "{'iceServers':[{'urls':'turn:t','username':'u','credential':'p','credentialType':'password'}]}", NULL,
      "turn://u:p@t:3478?transport=udp", FALSE },
    { "{'iceServers':[{'urls':['turn:t?transport=tcp','stun:s','turn:t:5?transport=udp'],'username':'u@v:w',"
      "'credential':'p/q?r#s%t'},{'urls':'turn:o','username':'x','credential':'y'}]}",
      "stun://s:3478",
      "turn://u%40v%3Aw:p%2Fq%3Fr%23s%25t@t:3478?transport=tcp"
      " turn://u%40v%3Aw:p%2Fq%3Fr%23s%25t@t:5?transport=udp turn://x:y@o:3478?transport=udp",
      FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree gchar *json = make_json (rows[i].text);
      g_auto (KpIceConfig) config = { 0 };
      g_autoptr (GError) error = NULL;
      g_autofree gchar *turn = NULL;

      fail_unless (kp_config_parse_configuration ("configuration", json, &config, &error), "row %u: %s", i,
                   error ? error->message : "");
      turn = join_turn_servers (&config);
      fail_unless_equals_string (config.stun_server, rows[i].stun);
      fail_unless_equals_string (turn, rows[i].turn);
      fail_unless_equals_int (config.relay_only, rows[i].relay_only);
    }
}
GST_END_TEST;

#define TURN "'username':'bob','credential':'secret'"

GST_START_TEST (test_configuration_errors)
{
  static const struct
  {
    const gchar *text;
    const gchar *place;
    GstKurentoError code;
  } rows[] = {
    { "[]", "expected a JSON object", GST_KURENTO_ERROR_INVALID_ARGUMENT },
    { "'secret'", "expected a JSON object", GST_KURENTO_ERROR_INVALID_ARGUMENT },
    { "{\n'iceServers':[secret]}", "near line 2, column ", GST_KURENTO_ERROR_INVALID_ARGUMENT },
    { "{'iceServers':{}}", "iceServers: expected a list", GST_KURENTO_ERROR_INVALID_ARGUMENT },
    { "{'iceServers':null}", "iceServers: expected a list", GST_KURENTO_ERROR_INVALID_ARGUMENT },
    { "{'iceServers':['stun:a']}", "iceServers[0]: expected an object", GST_KURENTO_ERROR_INVALID_ARGUMENT },
    { "{'iceServers':[{}]}", "iceServers[0].urls: expected a string", GST_KURENTO_ERROR_INVALID_ARGUMENT },
    { "{'iceServers':[{'urls':'stun:a'},{'urls':4}]}", "iceServers[1].urls: expected a string",
      GST_KURENTO_ERROR_INVALID_ARGUMENT },
    { "{'iceServers':[{'urls':[]}]}", "iceServers[0].urls: expected at least",
      GST_KURENTO_ERROR_INVALID_ARGUMENT },
    { "{'iceServers':[{'urls':['stun:a',{}]}]}", "iceServers[0].urls[1]: expected a string",
      GST_KURENTO_ERROR_INVALID_ARGUMENT },
    { "{'iceServers':[{'urls':'stun:a:x'}]}", "iceServers[0].urls: expected a port",
      GST_KURENTO_ERROR_INVALID_ARGUMENT },
    { "{'iceServers':[{'urls':'stun://a'}]}", "iceServers[0].urls: expected \"stun:host:port\"",
      GST_KURENTO_ERROR_INVALID_ARGUMENT },
    { "{'iceServers':[{'urls':'turn:u:secret@a'," TURN "}]}",
      "iceServers[0].urls: expected \"stun:host:port\"", GST_KURENTO_ERROR_INVALID_ARGUMENT },
    { "{'iceServers':[{'urls':'turn:a'}]}", "iceServers[0].urls: expected \"username\"",
      GST_KURENTO_ERROR_INVALID_ARGUMENT },
    { "{'iceServers':[{'urls':'turn:a','username':'bob'}]}", "iceServers[0].urls: expected \"username\"",
      GST_KURENTO_ERROR_INVALID_ARGUMENT },
    { "{'iceServers':[{'urls':'turn:a','username':'','credential':'secret'}]}",
      "iceServers[0].urls: expected \"username\"", GST_KURENTO_ERROR_INVALID_ARGUMENT },
    { "{'iceServers':[{'urls':'turn:a','username':'bob','credential':{'k':'secret'}}]}",
      "iceServers[0].credential: expected a string", GST_KURENTO_ERROR_INVALID_ARGUMENT },
    { "{'iceServers':[{'urls':'turn:a','username':1,'credential':'secret'}]}",
      "iceServers[0].username: expected a string", GST_KURENTO_ERROR_INVALID_ARGUMENT },
    { "{'iceServers':[{'urls':'turn:a','credentialType':'oauth'," TURN "}]}",
      "iceServers[0].credentialType: expected \"password\"", GST_KURENTO_ERROR_INVALID_ARGUMENT },
    { "{'iceServers':[{'urls':'turns:a'," TURN "}]}",
      "iceServers[0].urls: ", GST_KURENTO_ERROR_NOT_SUPPORTED },
    { "{'iceTransportPolicy':'none'}", "iceTransportPolicy: expected \"all\" or \"relay\"",
      GST_KURENTO_ERROR_INVALID_ARGUMENT },
    { "{'iceTransportPolicy':true}", "iceTransportPolicy: expected \"all\" or \"relay\"",
      GST_KURENTO_ERROR_INVALID_ARGUMENT },
    { "{'bundlePolicy':'min'}", "bundlePolicy: expected \"balanced\" or \"max-compat\" or \"max-bundle\"",
      GST_KURENTO_ERROR_INVALID_ARGUMENT },
    { "file://relative.json", "file://relative.json: expected a URI like file:///",
      GST_KURENTO_ERROR_INVALID_ARGUMENT },
    { "file:///no/such/file.json", "file:///no/such/file.json: cannot read",
      GST_KURENTO_ERROR_INVALID_ARGUMENT },
    { "file:///", "file:///: cannot read", GST_KURENTO_ERROR_INVALID_ARGUMENT },
    { "file:///dev/zero", "file:///dev/zero: expected a file of at most",
      GST_KURENTO_ERROR_INVALID_ARGUMENT },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree gchar *json = make_json (rows[i].text);
      g_autofree gchar *place = g_strconcat ("configuration: ", rows[i].place, NULL);
      g_auto (KpIceConfig) config = { .stun_server = g_strdup ("stun://kept:1") };
      g_autoptr (GError) error = NULL;

      fail_if (kp_config_parse_configuration ("configuration", json, &config, &error), "row %u", i);
      fail_unless (g_error_matches (error, GST_KURENTO_ERROR, rows[i].code), "row %u: %s", i, error->message);
      fail_unless (g_str_has_prefix (error->message, place), "row %u: %s", i, error->message);
      fail_if (strstr (error->message, "secret"), "row %u: %s", i, error->message);
      fail_unless_equals_string (config.stun_server, "stun://kept:1");
    }
}
GST_END_TEST;

GST_START_TEST (test_configuration_replaces)
{
  g_auto (KpIceConfig) config = { .stun_server = g_strdup ("stun://old:1"), .relay_only = TRUE };

  fail_unless (kp_config_parse_configuration ("configuration", NULL, &config, NULL));
  fail_if (config.stun_server);
  fail_if (config.relay_only);
}
GST_END_TEST;

GST_START_TEST (test_configuration_logs)
{
  g_autofree gchar *json
      = make_json ("{'iceServers':[{'urls':['stun:a','stun:b'],'url':'secret'}],'sdpSemantics':0}");
  g_auto (KpIceConfig) config = { 0 };

  g_test_expect_message ("kurentopeer", G_LOG_LEVEL_MESSAGE, "*unknown member sdpSemantics");
  g_test_expect_message ("kurentopeer", G_LOG_LEVEL_MESSAGE, "*unknown member iceServers?0?.url");
  g_test_expect_message ("kurentopeer", G_LOG_LEVEL_WARNING, "iceServers?0?.urls: only the first STUN*");
  fail_unless (kp_config_parse_configuration ("configuration", json, &config, NULL));
  g_test_assert_expected_messages ();
  fail_unless_equals_string (config.stun_server, "stun://a:3478");
}
GST_END_TEST;

/* Owned; the URI of a new file that holds @text. */
static gchar *
make_file (const gchar *text, gsize size, gchar **path)
{
  gint fd = g_file_open_tmp ("kp-config-XXXXXX.json", path, NULL);

  fail_unless (fd >= 0 && g_close (fd, NULL));
  fail_unless (g_file_set_contents (*path, text, size, NULL));

  return g_filename_to_uri (*path, NULL, NULL);
}

GST_START_TEST (test_file)
{
  g_autofree gchar *json = make_json ("{'iceServers':[{'urls':'stun:a'}]}\n");
  g_autofree gchar *padded = g_strnfill (MAX_FILE_SIZE + 1, ' ');
  const struct
  {
    const gchar *text;
    gsize size;
    const gchar *error;
  } rows[] = {
    { json, strlen (json), NULL },
    { padded, MAX_FILE_SIZE, NULL },
    { padded, MAX_FILE_SIZE + 1, "expected a file of at most 1048576 bytes" },
    { "", 0, "expected JSON, got an empty text" },
    { "\n {\n secret}", 11, "near line 2, column 2: expected well-formed JSON" },
    { "\xff", 1, "expected JSON in UTF-8" },
  };

  memcpy (padded, json, strlen (json));
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree gchar *path = NULL;
      g_autofree gchar *uri = make_file (rows[i].text, rows[i].size, &path);
      g_autofree gchar *message = g_strdup_printf ("configuration: %s: %s", uri, rows[i].error);
      g_auto (KpIceConfig) config = { 0 };
      g_autoptr (GError) error = NULL;
      gboolean parsed = kp_config_parse_configuration ("configuration", uri, &config, &error);

      g_unlink (path);
      fail_unless_equals_int (parsed, rows[i].error == NULL);
      fail_unless_equals_string (config.stun_server, parsed ? "stun://a:3478" : NULL);
      fail_unless_equals_string (error ? error->message : message, message);
    }
}
GST_END_TEST;

GST_START_TEST (test_servers)
{
  static const struct
  {
    gchar *(*normalize) (const gchar *uri, GError **error);
    gboolean (*check) (const gchar *uri, GError **error);
    const gchar *text;
    const gchar *normal;
    const gchar *error;
  } rows[] = {
#define STUN kp_config_normalize_stun_server, kp_config_check_stun_server
#define TURN_SERVER kp_config_normalize_turn_server, kp_config_check_turn_server
    { STUN, "stun://a:1", "stun://a:1", NULL },
    { STUN, "stun:a", "stun://a:3478", NULL },
    { STUN, "turn://u:secret@a", NULL, "expected stun://" },
    { STUN, "a:1", NULL, "expected a URI" },
    { TURN_SERVER, "turn://u:secret@a", "turn://u:secret@a:3478", NULL },
    { TURN_SERVER, "turn:u:secret@a:1?transport=tcp", "turn://u:secret@a:1?transport=tcp", NULL },
    { TURN_SERVER, "turn://a:1", NULL, "expected turn://user:password@" },
    { TURN_SERVER, "turn://:secret@a:1", NULL, "expected turn://user:password@" },
    { TURN_SERVER, "stun://a:1", NULL, "expected turn://" },
    { TURN_SERVER, "turns://u:secret@a", NULL, "ICE servers over TLS" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree gchar *normal = rows[i].normalize (rows[i].text, &error);

      fail_unless_equals_string (normal, rows[i].normal);
      fail_unless_equals_int (rows[i].check (rows[i].text, NULL), rows[i].normal != NULL);
      fail_unless (!error || g_str_has_prefix (error->message, rows[i].error), "row %u", i);
      fail_if (error && strstr (error->message, "secret"), "row %u", i);
    }
}
GST_END_TEST;

GST_START_TEST (test_no_server)
{
  fail_unless (kp_config_check_stun_server (NULL, NULL));
  fail_unless (kp_config_check_stun_server ("", NULL));
  fail_unless (kp_config_check_turn_server (NULL, NULL));
  fail_unless (kp_config_check_turn_server ("", NULL));
}
GST_END_TEST;

GST_START_TEST (test_media_constraints)
{
  static const struct
  {
    const gchar *text;
    gboolean audio;
    gboolean video;
    const gchar *error;
  } rows[] = {
    { NULL, TRUE, TRUE, NULL },
    { "", TRUE, TRUE, NULL },
    { "{}", FALSE, FALSE, NULL },
    { "{'audio':true}", TRUE, FALSE, NULL },
    { "{'audio':false,'video':true}", FALSE, TRUE, NULL },
    { "{'audio':true,'video':{'width':640,'framerate':15}}", TRUE, TRUE, NULL },
    { "true", FALSE, FALSE, "media-constraints: expected a JSON object" },
    { "{'audio':'yes'}", FALSE, FALSE, "media-constraints: audio: expected true, false or an object" },
    { "{'audio':1}", FALSE, FALSE, "media-constraints: audio: expected true, false or an object" },
    { "{'video':null}", FALSE, FALSE, "media-constraints: video: expected true, false or an object" },
    { "{'audio':true,'video':{'width':-1}}", FALSE, FALSE,
      "media-constraints: video.width: expected a number" },
    { "{'audio' true}", FALSE, FALSE, "media-constraints: near line 1, column 8: expected a colon" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree gchar *json = make_json (rows[i].text);
      g_autoptr (GError) error = NULL;
      g_autoptr (KpConstraints) audio = NULL;
      g_autoptr (KpConstraints) video = NULL;
      gboolean parsed = kp_config_parse_media_constraints ("media-constraints", json, &audio, &video, &error);

      fail_unless_equals_int (parsed, rows[i].error == NULL);
      fail_unless_equals_int (audio != NULL, rows[i].audio);
      fail_unless_equals_int (video != NULL, rows[i].video);
      fail_unless (parsed || g_str_has_prefix (error->message, rows[i].error), "row %u: %s", i,
                   error ? error->message : "");
    }
}
GST_END_TEST;

static Suite *
kp_config_suite (void)
{
  Suite *suite = suite_create ("kp-config");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_configuration);
  tcase_add_test (tcase, test_configuration_errors);
  tcase_add_test (tcase, test_configuration_replaces);
  tcase_add_test (tcase, test_configuration_logs);
  tcase_add_test (tcase, test_file);
  tcase_add_test (tcase, test_servers);
  tcase_add_test (tcase, test_no_server);
  tcase_add_test (tcase, test_media_constraints);

  return suite;
}

GST_CHECK_MAIN (kp_config)
