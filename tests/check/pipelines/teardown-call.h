/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/check/gstcheck.h>

/* Two peers, each in a pipeline, that call each other. What happens to a side is noted under a name: a signal by its
 * name, a message by its own ("kurentopeer/..."), an action, after it was asked for, by its name, and also "ready",
 * "paused", "playing", "frame", "ice-connected". Nothing fails here in a thread of the peers: what they do wrong is
 * seen by the test, or is a critical. */

#define CALL_DEADLINE (20 * G_TIME_SPAN_SECOND)

#define CALL_VIDEO_SOURCE "videotestsrc is-live=true ! video/x-raw,width=64,height=48,framerate=60/1"

#define CALL_VIDEO " " CALL_VIDEO_SOURCE " ! peer. fakesink name=video_src_0 async=false sync=false"

#define CALL_AUDIO                                                                                           \
  " audiotestsrc is-live=true samplesperbuffer=80 ! audio/x-raw,rate=8000 ! peer."                           \
  " fakesink name=audio_src_0 async=false sync=false"

#define CALL_PEER                                                                                            \
  "kurentopeer name=peer data-channels=true post-data-messages=true send-source=none latency=0 "             \
  "audio-codecs=PCMU"

typedef struct _Call Call;

typedef enum
{
  CALL_OFFERER,
  CALL_ANSWERER,
  CALL_N_SIDES,
} CallSideIndex;

typedef struct
{
  Call *call; /* borrowed */
  GstElement *pipeline; /* owned */
  GstElement *peer; /* owned */

  /* call's lock */
  GHashTable *notes; /* owned; gchar* -> how often */
  GPtrArray *waiting; /* owned; of the actions whose promises have not been answered */
  GObject *channel; /* owned; that the other side made, or NULL */
  gchar *server_uri; /* owned; where it listens, or NULL */
} CallSide;

/* In the thread where it happens, after it was noted. */
typedef void (*CallHook) (gpointer user_data);

struct _Call
{
  CallSide sides[CALL_N_SIDES];
  const gchar *what; /* borrowed; is tested, for messages */
  CallHook hook; /* or NULL; set while nothing runs */
  gpointer hook_data;

  GMutex lock; /* guards everything below */
  GCond cond;
  CallSide *armed_side; /* borrowed; or NULL */
  const gchar *armed_name; /* borrowed */
  guint surplus; /* answers */
  guint gone; /* peers */
};

Call *call_new (const gchar *offerer, const gchar *answerer);

/* To NULL; each promise is answered. */
void call_stop (CallSide *side);

/* Stops both sides: nothing is left in the peers, and both die. */
void call_free (Call *self);

/* The peers tell each other what they have to say, from the threads where they say it. */
void call_wire (Call *self);

/* Whether call_arm() was about it. */
gboolean call_note (CallSide *side, const gchar *name);

void call_forget_notes (Call *self);

/* Forgets the notes. The hook is called the next time that @name (borrowed until then) is noted at @side; call_start() ends
 * there. */
void call_arm (CallSide *side, const gchar *name);

void call_wait (CallSide *side, const gchar *name, guint count);

/* Emits an action whose last argument is a promise, which is counted. */
#define call_act(side, action, ...)                                                                          \
  G_STMT_START                                                                                               \
  {                                                                                                          \
    g_autoptr (GstPromise) promise_ = call_promise ((side), (action));                                       \
    g_signal_emit_by_name ((side)->peer, (action), ##__VA_ARGS__, promise_);                                 \
    call_note ((side), (action));                                                                            \
  }                                                                                                          \
  G_STMT_END
GstPromise *call_promise (CallSide *side, const gchar *action);

/* Each promise of that side is answered, and once; those of the action @except may still wait. */
void call_wait_for_answers (CallSide *side, const gchar *except);

/* Of a peer that is a server. */
gchar *call_dup_server_uri (CallSide *side);

/* The data channel that the other side made. */
GObject *call_dup_channel (CallSide *side);

/* Forgets the notes, and takes both sides to PLAYING: the offerer step by step, the answerer at once. */
void call_start (Call *self);

/* Sees media and data arrive on both sides. */
void call_wait_until_up (Call *self);
