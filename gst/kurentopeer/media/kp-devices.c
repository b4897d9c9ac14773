/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-devices.h"

#include <glib/gstdio.h>
#include <math.h>

#include "gstkurentoerror.h"
#include "kp-element.h"
#include "kp-fitness.h"
#include "kp-media-debug.h"

#define MAX_WAYS 16384 /* caps that list more are cut */
#define MAX_AUDIO_LATENCY 0.5 /* s */
#define MAX_VOICE_CHANNELS 2

/* Fields of caps, and the constraints that they are. */
typedef struct
{
  const gchar *name;
  KpConstraintId id;
} KpField;

static const struct
{
  const gchar *classes;
  const gchar *name; /* for people */
  const gchar *folder; /* of the device files */
  const gchar *pattern; /* of their names */
  KpField fields[3];
  guint n_fields;
} kinds[KP_N_MEDIA_KINDS] = {
  [KP_MEDIA_AUDIO] = { "Audio/Source",
                       "microphone",
                       "/dev/snd",
                       "pcmC*c",
                       { { "rate", KP_CONSTRAINT_SAMPLE_RATE }, { "channels", KP_CONSTRAINT_CHANNEL_COUNT } },
                       2 },
  [KP_MEDIA_VIDEO] = { "Video/Source",
                       "camera",
                       "/dev",
                       "video*",
                       { { "width", KP_CONSTRAINT_WIDTH },
                         { "height", KP_CONSTRAINT_HEIGHT },
                         { "framerate", KP_CONSTRAINT_FRAME_RATE } },
                       3 },
};

/* Where a capability comes from. */
typedef struct
{
  GstDevice *device; /* borrowed */
  GstCaps *caps; /* owned; the one structure */
} KpWay;

/* All ways of all devices. */
typedef struct
{
  KpMediaKind kind;
  GArray *capabilities; /* owned; of KpCapability */
  GArray *ways; /* owned; of KpWay, one a capability */
  GPtrArray *words; /* owned; what the capabilities point to */
} KpWays;

static void
way_clear (gpointer data)
{
  gst_clear_caps (&((KpWay *)data)->caps);
}

static void
ways_init (KpWays *self, KpMediaKind kind)
{
  self->kind = kind;
  self->capabilities = g_array_new (FALSE, FALSE, sizeof (KpCapability));
  self->ways = g_array_new (FALSE, FALSE, sizeof (KpWay));
  self->words = g_ptr_array_new_with_free_func (g_free);
  g_array_set_clear_func (self->ways, way_clear);
}

static void
ways_clear (KpWays *self)
{
  g_array_unref (self->capabilities);
  g_array_unref (self->ways);
  g_ptr_array_unref (self->words);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (KpWays, ways_clear)

static gdouble
fraction_to_double (const GValue *value)
{
  return (gdouble)gst_value_get_fraction_numerator (value) / gst_value_get_fraction_denominator (value);
}

/* The span of a value that is no list. FALSE for what is no number, or no rate: 0/1 stands for any. */
static gboolean
value_to_span (const GValue *value, KpSpan *span)
{
  if (G_VALUE_HOLDS_INT (value))
    span->min = span->max = g_value_get_int (value);
  else if (GST_VALUE_HOLDS_INT_RANGE (value))
    *span = (KpSpan){ gst_value_get_int_range_min (value), gst_value_get_int_range_max (value) };
  else if (GST_VALUE_HOLDS_FRACTION (value))
    span->min = span->max = fraction_to_double (value);
  else if (GST_VALUE_HOLDS_FRACTION_RANGE (value))
    *span = (KpSpan){ fraction_to_double (gst_value_get_fraction_range_min (value)),
                      fraction_to_double (gst_value_get_fraction_range_max (value)) };
  else
    return FALSE;

  return span->max > 0;
}

/* One capability for each combination of the values that the fields from @index on list. */
static void
expand (KpWays *self, const KpWay *way, KpCapability *capability, guint index)
{
  const KpField *field = &kinds[self->kind].fields[index];
  const GValue *value;
  guint n;

  if (index == kinds[self->kind].n_fields)
    {
      KpWay added = { way->device, gst_caps_ref (way->caps) };

      g_array_append_val (self->capabilities, *capability);
      g_array_append_val (self->ways, added);
      return;
    }

  value = gst_structure_get_value (gst_caps_get_structure (way->caps, 0), field->name);
  n = value && GST_VALUE_HOLDS_LIST (value) ? gst_value_list_get_size (value) : 1;
  for (guint i = 0; i < n && self->ways->len < MAX_WAYS; i++)
    {
      const GValue *item
          = value && GST_VALUE_HOLDS_LIST (value) ? gst_value_list_get_value (value, i) : value;

      if (!item || !value_to_span (item, &capability->spans[field->id]))
        kp_capability_set (capability, field->id, NAN, NAN);
      expand (self, way, capability, index + 1);
    }
}

static gchar *
dup_property (GstDevice *device, const gchar *const *names)
{
  g_autoptr (GstStructure) properties = gst_device_get_properties (device);

  for (guint i = 0; properties && names[i]; i++)
    if (gst_structure_has_field_typed (properties, names[i], G_TYPE_STRING))
      return g_strdup (gst_structure_get_string (properties, names[i]));

  return NULL;
}

gchar *
kp_device_dup_id (GstDevice *device)
{
  static const gchar *const names[]
      = { "node.name", "device.path", "api.v4l2.path", "api.alsa.path", "device.id", NULL };
  gchar *id = dup_property (device, names);

  return id ? id : gst_device_get_display_name (device);
}

gchar *
kp_device_dup_group_id (GstDevice *device)
{
  static const gchar *const names[] = { "device.bus_path", "device.bus-path", "device.serial", NULL };

  return dup_property (device, names);
}

static const gchar *
find_facing_mode (GstDevice *device)
{
  static const gchar *const names[] = { "api.libcamera.location", NULL };
  g_autofree gchar *location = dup_property (device, names);

  if (g_strcmp0 (location, "front") == 0)
    return "user";

  return g_strcmp0 (location, "back") == 0 ? "environment" : NULL;
}

static gboolean
is_default (GstDevice *device)
{
  g_autoptr (GstStructure) properties = gst_device_get_properties (device);
  gboolean found = FALSE;

  return properties && gst_structure_get_boolean (properties, "is-default", &found) && found;
}

static void
describe_device (KpWays *self, GstDevice *device, KpCapability *capability)
{
  gchar *id = kp_device_dup_id (device);
  gchar *group_id = kp_device_dup_group_id (device);

  g_ptr_array_add (self->words, id);
  g_ptr_array_add (self->words, group_id);
  kp_capability_init (capability);
  capability->words[KP_CONSTRAINT_DEVICE_ID] = id;
  capability->words[KP_CONSTRAINT_GROUP_ID] = group_id;
  capability->words[KP_CONSTRAINT_FACING_MODE] = find_facing_mode (device);
  if (self->kind != KP_MEDIA_AUDIO)
    return;

  kp_capability_set (capability, KP_CONSTRAINT_LATENCY, 0.001, MAX_AUDIO_LATENCY);
  for (guint i = KP_FIRST_BOOLEAN_CONSTRAINT; i < KP_FIRST_WORD_CONSTRAINT; i++)
    kp_capability_set (capability, i, FALSE, kp_voice_is_here ());
}

static void
add_device (KpWays *self, GstDevice *device, const gchar *media_type)
{
  g_autoptr (GstCaps) caps = gst_device_get_caps (device);
  KpCapability capability;

  describe_device (self, device, &capability);
  for (guint i = 0; caps && i < gst_caps_get_size (caps); i++)
    if (gst_structure_has_name (gst_caps_get_structure (caps, i), media_type))
      {
        g_autoptr (GstCaps) structure = gst_caps_copy_nth (caps, i);
        KpWay way = { device, structure };

        expand (self, &way, &capability, 0);
      }
}

/* Those that the system prefers come first, and raw media before what has to be decoded. */
static void
add_devices (KpWays *self, GList *devices)
{
  static const gchar *const media_types[KP_N_MEDIA_KINDS][3] = {
    [KP_MEDIA_AUDIO] = { "audio/x-raw" },
    [KP_MEDIA_VIDEO] = { "video/x-raw", "image/jpeg" },
  };

  for (guint rest = 0; rest < 2; rest++)
    for (GList *l = devices; l; l = l->next)
      for (const gchar *const *type = media_types[self->kind]; *type && is_default (l->data) != rest; type++)
        if (!g_str_equal (*type, "image/jpeg") || kp_element_is_installed ("jpegdec"))
          add_device (self, l->data, *type);
}

/* The fraction of @offered that is @rate: 29.97 may be 30000/1001. */
static void
set_rate (GstStructure *structure, const GValue *offered, gdouble rate)
{
  guint n = GST_VALUE_HOLDS_LIST (offered) ? gst_value_list_get_size (offered) : 1;
  gint rate_n;
  gint rate_d;

  for (guint i = 0; i < n; i++)
    {
      const GValue *item = GST_VALUE_HOLDS_LIST (offered) ? gst_value_list_get_value (offered, i) : offered;

      if (GST_VALUE_HOLDS_FRACTION (item) && fraction_to_double (item) == rate)
        {
          g_auto (GValue) chosen = G_VALUE_INIT;

          g_value_init (&chosen, GST_TYPE_FRACTION);
          g_value_copy (item, &chosen);
          gst_structure_set_value (structure, "framerate", &chosen);
          return;
        }
    }

  gst_util_double_to_fraction (rate, &rate_n, &rate_d);
  gst_structure_set (structure, "framerate", GST_TYPE_FRACTION, rate_n, rate_d, NULL);
}

static GstCaps *
make_caps (const KpWays *self, const KpSettled *settled)
{
  const KpWay *way = &g_array_index (self->ways, KpWay, settled->index);
  GstCaps *caps = gst_caps_copy (way->caps);
  const GstStructure *offered = gst_caps_get_structure (way->caps, 0);

  for (guint i = 0; i < kinds[self->kind].n_fields; i++)
    {
      const KpField *field = &kinds[self->kind].fields[i];
      gdouble number = settled->numbers[field->id];

      if (isnan (number))
        continue;
      if (field->id == KP_CONSTRAINT_FRAME_RATE)
        set_rate (gst_caps_get_structure (caps, 0), gst_structure_get_value (offered, field->name), number);
      else
        gst_caps_set_simple (caps, field->name, G_TYPE_INT, (gint)number, NULL);
    }

  return caps;
}

/* Whether there is a device file that we must not open: then no provider shows it. */
static gboolean
is_forbidden (KpMediaKind kind)
{
  g_autoptr (GDir) folder = g_dir_open (kinds[kind].folder, 0, NULL);
  const gchar *name;

  while (folder && (name = g_dir_read_name (folder)))
    {
      g_autofree gchar *path = g_build_filename (kinds[kind].folder, name, NULL);

      if (g_pattern_match_simple (kinds[kind].pattern, name) && g_access (path, R_OK | W_OK) != 0)
        return TRUE;
    }

  return FALSE;
}

static gboolean
fail_without_device (KpMediaKind kind, GError **error)
{
  if (is_forbidden (kind))
    g_set_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_NOT_ALLOWED,
                 "send-source: no permission to use the %s: see the files %s/%s", kinds[kind].name,
                 kinds[kind].folder, kinds[kind].pattern);
  else
    g_set_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_NOT_FOUND, "send-source: there is no %s (%s)",
                 kinds[kind].name, kp_media_kind_to_string (kind));

  return FALSE;
}

void
kp_device_choice_clear (KpDeviceChoice *self)
{
  gst_clear_object (&self->device);
  gst_clear_caps (&self->caps);
}

GPtrArray *
kp_devices_start (KpMediaKind kind)
{
  GPtrArray *providers = g_ptr_array_new_with_free_func (gst_object_unref);
  GList *factories = gst_device_provider_factory_list_get_device_providers (GST_RANK_NONE + 1);

  for (GList *l = factories; l; l = l->next)
    {
      g_autoptr (GstDeviceProvider) provider = NULL;

      if (gst_device_provider_factory_has_classes (l->data, kinds[kind].classes))
        provider = gst_device_provider_factory_get (l->data);
      if (provider && gst_device_provider_start (provider))
        g_ptr_array_add (providers, g_steal_pointer (&provider));
    }
  gst_plugin_feature_list_free (factories);

  return providers;
}

/* PipeWire shows the devices of other providers, too. */
static gboolean
is_hidden (GPtrArray *providers, GstDeviceProvider *provider)
{
  const gchar *name = GST_OBJECT_NAME (gst_device_provider_get_factory (provider));
  gboolean hidden = FALSE;

  for (guint i = 0; i < providers->len && !hidden; i++)
    {
      g_auto (GStrv) names = gst_device_provider_get_hidden_providers (g_ptr_array_index (providers, i));

      hidden = names && g_strv_contains ((const gchar *const *)names, name);
    }

  return hidden;
}

GList *
kp_devices_list (GPtrArray *providers, KpMediaKind kind)
{
  GList *devices = NULL;

  for (guint i = 0; i < providers->len; i++)
    if (!is_hidden (providers, g_ptr_array_index (providers, i)))
      {
        GList *offered = gst_device_provider_get_devices (g_ptr_array_index (providers, i));

        for (GList *l = offered; l; l = l->next)
          if (gst_device_has_classes (l->data, kinds[kind].classes))
            devices = g_list_append (devices, gst_object_ref (l->data));
        g_list_free_full (offered, gst_object_unref);
      }

  return devices;
}

void
kp_devices_stop (GPtrArray *providers)
{
  for (guint i = 0; i < providers->len; i++)
    gst_device_provider_stop (g_ptr_array_index (providers, i));
  g_ptr_array_unref (providers);
}

/* NAN, as of a camera, is not. What has many channels is no voice. */
static gboolean
is_on (const KpSettled *settled, KpConstraintId id)
{
  return settled->numbers[id] > 0 && !(settled->numbers[KP_CONSTRAINT_CHANNEL_COUNT] > MAX_VOICE_CHANNELS);
}

/* A wish that cannot be met is no error, but should not go without a word. */
static void
log_missing (const KpConstraints *constraints, const KpSettled *settled)
{
  for (guint i = KP_FIRST_BOOLEAN_CONSTRAINT; i < KP_FIRST_WORD_CONSTRAINT; i++)
    if (constraints->basic.items[i].numbers[KP_BOUND_IDEAL] > 0 && settled->numbers[i] == 0)
      GST_INFO ("%s: webrtcdsp is not installed", kp_constraint_get_name (i));
}

gboolean
kp_devices_choose (GList *devices, KpMediaKind kind, const KpConstraints *constraints, KpDeviceChoice *choice,
                   GError **error)
{
  g_auto (KpWays) ways = { 0 };
  KpSettled settled;

  ways_init (&ways, kind);
  add_devices (&ways, devices);
  if (ways.ways->len == 0)
    return fail_without_device (kind, error);

  if (!kp_fitness_choose (constraints, kp_media_kind_to_string (kind),
                          &g_array_index (ways.capabilities, KpCapability, 0), ways.capabilities->len,
                          &settled, error))
    {
      g_prefix_error (error, "media-constraints: ");
      return FALSE;
    }

  log_missing (constraints, &settled);
  choice->device = gst_object_ref (g_array_index (ways.ways, KpWay, settled.index).device);
  choice->caps = make_caps (&ways, &settled);
  choice->latency = settled.numbers[KP_CONSTRAINT_LATENCY];
  choice->distance = settled.distance;
  choice->voice = (KpVoice){ is_on (&settled, KP_CONSTRAINT_ECHO_CANCELLATION),
                             is_on (&settled, KP_CONSTRAINT_NOISE_SUPPRESSION),
                             is_on (&settled, KP_CONSTRAINT_AUTO_GAIN_CONTROL) };
  GST_INFO_OBJECT (choice->device, "chosen at a distance of %g: %" GST_PTR_FORMAT, settled.distance,
                   choice->caps);

  return TRUE;
}
