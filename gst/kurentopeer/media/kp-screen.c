/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-screen.h"

#include "gstkurentoerror.h"
#include "kp-cast.h"
#include "kp-display.h"
#include "kp-element.h"
#include "kp-fit.h"
#include "kp-portal.h"
#include "kp-x11.h"

struct _KpScreen
{
  KpLateSource parent;

  gboolean is_window; /* constant */
  gchar *window; /* owned; an XID or a title, or NULL; constant */
  KpConstraints *constraints; /* owned; constant */
  KpX11Errors errors;
};

G_DEFINE_FINAL_TYPE (KpScreen, kp_screen, KP_TYPE_LATE_SOURCE)

/* No picture is better than a wrong one: that of a window which is closed is of something else. The others are copied, because a picture
 * that outlives the ximagesrc of 1.22 is kept by it, and keeps it, for ever. */
static GstPadProbeReturn
buffer_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  KpScreen *self = user_data;
  gboolean has_failed = g_atomic_int_exchange (&self->errors.has_failed, FALSE);
  GstBuffer *buffer;

  if (g_atomic_int_get (&self->errors.is_gone))
    {
      kp_late_source_lose (KP_LATE_SOURCE (self));
      gst_buffer_unref (GST_PAD_PROBE_INFO_BUFFER (info));
      GST_PAD_PROBE_INFO_FLOW_RETURN (info) = GST_FLOW_EOS;
      return GST_PAD_PROBE_HANDLED;
    }

  if (has_failed)
    return GST_PAD_PROBE_DROP;

  buffer = GST_PAD_PROBE_INFO_BUFFER (info);
  info->data = gst_buffer_copy_deep (buffer);
  gst_buffer_unref (buffer);

  return GST_PAD_PROBE_OK;
}

/* From @source, which gives as many pictures as are asked for. */
static gboolean
fill_chain (KpScreen *self, GstBin *bin, GstElement *source, GError **error)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (source, "src");
  g_autoptr (GstCaps) rate = kp_fit_new_rate_caps (self->constraints);
  GstElement *last = NULL;

  if (!kp_element_append (bin, &last, source, error)
      || !kp_element_append (bin, &last, kp_element_new_capsfilter (rate, error), error)
      || !kp_fit_append (bin, &last, self->constraints, error))
    {
      g_prefix_error (error, "send-source: ");
      return FALSE;
    }
  kp_element_finish (bin, last);
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, buffer_cb, self, NULL);

  return TRUE;
}

/* A thread that takes pictures of a window meets errors as soon as that is closed. */
static gboolean
open_x11 (KpScreen *self, GCancellable *round, GError **error)
{
  g_autoptr (GstElement) bin = gst_object_ref_sink (gst_bin_new (NULL));
  const gchar *name = self->is_window ? self->window : "the screen";
  GstElement *source;
  guint64 xid;

  if (!kp_x11_find (self->window, &xid, error))
    return FALSE;

  source = kp_element_new ("ximagesrc", "use-damage=false", error);
  if (!source)
    {
      g_prefix_error (error, "send-source: ");
      return FALSE;
    }

  g_object_set (source, "xid", xid, "show-pointer", kp_display_shows_cursor (self->constraints), NULL);
  if (!fill_chain (self, GST_BIN (bin), source, error)
      || !kp_late_source_use (KP_LATE_SOURCE (self), round, bin, name, error))
    return FALSE;
  if (!g_atomic_int_get (&self->errors.is_gone))
    return TRUE;

  g_set_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_NOT_FOUND, "window: \"%s\" has been closed", name);

  return FALSE;
}

static gboolean
check_system (GError **error)
{
  if (kp_x11_is_here ())
    return TRUE;

  g_set_error_literal (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_NOT_SUPPORTED,
                       "send-source: no screen can be captured here: there is no X server (DISPLAY is not "
                       "set), and no Wayland (WAYLAND_DISPLAY is not set)");

  return FALSE;
}

static gboolean
check_window (KpScreen *self, GError **error)
{
  if (!self->is_window || self->window)
    return TRUE;

  g_set_error_literal (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_INVALID_ARGUMENT,
                       "window: expected an XID or a title, as nobody is asked which window it shall be");

  return FALSE;
}

static gboolean
kp_screen_open (KpLateSource *source, GCancellable *round, GError **error)
{
  KpScreen *self = KP_SCREEN (source);
  gboolean opened;

  if (!check_system (error) || !check_window (self, error))
    return FALSE;

  g_atomic_int_set (&self->errors.is_gone, FALSE);
  kp_x11_watch (&self->errors);
  opened = open_x11 (self, round, error);
  kp_x11_watch (NULL);

  return opened;
}

/* The end of what watches a window that is gone is an error, too. */
static GstStateChangeReturn
kp_screen_change_state (GstElement *element, GstStateChange transition)
{
  GstStateChangeReturn ret;

  kp_x11_watch (&KP_SCREEN (element)->errors);
  ret = GST_ELEMENT_CLASS (kp_screen_parent_class)->change_state (element, transition);
  kp_x11_watch (NULL);

  return ret;
}

/* The thread that takes the pictures is watched, too. */
static void
kp_screen_handle_message (GstBin *bin, GstMessage *message)
{
  GstStreamStatusType type;
  GstElement *owner;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_STREAM_STATUS)
    {
      gst_message_parse_stream_status (message, &type, &owner);
      if (type == GST_STREAM_STATUS_TYPE_ENTER)
        kp_x11_watch (&KP_SCREEN (bin)->errors);
      else if (type == GST_STREAM_STATUS_TYPE_LEAVE)
        kp_x11_watch (NULL);
    }

  GST_BIN_CLASS (kp_screen_parent_class)->handle_message (bin, message);
}

static void
kp_screen_finalize (GObject *object)
{
  KpScreen *self = KP_SCREEN (object);

  g_free (self->window);
  kp_constraints_unref (self->constraints);

  G_OBJECT_CLASS (kp_screen_parent_class)->finalize (object);
}

static void
kp_screen_class_init (KpScreenClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = kp_screen_finalize;
  GST_ELEMENT_CLASS (klass)->change_state = kp_screen_change_state;
  GST_BIN_CLASS (klass)->handle_message = kp_screen_handle_message;
  KP_LATE_SOURCE_CLASS (klass)->open = kp_screen_open;
}

static void
kp_screen_init (KpScreen *self)
{
  kp_late_source_set_kind (KP_LATE_SOURCE (self), KP_MEDIA_VIDEO);
}

GstElement *
kp_screen_new (GstKurentoSendSource source, const KpConstraints *constraints, const gchar *window,
               GError **error)
{
  KpScreen *self;
  gboolean is_window = source == GST_KURENTO_SEND_SOURCE_WINDOW;

  if (!kp_display_check (constraints, kp_media_kind_to_string (KP_MEDIA_VIDEO), error))
    {
      g_prefix_error (error, "media-constraints: ");
      return NULL;
    }

  if (kp_portal_is_due ())
    return kp_cast_new (is_window, constraints, window);

  self = g_object_new (KP_TYPE_SCREEN, NULL);
  self->is_window = is_window;
  self->window = is_window && window && *window ? g_strdup (window) : NULL;
  self->constraints = kp_constraints_ref ((KpConstraints *)constraints);

  return GST_ELEMENT (self);
}
