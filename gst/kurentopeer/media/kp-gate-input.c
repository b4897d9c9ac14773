/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-gate-private.h"

#include "kp-gate-caps.h"
#include "kp-media-debug.h"

static GstFlowReturn
chain_chain (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  return kp_gate_take_buffer (gst_pad_get_element_private (pad), buffer);
}

static gboolean
chain_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  return kp_gate_take_event (gst_pad_get_element_private (pad), event);
}

/* Left to itself a pad insists on the caps that it has: no change would ever pass. */
static gboolean
chain_query (GstPad *pad, GstObject *parent, GstQuery *query)
{
  g_autoptr (GstCaps) any = gst_caps_new_any ();

  switch (GST_QUERY_TYPE (query))
    {
    case GST_QUERY_CAPS:
      kp_gate_caps_answer (any, query);
      return TRUE;
    case GST_QUERY_ACCEPT_CAPS:
      gst_query_set_accept_caps_result (query, TRUE);
      return TRUE;
    default:
      return gst_pad_query_default (pad, parent, query);
    }
}

static GstPad *
make_pad (KpGate *self, const gchar *name, GstPadDirection direction)
{
  GstPad *pad = gst_object_ref_sink (gst_pad_new (name, direction));

  gst_pad_set_element_private (pad, self);
  gst_pad_set_query_function (pad, chain_query);
  gst_pad_set_active (pad, TRUE);

  return pad;
}

/* The chain has not seen how the stream began. */
static void
start_chain (KpGate *self)
{
  GstEvent *event = gst_pad_get_sticky_event (self->sinkpad, GST_EVENT_STREAM_START, 0);

  if (event)
    gst_pad_push_event (self->chain_src, event);
}

/* Takes @chain. */
static void
add_chain (KpGate *self, GstElement *chain)
{
  g_autoptr (GstPad) sink = gst_element_get_static_pad (chain, "sink");
  g_autoptr (GstPad) src = gst_element_get_static_pad (chain, "src");

  gst_bin_add (GST_BIN (self), chain);
  self->chain = chain;
  self->chain_src = make_pad (self, "chain_src", GST_PAD_SRC);
  self->chain_sink = make_pad (self, "chain_sink", GST_PAD_SINK);
  gst_pad_set_chain_function (self->chain_sink, chain_chain);
  gst_pad_set_event_function (self->chain_sink, chain_event);
  gst_pad_link_full (self->chain_src, sink, GST_PAD_LINK_CHECK_NOTHING);
  gst_pad_link_full (src, self->chain_sink, GST_PAD_LINK_CHECK_NOTHING);
  gst_element_sync_state_with_parent (chain);
  start_chain (self);
}

static gboolean
set_input (KpGate *self, const KpInput *input, GError **error)
{
  GError *failure = NULL;
  GstElement *chain = kp_input_make_chain (input, &failure);

  if (failure)
    {
      g_propagate_error (error, failure);
      return FALSE;
    }

  self->has_input = TRUE;
  self->input = *input;
  g_atomic_int_set (&self->is_coded, input->codec && self->kind == KP_MEDIA_VIDEO);
  if (chain)
    add_chain (self, chain);

  return TRUE;
}

static void
post_change (KpGate *self, const KpInput *input)
{
  g_autofree gchar *before = kp_input_describe (&self->input, self->kind);
  g_autofree gchar *now = kp_input_describe (input, self->kind);

  GST_ELEMENT_ERROR (self, STREAM, WRONG_TYPE,
                     ("The codec of %s changed from %s to %s, which a peer cannot follow.",
                      GST_OBJECT_NAME (self), before, now),
                     (NULL));
}

gboolean
kp_gate_input_set_caps (KpGate *self, const GstCaps *caps)
{
  g_autoptr (GError) error = NULL;
  KpInput input;

  if (!kp_input_parse (&input, self->kind, caps, &error))
    {
      GST_ELEMENT_ERROR (self, CORE, MISSING_PLUGIN, ("%s: %s.", GST_OBJECT_NAME (self), error->message),
                         ("%" GST_PTR_FORMAT, caps));
      return FALSE;
    }
  if (self->has_input && !kp_input_is_equal (&input, &self->input))
    {
      post_change (self, &input);
      return FALSE;
    }
  if (self->has_input || set_input (self, &input, &error))
    return TRUE;

  GST_ELEMENT_ERROR (self, CORE, MISSING_PLUGIN, ("%s: %s.", GST_OBJECT_NAME (self), error->message), (NULL));
  return FALSE;
}

void
kp_gate_input_clear (KpGate *self)
{
  self->has_input = FALSE;
  self->failed = FALSE;
  self->input = (KpInput){ .form = KP_INPUT_RAW };
  g_atomic_int_set (&self->is_coded, FALSE);
  if (self->chain == NULL)
    return;

  gst_pad_set_active (self->chain_src, FALSE);
  gst_pad_set_active (self->chain_sink, FALSE);
  gst_element_set_state (self->chain, GST_STATE_NULL);
  gst_bin_remove (GST_BIN (self), self->chain);
  self->chain = NULL;
  g_clear_object (&self->chain_src);
  g_clear_object (&self->chain_sink);
}

gboolean
kp_gate_get_input (KpGate *self, KpInput *input, GstCaps **caps)
{
  g_autoptr (GstCaps) possible = NULL;

  *caps = gst_pad_get_current_caps (self->srcpad);
  if (*caps && kp_input_guess (input, self->kind, *caps))
    return TRUE;

  possible = gst_pad_peer_query_caps (self->sinkpad, NULL);
  if (kp_input_guess (input, self->kind, possible))
    return input->form == KP_INPUT_RAW;

  *input = (KpInput){ .form = KP_INPUT_RAW };
  return FALSE;
}
