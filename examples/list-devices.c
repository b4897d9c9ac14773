/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Shows the cameras and microphones that there are, and which of them media-constraints would choose:
 *   list-devices '{"audio":true,"video":{"width":1280}}' */
#include <gst/kurentopeer/kurentopeer.h>
#include <json-glib/json-glib.h>

static void
print_setting (JsonObject *settings, const gchar *name, JsonNode *value, gpointer user_data)
{
  g_autofree gchar *text = json_to_string (value, FALSE);

  g_print (" %s=%s", name, text);
}

static void
print_device (JsonArray *devices, guint index, JsonNode *node, gpointer user_data)
{
  JsonObject *device = json_node_get_object (node);

  g_print ("%c %-10s %s (%s)\n", json_object_get_boolean_member (device, "chosen") ? '*' : ' ',
           json_object_get_string_member (device, "kind"), json_object_get_string_member (device, "label"),
           json_object_get_string_member (device, "deviceId"));
  if (json_object_has_member (device, "error"))
    g_print ("    %s\n", json_object_get_string_member (device, "error"));
  else
    {
      g_print ("    fitness distance %g:", json_object_get_double_member (device, "fitnessDistance"));
      json_object_foreach_member (json_object_get_object_member (device, "settings"), print_setting, NULL);
      g_print ("\n");
    }
}

int
main (int argc, char **argv)
{
  g_autofree gchar *text = NULL;
  g_autoptr (JsonNode) root = NULL;
  g_autoptr (GError) error = NULL;

  gst_init (&argc, &argv);
  text = gst_kurento_enumerate_devices (argc > 1 ? argv[1] : NULL, &error);
  if (!text)
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }

  root = json_from_string (text, NULL);
  if (json_array_get_length (json_node_get_array (root)) == 0)
    g_print ("There are no cameras or microphones.\n");
  json_array_foreach_element (json_node_get_array (root), print_device, NULL);

  return 0;
}
