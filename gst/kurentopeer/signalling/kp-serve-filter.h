/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

/* Pollable streams over a pollable base that tell what passes. The base stays open when they close. */
typedef gboolean (*KpServeReadFunc) (gsize count, gpointer user_data, GError **error);
typedef void (*KpServeWriteFunc) (gboolean blocked, gpointer user_data);

/* @func: after each read; FALSE with an error makes the read fail. */
GInputStream *kp_serve_input_new (GInputStream *base, KpServeReadFunc func, gpointer user_data);

/* @func: after each write: it would have blocked, or some bytes went. */
GOutputStream *kp_serve_output_new (GOutputStream *base, KpServeWriteFunc func, gpointer user_data);

/* From here @func is not called any more, and nothing passes. */
void kp_serve_input_detach (GInputStream *stream);
void kp_serve_output_detach (GOutputStream *stream);
