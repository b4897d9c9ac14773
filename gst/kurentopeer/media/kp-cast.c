/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-cast.h"

#include <gst/video/video.h>
#include <string.h>
#include <unistd.h>

#include "gstkurentoerror.h"
#include "kp-display.h"
#include "kp-element.h"
#include "kp-fit.h"
#include "kp-media-debug.h"
#include "kp-portal.h"

/* What desktops give. videocrop says that it takes others, too, and then does not. */
#define FORMATS "{ BGRx, BGRA, RGBx, RGBA, xRGB, ARGB, xBGR, ABGR, RGB, BGR, NV12, I420, YUY2 }"

struct _KpCast
{
  KpLateSource parent;

  gboolean is_window; /* constant */
  gchar *window; /* owned; a name, or NULL; constant */
  KpConstraints *constraints; /* owned; constant */
};

/* Pixels. */
typedef struct
{
  gint left;
  gint top;
  gint right;
  gint bottom;
} KpMargins;

/* What cuts off what is not shown; of the streaming thread. */
typedef struct
{
  GstElement *element; /* owned; a videocrop */
  KpMargins margins;
} KpCropper;

G_DEFINE_FINAL_TYPE (KpCast, kp_cast, KP_TYPE_LATE_SOURCE)

/* The pictures of a window may be those of its whole screen, of which they are a part. */
static KpMargins
take_margins (GstPad *pad, GstBuffer *buffer)
{
  GstVideoCropMeta *meta = gst_buffer_get_video_crop_meta (buffer);
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);
  KpMargins margins = { 0 };
  GstVideoInfo info;

  if (meta && caps && gst_video_info_from_caps (&info, caps) && meta->width > 0 && meta->height > 0
      && (guint64)meta->x + meta->width <= info.width && (guint64)meta->y + meta->height <= info.height)
    margins = (KpMargins){ meta->x, meta->y, info.width - meta->x - meta->width,
                           info.height - meta->y - meta->height };
  if (meta)
    gst_buffer_remove_meta (buffer, (GstMeta *)meta);

  return margins;
}

/* All that is shown is sent, and nothing around it. */
static void
crop (KpCropper *self, GstPad *pad, GstBuffer *buffer)
{
  KpMargins margins = take_margins (pad, buffer);

  if (memcmp (&margins, &self->margins, sizeof margins) == 0)
    return;

  self->margins = margins;
  g_object_set (self->element, "left", margins.left, "top", margins.top, "right", margins.right, "bottom",
                margins.bottom, NULL);
}

/* What comes is lent: PipeWire has few pictures, and takes them with it when it goes. When they were taken is said by a clock that may not be
 * ours, or not at all. One without content only tells that the pointer has moved. */
static GstPadProbeReturn
buffer_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  KpCropper *cropper = user_data;
  GstBuffer *lent = GST_PAD_PROBE_INFO_BUFFER (info);
  GstBuffer *copy;

  if (GST_BUFFER_FLAG_IS_SET (lent, GST_BUFFER_FLAG_CORRUPTED) || gst_buffer_get_size (lent) == 0)
    return GST_PAD_PROBE_DROP;

  copy = gst_buffer_copy_deep (lent);
  if (!copy)
    return GST_PAD_PROBE_DROP;

  GST_BUFFER_PTS (copy) = gst_element_get_current_running_time (cropper->element);
  GST_BUFFER_DTS (copy) = GST_CLOCK_TIME_NONE;
  crop (cropper, pad, copy);
  info->data = copy;
  gst_buffer_unref (lent);

  return GST_PAD_PROBE_OK;
}

/* pipewiresrc would connect anew, to what is shown to one connection only. */
static GstPadProbeReturn
reconfigure_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  return GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) == GST_EVENT_RECONFIGURE ? GST_PAD_PROBE_DROP
                                                                                   : GST_PAD_PROBE_OK;
}

static void
cropper_free (gpointer data)
{
  KpCropper *self = data;

  gst_object_unref (self->element);
  g_free (self);
}

static void
watch_pictures (GstElement *source, GstElement *element)
{
  g_autoptr (GstPad) src = gst_element_get_static_pad (source, "src");
  g_autoptr (GstPad) sink = gst_pad_get_peer (src);
  KpCropper *cropper = g_new0 (KpCropper, 1);

  cropper->element = gst_object_ref (element);
  gst_pad_add_probe (src, GST_PAD_PROBE_TYPE_BUFFER, buffer_cb, cropper, cropper_free);
  gst_pad_add_probe (sink, GST_PAD_PROBE_TYPE_EVENT_UPSTREAM, reconfigure_cb, NULL, NULL);
}

/* From @source, which gives a picture when something has changed: while nothing does, it is told to give the last one again. */
static gboolean
fill_chain (KpCast *self, GstBin *bin, GstElement *source, GError **error)
{
  g_autoptr (GstCaps) formats = gst_caps_from_string ("video/x-raw,format=" FORMATS);
  g_autoptr (GstCaps) rate = kp_fit_new_rate_caps (self->constraints);
  GstElement *last = NULL;

  if (!kp_element_append (bin, &last, source, error)
      || !kp_element_append (bin, &last, kp_element_new_capsfilter (formats, error), error)
      || !kp_element_append (bin, &last, kp_element_new ("videocrop", NULL, error), error))
    return FALSE;

  watch_pictures (source, last);
  if (!kp_element_append (bin, &last, kp_element_new ("videorate", "skip-to-first=true", error), error)
      || !kp_element_append (bin, &last, kp_element_new_capsfilter (rate, error), error)
      || !kp_fit_append (bin, &last, self->constraints, error))
    return FALSE;
  kp_element_finish (bin, last);

  return TRUE;
}

static void
close_fd (gpointer fd)
{
  close (GPOINTER_TO_INT (fd));
}

/* Descriptors are what pipewiresrc knows connections by: it keeps its own until it is no more. */
static gboolean
connect_source (KpCast *self, GstElement *source, KpPortal *portal, GError **error)
{
  g_autofree gchar *path = g_strdup_printf ("%u", kp_portal_get_node (portal));
  g_autofree gchar *repetition = NULL;
  gint interval
      = MAX (G_TIME_SPAN_SECOND / G_TIME_SPAN_MILLISECOND / kp_display_get_rate (self->constraints), 1);
  gint fd = kp_portal_dup_fd (portal, error);

  if (fd < 0)
    return FALSE;

  g_object_set_data_full (G_OBJECT (source), "kp-cast-fd", GINT_TO_POINTER (fd), close_fd);
  g_object_set (source, "fd", fd, "path", path, NULL);
  repetition = g_strdup_printf ("keepalive-time=%d", interval);
  kp_element_configure (source, repetition);

  return TRUE;
}

/* It waits for its pictures to begin, with its STATE_LOCK, and would wait long. */
static void
interrupt_cb (GCancellable *round, gpointer source)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (source, "src");

  gst_pad_send_event (pad, gst_event_new_flush_start ());
}

/* Takes it to PAUSED, before it is in a bin whose STATE_LOCK somebody else may want. */
static gboolean
begin (GstElement *bin, GstElement *source, GCancellable *round, GError **error)
{
  g_autoptr (GstBus) bus = gst_bus_new ();
  g_autoptr (GstMessage) message = NULL;
  g_autoptr (GError) cause = NULL;
  gboolean has_begun;
  gulong id;

  gst_element_set_bus (bin, bus);
  id = g_cancellable_connect (round, G_CALLBACK (interrupt_cb), gst_object_ref (source), gst_object_unref);
  has_begun = gst_element_set_state (bin, GST_STATE_PAUSED) != GST_STATE_CHANGE_FAILURE;
  g_cancellable_disconnect (round, id);
  gst_element_set_bus (bin, NULL);
  if (has_begun)
    return TRUE;

  gst_element_set_state (bin, GST_STATE_NULL);
  message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);
  if (message)
    gst_message_parse_error (message, &cause, NULL);
  g_set_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_NOT_FOUND,
               "send-source: PipeWire does not show what was chosen: %s",
               cause ? cause->message : "no picture has come");

  return FALSE;
}

/* The end of what is shown is the end of the track. The source itself, which has stopped, does not say so. */
static void
end_stream (GstElement *bin)
{
  g_autoptr (GstPad) src = gst_element_get_static_pad (bin, "src");
  g_autoptr (GstPad) peer = gst_pad_get_peer (src);

  if (peer)
    gst_pad_send_event (peer, gst_event_new_eos ());
}

static gboolean
show (KpCast *self, KpPortal *portal, GstElement *source, GCancellable *round, GError **error)
{
  g_autoptr (GstElement) bin = gst_object_ref_sink (gst_bin_new (NULL));

  if (!fill_chain (self, GST_BIN (bin), source, error))
    {
      g_prefix_error (error, "send-source: ");
      return FALSE;
    }

  if (!connect_source (self, source, portal, error) || !begin (bin, source, round, error)
      || !kp_late_source_use (KP_LATE_SOURCE (self), round, bin, "what was chosen", error))
    return FALSE;

  kp_late_source_announce (KP_LATE_SOURCE (self), round);
  if (!kp_portal_watch (portal, round))
    return TRUE;

  GST_INFO_OBJECT (self, "the desktop shows it no more");
  end_stream (bin);
  kp_late_source_lose (KP_LATE_SOURCE (self));

  return TRUE;
}

static gboolean
check_window (KpCast *self, GError **error)
{
  if (!self->window)
    return TRUE;

  g_set_error_literal (
      error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_NOT_SUPPORTED,
      "window: only windows of X11 can be named, on Wayland the desktop asks which it shall be "
      "(leave window unset)");

  return FALSE;
}

static gboolean
kp_cast_open (KpLateSource *source, GCancellable *round, GError **error)
{
  KpCast *self = KP_CAST (source);
  KpPortalWish wish = { .surfaces = kp_display_get_surfaces (
                            self->constraints, self->is_window ? KP_SURFACE_WINDOW : KP_SURFACE_MONITOR),
                        .shows_cursor = kp_display_shows_cursor (self->constraints) };
  g_autoptr (GstElement) pictures = NULL;
  g_autoptr (KpPortal) portal = NULL;

  if (!check_window (self, error))
    return FALSE;

  /* before a person is asked for nothing */
  pictures = kp_element_new ("pipewiresrc", NULL, error);
  if (!pictures)
    {
      g_prefix_error (error, "send-source: ");
      return FALSE;
    }
  gst_object_ref_sink (pictures);
  portal = kp_portal_open (&wish, round, error);

  return portal && show (self, portal, pictures, round, error);
}

static void
kp_cast_finalize (GObject *object)
{
  KpCast *self = KP_CAST (object);

  g_free (self->window);
  kp_constraints_unref (self->constraints);

  G_OBJECT_CLASS (kp_cast_parent_class)->finalize (object);
}

static void
kp_cast_class_init (KpCastClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = kp_cast_finalize;
  /* that of pipewiresrc stands still while nothing changes */
  GST_ELEMENT_CLASS (klass)->provide_clock = NULL;
  KP_LATE_SOURCE_CLASS (klass)->open = kp_cast_open;
}

static void
kp_cast_init (KpCast *self)
{
  kp_late_source_set_kind (KP_LATE_SOURCE (self), KP_MEDIA_VIDEO);
}

GstElement *
kp_cast_new (gboolean is_window, const KpConstraints *constraints, const gchar *window)
{
  KpCast *self = g_object_new (KP_TYPE_CAST, NULL);

  self->is_window = is_window;
  self->window = is_window && window && *window ? g_strdup (window) : NULL;
  self->constraints = kp_constraints_ref ((KpConstraints *)constraints);

  return GST_ELEMENT (self);
}
