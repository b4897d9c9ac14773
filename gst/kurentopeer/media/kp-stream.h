/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kp-view.h"

/* What has gone out of one source pad: one stream, in running time, made of what several receivers bring one after the
 * other. Everything happens under the pad's stream lock. */
typedef struct
{
  GstPad *pad; /* borrowed */
  KpView *view; /* borrowed; gets the same, or NULL */
  guint group_id; /* GST_GROUP_ID_INVALID until known */
  gboolean started;
  gboolean has_segment; /* the present receiver's data has got one */
  gboolean ended;
  GstClockTime position; /* ns, running time; the end of what was sent */
} KpStream;

void kp_stream_init (KpStream *self, GstPad *pad, KpView *view);

/* Another receiver: caps follow when they differ, and a segment in any case. @group_id is used for the first one. */
void kp_stream_renew (KpStream *self, guint group_id);

/* Each starts the stream when that is due, and does nothing once it has ended. */
void kp_stream_push_caps (KpStream *self, GstCaps *caps);
void kp_stream_push_segment (KpStream *self);
void kp_stream_push_eos (KpStream *self);

/* Any other serialized event. Transfer full. */
void kp_stream_push_event (KpStream *self, GstEvent *event);

/* Transfer full; its time is running time. Lip-sync is worth more than order: data that comes late, from before the
 * end of a GAP, goes on with its own time. Mixers clip it, muxers take it. */
GstFlowReturn kp_stream_push_buffer (KpStream *self, GstBuffer *buffer);

void kp_stream_push_gap (KpStream *self, GstClockTime time, GstClockTime duration);

/* A GAP from the end of what was sent to @time, when that is later. */
void kp_stream_fill (KpStream *self, GstClockTime time);

/* While @pad is deactivated: a sink that is paused or waits would keep who pushes, and so the pad from ending; a flush
 * frees him. */
void kp_stream_unblock (GstPad *pad);
