/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kp-blank.h"
#include "kp-gate.h"
#include "kp-keyframe-source.h"
#include "kp-last-frame.h"
#include "kp-still.h"

typedef enum
{
  LIVENESS_UNKNOWN,
  LIVENESS_LIVE,
  LIVENESS_NOT_LIVE,
} Liveness;

/*        +------------------------------------------------------------+
 *  sink -+- raw ---------------------------------+- wait or drop -----+- src
 *        +- encoded, RTP: chain_src - chain - chain_sink              |
 *        +------------------------------------------------------------+
 */
struct _KpGate
{
  GstBin parent_instance;

  GstPad *sinkpad; /* owned by the element */
  GstPad *srcpad; /* owned by the element */
  KpMediaKind kind;
  KpStill still; /* of a live source, while closed */
  KpLastFrame last_frame; /* of raw video */
  GstCaps *caps; /* owned; what we take, what senders like best first */

  gint changes; /* atomic; counts senders linked and paces set */
  gint eos; /* atomic, gboolean */
  gint is_coded; /* atomic, gboolean; video that comes encoded */
  gint awaits_keyframe; /* atomic, gboolean; coded video is dropped until then */
  gint forces_keyframe; /* atomic, gboolean; raw video goes on with one */

  /* streaming thread */
  gint seen_changes;
  GstSegment segment; /* of the source */
  gboolean begins; /* another source, or after a flush: the offset is to be found */
  gboolean follows; /* another source, which must not go back */
  guint64 begin_key; /* for kp_pace_join() */
  GstClockTime begin_tolerance; /* ns; for kp_pace_join() */
  GstClockTimeDiff own_offset; /* ns; or GST_CLOCK_STIME_NONE: that of the pace */
  GstClockTimeDiff offset; /* ns; of running times */
  GstClockTimeDiff shift; /* ns; of timestamps, which are running times then */
  GstClockTime last; /* ns; running time of what was pushed last, or NONE */
  Liveness liveness;
  GstClockTime latency; /* ns; of a live source */
  GstFlowReturn last_flow;
  gboolean has_input;
  gboolean failed; /* the input cannot be taken, which was told */
  KpInput input;
  GstElement *chain; /* borrowed, of the bin; or NULL */
  GstPad *chain_src; /* owned; feeds the chain, or NULL */
  GstPad *chain_sink; /* owned; takes from the chain, or NULL */
  KpBlank blank;
  gboolean is_blank; /* the last buffer was */

  /* OBJECT_LOCK */
  GCond cond; /* open or flushing changed */
  gboolean open;
  gboolean flushing;
  gboolean enabled;
  KpParameters parameters;
  gchar *msid; /* owned; or NULL */
  guint warned; /* of parameters that have no effect */
  GstClockID wait; /* borrowed, of the streaming thread; or NULL */
  GstClockTime waiting_time; /* ns, running time */
  KpPace *pace; /* owned; or NULL */
  gboolean pace_is_new;
  KpKeyframeSource *keyframe_source; /* owned; or NULL */
  guint n_keyframe_requests; /* that went up */
  KpView *view; /* owned; or NULL */
  KpGateEosFunc eos_func;
  gpointer eos_data;
};

/* kp-gate-flow.c: who waits, what is dropped, when the rest goes on. Streaming thread. */
void kp_gate_flow_set_flushing (KpGate *self, gboolean flushing); /* any thread */

gboolean kp_gate_flow_is_live (KpGate *self);

/* TRUE when data may go on; FALSE when it is to be dropped, be it that the wait ended by a flush or at teardown. */
gboolean kp_gate_flow_pass (KpGate *self, GstClockTime timestamp);

/* With the stream lock of the sink pad. Takes @buffer. */
void kp_gate_flow_push (KpGate *self, GstBuffer *buffer);

/* The view has it, too. */
void kp_gate_flow_show (KpGate *self, GstBuffer *buffer);
void kp_gate_flow_show_event (KpGate *self, GstEvent *event);

/* Takes @buffer, no faster than a source that is not live runs. */
void kp_gate_flow_drop (KpGate *self, GstBuffer *buffer);

/* Before data, and before a GAP. */
void kp_gate_flow_apply_changes (KpGate *self, GstClockTime timestamp);

/* kp-gate-time.c: one source after the other, without a step back. Streaming thread. */

void kp_gate_time_reset (KpGate *self);

/* What follows begins anew; what belongs together does so at the same time. */
void kp_gate_time_begin_stream (KpGate *self, GstEvent *stream_start);
void kp_gate_time_end_flush (KpGate *self, GstEvent *flush_stop);

void kp_gate_time_set_segment (KpGate *self, GstEvent *event);

/* For data of @timestamp. */
void kp_gate_time_find_offset (KpGate *self, GstClockTime timestamp);

/* What goes on in the place of the source's segment. */
GstEvent *kp_gate_time_make_segment (KpGate *self);

/* Both take what they shift, and give NULL when that is before the beginning of time. */
GstBuffer *kp_gate_time_shift (KpGate *self, GstBuffer *buffer);
GstEvent *kp_gate_time_shift_gap (KpGate *self, GstEvent *gap);

/* Whether @buffer, which is shifted, can follow what was pushed. */
gboolean kp_gate_time_check_order (KpGate *self, GstBuffer *buffer);

/* kp-gate-input.c: what comes. Streaming thread. FALSE when it cannot be taken: the element has posted an error. */
gboolean kp_gate_input_set_caps (KpGate *self, const GstCaps *caps);
void kp_gate_input_clear (KpGate *self);

/* kp-gate-enabled.c: what goes on in the place of @buffer (taken), or NULL. Streaming thread. */
GstBuffer *kp_gate_enabled_filter (KpGate *self, GstBuffer *buffer);

/* kp-gate-parameters.c; any thread */
gboolean kp_gate_parameters_is_active (KpGate *self);

/* kp-gate-keyframes.c: media that comes encoded begins with a keyframe. */
void kp_gate_keyframes_set_stream (KpGate *self, GstEvent *stream_start);
void kp_gate_keyframes_clear (KpGate *self);
/* Of raw video, when one is due: what follows begins with it. Streaming thread. */
void kp_gate_keyframes_force (KpGate *self);

/* FALSE: not before a keyframe. */
gboolean kp_gate_keyframes_check (KpGate *self, GstBuffer *buffer);
/* Any thread; the first may call upstream. */
void kp_gate_keyframes_request (KpGate *self);
void kp_gate_keyframes_begin (KpGate *self);

/* kp-gate.c, for what a chain makes. */
GstFlowReturn kp_gate_take_buffer (KpGate *self, GstBuffer *buffer);
gboolean kp_gate_take_event (KpGate *self, GstEvent *event);
