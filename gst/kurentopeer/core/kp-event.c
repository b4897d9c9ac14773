/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-event.h"

#include <gobject/gvaluecollector.h>

static GType
string_type (void)
{
  return G_TYPE_STRING;
}

static GType
uint_type (void)
{
  return G_TYPE_UINT;
}

static GType
uint64_type (void)
{
  return G_TYPE_UINT64;
}

static GType
boolean_type (void)
{
  return G_TYPE_BOOLEAN;
}

static GType
object_type (void)
{
  return G_TYPE_OBJECT;
}

static const KpEventSpec specs[KP_N_EVENTS] = {
  [KP_EVENT_OFFER_CREATED] = { "offer-created", 1, { { "sdp", string_type } } },
  [KP_EVENT_ANSWER_CREATED] = { "answer-created", 1, { { "sdp", string_type } } },
  [KP_EVENT_ICE_CANDIDATE]
  = { "ice-candidate",
      3,
      { { "candidate", string_type }, { "sdp-mline-index", uint_type }, { "sdp-mid", string_type } } },
  [KP_EVENT_CANDIDATE_GATHERING_DONE] = { "candidate-gathering-done", 0 },
  [KP_EVENT_NEGOTIATION_NEEDED] = { "negotiation-needed", 0 },
  [KP_EVENT_STREAM_ADDED] = { "stream-added", 1, { { "stream", object_type } } },
  [KP_EVENT_STREAM_ENDED] = { "stream-ended", 1, { { "stream", object_type } } },
  [KP_EVENT_DATA_CHANNEL_OPEN] = { "data-channel-open", 1, { { "label", string_type } } },
  [KP_EVENT_DATA_CHANNEL_CLOSE] = { "data-channel-close", 1, { { "label", string_type } } },
  [KP_EVENT_DATA_CHANNEL_ERROR]
  = { "data-channel-error", 2, { { "label", string_type }, { "error", g_error_get_type } } },
  [KP_EVENT_DATA_CHANNEL_BUFFERED_AMOUNT_LOW]
  = { "data-channel-buffered-amount-low", 1, { { "label", string_type } } },
  [KP_EVENT_DATA_CHANNEL_MESSAGE]
  = { "data-channel-message",
      3,
      { { "label", string_type }, { "data", g_bytes_get_type }, { "is-text", boolean_type } } },
  [KP_EVENT_SPEAKING] = { "speaking", 1, { { "remote", boolean_type } } },
  [KP_EVENT_STOPPED_SPEAKING] = { "stopped-speaking", 1, { { "remote", boolean_type } } },
  [KP_EVENT_CONNECTED] = { "connected", 0 },
  [KP_EVENT_DISCONNECTED] = { "disconnected", 1, { { "reason", string_type } } },
  [KP_EVENT_RECONNECTING]
  = { "reconnecting",
      3,
      { { "attempt", uint_type }, { "cause", g_error_get_type }, { "delay", uint64_type } } },
  [KP_EVENT_RECONNECTED] = { "reconnected", 0 },
  [KP_EVENT_PEER_ERROR] = { "peer-error", 1, { { "error", g_error_get_type } } },
  [KP_EVENT_SERVER_EVENT] = { "server-event", 2, { { "name", string_type }, { "json", string_type } } },
};

const KpEventSpec *
kp_event_get_spec (KpEventType type)
{
  g_return_val_if_fail (type < KP_N_EVENTS, NULL);

  return &specs[type];
}

void
kp_event_init (KpEvent *self, KpEventType type, ...)
{
  const KpEventSpec *spec = kp_event_get_spec (type);
  va_list args;

  *self = (KpEvent){ .type = type };
  va_start (args, type);
  for (guint i = 0; i < spec->n_args; i++)
    {
      g_autofree gchar *error = NULL;

      G_VALUE_COLLECT_INIT (&self->args[i], spec->args[i].get_type (), args, 0, &error);
      g_assert (error == NULL);
    }
  va_end (args);
}

void
kp_event_copy (const KpEvent *self, KpEvent *copy)
{
  *copy = (KpEvent){ .type = self->type, .channel = self->channel };
  if (self->waiting)
    copy->waiting = kp_backlog_entry_ref (self->waiting);
  for (guint i = 0; i < kp_event_get_spec (self->type)->n_args; i++)
    {
      g_value_init (&copy->args[i], G_VALUE_TYPE (&self->args[i]));
      g_value_copy (&self->args[i], &copy->args[i]);
    }
}

void
kp_event_clear (KpEvent *self)
{
  for (guint i = 0; i < KP_EVENT_MAX_ARGS; i++)
    if (G_VALUE_TYPE (&self->args[i]))
      g_value_unset (&self->args[i]);
  g_clear_pointer (&self->waiting, kp_backlog_entry_unref);
}
