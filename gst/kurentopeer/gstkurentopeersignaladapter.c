/* SPDX-License-Identifier: LGPL-2.1-or-later */

/**
 * SECTION:gstkurentopeersignaladapter
 * @title: GstKurentoPeerSignalAdapter
 * @short_description: The signals of a peer in a main context of your choice
 *
 * #GstKurentoPeer emits its signals in a thread of its own, which some languages refuse. The adapter emits the same
 * signals, in the same order, in a #GMainContext. It holds the peer weakly.
 *
 * Since: 0.1
 */
#include "gstkurentopeersignaladapter.h"

#include "gstkurentopeer-private.h"

/**
 * GstKurentoPeerSignalAdapter:
 *
 * Emits the signals of a #GstKurentoPeer in a #GMainContext.
 *
 * Since: 0.1
 */
struct _GstKurentoPeerSignalAdapter
{
  GObject parent;

  GWeakRef peer;
  GMainContext *context; /* owned */
  gulong handlers[KP_N_EVENTS];
};

G_DEFINE_FINAL_TYPE (GstKurentoPeerSignalAdapter, gst_kurento_peer_signal_adapter, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_PEER,
  N_PROPS,
};

static GParamSpec *props[N_PROPS];
static guint signals[KP_N_EVENTS];

/* What the closures on the peer know: they may run while the adapter goes. */
typedef struct
{
  GClosure closure;
  GWeakRef adapter;
  guint signal_id; /* of the adapter */
} KpRelay;

/* One emission on its way to the context. */
typedef struct
{
  GstKurentoPeerSignalAdapter *adapter; /* owned */
  guint signal_id;
  GArray *values; /* owned; of GValue, the adapter first */
  KpBacklogEntry *waiting; /* owned; of a message, or NULL */
} KpEmission;

/**
 * GstKurentoPeerSignalAdapter::offer-created:
 * @self: the adapter
 * @sdp: the session description
 *
 * Our offer is ready to be sent to the peer.
 *
 * Since: 0.1
 */

/**
 * GstKurentoPeerSignalAdapter::answer-created:
 * @self: the adapter
 * @sdp: the session description
 *
 * Our answer is ready to be sent to the peer.
 *
 * Since: 0.1
 */

/**
 * GstKurentoPeerSignalAdapter::ice-candidate:
 * @self: the adapter
 * @candidate: the `candidate:...` line
 * @sdp_mline_index: the index of its media section
 * @sdp_mid: (nullable): the mid of its media section
 *
 * A local candidate was found (kurento-utils: `onicecandidate`).
 *
 * Since: 0.1
 */

/**
 * GstKurentoPeerSignalAdapter::candidate-gathering-done:
 * @self: the adapter
 *
 * All local candidates have been found (kurento-utils: `oncandidategatheringdone`).
 *
 * Since: 0.1
 */

/**
 * GstKurentoPeerSignalAdapter::negotiation-needed:
 * @self: the adapter
 *
 * An offer and an answer have to be exchanged (kurento-utils: `onnegotiationneeded`).
 *
 * Since: 0.1
 */

/**
 * GstKurentoPeerSignalAdapter::stream-added:
 * @self: the adapter
 * @stream: the streams
 *
 * The peer sends these streams (kurento-utils: `onaddstream`).
 *
 * Since: 0.1
 */

/**
 * GstKurentoPeerSignalAdapter::stream-ended:
 * @self: the adapter
 * @stream: the streams
 *
 * The peer no longer sends these streams (kurento-utils: `onstreamended`).
 *
 * Since: 0.1
 */

/**
 * GstKurentoPeerSignalAdapter::data-channel-open:
 * @self: the adapter
 * @label: the label of the channel
 *
 * A data channel can be used (kurento-utils: `dataChannelConfig.onopen`).
 *
 * Since: 0.1
 */

/**
 * GstKurentoPeerSignalAdapter::data-channel-close:
 * @self: the adapter
 * @label: the label of the channel
 *
 * A data channel was closed (kurento-utils: `dataChannelConfig.onclose`).
 *
 * Since: 0.1
 */

/**
 * GstKurentoPeerSignalAdapter::data-channel-error:
 * @self: the adapter
 * @label: the label of the channel
 * @error: what went wrong
 *
 * A data channel failed (kurento-utils: `dataChannelConfig.onerror`).
 *
 * Since: 0.1
 */

/**
 * GstKurentoPeerSignalAdapter::data-channel-buffered-amount-low:
 * @self: the adapter
 * @label: the label of the channel
 *
 * What waited to be sent has been sent (kurento-utils: `dataChannelConfig.onbufferedamountlow`).
 *
 * Since: 0.1
 */

/**
 * GstKurentoPeerSignalAdapter::data-channel-message:
 * @self: the adapter
 * @label: the label of the channel
 * @data: the message
 * @is_text: whether it is a string, which is UTF-8
 *
 * A message came (kurento-utils: `dataChannelConfig.onmessage`). It is posted on the bus, too,
 * when #GstKurentoPeer:post-data-messages is set.
 *
 * Since: 0.1
 */

/**
 * GstKurentoPeerSignalAdapter::speaking:
 * @self: the adapter
 * @remote: %TRUE: the peer; %FALSE: what we send
 *
 * Somebody began to speak (kurento-utils: `hark`). See #GstKurentoPeer:hark.
 *
 * Since: 0.1
 */

/**
 * GstKurentoPeerSignalAdapter::stopped-speaking:
 * @self: the adapter
 * @remote: %TRUE: the peer; %FALSE: what we send
 *
 * Nobody speaks any more (kurento-utils: `hark`).
 *
 * Since: 0.1
 */

/**
 * GstKurentoPeerSignalAdapter::connected:
 * @self: the adapter
 *
 * The peer is connected and verified: media flows.
 *
 * Since: 0.1
 */

/**
 * GstKurentoPeerSignalAdapter::disconnected:
 * @self: the adapter
 * @reason: the reason, in words
 *
 * The connection has ended; the element waits for the next one.
 *
 * Since: 0.1
 */

/**
 * GstKurentoPeerSignalAdapter::reconnecting:
 * @self: the adapter
 * @attempt: the number of the attempt, from 1
 * @cause: what went wrong
 * @delay: the pause before it, in nanoseconds
 *
 * The signaller has lost its server, and will try to reach it again: see #GstKurentoPeer:auto-reconnect.
 *
 * Since: 0.1
 */

/**
 * GstKurentoPeerSignalAdapter::reconnected:
 * @self: the adapter
 *
 * The signaller has its server again.
 *
 * Since: 0.1
 */

/**
 * GstKurentoPeerSignalAdapter::peer-error:
 * @self: the adapter
 * @error: what went wrong, mostly %GST_KURENTO_ERROR
 *
 * Something went wrong in the connection, or with the peer.
 *
 * Since: 0.1
 */

/**
 * GstKurentoPeerSignalAdapter::server-event:
 * @self: the adapter
 * @name: the name of the event
 * @json: its JSON text
 *
 * The signalling server told something that is not signalling.
 *
 * Since: 0.1
 */

static void
emission_free (gpointer data)
{
  KpEmission *self = data;

  g_array_unref (self->values);
  g_clear_pointer (&self->waiting, kp_backlog_entry_unref);
  g_object_unref (self->adapter);
  g_free (self);
}

static gboolean
emit_cb (gpointer user_data)
{
  KpEmission *emission = user_data;

  g_signal_emitv ((const GValue *)emission->values->data, emission->signal_id, 0, NULL);

  return G_SOURCE_REMOVE;
}

static GArray *
copy_values (GstKurentoPeerSignalAdapter *self, const GValue *params, guint n_params)
{
  GArray *values = g_array_sized_new (FALSE, TRUE, sizeof (GValue), n_params);

  g_array_set_clear_func (values, (GDestroyNotify)g_value_unset);
  g_array_set_size (values, n_params);
  g_value_init_from_instance (&g_array_index (values, GValue, 0), self);
  for (guint i = 1; i < n_params; i++)
    {
      GValue *value = &g_array_index (values, GValue, i);

      g_value_init (value, G_VALUE_TYPE (&params[i]));
      g_value_copy (&params[i], value);
    }

  return values;
}

/* In the peer's thread. */
static void
relay_marshal (GClosure *closure, GValue *result, guint n_params, const GValue *params, gpointer hint,
               gpointer data)
{
  KpRelay *relay = (KpRelay *)closure;
  g_autoptr (GstKurentoPeerSignalAdapter) adapter = g_weak_ref_get (&relay->adapter);
  g_autoptr (GSource) source = NULL;
  KpEmission *emission;

  if (!adapter)
    return;

  emission = g_new0 (KpEmission, 1);
  emission->signal_id = relay->signal_id;
  emission->values = copy_values (adapter, params, n_params);
  emission->adapter = g_object_ref (adapter);
  emission->waiting = gst_kurento_peer_dup_emitted (g_value_get_object (&params[0]));

  source = g_idle_source_new ();
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, emit_cb, emission, emission_free);
  g_source_attach (source, adapter->context);
}

static void
relay_finalize_cb (gpointer data, GClosure *closure)
{
  g_weak_ref_clear (&((KpRelay *)closure)->adapter);
}

static GClosure *
relay_new (GstKurentoPeerSignalAdapter *adapter, guint signal_id)
{
  GClosure *closure = g_closure_new_simple (sizeof (KpRelay), NULL);
  KpRelay *relay = (KpRelay *)closure;

  g_weak_ref_init (&relay->adapter, adapter);
  relay->signal_id = signal_id;
  g_closure_set_marshal (closure, relay_marshal);
  g_closure_add_finalize_notifier (closure, NULL, relay_finalize_cb);

  return closure;
}

static void
gst_kurento_peer_signal_adapter_get_property (GObject *object, guint prop_id, GValue *value,
                                              GParamSpec *pspec)
{
  GstKurentoPeerSignalAdapter *self = GST_KURENTO_PEER_SIGNAL_ADAPTER (object);

  switch (prop_id)
    {
    case PROP_PEER:
      g_value_take_object (value, gst_kurento_peer_signal_adapter_get_peer (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
gst_kurento_peer_signal_adapter_dispose (GObject *object)
{
  GstKurentoPeerSignalAdapter *self = GST_KURENTO_PEER_SIGNAL_ADAPTER (object);
  g_autoptr (GstKurentoPeer) peer = g_weak_ref_get (&self->peer);

  for (guint i = 0; i < KP_N_EVENTS && peer; i++)
    g_clear_signal_handler (&self->handlers[i], peer);

  G_OBJECT_CLASS (gst_kurento_peer_signal_adapter_parent_class)->dispose (object);
}

static void
gst_kurento_peer_signal_adapter_finalize (GObject *object)
{
  GstKurentoPeerSignalAdapter *self = GST_KURENTO_PEER_SIGNAL_ADAPTER (object);

  g_weak_ref_clear (&self->peer);
  g_clear_pointer (&self->context, g_main_context_unref);

  G_OBJECT_CLASS (gst_kurento_peer_signal_adapter_parent_class)->finalize (object);
}

static void
gst_kurento_peer_signal_adapter_class_init (GstKurentoPeerSignalAdapterClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = gst_kurento_peer_signal_adapter_get_property;
  object_class->dispose = gst_kurento_peer_signal_adapter_dispose;
  object_class->finalize = gst_kurento_peer_signal_adapter_finalize;

  /**
   * GstKurentoPeerSignalAdapter:peer:
   *
   * Whose signals are emitted; %NULL when it is gone.
   *
   * Since: 0.1
   */
  props[PROP_PEER]
      = g_param_spec_object ("peer", "Peer", "Whose signals are emitted, or NULL when it is gone",
                             GST_TYPE_KURENTO_PEER, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
  gst_kurento_peer_install_signals (G_TYPE_FROM_CLASS (klass), signals);
}

static void
gst_kurento_peer_signal_adapter_init (GstKurentoPeerSignalAdapter *self)
{
  g_weak_ref_init (&self->peer, NULL);
}

/**
 * gst_kurento_peer_signal_adapter_new:
 * @peer: whose signals to emit
 * @context: (nullable): where to emit them; %NULL: in the thread default context of the caller
 *
 * Makes an adapter. It works until its last reference goes.
 *
 * Returns: (transfer full): a new adapter
 *
 * Since: 0.1
 */
GstKurentoPeerSignalAdapter *
gst_kurento_peer_signal_adapter_new (GstKurentoPeer *peer, GMainContext *context)
{
  GstKurentoPeerSignalAdapter *self;

  g_return_val_if_fail (GST_IS_KURENTO_PEER (peer), NULL);

  self = g_object_new (GST_TYPE_KURENTO_PEER_SIGNAL_ADAPTER, NULL);
  g_weak_ref_set (&self->peer, peer);
  self->context = context ? g_main_context_ref (context) : g_main_context_ref_thread_default ();
  for (guint i = 0; i < KP_N_EVENTS; i++)
    self->handlers[i]
        = g_signal_connect_closure (peer, kp_event_get_spec (i)->name, relay_new (self, signals[i]), FALSE);

  return self;
}

/**
 * gst_kurento_peer_signal_adapter_get_peer:
 * @self: an adapter
 *
 * Whose signals the adapter emits.
 *
 * Returns: (transfer full) (nullable): the peer, or %NULL when it is gone
 *
 * Since: 0.1
 */
GstKurentoPeer *
gst_kurento_peer_signal_adapter_get_peer (GstKurentoPeerSignalAdapter *self)
{
  g_return_val_if_fail (GST_IS_KURENTO_PEER_SIGNAL_ADAPTER (self), NULL);

  return g_weak_ref_get (&self->peer);
}
