/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-data-sink.h"

struct _KpDataSink
{
  GstElement parent;

  GstPad *pad; /* owned by the element */
  KpDataSinkFuncs funcs;
  gpointer user_data;
  gboolean is_text; /* by the caps; streaming thread */
  GByteArray *rest; /* owned; of a character that the next buffer completes; streaming thread */

  GMutex lock; /* guards the following; never held across a call-out */
  GCond cond;
  gboolean flushing;
  guint n_wakes;
};

G_DEFINE_FINAL_TYPE (KpDataSink, kp_data_sink, GST_TYPE_ELEMENT)

static GstStaticPadTemplate sink_template
    = GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS (KP_DATA_CAPS));

static guint
get_wakes (KpDataSink *self)
{
  guint n_wakes;

  g_mutex_lock (&self->lock);
  n_wakes = self->n_wakes;
  g_mutex_unlock (&self->lock);

  return n_wakes;
}

/* Until kp_data_sink_wake() has been called since @n_wakes was got. FALSE when the stream is flushing. */
static gboolean
wait_for_wake (KpDataSink *self, guint n_wakes)
{
  gboolean flushing;

  g_mutex_lock (&self->lock);
  while (!self->flushing && self->n_wakes == n_wakes)
    g_cond_wait (&self->cond, &self->lock);
  flushing = self->flushing;
  g_mutex_unlock (&self->lock);

  return !flushing;
}

static gboolean
is_flushing (KpDataSink *self)
{
  gboolean flushing;

  g_mutex_lock (&self->lock);
  flushing = self->flushing;
  g_mutex_unlock (&self->lock);

  return flushing;
}

/* With @data NULL: finishes. */
static GstFlowReturn
send_or_wait (KpDataSink *self, GBytes *data)
{
  while (!is_flushing (self))
    {
      guint n_wakes = get_wakes (self);
      KpDataResult result = data ? self->funcs.send (self, data, self->is_text, self->user_data)
                                 : self->funcs.finish (self, self->user_data);

      if (result != KP_DATA_WAIT)
        return GST_FLOW_OK;
      if (!wait_for_wake (self, n_wakes))
        break;
    }

  return GST_FLOW_FLUSHING;
}

/* A source like fdsrc cuts where it likes: what is cut off of a character comes with the next message. */
static GBytes *
take_text (KpDataSink *self, GBytes *data)
{
  gsize size;
  const gchar *text;
  const gchar *end;
  GByteArray *whole = g_steal_pointer (&self->rest);

  self->rest = g_byte_array_new ();
  g_byte_array_append (whole, g_bytes_get_data (data, NULL), g_bytes_get_size (data));
  g_bytes_unref (data);
  text = (const gchar *)whole->data;
  size = whole->len;
  if (!g_utf8_validate_len (text, size, &end)
      && g_utf8_get_char_validated (end, size - (end - text)) == (gunichar)-2)
    {
      g_byte_array_append (self->rest, (const guint8 *)end, size - (end - text));
      g_byte_array_set_size (whole, end - text);
    }

  return g_byte_array_free_to_bytes (whole);
}

static GBytes *
buffer_to_bytes (GstBuffer *buffer)
{
  gpointer data;
  gsize size;

  gst_buffer_extract_dup (buffer, 0, -1, &data, &size);

  return g_bytes_new_take (data, size);
}

static GstFlowReturn
sink_chain (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  KpDataSink *self = KP_DATA_SINK (parent);
  g_autoptr (GBytes) data = buffer_to_bytes (buffer);
  gboolean was_empty = g_bytes_get_size (data) == 0;

  gst_buffer_unref (buffer);
  if (self->is_text)
    data = take_text (self, g_steal_pointer (&data));

  return !was_empty && g_bytes_get_size (data) == 0 ? GST_FLOW_OK : send_or_wait (self, data);
}

static void
set_flushing (KpDataSink *self, gboolean flushing)
{
  g_mutex_lock (&self->lock);
  self->flushing = flushing;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

static void
take_caps (KpDataSink *self, GstEvent *event)
{
  GstCaps *caps;

  gst_event_parse_caps (event, &caps);
  self->is_text = gst_structure_has_name (gst_caps_get_structure (caps, 0), "text/x-raw");
}

static gboolean
sink_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  KpDataSink *self = KP_DATA_SINK (parent);

  switch (GST_EVENT_TYPE (event))
    {
    case GST_EVENT_CAPS:
      take_caps (self, event);
      break;
    case GST_EVENT_FLUSH_START:
      set_flushing (self, TRUE);
      break;
    case GST_EVENT_FLUSH_STOP:
      g_byte_array_set_size (self->rest, 0);
      set_flushing (self, FALSE);
      break;
    case GST_EVENT_EOS:
      send_or_wait (self, NULL);
      break;
    default:
      break;
    }
  gst_event_unref (event);

  return TRUE;
}

static gboolean
sink_activate_mode (GstPad *pad, GstObject *parent, GstPadMode mode, gboolean active)
{
  set_flushing (KP_DATA_SINK (parent), !active);

  return TRUE;
}

static void
kp_data_sink_finalize (GObject *object)
{
  KpDataSink *self = KP_DATA_SINK (object);

  g_byte_array_unref (self->rest);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);

  G_OBJECT_CLASS (kp_data_sink_parent_class)->finalize (object);
}

static void
kp_data_sink_class_init (KpDataSinkClass *klass)
{
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = kp_data_sink_finalize;
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_set_static_metadata (element_class, "Data sink", "Sink/Network",
                                         "Sends buffers as messages of a data channel", "kurentopeer");
}

static void
kp_data_sink_init (KpDataSink *self)
{
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  self->flushing = TRUE;
  self->rest = g_byte_array_new ();
  self->pad = gst_pad_new_from_static_template (&sink_template, "sink");
  gst_pad_set_chain_function (self->pad, sink_chain);
  gst_pad_set_event_function (self->pad, sink_event);
  gst_pad_set_activatemode_function (self->pad, sink_activate_mode);
  gst_element_add_pad (GST_ELEMENT (self), self->pad);
}

GstElement *
kp_data_sink_new (const KpDataSinkFuncs *funcs, gpointer user_data)
{
  KpDataSink *self = g_object_new (KP_TYPE_DATA_SINK, NULL);

  self->funcs = *funcs;
  self->user_data = user_data;

  return GST_ELEMENT (self);
}

void
kp_data_sink_wake (KpDataSink *self)
{
  g_mutex_lock (&self->lock);
  self->n_wakes++;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}
