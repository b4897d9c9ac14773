/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kp-backlog.h"

#include <glib-object.h>

/* The events of interface.md section 5: one table says what each is called and carries; the element's
 * signals and bus messages are made from it. */
typedef enum
{
  KP_EVENT_OFFER_CREATED, /* string sdp */
  KP_EVENT_ANSWER_CREATED, /* string sdp */
  KP_EVENT_ICE_CANDIDATE, /* string candidate, uint sdp_mline_index, string sdp_mid */
  KP_EVENT_CANDIDATE_GATHERING_DONE, /* */
  KP_EVENT_NEGOTIATION_NEEDED, /* */
  KP_EVENT_STREAM_ADDED, /* object (GstStreamCollection) stream */
  KP_EVENT_STREAM_ENDED, /* object (GstStreamCollection) stream */
  KP_EVENT_DATA_CHANNEL_OPEN, /* string label */
  KP_EVENT_DATA_CHANNEL_CLOSE, /* string label */
  KP_EVENT_DATA_CHANNEL_ERROR, /* string label, error */
  KP_EVENT_DATA_CHANNEL_BUFFERED_AMOUNT_LOW, /* string label */
  KP_EVENT_DATA_CHANNEL_MESSAGE, /* string label, bytes data, boolean is_text */
  KP_EVENT_SPEAKING, /* boolean remote */
  KP_EVENT_STOPPED_SPEAKING, /* boolean remote */
  KP_EVENT_CONNECTED, /* */
  KP_EVENT_DISCONNECTED, /* string reason */
  KP_EVENT_RECONNECTING, /* uint attempt, error cause, uint64 delay (ns) */
  KP_EVENT_RECONNECTED, /* */
  KP_EVENT_PEER_ERROR, /* error */
  KP_EVENT_SERVER_EVENT, /* string name, string json */
  KP_N_EVENTS,
} KpEventType;

#define KP_EVENT_MAX_ARGS 3

typedef struct
{
  const gchar *name; /* as the signal, and after "kurentopeer/" as the message */
  guint n_args;
  struct
  {
    const gchar *name; /* field of the message */
    GType (*get_type) (void);
  } args[KP_EVENT_MAX_ARGS];
} KpEventSpec;

typedef struct
{
  KpEventType type;
  guint channel; /* of a data channel: the number of its pads; no argument of the signal */
  KpBacklogEntry *waiting; /* owned; what a message counts for until it is taken, or NULL */
  GValue args[KP_EVENT_MAX_ARGS]; /* the first n_args of the spec are set */
} KpEvent;

const KpEventSpec *kp_event_get_spec (KpEventType type);

/* The arguments follow in the order of the spec, as g_object_new() would take them. */
void kp_event_init (KpEvent *self, KpEventType type, ...);
void kp_event_copy (const KpEvent *self, KpEvent *copy);
void kp_event_clear (KpEvent *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (KpEvent, kp_event_clear)
