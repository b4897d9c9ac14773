/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-element.h"
#include "gstkurentoerror.h"
#include "kp-media-debug.h"

static void
set_property (GstElement *element, const gchar *name, const gchar *value)
{
  GParamSpec *pspec = g_object_class_find_property (G_OBJECT_GET_CLASS (element), name);
  g_auto (GValue) parsed = G_VALUE_INIT;

  if (pspec == NULL)
    {
      GST_INFO_OBJECT (element, "this version has no property %s", name);
      return;
    }

  g_value_init (&parsed, G_PARAM_SPEC_VALUE_TYPE (pspec));
  if (!gst_value_deserialize_with_pspec (&parsed, value, pspec))
    {
      GST_WARNING_OBJECT (element, "property %s does not take %s", name, value);
      return;
    }
  g_object_set_property (G_OBJECT (element), name, &parsed);
}

void
kp_element_configure (GstElement *element, const gchar *settings)
{
  g_auto (GStrv) pairs = g_strsplit (settings ? settings : "", " ", -1);

  for (guint i = 0; pairs[i]; i++)
    {
      g_auto (GStrv) pair = g_strsplit (pairs[i], "=", 2);

      if (g_strv_length (pair) == 2)
        set_property (element, pair[0], pair[1]);
    }
}

GstElement *
kp_element_new (const gchar *factory, const gchar *settings, GError **error)
{
  GstElement *element = gst_element_factory_make (factory, NULL);

  if (element == NULL)
    {
      g_set_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_NOT_SUPPORTED,
                   "the element %s is not installed", factory);
      return NULL;
    }

  kp_element_configure (element, settings);

  return element;
}

gboolean
kp_element_is_installed (const gchar *factory)
{
  g_autoptr (GstElementFactory) found = gst_element_factory_find (factory);

  return found != NULL;
}

GstElement *
kp_element_new_capsfilter (const GstCaps *caps, GError **error)
{
  GstElement *filter = kp_element_new ("capsfilter", NULL, error);

  if (filter)
    g_object_set (filter, "caps", caps, NULL);

  return filter;
}

static GstPad *
add_ghost_pad (GstBin *bin, const gchar *name, GstElement *target)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (target, name);
  GstPad *ghost = gst_ghost_pad_new (name, pad);

  gst_element_add_pad (GST_ELEMENT (bin), ghost);

  return ghost;
}

gboolean
kp_element_append (GstBin *bin, GstElement **last, GstElement *element, GError **error)
{
  GstElement *before = *last;

  if (element == NULL)
    return FALSE;

  gst_bin_add (bin, element);
  *last = element;
  if (before == NULL)
    {
      if (element->numsinkpads > 0)
        add_ghost_pad (bin, "sink", element);
    }
  /* comparing the caps of converters takes milliseconds, and these chains fit */
  else if (!gst_element_link_pads_full (before, "src", element, "sink", GST_PAD_LINK_CHECK_NOTHING))
    {
      g_set_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_NOT_SUPPORTED, "cannot link %s to %s",
                   GST_OBJECT_NAME (before), GST_OBJECT_NAME (element));
      return FALSE;
    }

  return TRUE;
}

GstPad *
kp_element_finish (GstBin *bin, GstElement *last)
{
  return add_ghost_pad (bin, "src", last);
}

static gboolean
collect_event (GstPad *pad, GstEvent **event, gpointer user_data)
{
  g_ptr_array_add (user_data, gst_event_copy (*event));
  return TRUE;
}

GPtrArray *
kp_element_copy_sticky_events (GstPad *pad)
{
  GPtrArray *events = g_ptr_array_new_with_free_func ((GDestroyNotify)gst_event_unref);

  gst_pad_sticky_events_foreach (pad, collect_event, events);
  return events;
}
