/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-sdp.h"

#include "gstkurentoerror.h"
#include "sdp-data.h"

#include <gst/check/gstcheck.h>

#include <string.h>

#define FINGERPRINT                                                                                          \
  "sha-256 FD:DF:34:C3:CF:6F:DF:7D:07:DE:05:64:68:9D:38:2D:E3:12:AB:AE:35:FF:7C:29:6C:F4:FB:5B:7B:7F:6C:D6"

static GstSDPMessage *
parse (const gchar *text)
{
  g_autoptr (GError) error = NULL;
  gboolean inserted_mids;
  GstSDPMessage *sdp = kp_sdp_parse_remote (text, &inserted_mids, &error);

  g_assert_no_error (error);
  fail_unless (sdp != NULL);
  return sdp;
}

static const gchar *
get_value (const GstSDPMessage *sdp, guint index, const gchar *name)
{
  return gst_sdp_media_get_attribute_val (gst_sdp_message_get_media (sdp, index), name);
}

/* What webrtcbin relies on, whatever came in. */
static void
check_invariants (const GstSDPMessage *sdp)
{
  static const gchar *const of_transport[] = { "ice-ufrag", "ice-pwd", "setup", "fingerprint" };
  guint transport = kp_sdp_get_transport_index (sdp);

  for (guint i = 0; i < gst_sdp_message_medias_len (sdp); i++)
    {
      const GstSDPMedia *media = gst_sdp_message_get_media (sdp, i);

      fail_unless (kp_sdp_media_get_mid (media) != NULL);
      for (guint j = 0; j < G_N_ELEMENTS (of_transport); j++)
        {
          fail_unless_equals_string (get_value (sdp, i, of_transport[j]),
                                     get_value (sdp, transport, of_transport[j]));
          fail_unless (gst_sdp_media_get_attribute_val_n (media, of_transport[j], 1) == NULL);
          fail_unless (gst_sdp_message_get_attribute_val (sdp, of_transport[j]) == NULL);
        }
    }
  fail_if (kp_sdp_media_is_rejected (sdp, transport));
}

GST_START_TEST (test_real_descriptions)
{
  for (guint i = 0; i < G_N_ELEMENTS (sdp_names); i++)
    {
      g_autofree gchar *text = sdp_load (sdp_names[i]);
      g_autoptr (GstSDPMessage) sdp = parse (text);

      check_invariants (sdp);
    }
}
GST_END_TEST;

static Suite *
kp_sdp_suite (void)
{
  Suite *suite = suite_create ("kp-sdp");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_real_descriptions);
  return suite;
}

GST_CHECK_MAIN (kp_sdp)
