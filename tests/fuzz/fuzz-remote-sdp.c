/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fuzz.h"

#include "kp-sdp-edit.h"
#include "kp-sdp.h"

#include <string.h>

/* webrtcbin merges the caps of a format with those of the attributes, and takes for granted that they can be. */
static void
check_caps (const GstSDPMessage *sdp, const GstSDPMedia *media)
{
  g_autoptr (GstCaps) attributes = gst_caps_new_empty_simple ("application/x-unknown");
  KpMediaKind kind;

  gst_sdp_message_attributes_to_caps (sdp, attributes);
  gst_sdp_media_attributes_to_caps (media, attributes);
  for (guint i = 0; i < gst_sdp_media_formats_len (media); i++)
    {
      gint payload_type = g_ascii_strtoll (gst_sdp_media_get_format (media, i), NULL, 10);
      g_autoptr (GstCaps) caps = gst_sdp_media_get_caps_from_media (media, payload_type);
      g_autoptr (GstCaps) format = kp_sdp_media_get_format_caps (media, payload_type);

      if (kp_sdp_media_get_kind (media, &kind))
        g_assert_true ((caps != NULL) == (format != NULL));
      if (caps)
        g_assert_true (gst_caps_can_intersect (caps, attributes));
    }
}

static void
check_section (const GstSDPMessage *sdp, guint index)
{
  static const gchar *const needed[] = { "mid", "ice-ufrag", "ice-pwd", "setup", "fingerprint" };
  const GstSDPMedia *media = gst_sdp_message_get_media (sdp, index);

  for (guint i = 0; i < G_N_ELEMENTS (needed); i++)
    g_assert_nonnull (gst_sdp_media_get_attribute_val (media, needed[i]));
  if (!kp_sdp_media_is_rejected (sdp, index))
    g_assert_cmpint (gst_sdp_media_get_port (media), >, 0);
  kp_sdp_media_get_direction (media);
  kp_sdp_media_get_extmap_id (media, "urn:ietf:params:rtp-hdrext:sdes:mid");
  check_caps (sdp, media);
}

/* What was made safe once must not change any more. */
static void
check_stable (const GstSDPMessage *sdp)
{
  g_autofree gchar *text = gst_sdp_message_as_text (sdp);
  gboolean inserted_mids;
  g_autoptr (GError) error = NULL;
  g_autoptr (GstSDPMessage) again = kp_sdp_parse_remote (text, &inserted_mids, &error);
  g_autofree gchar *text_again = NULL;

  g_assert_no_error (error);
  text_again = gst_sdp_message_as_text (again);
  g_assert_cmpstr (text, ==, text_again);
  g_assert_true (kp_sdp_check_same_sections (sdp, again, NULL));
}

static void
complete (GstSDPMessage *sdp)
{
  g_autoptr (GstSDPMessage) offer = NULL;
  g_autofree gchar *id = kp_sdp_get_session_id (sdp);

  gst_sdp_message_copy (sdp, &offer);
  g_assert_cmpuint (strlen (id), >, 0);
  kp_sdp_match_answer (sdp, offer);
  kp_sdp_add_rtx_for_all (sdp);
  kp_sdp_dedupe_ssrcs (sdp);
  kp_sdp_set_msid (sdp, "stream", NULL);
  kp_sdp_set_max_message_size (sdp, 65536);
  kp_sdp_unreject_bundled (sdp);
  kp_sdp_add_candidate (sdp, 0, "");
  kp_sdp_strip_mids (sdp);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree gchar *text = g_strndup ((const gchar *)data, size);
  gboolean inserted_mids;
  g_autoptr (GError) error = NULL;
  g_autoptr (GstSDPMessage) sdp = NULL;

  gst_init (NULL, NULL);
  sdp = kp_sdp_parse_remote (text, &inserted_mids, &error);
  if (!sdp)
    {
      g_assert_nonnull (error);
      return 0;
    }

  for (guint i = 0; i < gst_sdp_message_medias_len (sdp); i++)
    check_section (sdp, i);
  check_stable (sdp);
  complete (sdp);
  return 0;
}
