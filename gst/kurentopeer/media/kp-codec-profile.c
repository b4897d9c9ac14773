/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-codec-profile.h"

/* profile_idc and the constraint flags, as profile-level-id begins, the poorest first: a decoder of a later one decodes
 * the earlier ones, too, but for what only plain baseline has. */
static const struct
{
  const gchar *profile; /* of h264parse and encoders */
  const gchar *id;
} h264_profiles[] = {
  { "constrained-baseline", "42e0" }, { "baseline", "4200" },   { "main", "4d00" },
  { "constrained-high", "640c" },     { "high", "6400" },       { "high-10", "6e00" },
  { "high-4:2:2", "7a00" },           { "high-4:4:4", "f400" },
};

/* "3.1" is 31. */
static guint
get_level_idc (const gchar *level)
{
  return level ? (guint)(g_ascii_strtod (level, NULL) * 10 + 0.5) : 31;
}

static void
apply_h264 (const GstStructure *encoded, GstCaps *rtp)
{
  const gchar *profile = gst_structure_get_string (encoded, "profile");
  guint level_idc = get_level_idc (gst_structure_get_string (encoded, "level"));

  for (guint i = 0; profile && i < G_N_ELEMENTS (h264_profiles); i++)
    {
      g_autofree gchar *id = NULL;

      if (!g_str_equal (h264_profiles[i].profile, profile))
        continue;
      id = g_strdup_printf ("%s%02x", h264_profiles[i].id, level_idc);
      gst_caps_set_simple (rtp, "profile-level-id", G_TYPE_STRING, id, NULL);
    }
}

void
kp_codec_profile_apply (const KpCodec *codec, const GstCaps *encoded, GstCaps *rtp)
{
  const GstStructure *structure = gst_caps_get_structure (encoded, 0);

  if (g_str_equal (codec->name, "H264"))
    apply_h264 (structure, rtp);
  else if (g_str_equal (codec->name, "VP9")
           && gst_structure_has_field_typed (structure, "profile", G_TYPE_STRING))
    gst_caps_set_simple (rtp, "profile-id", G_TYPE_STRING, gst_structure_get_string (structure, "profile"),
                         NULL);
}

/* The place of a profile-level-id in the table. Without one RFC 6184 means baseline; the flag constraint_set1 makes that
 * the constrained one. */
static guint
rank_h264 (const gchar *id)
{
  guint64 bits = id ? g_ascii_strtoull (id, NULL, 16) : 0x420000;

  switch (bits >> 16 & 0xff)
    {
    case 0x42:
      return bits & 0x4000 ? 0 : 1;
    case 0x4d:
      return 2;
    case 0x64:
      return (bits & 0x0c00) == 0x0c00 ? 3 : 4;
    case 0x6e:
      return 5;
    case 0x7a:
      return 6;
    case 0xf4:
      return 7;
    default:
      return G_MAXUINT;
    }
}

/* The same profile is best, then the next better one. What is too poor comes last: many decoders can do more than their
 * description says. */
static guint
rate_h264 (const GstStructure *ours, const GstStructure *theirs)
{
  const guint n = G_N_ELEMENTS (h264_profiles);
  guint our_rank = rank_h264 (gst_structure_get_string (ours, "profile-level-id"));
  guint their_rank = rank_h264 (gst_structure_get_string (theirs, "profile-level-id"));

  if (g_strcmp0 (gst_structure_get_string (theirs, "packetization-mode"), "1") != 0
      || their_rank == G_MAXUINT)
    return 0;

  return their_rank >= our_rank ? 2 * n - (their_rank - our_rank) : 1 + their_rank;
}

guint
kp_codec_profile_rate (const KpCodec *codec, const GstStructure *ours, const GstStructure *theirs)
{
  const gchar *our_profile = gst_structure_get_string (ours, "profile-id");
  const gchar *their_profile = gst_structure_get_string (theirs, "profile-id");

  if (g_str_equal (codec->name, "H264"))
    return rate_h264 (ours, theirs);
  if (g_str_equal (codec->name, "VP9"))
    return g_strcmp0 (our_profile ? our_profile : "0", their_profile ? their_profile : "0") == 0;

  return 1;
}
