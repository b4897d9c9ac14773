/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Data channels as pads: those of number 0 are the default channel, the others have 1, 2, ... as they open. */
#include "gstkurentopeer-private.h"

#include "kp-data-sink.h"
#include "kp-data-src.h"

#include <stdio.h>

#define GST_CAT_DEFAULT gst_kurento_peer_debug

/* ms; how long a peer may take to agree that a channel is closed */
#define CLOSE_TIMEOUT 2000

static GstStaticPadTemplate sink_template
    = GST_STATIC_PAD_TEMPLATE ("data_sink_%u", GST_PAD_SINK, GST_PAD_REQUEST, GST_STATIC_CAPS (KP_DATA_CAPS));

static GstStaticPadTemplate src_template
    = GST_STATIC_PAD_TEMPLATE ("data_src_%u", GST_PAD_SRC, GST_PAD_SOMETIMES, GST_STATIC_CAPS (KP_DATA_CAPS));

void
gst_kurento_peer_install_data_templates (GstElementClass *klass)
{
  gst_element_class_add_static_pad_template (klass, &sink_template);
  gst_element_class_add_static_pad_template (klass, &src_template);
}

gboolean
gst_kurento_peer_is_data_template (GstPadTemplate *template)
{
  return g_str_equal (GST_PAD_TEMPLATE_NAME_TEMPLATE (template), sink_template.name_template);
}

void
gst_kurento_peer_data_pad_free (GstKurentoPeerDataPad *self)
{
  gst_clear_object (&self->element);
  gst_clear_object (&self->pad);
  g_free (self);
}

static GstKurentoPeerDataPad *
find_locked (GPtrArray *pads, guint index)
{
  for (guint i = 0; i < pads->len; i++)
    {
      GstKurentoPeerDataPad *data_pad = g_ptr_array_index (pads, i);

      if (data_pad->index == index)
        return data_pad;
    }

  return NULL;
}

/* Owned; of GstElement. */
static GPtrArray *
dup_elements (GstKurentoPeer *self, GPtrArray *pads)
{
  GPtrArray *elements = g_ptr_array_new_with_free_func (gst_object_unref);

  GST_OBJECT_LOCK (self);
  for (guint i = 0; i < pads->len; i++)
    g_ptr_array_add (elements,
                     gst_object_ref (((GstKurentoPeerDataPad *)g_ptr_array_index (pads, i))->element));
  GST_OBJECT_UNLOCK (self);

  return elements;
}

/* ---- to the peer ---- */

static KpDataResult
send_cb (KpDataSink *sink, GBytes *data, gboolean is_text, gpointer user_data)
{
  const GstKurentoPeerDataPad *data_pad = user_data;
  g_autoptr (KpSession) session = gst_kurento_peer_dup_session (data_pad->peer);

  return session ? kp_session_try_send (session, data_pad->index, data, is_text) : KP_DATA_WAIT;
}

/* Without media the element is done as a sink when all its channels have closed at EOS. */
static void
check_done (GstKurentoPeer *self)
{
  GstKurentoPeerPrivate *priv = gst_kurento_peer_get_private (self);
  gboolean done;

  GST_OBJECT_LOCK (self);
  done = priv->tracks->len == 0 && priv->data_sinks->len > 0;
  for (guint i = 0; i < priv->data_sinks->len && done; i++)
    done = ((GstKurentoPeerDataPad *)g_ptr_array_index (priv->data_sinks, i))->ended;
  GST_OBJECT_UNLOCK (self);

  if (done)
    gst_kurento_peer_finish (self, "end of stream");
}

/* @index: the channel that has closed; KP_ALL_CHANNELS: all of them. */
#define KP_ALL_CHANNELS G_MAXUINT
static void
note_closed (GstKurentoPeer *self, guint index)
{
  GstKurentoPeerPrivate *priv = gst_kurento_peer_get_private (self);

  GST_OBJECT_LOCK (self);
  for (guint i = 0; i < priv->data_sinks->len; i++)
    {
      GstKurentoPeerDataPad *data_pad = g_ptr_array_index (priv->data_sinks, i);

      if (index == KP_ALL_CHANNELS || index == data_pad->index)
        data_pad->ended |= data_pad->finishing;
    }
  GST_OBJECT_UNLOCK (self);
  check_done (self);
}

static gboolean
close_timeout_cb (gpointer user_data)
{
  note_closed (user_data, KP_ALL_CHANNELS);

  return G_SOURCE_REMOVE;
}

/* Takes @timer, which may be NULL; once the session has ended there is none any more. */
static void
replace_close_timer (GstKurentoPeer *self, GSource *timer)
{
  GstKurentoPeerPrivate *priv = gst_kurento_peer_get_private (self);
  g_autoptr (GSource) former = NULL;

  GST_OBJECT_LOCK (self);
  former = timer && !priv->session ? timer : g_steal_pointer (&priv->close_timer);
  if (former != timer)
    priv->close_timer = timer;
  GST_OBJECT_UNLOCK (self);
  if (former)
    g_source_destroy (former);
}

static void
start_close_timer_cb (gpointer user_data)
{
  GstKurentoPeer *self = user_data;
  KpLoop *loop = gst_kurento_peer_get_private (self)->loop;
  GSource *timer = kp_loop_add_timeout (loop, CLOSE_TIMEOUT, close_timeout_cb, self);

  /* until the element stops */
  g_source_set_callback (timer, close_timeout_cb, gst_object_ref (self), gst_object_unref);
  replace_close_timer (self, timer);
}

static KpDataResult
finish_cb (KpDataSink *sink, gpointer user_data)
{
  GstKurentoPeerDataPad *data_pad = user_data;
  GstKurentoPeer *self = data_pad->peer;
  g_autoptr (KpSession) session = gst_kurento_peer_dup_session (self);
  KpDataResult result;

  /* before it closes, or that would be missed */
  GST_OBJECT_LOCK (self);
  data_pad->finishing = TRUE;
  GST_OBJECT_UNLOCK (self);
  result = session ? kp_session_finish_channel (session, data_pad->index) : KP_DATA_WAIT;
  if (result == KP_DATA_WAIT)
    {
      GST_OBJECT_LOCK (self);
      data_pad->finishing = FALSE;
      GST_OBJECT_UNLOCK (self);
    }
  else if (!gst_kurento_peer_post (self, start_close_timer_cb, gst_object_ref (self), gst_object_unref))
    gst_object_unref (self);

  return result;
}

static const KpDataSinkFuncs sink_funcs = { .send = send_cb, .finish = finish_cb };

void
gst_kurento_peer_wake_data_sinks (GstKurentoPeer *self)
{
  g_autoptr (GPtrArray) sinks = dup_elements (self, gst_kurento_peer_get_private (self)->data_sinks);

  for (guint i = 0; i < sinks->len; i++)
    kp_data_sink_wake (g_ptr_array_index (sinks, i));
}

/* FALSE: @wanted is no name of such a pad. */
static gboolean
choose_index (GstKurentoPeer *self, const gchar *wanted, guint *index)
{
  GstKurentoPeerPrivate *priv = gst_kurento_peer_get_private (self);
  g_autofree gchar *name = NULL;
  gboolean taken;

  if (!wanted || sscanf (wanted, "data_sink_%u", index) != 1)
    *index = G_MAXUINT;
  GST_OBJECT_LOCK (self);
  if (*index == G_MAXUINT)
    for (*index = 0; find_locked (priv->data_sinks, *index);)
      (*index)++;
  taken = find_locked (priv->data_sinks, *index) != NULL;
  GST_OBJECT_UNLOCK (self);
  name = g_strdup_printf ("data_sink_%u", *index);

  return !taken
         && (!wanted || g_str_equal (wanted, name) || g_str_equal (wanted, sink_template.name_template));
}

GstPad *
gst_kurento_peer_request_data_pad (GstKurentoPeer *self, GstPadTemplate *template, const gchar *wanted)
{
  GstKurentoPeerPrivate *priv = gst_kurento_peer_get_private (self);
  g_autoptr (GstPad) target = NULL;
  g_autofree gchar *name = NULL;
  GstKurentoPeerDataPad *data_pad;
  guint index;

  if (!choose_index (self, wanted, &index))
    {
      GST_WARNING_OBJECT (self, "no pad %s: it is there already, or not a sink pad's name", wanted);
      return NULL;
    }

  data_pad = g_new0 (GstKurentoPeerDataPad, 1);
  data_pad->peer = self;
  data_pad->index = index;
  data_pad->element = gst_object_ref_sink (kp_data_sink_new (&sink_funcs, data_pad));
  gst_bin_add (GST_BIN (self), data_pad->element);
  name = g_strdup_printf ("data_sink_%u", index);
  target = gst_element_get_static_pad (data_pad->element, "sink");
  data_pad->pad = gst_object_ref_sink (gst_ghost_pad_new_from_template (name, target, template));
  gst_pad_set_active (data_pad->pad, TRUE);
  gst_element_sync_state_with_parent (data_pad->element);
  GST_OBJECT_LOCK (self);
  g_ptr_array_add (priv->data_sinks, data_pad);
  GST_OBJECT_UNLOCK (self);
  gst_element_add_pad (GST_ELEMENT (self), data_pad->pad);

  return data_pad->pad;
}

void
gst_kurento_peer_release_data_pad (GstKurentoPeer *self, GstPad *pad)
{
  GstKurentoPeerPrivate *priv = gst_kurento_peer_get_private (self);
  GstKurentoPeerDataPad *data_pad = NULL;

  GST_OBJECT_LOCK (self);
  for (guint i = 0; i < priv->data_sinks->len && !data_pad; i++)
    if (((GstKurentoPeerDataPad *)g_ptr_array_index (priv->data_sinks, i))->pad == pad)
      data_pad = g_ptr_array_steal_index (priv->data_sinks, i);
  GST_OBJECT_UNLOCK (self);
  if (!data_pad)
    return;

  /* first the element: a source that waits in it holds the stream lock of our pad */
  gst_kurento_peer_drop_child (data_pad->element);
  gst_pad_set_active (pad, FALSE);
  gst_element_remove_pad (GST_ELEMENT (self), pad);
  gst_kurento_peer_data_pad_free (data_pad);
}

/* ---- from the peer; peer loop ---- */

/* Owned; NULL when there shall be none. */
static GstElement *
dup_source (GstKurentoPeer *self, guint index, gboolean *is_new)
{
  GstKurentoPeerPrivate *priv = gst_kurento_peer_get_private (self);
  GstElement *source = NULL;
  GstKurentoPeerDataPad *data_pad;

  GST_OBJECT_LOCK (self);
  data_pad = find_locked (priv->data_srcs, index);
  *is_new = !data_pad && priv->session && !priv->outlets_ended
            && priv->settings.settings->mode != GST_KURENTO_PEER_MODE_SENDONLY;
  if (data_pad)
    source = gst_object_ref (data_pad->element);
  GST_OBJECT_UNLOCK (self);

  return source;
}

static void
add_source (GstKurentoPeer *self, guint index)
{
  GstKurentoPeerPrivate *priv = gst_kurento_peer_get_private (self);
  GstElement *element = GST_ELEMENT (self);
  g_autofree gchar *name = g_strdup_printf ("data_src_%u", index);
  g_autoptr (GError) error = NULL;
  g_autoptr (GstElement) source = kp_data_src_new (&error);
  g_autoptr (GstPad) target = NULL;
  g_autoptr (GstPad) pad = NULL;
  GstKurentoPeerDataPad *data_pad;
  gboolean running;

  if (!source)
    {
      GST_WARNING_OBJECT (self, "no pad %s: %s", name, error->message);
      return;
    }

  gst_object_ref_sink (source);
  gst_bin_add (GST_BIN (self), source);
  target = gst_element_get_static_pad (source, "src");
  data_pad = g_new0 (GstKurentoPeerDataPad, 1);
  data_pad->peer = self;
  data_pad->index = index;
  data_pad->element = gst_object_ref (source);
  pad = gst_object_ref_sink (gst_ghost_pad_new_from_template (
      name, target, gst_element_get_pad_template (element, src_template.name_template)));
  data_pad->pad = gst_object_ref (pad);
  gst_pad_set_active (pad, TRUE);
  gst_element_sync_state_with_parent (source);
  GST_OBJECT_LOCK (self);
  running = priv->session != NULL;
  if (running)
    g_ptr_array_add (priv->data_srcs, data_pad);
  GST_OBJECT_UNLOCK (self);
  if (running)
    {
      gst_element_add_pad (element, pad);
      return;
    }

  gst_kurento_peer_drop_child (source);
  gst_kurento_peer_data_pad_free (data_pad);
}

static void
ensure_source (GstKurentoPeer *self, guint index)
{
  gboolean is_new;
  g_autoptr (GstElement) source = dup_source (self, index, &is_new);

  if (is_new)
    add_source (self, index);
}

static void
push_message (GstKurentoPeer *self, const KpEvent *event)
{
  gboolean is_new;
  g_autoptr (GstElement) source = dup_source (self, event->channel, &is_new);

  if (source)
    kp_data_src_push (source, g_value_get_boxed (&event->args[1]), g_value_get_boolean (&event->args[2]),
                      event->waiting);
}

void
gst_kurento_peer_take_data_event (GstKurentoPeer *self, const KpEvent *event)
{
  switch (event->type)
    {
    case KP_EVENT_DATA_CHANNEL_OPEN:
      ensure_source (self, event->channel);
      gst_kurento_peer_wake_data_sinks (self);
      break;
    case KP_EVENT_DATA_CHANNEL_MESSAGE:
      push_message (self, event);
      break;
    case KP_EVENT_DATA_CHANNEL_CLOSE:
      note_closed (self, event->channel);
      break;
    case KP_EVENT_DISCONNECTED:
      note_closed (self, KP_ALL_CHANNELS);
      break;
    default:
      break;
    }
}

/* EOS out of each source pad; when there is to be a channel, but none has come yet, the pad comes first. */
void
gst_kurento_peer_end_data_sources (GstKurentoPeer *self)
{
  GstKurentoPeerPrivate *priv = gst_kurento_peer_get_private (self);
  g_autoptr (GPtrArray) sources = NULL;
  gboolean wanted;

  GST_OBJECT_LOCK (self);
  wanted = priv->settings.settings->data_channels || priv->data_sinks->len > 0;
  GST_OBJECT_UNLOCK (self);
  if (wanted)
    ensure_source (self, 0);
  sources = dup_elements (self, priv->data_srcs);
  for (guint i = 0; i < sources->len; i++)
    kp_data_src_end (g_ptr_array_index (sources, i));
}

/* ---- states ---- */

/* READY->PAUSED */
void
gst_kurento_peer_restart_data (GstKurentoPeer *self)
{
  GstKurentoPeerPrivate *priv = gst_kurento_peer_get_private (self);

  GST_OBJECT_LOCK (self);
  for (guint i = 0; i < priv->data_sinks->len; i++)
    {
      GstKurentoPeerDataPad *data_pad = g_ptr_array_index (priv->data_sinks, i);

      data_pad->finishing = data_pad->ended = FALSE;
    }
  GST_OBJECT_UNLOCK (self);
}

/* PAUSED->READY, before anything else: a sink may hold them. */
void
gst_kurento_peer_stop_data (GstKurentoPeer *self)
{
  g_autoptr (GPtrArray) sources = dup_elements (self, gst_kurento_peer_get_private (self)->data_srcs);

  for (guint i = 0; i < sources->len; i++)
    {
      g_autoptr (GstPad) pad = gst_element_get_static_pad (g_ptr_array_index (sources, i), "src");

      gst_pad_set_active (pad, FALSE);
    }
}

/* PAUSED->READY, after the children. */
void
gst_kurento_peer_remove_data (GstKurentoPeer *self)
{
  GstKurentoPeerPrivate *priv = gst_kurento_peer_get_private (self);
  g_autoptr (GPtrArray) pads = NULL;

  replace_close_timer (self, NULL);
  GST_OBJECT_LOCK (self);
  pads = priv->data_srcs;
  priv->data_srcs = g_ptr_array_new_with_free_func ((GDestroyNotify)gst_kurento_peer_data_pad_free);
  GST_OBJECT_UNLOCK (self);
  for (guint i = 0; i < pads->len; i++)
    {
      GstKurentoPeerDataPad *data_pad = g_ptr_array_index (pads, i);

      gst_kurento_peer_drop_child (data_pad->element);
      gst_pad_set_active (data_pad->pad, FALSE);
      gst_element_remove_pad (GST_ELEMENT (self), data_pad->pad);
    }
}
