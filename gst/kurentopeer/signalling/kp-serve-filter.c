/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-serve-filter.h"

#define KP_TYPE_SERVE_INPUT (kp_serve_input_get_type ())
G_DECLARE_FINAL_TYPE (KpServeInput, kp_serve_input, KP, SERVE_INPUT, GFilterInputStream)

struct _KpServeInput
{
  GFilterInputStream parent_instance;

  KpServeReadFunc func; /* NULL: detached */
  gpointer user_data;
};

#define KP_TYPE_SERVE_OUTPUT (kp_serve_output_get_type ())
G_DECLARE_FINAL_TYPE (KpServeOutput, kp_serve_output, KP, SERVE_OUTPUT, GFilterOutputStream)

struct _KpServeOutput
{
  GFilterOutputStream parent_instance;

  KpServeWriteFunc func; /* NULL: detached */
  gpointer user_data;
};

static void input_pollable_init (GPollableInputStreamInterface *iface);
static void output_pollable_init (GPollableOutputStreamInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (KpServeInput, kp_serve_input, G_TYPE_FILTER_INPUT_STREAM,
                               G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_INPUT_STREAM, input_pollable_init))
G_DEFINE_FINAL_TYPE_WITH_CODE (KpServeOutput, kp_serve_output, G_TYPE_FILTER_OUTPUT_STREAM,
                               G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_OUTPUT_STREAM, output_pollable_init))

static gssize
fail_detached (GError **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CLOSED, "The connection is closed");
  return -1;
}

static gssize
read_base (KpServeInput *self, void *buffer, gsize count, gboolean blocking, GCancellable *cancellable,
           GError **error)
{
  GInputStream *base = g_filter_input_stream_get_base_stream (G_FILTER_INPUT_STREAM (self));
  gssize got;

  if (!self->func)
    return fail_detached (error);

  got = g_pollable_stream_read (base, buffer, count, blocking, cancellable, error);
  if (got > 0 && !self->func (got, self->user_data, error))
    return -1;

  return got;
}

static gssize
kp_serve_input_read (GInputStream *stream, void *buffer, gsize count, GCancellable *cancellable,
                     GError **error)
{
  return read_base (KP_SERVE_INPUT (stream), buffer, count, TRUE, cancellable, error);
}

static gssize
kp_serve_input_read_nonblocking (GPollableInputStream *stream, void *buffer, gsize count, GError **error)
{
  return read_base (KP_SERVE_INPUT (stream), buffer, count, FALSE, NULL, error);
}

static gboolean
kp_serve_input_is_readable (GPollableInputStream *stream)
{
  GInputStream *base = g_filter_input_stream_get_base_stream (G_FILTER_INPUT_STREAM (stream));

  return g_pollable_input_stream_is_readable (G_POLLABLE_INPUT_STREAM (base));
}

static GSource *
kp_serve_input_create_source (GPollableInputStream *stream, GCancellable *cancellable)
{
  GInputStream *base = g_filter_input_stream_get_base_stream (G_FILTER_INPUT_STREAM (stream));
  g_autoptr (GSource) source
      = g_pollable_input_stream_create_source (G_POLLABLE_INPUT_STREAM (base), cancellable);

  return g_pollable_source_new_full (stream, source, NULL);
}

static void
input_pollable_init (GPollableInputStreamInterface *iface)
{
  iface->is_readable = kp_serve_input_is_readable;
  iface->create_source = kp_serve_input_create_source;
  iface->read_nonblocking = kp_serve_input_read_nonblocking;
}

static void
kp_serve_input_class_init (KpServeInputClass *klass)
{
  G_INPUT_STREAM_CLASS (klass)->read_fn = kp_serve_input_read;
}

static void
kp_serve_input_init (KpServeInput *self)
{
}

static gssize
write_base (KpServeOutput *self, const void *buffer, gsize count, gboolean blocking,
            GCancellable *cancellable, GError **error)
{
  GOutputStream *base = g_filter_output_stream_get_base_stream (G_FILTER_OUTPUT_STREAM (self));
  GError *local_error = NULL;
  gssize put;

  if (!self->func)
    return fail_detached (error);

  put = g_pollable_stream_write (base, buffer, count, blocking, cancellable, &local_error);
  if (put > 0 || g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    self->func (put <= 0, self->user_data);
  if (local_error)
    g_propagate_error (error, local_error);

  return put;
}

static gssize
kp_serve_output_write (GOutputStream *stream, const void *buffer, gsize count, GCancellable *cancellable,
                       GError **error)
{
  return write_base (KP_SERVE_OUTPUT (stream), buffer, count, TRUE, cancellable, error);
}

static gssize
kp_serve_output_write_nonblocking (GPollableOutputStream *stream, const void *buffer, gsize count,
                                   GError **error)
{
  return write_base (KP_SERVE_OUTPUT (stream), buffer, count, FALSE, NULL, error);
}

static gboolean
kp_serve_output_is_writable (GPollableOutputStream *stream)
{
  GOutputStream *base = g_filter_output_stream_get_base_stream (G_FILTER_OUTPUT_STREAM (stream));

  return g_pollable_output_stream_is_writable (G_POLLABLE_OUTPUT_STREAM (base));
}

static GSource *
kp_serve_output_create_source (GPollableOutputStream *stream, GCancellable *cancellable)
{
  GOutputStream *base = g_filter_output_stream_get_base_stream (G_FILTER_OUTPUT_STREAM (stream));
  g_autoptr (GSource) source
      = g_pollable_output_stream_create_source (G_POLLABLE_OUTPUT_STREAM (base), cancellable);

  return g_pollable_source_new_full (stream, source, NULL);
}

static void
output_pollable_init (GPollableOutputStreamInterface *iface)
{
  iface->is_writable = kp_serve_output_is_writable;
  iface->create_source = kp_serve_output_create_source;
  iface->write_nonblocking = kp_serve_output_write_nonblocking;
}

static void
kp_serve_output_class_init (KpServeOutputClass *klass)
{
  G_OUTPUT_STREAM_CLASS (klass)->write_fn = kp_serve_output_write;
}

static void
kp_serve_output_init (KpServeOutput *self)
{
}

GInputStream *
kp_serve_input_new (GInputStream *base, KpServeReadFunc func, gpointer user_data)
{
  KpServeInput *self
      = g_object_new (KP_TYPE_SERVE_INPUT, "base-stream", base, "close-base-stream", FALSE, NULL);

  self->func = func;
  self->user_data = user_data;

  return G_INPUT_STREAM (self);
}

GOutputStream *
kp_serve_output_new (GOutputStream *base, KpServeWriteFunc func, gpointer user_data)
{
  KpServeOutput *self
      = g_object_new (KP_TYPE_SERVE_OUTPUT, "base-stream", base, "close-base-stream", FALSE, NULL);

  self->func = func;
  self->user_data = user_data;

  return G_OUTPUT_STREAM (self);
}

void
kp_serve_input_detach (GInputStream *stream)
{
  KP_SERVE_INPUT (stream)->func = NULL;
}

void
kp_serve_output_detach (GOutputStream *stream)
{
  KP_SERVE_OUTPUT (stream)->func = NULL;
}
