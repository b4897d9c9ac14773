/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-ladder.h"

#include <math.h>
#include <string.h>

#include "kp-json-read.h"

/* bytes of a rid: those of an RTP header extension of one byte */
#define MAX_RID 16

#define MAX_NUMBER 1000

#define DEFAULT_LAYERS                                                                                       \
  "[{\"rid\":\"h\"},{\"rid\":\"m\",\"scaleResolutionDownBy\":2},{\"rid\":\"l\",\"scaleResolutionDownBy\":4}" \
  "]"

static void
ladder_clear (gpointer data)
{
  KpLadder *self = data;

  for (guint i = 0; i < self->n_layers; i++)
    g_free (self->layers[i].rid);
}

KpLadder *
kp_ladder_ref (KpLadder *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
kp_ladder_unref (KpLadder *self)
{
  g_atomic_rc_box_release_full (self, ladder_clear);
}

static void
append (KpLadder *self, const gchar *rid, const KpLayer *layer)
{
  KpLayer *copy = &self->layers[self->n_layers++];

  *copy = *layer;
  copy->rid = g_strdup (rid);
}

static const KpLayer *
find (const KpLadder *self, const gchar *rid)
{
  for (guint i = 0; i < self->n_layers; i++)
    if (g_str_equal (self->layers[i].rid, rid))
      return &self->layers[i];

  return NULL;
}

static gboolean
read_rid (const KpLadder *self, JsonObject *object, const gchar *path, const gchar **rid, GError **error)
{
  if (!kp_json_read_string (object, path, "rid", rid, error))
    return FALSE;
  if (*rid == NULL || **rid == '\0' || strlen (*rid) > MAX_RID
      || strspn (*rid, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS) != strlen (*rid))
    return kp_json_fail (error, "%srid: expected 1 to %d letters and digits", path, MAX_RID);
  if (find (self, *rid))
    return kp_json_fail (error, "%srid: expected another one than %s", path, *rid);

  return TRUE;
}

/* A number from @min to MAX_NUMBER; a missing one leaves @value as it is. */
static gboolean
read_number (JsonObject *object, const gchar *path, const gchar *name, gint min, gdouble *value,
             GError **error)
{
  JsonNode *node = json_object_get_member (object, name);
  gdouble number = -1;

  if (node == NULL)
    return TRUE;

  if (kp_json_is_integer (node))
    number = json_node_get_int (node);
  else if (json_node_get_value_type (node) == G_TYPE_DOUBLE)
    number = json_node_get_double (node);
  if (!(number >= min && number <= MAX_NUMBER))
    return kp_json_fail (error, "%s%s: expected a number from %d to %d", path, name, min, MAX_NUMBER);
  *value = number;

  return TRUE;
}

static gboolean
read_layer (KpLadder *self, JsonNode *node, guint index, GError **error)
{
  static const gchar *const known[]
      = { "rid", "scaleResolutionDownBy", "maxFramerate", "maxBitrate", "active", NULL };
  g_autofree gchar *path = g_strdup_printf ("[%u].", index);
  KpLayer layer = { .active = TRUE };
  gint64 max_bitrate = 0;
  const gchar *rid;
  JsonObject *object;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    return kp_json_fail (error, "[%u]: expected an object", index);

  object = json_node_get_object (node);
  kp_json_log_unknown_members (object, path, known);
  if (!read_rid (self, object, path, &rid, error)
      || !read_number (object, path, "scaleResolutionDownBy", 1, &layer.scale, error)
      || !read_number (object, path, "maxFramerate", 0, &layer.max_framerate, error)
      || !kp_json_read_integer (object, path, "maxBitrate", G_MAXINT, &max_bitrate, error)
      || !kp_json_read_boolean (object, path, "active", &layer.active, error))
    return FALSE;

  layer.max_bitrate = max_bitrate;
  append (self, rid, &layer);

  return TRUE;
}

/* W3C webrtc-pc, "addTransceiver sendEncodings validation steps" */
static void
fill_scales (KpLadder *self)
{
  gboolean has_any = FALSE;

  for (guint i = 0; i < self->n_layers; i++)
    has_any |= self->layers[i].scale > 0;
  for (guint i = 0; i < self->n_layers; i++)
    if (self->layers[i].scale == 0)
      self->layers[i].scale = has_any ? 1 : 1 << (self->n_layers - i - 1);
}

static KpLadder *
read_layers (JsonArray *array, GError **error)
{
  g_autoptr (KpLadder) self = g_atomic_rc_box_new0 (KpLadder);
  guint n = json_array_get_length (array);

  if (n == 0 || n > KP_MAX_LAYERS)
    {
      kp_json_fail (error, "expected 1 to %d layers", KP_MAX_LAYERS);
      return NULL;
    }
  for (guint i = 0; i < n; i++)
    if (!read_layer (self, json_array_get_element (array, i), i, error))
      return NULL;
  fill_scales (self);

  return g_steal_pointer (&self);
}

KpLadder *
kp_ladder_parse (const gchar *property, const gchar *text, GError **error)
{
  g_autoptr (JsonNode) root = kp_json_load_array (text && *text ? text : DEFAULT_LAYERS, error);
  KpLadder *self = root ? read_layers (json_node_get_array (root), error) : NULL;

  if (self == NULL)
    g_prefix_error (error, "%s: ", property);

  return self;
}

static KpLadder *
drop_empty (KpLadder *self)
{
  if (self->n_layers > 0)
    return self;

  kp_ladder_unref (self);

  return NULL;
}

KpLadder *
kp_ladder_restrict (const KpLadder *self, const gchar *const *rids)
{
  KpLadder *some = g_atomic_rc_box_new0 (KpLadder);

  for (guint i = 0; i < self->n_layers; i++)
    if (g_strv_contains (rids, self->layers[i].rid))
      append (some, self->layers[i].rid, &self->layers[i]);

  return drop_empty (some);
}

KpLadder *
kp_ladder_rename (const KpLadder *self, const gchar *const *rids)
{
  KpLadder *some = kp_ladder_restrict (self, rids);

  if (some)
    return some;

  some = g_atomic_rc_box_new0 (KpLadder);
  for (guint i = 0; i < self->n_layers && rids[i]; i++)
    append (some, rids[i], &self->layers[i]);

  return drop_empty (some);
}

/* A picture of a quarter of the pixels needs a third of the bits. */
static gdouble
get_weight (const KpLayer *layer)
{
  return layer->active ? pow (layer->scale, -1.5) : 0;
}

/* Whether a layer has all that it may have now, which it had not before. */
static gboolean
fill_layers (const KpLadder *self, gdouble left, gdouble weights, guint shares[KP_MAX_LAYERS])
{
  gboolean is_any_full = FALSE;

  for (guint i = 0; i < self->n_layers; i++)
    {
      const KpLayer *layer = &self->layers[i];
      gdouble share = left * get_weight (layer) / weights;

      if (shares[i] || !layer->active || !layer->max_bitrate || share < layer->max_bitrate)
        continue;
      shares[i] = layer->max_bitrate;
      is_any_full = TRUE;
    }

  return is_any_full;
}

void
kp_ladder_share (const KpLadder *self, guint bitrate, guint shares[KP_MAX_LAYERS])
{
  gdouble left, weights;

  memset (shares, 0, KP_MAX_LAYERS * sizeof shares[0]);
  do
    {
      left = bitrate;
      weights = 0;
      for (guint i = 0; i < self->n_layers; i++)
        if (shares[i])
          left -= shares[i];
        else
          weights += get_weight (&self->layers[i]);
    }
  while (weights > 0 && fill_layers (self, left, weights, shares));

  for (guint i = 0; i < self->n_layers; i++)
    if (shares[i] == 0 && self->layers[i].active)
      shares[i] = MAX (1, left * get_weight (&self->layers[i]) / weights);
}
