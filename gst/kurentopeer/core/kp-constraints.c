/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-constraints.h"

#include <math.h>

#include "gstkurentoerror.h"
#include "kp-json.h"

#define ADVANCED "advanced"

/* The name in the specification, then what else it is called. */
static const struct
{
  KpConstraintId id;
  const gchar *name;
} names[] = {
  { KP_CONSTRAINT_WIDTH, "width" },
  { KP_CONSTRAINT_HEIGHT, "height" },
  { KP_CONSTRAINT_ASPECT_RATIO, "aspectRatio" },
  { KP_CONSTRAINT_FRAME_RATE, "frameRate" },
  { KP_CONSTRAINT_FRAME_RATE, "framerate" }, /* kurento-utils' default has it so */
  { KP_CONSTRAINT_SAMPLE_RATE, "sampleRate" },
  { KP_CONSTRAINT_CHANNEL_COUNT, "channelCount" },
  { KP_CONSTRAINT_LATENCY, "latency" },
  { KP_CONSTRAINT_ECHO_CANCELLATION, "echoCancellation" },
  { KP_CONSTRAINT_NOISE_SUPPRESSION, "noiseSuppression" },
  { KP_CONSTRAINT_AUTO_GAIN_CONTROL, "autoGainControl" },
  { KP_CONSTRAINT_DEVICE_ID, "deviceId" },
  { KP_CONSTRAINT_GROUP_ID, "groupId" },
  { KP_CONSTRAINT_FACING_MODE, "facingMode" },
  { KP_CONSTRAINT_DISPLAY_SURFACE, "displaySurface" },
  { KP_CONSTRAINT_CURSOR, "cursor" },
};

static const gchar *const bound_names[KP_N_BOUNDS] = { "min", "max", "exact", "ideal" };

/* Where the reader is. */
typedef struct
{
  KpConstraintId id;
  const gchar *path; /* borrowed; like "video.width" */
} KpPlace;

static gboolean
fail (const KpPlace *place, const gchar *member, GError **error)
{
  const gchar *expected = place->id >= KP_FIRST_WORD_CONSTRAINT      ? "a string or a list of strings"
                          : place->id >= KP_FIRST_BOOLEAN_CONSTRAINT ? "true or false"
                                                                     : "a number that is not negative";

  g_set_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_INVALID_ARGUMENT, "%s%s%s: expected %s%s",
               place->path, member ? "." : "", member ? member : "", expected,
               member ? "" : ", or an object of such");

  return FALSE;
}

static gboolean
fail_with (const gchar *path, const gchar *expected, GError **error)
{
  g_set_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_INVALID_ARGUMENT, "%s: expected %s", path,
               expected);

  return FALSE;
}

static gboolean
read_number (JsonNode *node, gdouble *number)
{
  if (!JSON_NODE_HOLDS_VALUE (node))
    return FALSE;

  *number = json_node_get_double (node);

  return (kp_json_is_integer (node) || json_node_get_value_type (node) == G_TYPE_DOUBLE) && isfinite (*number)
         && *number >= 0;
}

static gboolean
read_words (JsonNode *node, gchar ***words)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  JsonArray *list = JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  guint n = list ? json_array_get_length (list) : 1;

  for (guint i = 0; i < n; i++)
    {
      JsonNode *word = list ? json_array_get_element (list, i) : node;

      if (!kp_json_is_string (word))
        return FALSE;
      g_strv_builder_add (builder, json_node_get_string (word));
    }
  g_strfreev (*words);
  *words = g_strv_builder_end (builder);

  return TRUE;
}

static gboolean
read_bound (KpConstraintId id, JsonNode *node, KpBound bound, KpConstraint *constraint)
{
  if (id >= KP_FIRST_WORD_CONSTRAINT)
    return read_words (node, &constraint->words[bound]);
  if (id < KP_FIRST_BOOLEAN_CONSTRAINT)
    return read_number (node, &constraint->numbers[bound]);
  if (!kp_json_is_boolean (node))
    return FALSE;

  constraint->numbers[bound] = json_node_get_boolean (node);

  return TRUE;
}

static gboolean
read_bounds (const KpPlace *place, JsonObject *object, KpConstraint *constraint, GError **error)
{
  KpBound first = place->id < KP_FIRST_BOOLEAN_CONSTRAINT ? KP_BOUND_MIN : KP_BOUND_EXACT;
  g_autoptr (GList) members = json_object_get_members (object);

  for (GList *l = members; l; l = l->next)
    {
      KpBound bound = first;

      while (bound < KP_N_BOUNDS && !g_str_equal (bound_names[bound], l->data))
        bound++;
      if (bound == KP_N_BOUNDS)
        g_message ("Ignoring the unknown member %s.%s", place->path, (const gchar *)l->data);
      else if (!read_bound (place->id, json_object_get_member (object, l->data), bound, constraint))
        return fail (place, l->data, error);
    }

  return TRUE;
}

static void
constraint_clear (KpConstraint *self)
{
  for (guint i = 0; i < KP_N_BOUNDS; i++)
    {
      self->numbers[i] = NAN;
      g_clear_pointer (&self->words[i], g_strfreev);
    }
}

static gboolean
find_name (const gchar *name, KpConstraintId *id)
{
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_str_equal (names[i].name, name))
      {
        *id = names[i].id;
        return TRUE;
      }

  return FALSE;
}

/* @bare is what a value without a bound is taken for. */
static gboolean
read_set (JsonObject *object, const gchar *path, KpBound bare, KpConstraintSet *set, GError **error)
{
  g_autoptr (GList) members = json_object_get_members (object);

  for (GList *l = members; l; l = l->next)
    {
      g_autofree gchar *where = g_strdup_printf ("%s.%s", path, (const gchar *)l->data);
      JsonNode *node = json_object_get_member (object, l->data);
      KpPlace place = { .path = where };

      if (!find_name (l->data, &place.id))
        {
          if (bare == KP_BOUND_EXACT || !g_str_equal (l->data, ADVANCED))
            g_message ("Ignoring the unknown constraint %s", where);
          continue;
        }

      constraint_clear (&set->items[place.id]);
      if (JSON_NODE_HOLDS_OBJECT (node))
        {
          if (!read_bounds (&place, json_node_get_object (node), &set->items[place.id], error))
            return FALSE;
        }
      else if (!read_bound (place.id, node, bare, &set->items[place.id]))
        return fail (&place, NULL, error);
    }

  return TRUE;
}

static void
set_init (KpConstraintSet *self)
{
  *self = (KpConstraintSet){ 0 };
  for (guint i = 0; i < KP_N_CONSTRAINTS; i++)
    constraint_clear (&self->items[i]);
}

static void
set_clear (KpConstraintSet *self)
{
  for (guint i = 0; i < KP_N_CONSTRAINTS; i++)
    constraint_clear (&self->items[i]);
}

static void
set_free (gpointer data)
{
  set_clear (data);
  g_free (data);
}

static gboolean
read_advanced (JsonNode *node, const gchar *path, GPtrArray *sets, GError **error)
{
  g_autofree gchar *list_path = g_strconcat (path, "." ADVANCED, NULL);
  JsonArray *list;

  if (!JSON_NODE_HOLDS_ARRAY (node))
    return fail_with (list_path, "a list of objects", error);

  list = json_node_get_array (node);
  for (guint i = 0; i < json_array_get_length (list); i++)
    {
      g_autofree gchar *item_path = g_strdup_printf ("%s[%u]", list_path, i);
      JsonNode *item = json_array_get_element (list, i);
      KpConstraintSet *set;

      if (!JSON_NODE_HOLDS_OBJECT (item))
        return fail_with (item_path, "an object", error);

      set = g_new (KpConstraintSet, 1);
      set_init (set);
      g_ptr_array_add (sets, set);
      if (!read_set (json_node_get_object (item), item_path, KP_BOUND_EXACT, set, error))
        return FALSE;
    }

  return TRUE;
}

static gboolean
read_object (KpConstraints *self, JsonObject *object, const gchar *path, GError **error)
{
  JsonNode *advanced = json_object_get_member (object, ADVANCED);

  return read_set (object, path, KP_BOUND_IDEAL, &self->basic, error)
         && (!advanced || read_advanced (advanced, path, self->advanced, error));
}

KpConstraints *
kp_constraints_read (JsonNode *node, const gchar *path, GError **error)
{
  g_autoptr (KpConstraints) self = g_atomic_rc_box_new0 (KpConstraints);

  set_init (&self->basic);
  self->advanced = g_ptr_array_new_with_free_func (set_free);
  if (JSON_NODE_HOLDS_OBJECT (node))
    {
      if (!read_object (self, json_node_get_object (node), path, error))
        return NULL;
    }
  else if (!kp_json_is_boolean (node) || !json_node_get_boolean (node))
    {
      fail_with (path, "true, false or an object", error);
      return NULL;
    }

  return g_steal_pointer (&self);
}

KpConstraints *
kp_constraints_ref (KpConstraints *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
constraints_clear (gpointer data)
{
  KpConstraints *self = data;

  set_clear (&self->basic);
  g_ptr_array_unref (self->advanced);
}

void
kp_constraints_unref (KpConstraints *self)
{
  g_atomic_rc_box_release_full (self, constraints_clear);
}

const gchar *
kp_constraint_get_name (KpConstraintId id)
{
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (names[i].id == id)
      return names[i].name;

  g_return_val_if_reached (NULL);
}
