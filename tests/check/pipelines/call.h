/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "../warm-up.h"

#include <gst/check/gstcheck.h>

/* What the tests of whole pipelines share: two peers in pipelines of their own, that call each other by the signals and
 * actions of the element. Everything waits for a condition, with a deadline. */
#define CALL_DEADLINE (15 * G_TIME_SPAN_SECOND)

#define wait_until(condition)                                                                                \
  G_STMT_START                                                                                               \
  {                                                                                                          \
    gint64 deadline_ = g_get_monotonic_time () + CALL_DEADLINE;                                              \
    while (!(condition) && g_get_monotonic_time () < deadline_)                                              \
      g_poll (NULL, 0, 5);                                                                                   \
    fail_unless (condition, "waited in vain for " #condition);                                               \
  }                                                                                                          \
  G_STMT_END

/* A pipeline with a peer named "p". The counters are atomic. */
typedef struct _Side Side;
struct _Side
{
  GstElement *pipeline; /* owned */
  GstElement *peer; /* owned */
  GMutex lock; /* of the other side, and of the texts */
  Side *other; /* gets our candidates; or NULL */
  gchar *error; /* owned; of the pipeline, the last one */
  gchar *warning; /* owned; of the pipeline, the last one */
  gchar *peer_error; /* owned; the last one */
  gint n_errors; /* of the pipeline */
  gint n_warnings; /* of the pipeline */
  gint n_eos; /* of the pipeline */
  gint n_connected;
  gint n_disconnected;
  gint n_peer_errors;
};

/* From a line of gst-launch-1.0, "%s" not replaced. */
void side_init (Side *self, const gchar *launch);
/* From a peer named "p" (transfer floating), and what is linked to its pads. */
void side_init_peer (Side *self, GstElement *peer, const gchar *source);
/* A further peer of the same pipeline, whose errors are counted by @first. */
void side_init_further (Side *self, Side *first, const gchar *name);
void side_clear (Side *self);

/* PLAYING; does not wait for it. */
void side_play (Side *self);

/* To NULL within 2 s, whatever it does. */
void side_stop (Side *self);

GstElement *side_get (Side *self, const gchar *name);
/* The first one of @factory inside of the peer; owned, or NULL. */
GstElement *side_find_inside (Side *self, const gchar *factory);
gchar *side_dup_string (Side *self, const gchar *property);

/* An action that answers by a promise: what it answered. Owned. */
GstStructure *side_ask (Side *self, const gchar *action, const gchar *text);

/* Both play; offer, answer and candidates go to and fro, until both are connected. */
void call (Side *offerer, Side *answerer);

/* The same, with what the two may do to the descriptions in between. */
typedef gchar *(*CallEdit) (const gchar *sdp, gpointer user_data);
void call_edited (Side *offerer, Side *answerer, CallEdit edit_offer, CallEdit edit_answer,
                  gpointer user_data);

/* A further offer and its answer, without candidates. */
void call_again (Side *offerer, Side *answerer);

/* @self goes without a word. @other may call the next one. */
void call_leave (Side *self, Side *other);

/* What comes to one pad. */
typedef struct
{
  GstClockTime time; /* ns; running time of the buffer */
  GstClockTime now; /* ns; of the pipeline, when it came */
} Arrival;

typedef struct
{
  GstElement *pipeline; /* borrowed */
  GstPad *pad; /* owned; NULL until it is there */
  const gchar *factory; /* what is waited for; or NULL */
  gulong probe;
  GMutex lock; /* of everything below */
  GstSegment segment;
  GstCaps *caps; /* owned */
  GstBuffer *last; /* owned */
  GArray *arrivals; /* owned; of Arrival */
  guint buffers;
  guint gaps;
  guint segments;
  guint streams;
  guint eos;
  guint keyframes; /* buffers that are no delta units */
  guint64 bytes;
} Watch;

/* What comes to the sink pad of the element @name, or to @pad. */
void watch_init (Watch *self, Side *side, const gchar *name);
void watch_init_pad (Watch *self, GstElement *pipeline, GstPad *pad);

/* What goes out of the first element of @factory that comes up inside of the peer, from its first buffer on. */
void watch_init_inside (Watch *self, Side *side, const gchar *factory);
void watch_clear (Watch *self);

guint watch_buffers (Watch *self);
guint watch_gaps (Watch *self);
guint watch_eos (Watch *self);
guint watch_keyframes (Watch *self);
guint64 watch_bytes (Watch *self);
Arrival watch_arrival (Watch *self, guint index);

/* @more buffers, or GAPs, from now. */
void watch_wait (Watch *self, guint more);
void watch_wait_gaps (Watch *self, guint more);

/* RGB of the middle of the last picture, 0xrrggbb. Needs video/x-raw,format=RGB. */
guint32 watch_colour (Watch *self);

/* Waits until the picture is about @colour. */
void watch_wait_colour (Watch *self, guint32 colour);

/* Waits until pictures have that size. */
void watch_wait_size (Watch *self, gint width, gint height);

/* Waits until the sound, audio/x-raw,format=S16LE,channels=1, has about @frequency (Hz). */
void watch_wait_tone (Watch *self, guint frequency);

/* Parts of lines. */
#define VIDEO_SINK(name) "queue ! videoconvert ! video/x-raw,format=RGB ! fakesink async=false name=" name " "
#define AUDIO_SINK(name)                                                                                     \
  "queue ! audioconvert ! audioresample ! audio/x-raw,format=S16LE,channels=1,rate=8000 ! "                  \
  "fakesink async=false name=" name " "
#define VIDEO_CAPS "video/x-raw,width=160,height=120,framerate=30/1 "
#define RED "videotestsrc is-live=true pattern=solid-color foreground-color=0xffff0000 ! " VIDEO_CAPS " ! "
#define GREEN "videotestsrc is-live=true pattern=solid-color foreground-color=0xff00ff00 ! " VIDEO_CAPS " ! "
#define TONE(frequency) "audiotestsrc is-live=true freq=" #frequency " ! "
