/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gstkurentodevices.h"

#include <json-glib/json-glib.h>

#include "kp-config.h"
#include "kp-devices.h"

static const struct
{
  const gchar *name; /* as browsers call it */
  const gchar *fields[4]; /* of caps, each followed by the name of the setting */
  gsize n_fields;
} kinds[KP_N_MEDIA_KINDS] = {
  [KP_MEDIA_AUDIO] = { "audioinput", { "rate", "sampleRate", "channels", "channelCount" }, 4 },
  [KP_MEDIA_VIDEO] = { "videoinput", { "width", "width", "height", "height" }, 4 },
};

static void
add_string (JsonBuilder *builder, const gchar *name, const gchar *value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, value ? value : "");
}

static void
add_boolean (JsonBuilder *builder, const gchar *name, gboolean value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_boolean_value (builder, value);
}

static void
add_integer (JsonBuilder *builder, const gchar *name, gint value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, value);
}

static void
add_number (JsonBuilder *builder, const gchar *name, gdouble value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_double_value (builder, value);
}

/* How it would work. */
static void
add_settings (JsonBuilder *builder, KpMediaKind kind, const KpDeviceChoice *choice)
{
  const GstStructure *structure = gst_caps_get_structure (choice->caps, 0);
  gint value;
  gint divisor;

  json_builder_set_member_name (builder, "settings");
  json_builder_begin_object (builder);
  for (gsize i = 0; i < kinds[kind].n_fields; i += 2)
    if (gst_structure_get_int (structure, kinds[kind].fields[i], &value))
      add_integer (builder, kinds[kind].fields[i + 1], value);
  if (gst_structure_get_fraction (structure, "framerate", &value, &divisor) && divisor > 0)
    add_number (builder, "frameRate", (gdouble)value / divisor);
  if (kind == KP_MEDIA_AUDIO)
    {
      add_boolean (builder, "echoCancellation", choice->voice.echo_cancellation);
      add_boolean (builder, "noiseSuppression", choice->voice.noise_suppression);
      add_boolean (builder, "autoGainControl", choice->voice.auto_gain_control);
    }
  json_builder_end_object (builder);
}

static void
add_device (JsonBuilder *builder, KpMediaKind kind, const KpConstraints *constraints, GstDevice *device,
            gboolean is_chosen)
{
  g_autofree gchar *label = gst_device_get_display_name (device);
  g_autofree gchar *id = kp_device_dup_id (device);
  g_autofree gchar *group_id = kp_device_dup_group_id (device);
  g_auto (KpDeviceChoice) choice = { 0 };
  g_autoptr (GError) error = NULL;
  GList list = { device };

  json_builder_begin_object (builder);
  add_string (builder, "kind", kinds[kind].name);
  add_string (builder, "deviceId", id);
  add_string (builder, "groupId", group_id);
  add_string (builder, "label", label);
  add_boolean (builder, "chosen", is_chosen);
  if (kp_devices_choose (&list, kind, constraints, &choice, &error))
    {
      add_number (builder, "fitnessDistance", choice.distance);
      add_settings (builder, kind, &choice);
    }
  else
    add_string (builder, "error", error->message);
  json_builder_end_object (builder);
}

static void
add_devices (JsonBuilder *builder, KpMediaKind kind, const KpConstraints *constraints)
{
  GPtrArray *providers = kp_devices_start (kind);
  GList *devices = kp_devices_list (providers, kind);
  g_auto (KpDeviceChoice) choice = { 0 };

  /* what none of them meets is told with each */
  kp_devices_choose (devices, kind, constraints, &choice, NULL);
  for (GList *l = devices; l; l = l->next)
    add_device (builder, kind, constraints, l->data, l->data == choice.device);
  g_list_free_full (devices, gst_object_unref);
  kp_devices_stop (providers);
}

/**
 * gst_kurento_enumerate_devices:
 * @media_constraints: (nullable): `MediaStreamConstraints` as JSON, a `file://` URI of them, or %NULL for the default of
 *   #GstKurentoPeer:media-constraints
 * @error: (nullable): return location for an error
 *
 * Lists the cameras and microphones that there are, of the kinds that @media_constraints asks for, and says which of them
 * #GstKurentoPeer:send-source `webcam` would choose (browsers: `navigator.mediaDevices.enumerateDevices()`). To look for them
 * may block for a moment, so that it is nothing for a main loop.
 *
 * Returns: (nullable) (transfer full): a list of objects as JSON: `kind` (`videoinput` or `audioinput`), `deviceId`, `groupId`,
 *   `label`, `chosen`, and either `fitnessDistance` (0 is what was asked for) and `settings` (how it would work), or `error` (which
 *   constraint it does not meet). %NULL when @media_constraints are wrong: @error is %GST_KURENTO_ERROR_INVALID_ARGUMENT
 *
 * Since: 0.1
 */
gchar *
gst_kurento_enumerate_devices (const gchar *media_constraints, GError **error)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (KpConstraints) audio = NULL;
  g_autoptr (KpConstraints) video = NULL;
  g_autoptr (JsonNode) root = NULL;

  if (!kp_config_parse_media_constraints ("media-constraints", media_constraints, &audio, &video, error))
    return NULL;

  json_builder_begin_array (builder);
  if (video)
    add_devices (builder, KP_MEDIA_VIDEO, video);
  if (audio)
    add_devices (builder, KP_MEDIA_AUDIO, audio);
  json_builder_end_array (builder);
  root = json_builder_get_root (builder);

  return json_to_string (root, FALSE);
}
