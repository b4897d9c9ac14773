/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "teardown-call.h"

#include <json-glib/json-glib.h>

static const gchar *const events[] = {
  "offer-created",      "answer-created",     "ice-candidate",      "candidate-gathering-done",
  "stream-added",       "connected",          "data-channel-open",  "data-channel-message",
  "stream-ended",       "disconnected",       "peer-error",         "server-event",
  "data-channel-close", "negotiation-needed", "data-channel-error", "data-channel-buffered-amount-low",
};

/* Of a handler of a signal, or of a promise. */
typedef struct
{
  CallSide *side; /* borrowed */
  const gchar *name; /* static */
} CallSignal;

/* ---- notes ---- */

static guint
get_count (CallSide *side, const gchar *name)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (side->notes, name));
}

gboolean
call_note (CallSide *side, const gchar *name)
{
  Call *self = side->call;
  gboolean armed;

  g_mutex_lock (&self->lock);
  g_hash_table_insert (side->notes, g_strdup (name), GUINT_TO_POINTER (get_count (side, name) + 1));
  armed = side == self->armed_side && g_str_equal (name, self->armed_name);
  if (armed)
    self->armed_side = NULL;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);

  if (armed)
    self->hook (self->hook_data);

  return armed;
}

void
call_forget_notes (Call *self)
{
  g_mutex_lock (&self->lock);
  for (guint i = 0; i < CALL_N_SIDES; i++)
    g_hash_table_remove_all (self->sides[i].notes);
  g_mutex_unlock (&self->lock);
}

void
call_arm (CallSide *side, const gchar *name)
{
  Call *self = side->call;

  call_forget_notes (self);
  g_mutex_lock (&self->lock);
  self->armed_side = side;
  self->armed_name = name;
  g_mutex_unlock (&self->lock);
}

void
call_wait (CallSide *side, const gchar *name, guint count)
{
  gint64 deadline = g_get_monotonic_time () + CALL_DEADLINE;
  Call *self = side->call;
  gboolean in_time = TRUE;
  guint seen;

  g_mutex_lock (&self->lock);
  while ((seen = get_count (side, name)) < count && in_time)
    in_time = g_cond_wait_until (&self->cond, &self->lock, deadline);
  g_mutex_unlock (&self->lock);
  fail_unless (seen >= count, "%s: %s: \"%s\" happened %u times instead of %u", self->what,
               GST_OBJECT_NAME (side->pipeline), name, seen, count);
}

static void
signal_cb (CallSignal *signal)
{
  call_note (signal->side, signal->name);
}

static void
signal_free (gpointer data, GClosure *closure)
{
  g_free (data);
}

static GstBusSyncReply
message_cb (GstBus *bus, GstMessage *message, gpointer user_data)
{
  CallSide *side = user_data;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ELEMENT
      && GST_MESSAGE_SRC (message) == GST_OBJECT (side->peer))
    call_note (side, gst_structure_get_name (gst_message_get_structure (message)));
  gst_message_unref (message);

  return GST_BUS_DROP;
}

static void
ice_state_cb (CallSide *side)
{
  gint state;

  g_object_get (side->peer, "ice-connection-state", &state, NULL);
  if (state == 2 || state == 3)
    call_note (side, "ice-connected");
}

static GstPadProbeReturn
frame_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  call_note (user_data, "frame");

  return GST_PAD_PROBE_OK;
}

/* Each source pad has a sink of its name. */
static void
pad_added_cb (CallSide *side, GstPad *pad)
{
  g_autoptr (GstElement) sink = gst_bin_get_by_name (GST_BIN (side->pipeline), GST_PAD_NAME (pad));
  g_autoptr (GstPad) sinkpad = sink ? gst_element_get_static_pad (sink, "sink") : NULL;

  if (!sink || gst_pad_get_direction (pad) != GST_PAD_SRC)
    return;

  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, frame_cb, side, NULL);
  gst_pad_link (pad, sinkpad);
}

/* Says where it listens. */
static void
server_event_cb (CallSide *side, const gchar *name, const gchar *json)
{
  g_autoptr (JsonNode) node = json_from_string (json, NULL);
  const gchar *uri = json_object_get_string_member (json_node_get_object (node), "uri");

  g_mutex_lock (&side->call->lock);
  g_free (side->server_uri);
  side->server_uri = g_strdup (uri);
  g_mutex_unlock (&side->call->lock);
}

static void
channel_cb (CallSide *side, GObject *channel)
{
  g_mutex_lock (&side->call->lock);
  g_set_object (&side->channel, channel);
  g_mutex_unlock (&side->call->lock);
}

/* Its webrtcbin will tell of the channel that the other side made. */
static void
watch_channels_cb (CallSide *side)
{
  g_autoptr (GstElement) webrtcbin = NULL;

  g_object_get (side->peer, "peer-connection", &webrtcbin, NULL);
  if (webrtcbin)
    g_signal_connect_swapped (webrtcbin, "on-data-channel", G_CALLBACK (channel_cb), side);
}

static void
channel_open_cb (CallSide *side, const gchar *label)
{
  gboolean sent;

  /* the second packet in a row is acknowledged at once, and only what is acknowledged can be closed */
  for (guint i = 0; i < 2; i++)
    g_signal_emit_by_name (side->peer, "send-string", label, "hello", &sent);
}

/* ---- promises ---- */

static void
promise_cb (GstPromise *promise, gpointer user_data)
{
  CallSignal *asked = user_data;
  Call *self = asked->side->call;

  g_mutex_lock (&self->lock);
  if (!g_ptr_array_remove_fast (asked->side->waiting, (gpointer)asked->name))
    self->surplus++;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);

  if (g_str_equal (asked->name, "close"))
    call_note (asked->side, "closed");
}

GstPromise *
call_promise (CallSide *side, const gchar *action)
{
  CallSignal *asked = g_new0 (CallSignal, 1);

  *asked = (CallSignal){ side, g_intern_string (action) };
  g_mutex_lock (&side->call->lock);
  g_ptr_array_add (side->waiting, (gpointer)asked->name);
  g_mutex_unlock (&side->call->lock);

  return gst_promise_new_with_change_func (promise_cb, asked, g_free);
}

static const gchar *
find_waiting_locked (CallSide *side, const gchar *except)
{
  for (guint i = 0; i < side->waiting->len; i++)
    if (g_strcmp0 (g_ptr_array_index (side->waiting, i), except) != 0)
      return g_ptr_array_index (side->waiting, i);

  return NULL;
}

void
call_wait_for_answers (CallSide *side, const gchar *except)
{
  gint64 deadline = g_get_monotonic_time () + CALL_DEADLINE;
  Call *self = side->call;
  gboolean in_time = TRUE;
  const gchar *waiting;
  guint surplus;

  g_mutex_lock (&self->lock);
  while ((waiting = find_waiting_locked (side, except)) && in_time)
    in_time = g_cond_wait_until (&self->cond, &self->lock, deadline);
  surplus = self->surplus;
  g_mutex_unlock (&self->lock);
  fail_if (waiting, "%s: %s: a promise of \"%s\" was not answered", self->what,
           GST_OBJECT_NAME (side->pipeline), waiting);
  fail_unless_equals_int (surplus, 0);
}

/* ---- wires ---- */

static CallSide *
get_other (CallSide *side)
{
  return side == &side->call->sides[CALL_OFFERER] ? side + 1 : side - 1;
}

static void
offer_created_cb (CallSide *side, const gchar *sdp)
{
  call_act (get_other (side), "process-offer", sdp);
}

static void
answer_created_cb (CallSide *side, const gchar *sdp)
{
  call_act (get_other (side), "process-answer", sdp);
}

static void
candidate_cb (CallSide *side, const gchar *candidate, guint sdp_mline_index, const gchar *sdp_mid)
{
  call_act (get_other (side), "add-ice-candidate", candidate, sdp_mline_index, sdp_mid);
}

void
call_wire (Call *self)
{
  for (guint i = 0; i < CALL_N_SIDES; i++)
    {
      CallSide *side = &self->sides[i];

      g_signal_connect_swapped (side->peer, "offer-created", G_CALLBACK (offer_created_cb), side);
      g_signal_connect_swapped (side->peer, "answer-created", G_CALLBACK (answer_created_cb), side);
      g_signal_connect_swapped (side->peer, "ice-candidate", G_CALLBACK (candidate_cb), side);
    }
}

/* ---- life ---- */

static void
gone_cb (gpointer user_data, GObject *was)
{
  Call *self = user_data;

  g_mutex_lock (&self->lock);
  self->gone++;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

static void
side_init (CallSide *side, const gchar *description)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GstBus) bus = NULL;
  GstElement *parsed = gst_parse_launch (description, &error);

  fail_unless (parsed != NULL && error == NULL, "%s", error ? error->message : description);
  side->pipeline = gst_pipeline_new (side == side->call->sides ? "offerer" : "answerer");
  gst_bin_add (GST_BIN (side->pipeline), parsed);
  side->peer = gst_bin_get_by_name (GST_BIN (side->pipeline), "peer");
  side->waiting = g_ptr_array_new ();
  side->notes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_object_weak_ref (G_OBJECT (side->peer), gone_cb, side->call);

  bus = gst_element_get_bus (side->pipeline);
  gst_bus_set_sync_handler (bus, message_cb, side, NULL);
  g_signal_connect_swapped (side->peer, "pad-added", G_CALLBACK (pad_added_cb), side);
  g_signal_connect_swapped (side->peer, "data-channel-open", G_CALLBACK (channel_open_cb), side);
  g_signal_connect_swapped (side->peer, "answer-created", G_CALLBACK (watch_channels_cb), side);
  g_signal_connect_swapped (side->peer, "server-event", G_CALLBACK (server_event_cb), side);
  g_signal_connect_swapped (side->peer, "notify::ice-connection-state", G_CALLBACK (ice_state_cb), side);
  for (guint i = 0; i < G_N_ELEMENTS (events); i++)
    {
      CallSignal *signal = g_new0 (CallSignal, 1);

      *signal = (CallSignal){ side, events[i] };
      g_signal_connect_data (side->peer, events[i], G_CALLBACK (signal_cb), signal, signal_free,
                             G_CONNECT_SWAPPED | G_CONNECT_AFTER);
    }
}

Call *
call_new (const gchar *offerer, const gchar *answerer)
{
  Call *self = g_new0 (Call, 1);

  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  self->what = "a call";
  for (guint i = 0; i < CALL_N_SIDES; i++)
    {
      self->sides[i].call = self;
      side_init (&self->sides[i], i == CALL_OFFERER ? offerer : answerer);
    }

  return self;
}

static void
wait_until_gone (Call *self)
{
  gint64 deadline = g_get_monotonic_time () + CALL_DEADLINE;
  gboolean in_time = TRUE;
  guint gone;

  g_mutex_lock (&self->lock);
  while (self->gone < CALL_N_SIDES && in_time)
    in_time = g_cond_wait_until (&self->cond, &self->lock, deadline);
  gone = self->gone;
  g_mutex_unlock (&self->lock);
  fail_unless (gone == CALL_N_SIDES, "%u of %u peers were finalized", gone, CALL_N_SIDES);
}

/* The names of what a connection has left: what is added later comes first, and what was there before belongs to
 * the sink pads. Owned; or NULL. */
static gchar *
describe_left (GstElement *peer)
{
  g_autoptr (GString) names = g_string_new (NULL);
  guint n;

  GST_OBJECT_LOCK (peer);
  n = GST_BIN_NUMCHILDREN (peer) - peer->numsinkpads;
  for (GList *child = GST_BIN_CHILDREN (peer); child && n > 0; child = child->next, n--)
    g_string_append_printf (names, "%s ", GST_OBJECT_NAME (child->data));
  GST_OBJECT_UNLOCK (peer);

  return names->len > 0 ? g_strdup (names->str) : NULL;
}

/* Nothing of a connection stays. As kp_session_stop() waits half a second for burials, on a busy machine the last one may
 * come after the state change. */
static void
wait_until_empty (GstElement *peer)
{
  gint64 deadline = g_get_monotonic_time () + CALL_DEADLINE;
  g_autofree gchar *left = describe_left (peer);

  while (left && g_get_monotonic_time () < deadline)
    {
      g_thread_yield ();
      g_free (left);
      left = describe_left (peer);
    }
  fail_unless (left == NULL, "left: %s", left);
}

void
call_stop (CallSide *side)
{
  fail_unless_equals_int (gst_element_set_state (side->pipeline, GST_STATE_NULL), GST_STATE_CHANGE_SUCCESS);
  call_wait_for_answers (side, NULL);
}

void
call_free (Call *self)
{
  for (guint i = 0; i < CALL_N_SIDES; i++)
    {
      call_stop (&self->sides[i]);
      wait_until_empty (self->sides[i].peer);
    }
  for (guint i = 0; i < CALL_N_SIDES; i++)
    {
      gst_object_unref (self->sides[i].peer);
      gst_object_unref (self->sides[i].pipeline);
    }
  wait_until_gone (self);

  for (guint i = 0; i < CALL_N_SIDES; i++)
    {
      g_clear_object (&self->sides[i].channel);
      g_free (self->sides[i].server_uri);
      g_hash_table_unref (self->sides[i].notes);
      g_ptr_array_unref (self->sides[i].waiting);
    }
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
  g_free (self);
}

gchar *
call_dup_server_uri (CallSide *side)
{
  gchar *uri;

  g_mutex_lock (&side->call->lock);
  uri = g_strdup (side->server_uri);
  g_mutex_unlock (&side->call->lock);

  return uri;
}

GObject *
call_dup_channel (CallSide *side)
{
  GObject *channel;

  g_mutex_lock (&side->call->lock);
  channel = g_object_ref (side->channel);
  g_mutex_unlock (&side->call->lock);

  return channel;
}

void
call_start (Call *self)
{
  static const struct
  {
    GstState state;
    const gchar *name;
  } states[]
      = { { GST_STATE_READY, "ready" }, { GST_STATE_PAUSED, "paused" }, { GST_STATE_PLAYING, "playing" } };

  call_forget_notes (self);
  for (guint i = 0; i < CALL_N_SIDES; i++)
    for (guint j = i == CALL_OFFERER ? 0 : G_N_ELEMENTS (states) - 1; j < G_N_ELEMENTS (states); j++)
      {
        CallSide *side = &self->sides[i];

        if (GST_STATE (side->pipeline) < states[j].state)
          fail_if (gst_element_set_state (side->pipeline, states[j].state) == GST_STATE_CHANGE_FAILURE);
        if (call_note (side, states[j].name))
          return;
      }
}

void
call_wait_until_up (Call *self)
{
  for (guint i = 0; i < CALL_N_SIDES; i++)
    {
      CallSide *side = &self->sides[i];

      call_wait (side, "connected", 1);
      call_wait (side, "data-channel-open", 1);
      call_wait (side, "data-channel-message", 1);
      call_wait (side, "stream-added", side->peer->numsinkpads);
      call_wait (side, "frame", 2);
    }
}
