/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-sdp-simulcast.h"

#include "kp-sdp-edit.h"

/* a=rid:h send pt=96 */
static gboolean
is_described (const GstSDPMedia *media, const gchar *rid, const gchar *verb)
{
  const gchar *value;

  for (guint i = 0; (value = gst_sdp_media_get_attribute_val_n (media, "rid", i)); i++)
    {
      g_auto (GStrv) words = g_strsplit (value, " ", 3);

      if (g_strv_length (words) >= 2 && g_str_equal (words[0], rid) && g_str_equal (words[1], verb))
        return TRUE;
    }

  return FALSE;
}

/* "h,~x": a layer in one of several formats, with a tilde when it begins paused. Owned, or NULL. */
static gchar *
dup_rid (const GstSDPMedia *media, const gchar *alternatives, const gchar *verb)
{
  g_auto (GStrv) rids = g_strsplit (alternatives, ",", -1);

  for (guint i = 0; rids[i]; i++)
    {
      const gchar *rid = rids[i] + (*rids[i] == '~');

      if (is_described (media, rid, verb))
        return g_strdup (rid);
    }

  return NULL;
}

static GStrv
dup_rids (const GstSDPMedia *media, const gchar *list, const gchar *verb)
{
  g_auto (GStrv) layers = g_strsplit (list, ";", -1);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  gboolean has_any = FALSE;

  for (guint i = 0; layers[i]; i++)
    {
      g_autofree gchar *rid = dup_rid (media, layers[i], verb);

      has_any |= rid != NULL;
      if (rid)
        g_strv_builder_add (builder, rid);
    }

  return has_any ? g_strv_builder_end (builder) : NULL;
}

/* a=simulcast:send h;m;l recv a */
GStrv
kp_sdp_media_dup_rids (const GstSDPMedia *media, const gchar *verb)
{
  const gchar *value = gst_sdp_media_get_attribute_val (media, "simulcast");
  g_auto (GStrv) words = g_strsplit (value ? value : "", " ", -1);

  for (guint i = 0; words[i] && words[i + 1]; i += 2)
    if (g_str_equal (words[i], verb))
      return dup_rids (media, words[i + 1], verb);

  return NULL;
}

/* @list: what a=simulcast says so far. */
static void
add_rids (GstSDPMedia *media, GString *list, const gchar *verb, const gchar *const *rids)
{
  if (rids == NULL)
    return;

  g_string_append_printf (list, "%s%s ", list->len ? " " : "", verb);
  for (guint i = 0; rids[i]; i++)
    {
      g_autofree gchar *rid = g_strconcat (rids[i], " ", verb, NULL);

      g_string_append_printf (list, "%s%s", i ? ";" : "", rids[i]);
      gst_sdp_media_add_attribute (media, "rid", rid);
    }
}

void
kp_sdp_media_set_rids (GstSDPMedia *media, const gchar *const *send, const gchar *const *recv)
{
  g_autoptr (GString) list = g_string_new (NULL);

  kp_sdp_media_remove_attributes (media, "simulcast");
  kp_sdp_media_remove_attributes (media, "rid");
  if (send)
    {
      kp_sdp_media_remove_attributes (media, "ssrc");
      kp_sdp_media_remove_attributes (media, "ssrc-group");
    }
  add_rids (media, list, "send", send);
  add_rids (media, list, "recv", recv);
  if (list->len)
    gst_sdp_media_add_attribute (media, "simulcast", list->str);
}
