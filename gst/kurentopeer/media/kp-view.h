/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kp-media-kind.h"

#include <gst/gst.h>

/* A bin that shows, or plays, in a sink of the application what goes through a source pad: queue ! convert ! sink, in the
 * time of the pipeline. Nobody waits for it: what the sink does not take in time is dropped, and when it fails there is one
 * warning, which begins with the name of the view. It neither prerolls nor ends the pipeline, nor gives
 * it a clock. */
#define KP_TYPE_VIEW (kp_view_get_type ())
G_DECLARE_FINAL_TYPE (KpView, kp_view, KP, VIEW, GstBin)

/* @name: of the property that @sink comes from. @sink: with a sink pad and without a parent. Floating. INVALID_ARGUMENT when
 * it does not take media of that kind. */
KpView *kp_view_new (const gchar *name, KpMediaKind kind, GstElement *sink, GError **error);

/* Gives the sink back, once the view is in NULL. */
void kp_view_release_sink (KpView *self);

/* What goes through @pad, a source pad: its sticky events come first, its offset counts, and LATENCY is asked of it. From one
 * thread at a time. Takes nothing. */
void kp_view_show (KpView *self, GstPad *pad, GstBuffer *buffer);

/* EOS, or a flush, of what is shown. Takes @event. */
void kp_view_push_event (KpView *self, GstEvent *event);

/* FALSE when it has failed: nothing is shown any more. Any thread. */
gboolean kp_view_is_alive (KpView *self);

/* What the sink answers, behind the conversion. Any thread. */
gboolean kp_view_query (KpView *self, GstQuery *query);

/* That of the pipeline, in ns. Until it is told, or when it is too little, the view takes what it needs itself. Any thread. */
void kp_view_set_latency (KpView *self, GstClockTime latency);
