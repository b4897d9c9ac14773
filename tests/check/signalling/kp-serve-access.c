/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-serve-access.h"

#include <gst/check/gstcheck.h>
#include <string.h>

static KpServeAccess *
new_access (gboolean tls, const gchar *token, const gchar *allowed_origins)
{
  g_autoptr (KpServeConfig) config = kp_serve_config_new (tls, "peer.example", 8080);

  config->auth_token = g_strdup (token);
  config->allowed_origins = g_strdup (allowed_origins);

  return kp_serve_access_new (config, 8080);
}

static const struct
{
  const gchar *host;
  const gchar *allowed_origins;
  gboolean is_allowed;
} hosts[] = {
  { "127.0.0.1:8080", NULL, TRUE },
  { "[::1]:8080", NULL, TRUE },
  { "localhost:8080", NULL, TRUE },
  { "LocalHost", NULL, TRUE },
  { "192.0.2.1", NULL, TRUE },
  { "peer.example:8080", NULL, TRUE },
  { "PEER.example", NULL, TRUE },
  { NULL, NULL, FALSE },
  { "", NULL, FALSE },
  { "evil.example:8080", NULL, FALSE },
  { "localhost.evil.example", NULL, FALSE },
  { "127.0.0.1.evil.example", NULL, FALSE },
  { "evil@localhost", NULL, FALSE },
  { "localhost/evil", NULL, FALSE },
  { "localhost:8080 ; evil", NULL, FALSE },
  { "proxy.example", "https://proxy.example", TRUE },
  { "proxy.example", "https://other.example", FALSE },
  { "evil.example", "*", TRUE },
};

GST_START_TEST (test_host)
{
  g_autoptr (KpServeAccess) access = new_access (FALSE, NULL, hosts[__i__].allowed_origins);
  const KpServeClaim claim = { .host = hosts[__i__].host };

  ck_assert_msg (kp_serve_access_check_host (access, &claim) == hosts[__i__].is_allowed, "%s",
                 hosts[__i__].host);
}
GST_END_TEST;

static const struct
{
  gboolean tls;
  const gchar *host;
  const gchar *origin;
  const gchar *allowed_origins;
  gboolean is_allowed;
} origins[] = {
  { FALSE, "127.0.0.1:8080", NULL, NULL, TRUE },
  { FALSE, "127.0.0.1:8080", "http://127.0.0.1:8080", NULL, TRUE },
  { FALSE, "localhost", "http://localhost", NULL, TRUE },
  { TRUE, "localhost:443", "https://localhost:443", NULL, TRUE },
  { FALSE, "127.0.0.1:8080", "http://127.0.0.1:8081", NULL, FALSE },
  { FALSE, "127.0.0.1:8080", "http://127.0.0.1", NULL, FALSE },
  { FALSE, "127.0.0.1:8080", "https://127.0.0.1:8080", NULL, FALSE },
  { FALSE, "127.0.0.1:8080", "http://localhost:8080", NULL, FALSE },
  { FALSE, "127.0.0.1:8080", "http://evil.example", NULL, FALSE },
  { FALSE, "127.0.0.1:8080", "http://127.0.0.1:8080.evil.example", NULL, FALSE },
  { FALSE, "127.0.0.1:8080", "null", NULL, FALSE },
  { FALSE, "127.0.0.1:8080", "", NULL, FALSE },
  { FALSE, "127.0.0.1:8080", "nonsense", NULL, FALSE },
  { FALSE, "127.0.0.1:8080", "http://", NULL, FALSE },
  { FALSE, "127.0.0.1:8080", "https://a.example", "http://b.example , https://a.example", TRUE },
  { FALSE, "127.0.0.1:8080", "http://a.example", "https://a.example", FALSE },
  { FALSE, "127.0.0.1:8080", "https://a.example:8443", "https://a.example", FALSE },
  { FALSE, "127.0.0.1:8080", "null", "null", TRUE },
  { FALSE, "127.0.0.1:8080", "http://evil.example", "*", TRUE },
};

GST_START_TEST (test_origin)
{
  g_autoptr (KpServeAccess) access = new_access (origins[__i__].tls, NULL, origins[__i__].allowed_origins);
  const KpServeClaim claim = { .host = origins[__i__].host, .origin = origins[__i__].origin };

  ck_assert_msg (kp_serve_access_check_origin (access, &claim) == origins[__i__].is_allowed, "%s",
                 origins[__i__].origin);
}
GST_END_TEST;

static const struct
{
  const gchar *secret;
  const gchar *token;
  const gchar *authorization;
  gboolean is_allowed;
} tokens[] = {
  { NULL, NULL, NULL, TRUE },
  { NULL, "anything", NULL, TRUE },
  { "secret", NULL, NULL, FALSE },
  { "secret", "", NULL, FALSE },
  { "secret", "secre", NULL, FALSE },
  { "secret", "secrets", NULL, FALSE },
  { "secret", "SECRET", NULL, FALSE },
  { "secret", "secret", NULL, TRUE },
  { "secret", NULL, "Bearer secret", TRUE },
  { "secret", NULL, "bearer secret", TRUE },
  { "secret", NULL, "Bearer wrong", FALSE },
  { "secret", NULL, "Bearer", FALSE },
  { "secret", NULL, "secret", FALSE },
  { "secret", NULL, "Basic secret", FALSE },
};

GST_START_TEST (test_token)
{
  g_autoptr (KpServeAccess) access = new_access (FALSE, tokens[__i__].secret, NULL);
  const KpServeClaim claim = { .token = tokens[__i__].token, .authorization = tokens[__i__].authorization };

  ck_assert (kp_serve_access_check_token (access, &claim) == tokens[__i__].is_allowed);
}
GST_END_TEST;

/* What the page loads, and the WebSocket of a page that knows of no token, come with the cookie. */
GST_START_TEST (test_cookie)
{
  g_autoptr (KpServeAccess) access = new_access (__i__ == 1, "secret", NULL);
  g_autoptr (KpServeAccess) other_access = new_access (__i__ == 1, "secret", NULL);
  const KpServeClaim wrong = { .token = "wrong" };
  const KpServeClaim right = { .token = "secret" };
  g_autofree gchar *cookie = kp_serve_access_dup_cookie (access, &right);
  g_autofree gchar *pair = NULL;
  g_autofree gchar *cookies = NULL;
  g_autofree gchar *longer = NULL;

  ck_assert (!kp_serve_access_dup_cookie (access, &wrong));
  ck_assert (strstr (cookie, "; HttpOnly; SameSite=Strict"));
  ck_assert (!strstr (cookie, "; Secure") == (__i__ == 0));
  ck_assert (!strstr (cookie, "secret"));

  pair = g_strndup (cookie, strcspn (cookie, ";"));
  cookies = g_strdup_printf ("a=b; %s; c=d", pair);
  longer = g_strdup_printf ("%s0", pair);
  ck_assert (kp_serve_access_check_token (access, &(KpServeClaim){ .cookies = cookies }));
  ck_assert (!kp_serve_access_check_token (access, &(KpServeClaim){ .cookies = longer }));
  ck_assert (!kp_serve_access_check_token (access, &(KpServeClaim){ .cookies = "kurentopeer-8080=" }));
  ck_assert (!kp_serve_access_check_token (access, &(KpServeClaim){ .cookies = "" }));
  ck_assert (!kp_serve_access_check_token (other_access, &(KpServeClaim){ .cookies = cookies }));
}
GST_END_TEST;

static Suite *
kp_serve_access_suite (void)
{
  Suite *suite = suite_create ("kp-serve-access");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, test_host, 0, G_N_ELEMENTS (hosts));
  tcase_add_loop_test (tcase, test_origin, 0, G_N_ELEMENTS (origins));
  tcase_add_loop_test (tcase, test_token, 0, G_N_ELEMENTS (tokens));
  tcase_add_loop_test (tcase, test_cookie, 0, 2);

  return suite;
}

GST_CHECK_MAIN (kp_serve_access);
