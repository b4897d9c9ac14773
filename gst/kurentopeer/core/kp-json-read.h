/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kp-json.h"

/* For the JSON-valued properties. @path, which may be "", comes before the member's name in an error. */

/* Sets an INVALID_ARGUMENT error and returns FALSE. */
gboolean kp_json_fail (GError **error, const gchar *format, ...) G_GNUC_PRINTF (2, 3);

/* The object that @text is, or that the file holds which it names: "file:///x.json". */
JsonNode *kp_json_load_object (const gchar *text, GError **error);

/* The same for an array. */
JsonNode *kp_json_load_array (const gchar *text, GError **error);

/* So that a misspelt member does not go unnoticed. */
void kp_json_log_unknown_members (JsonObject *object, const gchar *path, const gchar *const *known);

/* A string member; a missing one is NULL. */
gboolean kp_json_read_string (JsonObject *object, const gchar *path, const gchar *name, const gchar **value,
                              GError **error);

/* A string member that must be one of @choices; a missing one is NULL. */
gboolean kp_json_read_choice (JsonObject *object, const gchar *path, const gchar *name,
                              const gchar *const *choices, const gchar **choice, GError **error);

/* A missing member leaves @value as it is. */
gboolean kp_json_read_boolean (JsonObject *object, const gchar *path, const gchar *name, gboolean *value,
                               GError **error);

/* An integer from 0 to @max; a missing one leaves @value as it is. */
gboolean kp_json_read_integer (JsonObject *object, const gchar *path, const gchar *name, gint64 max,
                               gint64 *value, GError **error);

/* A number from @min to @max; a missing one leaves @value as it is. */
gboolean kp_json_read_number (JsonObject *object, const gchar *path, const gchar *name, gdouble min,
                              gdouble max, gdouble *value, GError **error);
