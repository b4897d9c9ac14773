/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <json-glib/json-glib.h>

/* How deep a text may nest: the parser recurses, and a peer must not choose how far. */
#define KP_JSON_MAX_DEPTH 64

/* Parses @text, of @length bytes or -1. The INVALID_ARGUMENT error names line and column and never quotes the
 * text, which may hold a credential. */
JsonNode *kp_json_parse (const gchar *text, gssize length, GError **error);

/* TRUE when @node holds a string, an integer, a boolean. NULL is none of them. */
gboolean kp_json_is_string (JsonNode *node);
gboolean kp_json_is_integer (JsonNode *node);
gboolean kp_json_is_boolean (JsonNode *node);
