/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kp-constraints.h"

#include <gst/check/gstcheck.h>

#define CAPTURE_DEADLINE (10 * GST_SECOND)

/* Of video; @text has single quotes. */
static inline KpConstraints *
capture_constraints_new (const gchar *text)
{
  g_autofree gchar *json = g_strdelimit (g_strdup (text), "'", '"');
  g_autoptr (JsonNode) node = json_from_string (json, NULL);

  return kp_constraints_read (node, "video", NULL);
}

/* What a late source tells next; with its error, if that is asked for. */
static inline void
capture_expect (GstBus *bus, const gchar *name, GError **failure)
{
  g_autoptr (GstMessage) message = gst_bus_timed_pop_filtered (bus, CAPTURE_DEADLINE, GST_MESSAGE_ELEMENT);
  g_autoptr (GError) error = NULL;

  fail_unless (message);
  gst_structure_get (gst_message_get_structure (message), "error", G_TYPE_ERROR, &error, NULL);
  fail_unless (gst_message_has_name (message, name), "%s", error ? error->message : "");
  if (failure)
    *failure = g_steal_pointer (&error);
}
