/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-json.h"

#include <string.h>

#include "gstkurentoerror.h"

typedef struct
{
  guint line;
  guint column;
} KpPosition;

/* json-glib's own messages quote the text, so only the kind of error is told. */
static const gchar *
syntax_error_to_string (gint code)
{
  switch (code)
    {
    case JSON_PARSER_ERROR_TRAILING_COMMA:
      return "expected a value after the comma";
    case JSON_PARSER_ERROR_MISSING_COMMA:
      return "expected a comma after the value";
    case JSON_PARSER_ERROR_MISSING_COLON:
      return "expected a colon after the member's name";
    case JSON_PARSER_ERROR_EMPTY_MEMBER_NAME:
      return "expected a member's name, got an empty string";
    default:
      return "expected well-formed JSON";
    }
}

static void
parser_error_cb (JsonParser *parser, const GError *error, gpointer user_data)
{
  KpPosition *position = user_data;

  position->line = json_parser_get_current_line (parser);
  position->column = json_parser_get_current_pos (parser);
}

static gboolean
fail_at (const gchar *text, gsize offset, const gchar *expected, GError **error)
{
  KpPosition position = { 1, 1 };

  for (gsize i = 0; i < offset; i++)
    {
      position.column = text[i] == '\n' ? 1 : position.column + 1;
      position.line += text[i] == '\n';
    }
  g_set_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_INVALID_ARGUMENT, "line %u, column %u: %s",
               position.line, position.column, expected);

  return FALSE;
}

static gboolean
is_json_character (gchar c)
{
  return g_ascii_isalnum (c) || g_ascii_isspace (c) || strchr ("{}[]:,+-.\"", c);
}

/* What the parser does not check itself: it recurses as deep as the text says, and takes comments and single quotes,
 * which could hide brackets from the count here, and one value after the other. */
static gboolean
check_text (const gchar *text, gsize length, GError **error)
{
  gboolean in_string = FALSE;
  gboolean ended = FALSE;
  guint depth = 0;

  for (gsize i = 0; i < length; i++)
    {
      if (ended && !g_ascii_isspace (text[i]))
        return fail_at (text, i, "expected the end", error);
      else if (in_string && text[i] == '\\')
        i++;
      else if (text[i] == '"')
        in_string = !in_string;
      else if (in_string)
        continue;
      else if (!is_json_character (text[i]))
        return fail_at (text, i, "expected well-formed JSON", error);
      else if ((text[i] == '[' || text[i] == '{') && ++depth > KP_JSON_MAX_DEPTH)
        return fail_at (text, i, "expected at most " G_STRINGIFY (KP_JSON_MAX_DEPTH) " levels", error);
      else if ((text[i] == ']' || text[i] == '}') && depth > 0)
        ended = --depth == 0;
    }

  return TRUE;
}

JsonNode *
kp_json_parse (const gchar *text, gssize length, GError **error)
{
  gsize size = length < 0 ? strlen (text) : (gsize)length;
  g_autoptr (JsonParser) parser = NULL;
  g_autoptr (GError) parser_error = NULL;
  KpPosition position = { 0 };
  JsonNode *root;

  if (!g_utf8_validate_len (text, size, NULL))
    {
      g_set_error_literal (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_INVALID_ARGUMENT,
                           "expected JSON in UTF-8");
      return NULL;
    }

  if (!check_text (text, size, error))
    return NULL;

  parser = json_parser_new ();
  g_signal_connect (parser, "error", G_CALLBACK (parser_error_cb), &position);
  if (!json_parser_load_from_data (parser, text, size, &parser_error))
    {
      /* the parser is at the last good token or at the first bad one */
      g_set_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_INVALID_ARGUMENT,
                   "near line %u, column %u: %s", position.line, position.column,
                   syntax_error_to_string (parser_error->code));
      return NULL;
    }

  root = json_parser_steal_root (parser);
  if (!root)
    g_set_error_literal (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_INVALID_ARGUMENT,
                         "expected JSON, got an empty text");

  return root;
}

static gboolean
holds_type (JsonNode *node, GType type)
{
  return node && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == type;
}

gboolean
kp_json_is_string (JsonNode *node)
{
  return holds_type (node, G_TYPE_STRING);
}

gboolean
kp_json_is_integer (JsonNode *node)
{
  return holds_type (node, G_TYPE_INT64);
}

gboolean
kp_json_is_boolean (JsonNode *node)
{
  return holds_type (node, G_TYPE_BOOLEAN);
}
