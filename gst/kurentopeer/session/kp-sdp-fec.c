/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-sdp-fec.h"

#include "kp-sdp-edit.h"
#include "kp-sdp-formats.h"
#include "kp-sdp-payloads.h"
#include "kp-sdp.h"

#include <stdlib.h>

#define CLOCK_RATE 90000

/* Whether format @payload_type of @media is @encoding_name, of video. */
static gboolean
is_format (const GstSDPMedia *media, gint payload_type, const gchar *encoding_name)
{
  g_autoptr (GstCaps) caps = kp_sdp_media_get_format_caps (media, payload_type);
  GstStructure *format = caps ? gst_caps_get_structure (caps, 0) : NULL;
  gint clock_rate = 0;

  if (format == NULL || g_strcmp0 (gst_structure_get_string (format, "encoding-name"), encoding_name) != 0)
    return FALSE;

  gst_structure_get_int (format, "clock-rate", &clock_rate);

  return clock_rate == CLOCK_RATE && g_strcmp0 (gst_sdp_media_get_media (media), "video") == 0;
}

static gint
find_format (const GstSDPMedia *media, const gchar *encoding_name)
{
  for (guint i = 0; i < gst_sdp_media_formats_len (media); i++)
    {
      gint payload_type = atoi (gst_sdp_media_get_format (media, i));

      if (is_format (media, payload_type, encoding_name))
        return payload_type;
    }

  return -1;
}

gboolean
kp_sdp_media_get_fec (const GstSDPMedia *media, KpFecFormats *formats)
{
  formats->red = find_format (media, "RED");
  formats->ulpfec = find_format (media, "ULPFEC");

  return formats->red >= 0 && formats->ulpfec >= 0;
}

static gboolean
has_rtx (const GstSDPMedia *media)
{
  return find_format (media, "RTX") >= 0;
}

/* In the first section that has it; -1 when none does. */
static gint
find_anywhere (const GstSDPMessage *sdp, const gchar *encoding_name)
{
  gint payload_type = -1;

  for (guint i = 0; sdp && i < gst_sdp_message_medias_len (sdp) && payload_type < 0; i++)
    payload_type = find_format (gst_sdp_message_get_media (sdp, i), encoding_name);

  return payload_type;
}

static gint
choose_number (const GstSDPMessage *local, const GstSDPMessage *remote, const gchar *encoding_name,
               gboolean *taken)
{
  gint payload_type = find_anywhere (local, encoding_name);

  if (payload_type < 0)
    payload_type = find_anywhere (remote, encoding_name);

  return payload_type < 0 ? kp_sdp_take_payload_type (taken) : payload_type;
}

static gint
choose_rtx (const GstSDPMessage *local, const GstSDPMessage *remote, gint red, gboolean *taken)
{
  gint payload_type = kp_sdp_find_rtx (local, G_MAXUINT, red);

  if (payload_type < 0 && remote)
    payload_type = kp_sdp_find_rtx (remote, G_MAXUINT, red);

  return payload_type < 0 ? kp_sdp_take_payload_type (taken) : payload_type;
}

static void
add_format (GstSDPMedia *media, gint payload_type, const gchar *name)
{
  g_autofree gchar *format = g_strdup_printf ("%d", payload_type);
  g_autofree gchar *rtpmap = g_strdup_printf ("%d %s/%d", payload_type, name, CLOCK_RATE);

  gst_sdp_media_add_format (media, format);
  gst_sdp_media_add_attribute (media, "rtpmap", rtpmap);
}

/* @rtx: of red, or -1. */
static void
add_fec (GstSDPMedia *media, const KpFecFormats *formats, gint rtx)
{
  add_format (media, formats->red, "red");
  if (rtx >= 0)
    kp_sdp_media_add_rtx (media, formats->red, rtx);
  add_format (media, formats->ulpfec, "ulpfec");
}

void
kp_sdp_offer_fec (GstSDPMessage *offer, guint index, const GstSDPMessage *remote)
{
  gboolean taken[KP_SDP_N_PAYLOAD_TYPES] = { FALSE };
  GstSDPMedia *media = kp_sdp_edit_media (offer, index);
  gboolean retransmits = has_rtx (media);
  KpFecFormats formats;
  gint rtx;

  kp_sdp_mark_payload_types (offer, taken);
  if (remote)
    kp_sdp_mark_payload_types (remote, taken);
  formats.red = choose_number (offer, remote, "RED", taken);
  formats.ulpfec = choose_number (offer, remote, "ULPFEC", taken);
  rtx = retransmits && formats.red >= 0 ? choose_rtx (offer, remote, formats.red, taken) : -1;
  if (formats.red >= 0 && formats.ulpfec >= 0 && (rtx >= 0 || !retransmits))
    add_fec (media, &formats, rtx);
}

void
kp_sdp_answer_fec (GstSDPMessage *answer, guint index, const GstSDPMessage *offer)
{
  const GstSDPMedia *offered = gst_sdp_message_get_media (offer, index);
  GstSDPMedia *media = kp_sdp_edit_media (answer, index);
  gboolean retransmits = has_rtx (media);
  KpFecFormats formats;
  gint rtx;

  if (!kp_sdp_media_get_fec (offered, &formats))
    return;

  rtx = retransmits ? kp_sdp_find_rtx (offer, G_MAXUINT, formats.red) : -1;
  if (!retransmits || (rtx >= 0 && is_format (offered, rtx, "RTX")))
    add_fec (media, &formats, rtx);
}

static gboolean
is_repair (const GstSDPMedia *media, gint payload_type, const GstSDPMedia *offered)
{
  static const gchar *const names[] = { "RED", "ULPFEC", "RTX" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (GstCaps) caps = kp_sdp_media_get_format_caps (media, payload_type);
      const gchar *name
          = caps ? gst_structure_get_string (gst_caps_get_structure (caps, 0), "encoding-name") : NULL;

      if (g_strcmp0 (name, names[i]) == 0)
        return !is_format (offered, payload_type, names[i]);
    }

  return FALSE;
}

static void
remove_format (GstSDPMedia *media, gint payload_type)
{
  g_autofree gchar *format = g_strdup_printf ("%d", payload_type);

  kp_sdp_media_remove_format (media, format);
}

/* A section that has nothing else keeps its last format: it would be none. */
static void
remove_foreign (GstSDPMedia *media, const GstSDPMedia *offered)
{
  KpFecFormats formats;

  for (guint i = gst_sdp_media_formats_len (media); i > 0 && gst_sdp_media_formats_len (media) > 1; i--)
    {
      gint payload_type = atoi (gst_sdp_media_get_format (media, i - 1));

      if (is_repair (media, payload_type, offered))
        remove_format (media, payload_type);
    }
  if (!kp_sdp_media_get_fec (media, &formats) && formats.ulpfec >= 0 && gst_sdp_media_formats_len (media) > 1)
    remove_format (media, formats.ulpfec);
}

void
kp_sdp_remove_foreign_repairs (GstSDPMessage *answer, const GstSDPMessage *offer)
{
  KpMediaKind kind;

  for (guint i = 0; i < MIN (gst_sdp_message_medias_len (answer), gst_sdp_message_medias_len (offer)); i++)
    if (kp_sdp_media_get_kind (gst_sdp_message_get_media (answer, i), &kind))
      remove_foreign (kp_sdp_edit_media (answer, i), gst_sdp_message_get_media (offer, i));
}
