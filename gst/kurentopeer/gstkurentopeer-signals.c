/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gstkurentopeer-private.h"

#include "gstkurentoenumtypes.h"
#include "gstkurentoerror.h"

#define GST_CAT_DEFAULT gst_kurento_peer_debug

static guint signals[KP_N_EVENTS];
static guint setup_signals[2]; /* of payloaders, of encoders */

/**
 * GstKurentoPeer::offer-created:
 * @self: the peer
 * @sdp: the session description
 *
 * Our offer is ready to be sent to the peer.
 *
 * Since: 0.1
 */

/**
 * GstKurentoPeer::answer-created:
 * @self: the peer
 * @sdp: the session description
 *
 * Our answer is ready to be sent to the peer.
 *
 * Since: 0.1
 */

/**
 * GstKurentoPeer::ice-candidate:
 * @self: the peer
 * @candidate: the `candidate:...` line
 * @sdp_mline_index: the index of its media section
 * @sdp_mid: (nullable): the mid of its media section
 *
 * A local candidate was found (kurento-utils: `onicecandidate`).
 *
 * Since: 0.1
 */

/**
 * GstKurentoPeer::candidate-gathering-done:
 * @self: the peer
 *
 * All local candidates have been found (kurento-utils: `oncandidategatheringdone`).
 *
 * Since: 0.1
 */

/**
 * GstKurentoPeer::negotiation-needed:
 * @self: the peer
 *
 * An offer and an answer have to be exchanged (kurento-utils: `onnegotiationneeded`).
 *
 * Since: 0.1
 */

/**
 * GstKurentoPeer::stream-added:
 * @self: the peer
 * @stream: the streams
 *
 * The peer sends these streams (kurento-utils: `onaddstream`).
 *
 * Since: 0.1
 */

/**
 * GstKurentoPeer::stream-ended:
 * @self: the peer
 * @stream: the streams
 *
 * The peer no longer sends these streams (kurento-utils: `onstreamended`).
 *
 * Since: 0.1
 */

/**
 * GstKurentoPeer::data-channel-open:
 * @self: the peer
 * @label: the label of the channel
 *
 * A data channel can be used (kurento-utils: `dataChannelConfig.onopen`).
 *
 * Since: 0.1
 */

/**
 * GstKurentoPeer::data-channel-close:
 * @self: the peer
 * @label: the label of the channel
 *
 * A data channel was closed (kurento-utils: `dataChannelConfig.onclose`).
 *
 * Since: 0.1
 */

/**
 * GstKurentoPeer::data-channel-error:
 * @self: the peer
 * @label: the label of the channel
 * @error: what went wrong
 *
 * A data channel failed (kurento-utils: `dataChannelConfig.onerror`).
 *
 * Since: 0.1
 */

/**
 * GstKurentoPeer::data-channel-buffered-amount-low:
 * @self: the peer
 * @label: the label of the channel
 *
 * What waited to be sent has been sent (kurento-utils: `dataChannelConfig.onbufferedamountlow`).
 *
 * Since: 0.1
 */

/**
 * GstKurentoPeer::data-channel-message:
 * @self: the peer
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
 * GstKurentoPeer::speaking:
 * @self: the peer
 * @remote: %TRUE: the peer; %FALSE: what we send
 *
 * Somebody began to speak (kurento-utils: `hark`). See #GstKurentoPeer:hark.
 *
 * Since: 0.1
 */

/**
 * GstKurentoPeer::stopped-speaking:
 * @self: the peer
 * @remote: %TRUE: the peer; %FALSE: what we send
 *
 * Nobody speaks any more (kurento-utils: `hark`).
 *
 * Since: 0.1
 */

/**
 * GstKurentoPeer::connected:
 * @self: the peer
 *
 * The peer is connected and verified: media flows.
 *
 * Since: 0.1
 */

/**
 * GstKurentoPeer::disconnected:
 * @self: the peer
 * @reason: the reason, in words
 *
 * The connection has ended; the element waits for the next one.
 *
 * Since: 0.1
 */

/**
 * GstKurentoPeer::reconnecting:
 * @self: the peer
 * @attempt: the number of the attempt, from 1
 * @cause: what went wrong
 * @delay: the pause before it, in nanoseconds
 *
 * The signaller has lost its server, and will try to reach it again: see #GstKurentoPeer:auto-reconnect.
 *
 * Since: 0.1
 */

/**
 * GstKurentoPeer::reconnected:
 * @self: the peer
 *
 * The signaller has its server again.
 *
 * Since: 0.1
 */

/**
 * GstKurentoPeer::peer-error:
 * @self: the peer
 * @error: what went wrong, mostly %GST_KURENTO_ERROR
 *
 * Something went wrong in the connection, or with the peer.
 *
 * Since: 0.1
 */

/**
 * GstKurentoPeer::server-event:
 * @self: the peer
 * @name: the name of the event
 * @json: its JSON text
 *
 * The signalling server told something that is not signalling.
 *
 * Since: 0.1
 */

/**
 * GstKurentoPeer::encoder-setup:
 * @self: the peer
 * @encoder: a new encoder, in state NULL
 * @media: `video` or `audio`
 *
 * An encoder was made for a connection. A handler may set its properties; when it returns %TRUE the defaults of this element,
 * the bit rate included, are not set. For other encoders than the one that was made see `GST_PLUGIN_FEATURE_RANK`.
 *
 * Returns: whether the encoder is set up
 *
 * Since: 0.1
 */

/**
 * GstKurentoPeer::payloader-setup:
 * @self: the peer
 * @payloader: a new payloader, in state NULL
 * @media: `video` or `audio`
 *
 * A payloader was made for a connection. A handler may set its properties; when it returns %TRUE the defaults of this element
 * are not set. Payload type, ssrc and header extensions are those of the connection in any case.
 *
 * Returns: whether the payloader is set up
 *
 * Since: 0.1
 */

/* core/ knows no GStreamer: its objects are our stream collections. */
static GType
arg_get_type (const KpEventSpec *spec, guint index)
{
  GType type = spec->args[index].get_type ();

  return type == G_TYPE_OBJECT ? GST_TYPE_STREAM_COLLECTION : type;
}

/* Adds a signal for each event to @type. */
void
gst_kurento_peer_install_signals (GType type, guint *ids)
{
  for (guint event = 0; event < KP_N_EVENTS; event++)
    {
      const KpEventSpec *spec = kp_event_get_spec (event);
      GType types[KP_EVENT_MAX_ARGS];

      for (guint i = 0; i < spec->n_args; i++)
        types[i] = arg_get_type (spec, i);
      ids[event] = g_signal_newv (spec->name, type, G_SIGNAL_RUN_LAST, NULL, NULL, NULL, NULL, G_TYPE_NONE,
                                  spec->n_args, types);
    }
}

void
gst_kurento_peer_install_events (void)
{
  static const gchar *const setups[] = { "payloader-setup", "encoder-setup" };

  gst_kurento_peer_install_signals (GST_TYPE_KURENTO_PEER, signals);
  for (guint i = 0; i < G_N_ELEMENTS (setups); i++)
    setup_signals[i] = g_signal_new (setups[i], GST_TYPE_KURENTO_PEER, G_SIGNAL_RUN_LAST, 0,
                                     g_signal_accumulator_true_handled, NULL, NULL, G_TYPE_BOOLEAN, 2,
                                     GST_TYPE_ELEMENT, G_TYPE_STRING);
}

/* A GError cannot be printed as a part of a structure: gst-launch -m shows these. */
static void
add_error_fields (GstStructure *structure, const GError *error)
{
  g_autoptr (GEnumClass) codes = g_type_class_ref (GST_TYPE_KURENTO_ERROR);
  const GEnumValue *code = error->domain == GST_KURENTO_ERROR ? g_enum_get_value (codes, error->code) : NULL;

  gst_structure_set (structure, "code", G_TYPE_STRING,
                     code ? code->value_nick : g_quark_to_string (error->domain), "text", G_TYPE_STRING,
                     error->message, NULL);
}

static void
post_event_message (GstKurentoPeer *self, const KpEventSpec *spec, const GValue *args)
{
  g_autofree gchar *name = g_strconcat ("kurentopeer/", spec->name, NULL);
  GstStructure *structure = gst_structure_new_empty (name);

  for (guint i = 0; i < spec->n_args; i++)
    {
      gst_structure_set_value (structure, spec->args[i].name, &args[i]);
      if (G_VALUE_HOLDS (&args[i], G_TYPE_ERROR) && g_value_get_boxed (&args[i]))
        add_error_fields (structure, g_value_get_boxed (&args[i]));
    }
  gst_element_post_message (GST_ELEMENT (self), gst_message_new_element (GST_OBJECT (self), structure));
}

static gboolean
is_posted (GstKurentoPeer *self, KpEventType type)
{
  GstKurentoPeerPrivate *priv = gst_kurento_peer_get_private (self);
  gboolean posted;

  GST_OBJECT_LOCK (self);
  posted = type != KP_EVENT_DATA_CHANNEL_MESSAGE || priv->settings.post_data_messages;
  GST_OBJECT_UNLOCK (self);

  return posted;
}

/* Peer loop, no lock held. */
gboolean
gst_kurento_peer_emit_setup (GstElement *element, gboolean is_encoder, KpMediaKind kind, gpointer user_data)
{
  g_autoptr (GstKurentoPeer) self = gst_object_ref (user_data);
  gboolean is_set_up = FALSE;

  g_signal_emit (self, setup_signals[is_encoder ? 1 : 0], 0, element, kp_media_kind_to_string (kind),
                 &is_set_up);

  return is_set_up;
}

KpBacklogEntry *
gst_kurento_peer_dup_emitted (GstKurentoPeer *self)
{
  const KpEvent *event = gst_kurento_peer_get_private (self)->emitted;

  return event && event->waiting ? kp_backlog_entry_ref (event->waiting) : NULL;
}

/* By message and by signal. Peer loop, no lock held. */
void
gst_kurento_peer_emit_event (GstKurentoPeer *self, const KpEvent *event)
{
  GstKurentoPeerPrivate *priv = gst_kurento_peer_get_private (self);
  const KpEventSpec *spec = kp_event_get_spec (event->type);
  GValue values[1 + KP_EVENT_MAX_ARGS] = { G_VALUE_INIT };

  GST_DEBUG_OBJECT (self, "%s", spec->name);

  g_value_init (&values[0], G_OBJECT_TYPE (self));
  g_value_set_object (&values[0], self);
  for (guint i = 0; i < spec->n_args; i++)
    {
      g_value_init (&values[1 + i], arg_get_type (spec, i));
      g_value_transform (&event->args[i], &values[1 + i]);
    }

  if (is_posted (self, event->type))
    post_event_message (self, spec, &values[1]);
  priv->emitted = event;
  g_signal_emitv (values, signals[event->type], 0, NULL);
  priv->emitted = NULL;

  for (guint i = 0; i < 1 + spec->n_args; i++)
    g_value_unset (&values[i]);
}
