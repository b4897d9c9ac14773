/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-signaller-table.h"

#include "gstkurentoerror.h"
#include "kp-serve-signaller.h"

#include <gst/check/gstcheck.h>
#include <string.h>

static const struct
{
  const gchar *uri;
  const gchar *error; /* part of it; NULL: a signaller */
} uris[] = {
  { "serve+http://127.0.0.1:8080/", NULL },
  { "serve+http://127.0.0.1:8080", NULL },
  { "serve+http://127.0.0.1:0/", NULL },
  { "serve+http://localhost", NULL },
  { "serve+https://[::1]:8443/", NULL },
  { "SERVE+HTTP://127.0.0.1/", NULL },
  { "", "signaller-uri \"\"" },
  { "127.0.0.1:8080", "signaller-uri" },
  { "serve+http:///", "it has no host" },
  { "serve+http:", "it has no host" },
  { "serve+http://127.0.0.1:99999/", "signaller-uri" },
  { "serve+http://127.0.0.1:8080/path", "a host and a port only" },
  { "serve+http://127.0.0.1:8080/?x=1", "a host and a port only" },
  { "serve+http://127.0.0.1:8080/#x", "a host and a port only" },
  { "serve+http://me:secret@127.0.0.1:8080/", "a host and a port only" },
  { "http://127.0.0.1:8080/", "it should begin with one of serve+http://, serve+https://" },
  { "serve+ws://127.0.0.1:8080/", "it should begin with one of" },
};

GST_START_TEST (test_uris)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GstKurentoSignaller) signaller = kp_signaller_new_for_uri (uris[__i__].uri, &error);

  if (!uris[__i__].error)
    {
      g_assert_no_error (error);
      ck_assert (KP_IS_SERVE_SIGNALLER (signaller));
      return;
    }

  ck_assert (!signaller);
  g_assert_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_INVALID_ARGUMENT);
  ck_assert_msg (strstr (error->message, uris[__i__].error), "%s: %s", uris[__i__].uri, error->message);
}
GST_END_TEST;

static Suite *
kp_signaller_table_suite (void)
{
  Suite *suite = suite_create ("kp-signaller-table");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, test_uris, 0, G_N_ELEMENTS (uris));

  return suite;
}

GST_CHECK_MAIN (kp_signaller_table);
