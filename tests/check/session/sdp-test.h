/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kp-sdp.h"
#include "sdp-data.h"

#include <gst/check/gstcheck.h>

/* Short ways to make and to look into a description. */

static inline GstSDPMessage *
sdp_parse (const gchar *text)
{
  g_autoptr (GError) error = NULL;
  gboolean inserted_mids;
  GstSDPMessage *sdp = kp_sdp_parse_remote (text, &inserted_mids, &error);

  g_assert_no_error (error);
  fail_unless (sdp != NULL);
  return sdp;
}

static inline GstSDPMessage *
sdp_parse_changed (const gchar *from, const gchar *to)
{
  g_autofree gchar *text = sdp_load ("small-offer");
  g_autofree gchar *changed = sdp_replace (text, from, to);

  return sdp_parse (changed);
}

static inline GstSDPMessage *
sdp_parse_raw (const gchar *text)
{
  GstSDPMessage *sdp;

  gst_sdp_message_new (&sdp);
  fail_unless_equals_int (gst_sdp_message_parse_buffer ((const guint8 *)text, strlen (text), sdp),
                          GST_SDP_OK);
  return sdp;
}

static inline const gchar *
sdp_get_value (const GstSDPMessage *sdp, guint index, const gchar *name)
{
  return gst_sdp_media_get_attribute_val (gst_sdp_message_get_media (sdp, index), name);
}

static inline const gchar *
sdp_get_group (const GstSDPMessage *sdp)
{
  return gst_sdp_message_get_attribute_val (sdp, "group");
}

static inline guint
sdp_count_attributes (const GstSDPMessage *sdp, guint index, const gchar *name)
{
  guint n = 0;

  while (gst_sdp_media_get_attribute_val_n (gst_sdp_message_get_media (sdp, index), name, n))
    n++;
  return n;
}
