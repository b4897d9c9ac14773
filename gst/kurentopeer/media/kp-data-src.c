/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-data-src.h"

#include "kp-element.h"
#include "kp-outlet-pad.h"

#include <gst/app/app.h>

GstElement *
kp_data_src_new (GError **error)
{
  return kp_element_new ("appsrc",
                         "is-live=true do-timestamp=true format=time max-bytes=0 emit-signals=false", error);
}

/* What a memory is made of. */
typedef struct
{
  GBytes *data; /* owned */
  KpBacklogEntry *waiting; /* owned; or NULL */
} KpContents;

static void
contents_free (gpointer data)
{
  KpContents *self = data;

  g_bytes_unref (self->data);
  g_clear_pointer (&self->waiting, kp_backlog_entry_unref);
  g_free (self);
}

/* It is the memory that counts: appsrc puts out copies of buffers. */
static GstBuffer *
make_buffer (GBytes *data, KpBacklogEntry *waiting)
{
  gsize size;
  gpointer bytes = (gpointer)g_bytes_get_data (data, &size);
  KpContents *contents;

  if (size == 0)
    return gst_buffer_new ();

  contents = g_new0 (KpContents, 1);
  contents->data = g_bytes_ref (data);
  contents->waiting = waiting ? kp_backlog_entry_ref (waiting) : NULL;
  return gst_buffer_new_wrapped_full (GST_MEMORY_FLAG_READONLY, bytes, size, 0, size, contents,
                                      contents_free);
}

void
kp_data_src_push (GstElement *self, GBytes *data, gboolean is_text, KpBacklogEntry *waiting)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (self, "src");
  g_autoptr (GstCaps) caps = NULL;
  g_autoptr (GstBuffer) buffer = NULL;
  g_autoptr (GstSample) sample = NULL;

  if (!kp_outlet_pad_is_linked (pad))
    return;

  caps = gst_caps_from_string (is_text ? "text/x-raw, format=(string)utf8" : "application/octet-stream");
  buffer = make_buffer (data, waiting);
  sample = gst_sample_new (buffer, caps, NULL, NULL);
  gst_app_src_push_sample (GST_APP_SRC (self), sample);
}

void
kp_data_src_end (GstElement *self)
{
  gst_app_src_end_of_stream (GST_APP_SRC (self));
}
