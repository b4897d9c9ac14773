/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A webrtcbin that the application made: used as it is, once, and handed back. */
#include "kp-connection-private.h"
#include "gstkurentoerror.h"
#include "kp-session-debug.h"

#define GST_CAT_DEFAULT kp_session_debug

/* webrtcbin cannot restart: on the object, whatever element it is given to. */
#define USED_KEY "kp-connection-used"

static gboolean fail (GError **error, GstKurentoError code, const gchar *format, ...) G_GNUC_PRINTF (3, 4);

static gboolean
fail (GError **error, GstKurentoError code, const gchar *format, ...)
{
  va_list args;

  va_start (args, format);
  if (error)
    *error = g_error_new_valist (GST_KURENTO_ERROR, code, format, args);
  va_end (args);

  return FALSE;
}

gboolean
kp_connection_check_given (GstElement *element, GError **error)
{
  GstElementFactory *factory = gst_element_get_factory (element);
  g_autoptr (GstObject) parent = gst_object_get_parent (GST_OBJECT (element));

  if (!factory || g_strcmp0 (GST_OBJECT_NAME (factory), "webrtcbin") != 0)
    return fail (error, GST_KURENTO_ERROR_INVALID_ARGUMENT, "peer-connection: %s is a %s, not a webrtcbin",
                 GST_OBJECT_NAME (element), G_OBJECT_TYPE_NAME (element));
  if (g_object_get_data (G_OBJECT (element), USED_KEY))
    return fail (error, GST_KURENTO_ERROR_INVALID_STATE,
                 "peer-connection: %s has served a connection, and cannot serve another",
                 GST_OBJECT_NAME (element));
  if (parent)
    return fail (error, GST_KURENTO_ERROR_INVALID_STATE, "peer-connection: %s is already in %s",
                 GST_OBJECT_NAME (element), GST_OBJECT_NAME (parent));
  if (element->numpads > 0)
    return fail (error, GST_KURENTO_ERROR_INVALID_STATE, "peer-connection: %s has pads already",
                 GST_OBJECT_NAME (element));

  return TRUE;
}

GstElement *
kp_connection_claim (GstBin *bin, GstElement *given, GError **error)
{
  g_autoptr (GstElement) namesake = gst_bin_get_by_name (bin, GST_OBJECT_NAME (given));

  if (!kp_connection_check_given (given, error))
    return NULL;
  if (namesake)
    {
      fail (error, GST_KURENTO_ERROR_INVALID_STATE, "peer-connection: another element has the name %s",
            GST_OBJECT_NAME (given));
      return NULL;
    }
  g_object_set_data (G_OBJECT (given), USED_KEY, GINT_TO_POINTER (TRUE));

  return gst_object_ref (given);
}

static void
forget_child (const GValue *item, gpointer user_data)
{
  g_signal_handlers_disconnect_matched (g_value_get_object (item), G_SIGNAL_MATCH_DATA, 0, 0, NULL, NULL,
                                        user_data);
}

void
kp_connection_hand_back (KpConnection *self)
{
  g_autoptr (GstIterator) children = gst_bin_iterate_recurse (GST_BIN (self->webrtcbin));

  while (gst_iterator_foreach (children, forget_child, self) == GST_ITERATOR_RESYNC)
    gst_iterator_resync (children);
  gst_element_set_locked_state (self->webrtcbin, FALSE);
}
