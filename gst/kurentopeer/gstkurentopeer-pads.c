/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gstkurentopeer-private.h"

#include "gstkurentoerror.h"
#include "gstkurentopeersinkpad.h"
#include "kp-capture.h"
#include "kp-gate-caps.h"
#include "kp-late-source.h"
#include "kp-outlet-pad.h"

#include <stdio.h>

#define GST_CAT_DEFAULT gst_kurento_peer_debug

static GstStaticPadTemplate sink_templates[KP_N_MEDIA_KINDS] = {
  [KP_MEDIA_AUDIO] = GST_STATIC_PAD_TEMPLATE ("audio_sink_%u", GST_PAD_SINK, GST_PAD_REQUEST,
                                              GST_STATIC_CAPS (KP_GATE_AUDIO_CAPS)),
  [KP_MEDIA_VIDEO] = GST_STATIC_PAD_TEMPLATE ("video_sink_%u", GST_PAD_SINK, GST_PAD_REQUEST,
                                              GST_STATIC_CAPS (KP_GATE_VIDEO_CAPS)),
};

static GstStaticPadTemplate audio_src_template = GST_STATIC_PAD_TEMPLATE (
    "audio_src_%u", GST_PAD_SRC, GST_PAD_SOMETIMES, GST_STATIC_CAPS (KP_OUTLET_AUDIO_CAPS));

static GstStaticPadTemplate video_src_template = GST_STATIC_PAD_TEMPLATE (
    "video_src_%u", GST_PAD_SRC, GST_PAD_SOMETIMES, GST_STATIC_CAPS (KP_OUTLET_VIDEO_CAPS));

void
gst_kurento_peer_install_pad_templates (GstElementClass *klass)
{
  /* first video: the caps of some payloaders of video do not say which media they are of */
  gst_element_class_add_static_pad_template_with_gtype (klass, &sink_templates[KP_MEDIA_VIDEO],
                                                        GST_TYPE_KURENTO_PEER_VIDEO_SINK_PAD);
  gst_element_class_add_static_pad_template_with_gtype (klass, &sink_templates[KP_MEDIA_AUDIO],
                                                        GST_TYPE_KURENTO_PEER_SINK_PAD);
  gst_element_class_add_static_pad_template (klass, &audio_src_template);
  gst_element_class_add_static_pad_template (klass, &video_src_template);
  gst_kurento_peer_install_data_templates (klass);
}

/* A subclass of one direction has not the pads of the other. GstElementClass has no call to take away a template that
 * was inherited, but a public list. */
void
gst_kurento_peer_remove_pad_templates (GstElementClass *klass, GstPadDirection direction)
{
  GList *next;

  for (GList *item = klass->padtemplates; item; item = next)
    {
      next = item->next;
      if (GST_PAD_TEMPLATE_DIRECTION (item->data) != direction)
        continue;

      gst_object_unref (item->data);
      klass->padtemplates = g_list_delete_link (klass->padtemplates, item);
      klass->numpadtemplates--;
    }
}

/* Takes a part out for good, whatever its state. */
void
gst_kurento_peer_drop_child (GstElement *child)
{
  g_autoptr (GstObject) parent = gst_object_get_parent (GST_OBJECT (child));

  gst_element_set_locked_state (child, TRUE);
  gst_element_set_state (child, GST_STATE_NULL);
  if (parent)
    gst_bin_remove (GST_BIN (parent), child);
}

void
gst_kurento_peer_track_free (GstKurentoPeerTrack *self)
{
  gst_clear_object (&self->gate);
  gst_clear_object (&self->pad);
  gst_clear_object (&self->capture);
  g_free (self);
}

/* The element is done as a sink when the last of its sources has ended. Streaming thread. */
static void
gate_eos_cb (KpGate *gate, gpointer user_data)
{
  GstKurentoPeer *self = GST_KURENTO_PEER (user_data);
  GstKurentoPeerPrivate *priv = gst_kurento_peer_get_private (self);
  gboolean all = TRUE;

  GST_OBJECT_LOCK (self);
  for (guint i = 0; i < priv->tracks->len && all; i++)
    all = kp_gate_is_eos (KP_GATE (((GstKurentoPeerTrack *)g_ptr_array_index (priv->tracks, i))->gate));
  GST_OBJECT_UNLOCK (self);

  GST_DEBUG_OBJECT (self, "%" GST_PTR_FORMAT " is at EOS%s", gate, all ? ", and so are all" : "");
  if (all)
    gst_kurento_peer_finish (self, "end of stream");
}

static GstKurentoPeerTrack *
track_new (GstKurentoPeer *self, KpMediaKind kind, const gchar *name)
{
  GstKurentoPeerTrack *track = g_new0 (GstKurentoPeerTrack, 1);

  track->kind = kind;
  track->gate = gst_object_ref_sink (kp_gate_new (kind));
  if (name)
    gst_object_set_name (GST_OBJECT (track->gate), name); /* its errors name the pad */
  kp_gate_set_eos_func (KP_GATE (track->gate), gate_eos_cb, self);
  gst_bin_add (GST_BIN (self), track->gate);
  gst_kurento_peer_watch_local_stream (self, track->gate);
  if (kind == KP_MEDIA_AUDIO)
    kp_loudness_watch (&gst_kurento_peer_get_private (self)->voices[FALSE].loudness,
                       track->gate->sinkpads->data);

  return track;
}

/* From here on the session knows the track, too. */
static void
publish_track (GstKurentoPeer *self, GstKurentoPeerTrack *track)
{
  GstKurentoPeerPrivate *priv = gst_kurento_peer_get_private (self);
  g_autoptr (KpSession) session = NULL;
  gboolean disabled;

  GST_OBJECT_LOCK (self);
  disabled = priv->settings.disabled[track->kind];
  g_ptr_array_add (priv->tracks, track);
  if (priv->session)
    session = kp_session_ref (priv->session);
  GST_OBJECT_UNLOCK (self);
  if (disabled)
    kp_gate_set_enabled (KP_GATE (track->gate), FALSE);
  if (session)
    kp_session_add_track (session, track->kind, track->gate);
  gst_kurento_peer_update_local_view (self);
  gst_kurento_peer_notify_local_stream (self);
}

/* In the order of their pads. Owned; of KpGate. */
GPtrArray *
gst_kurento_peer_list_gates (GstKurentoPeer *self, KpMediaKind kind)
{
  GstKurentoPeerPrivate *priv = gst_kurento_peer_get_private (self);
  GPtrArray *gates = g_ptr_array_new_with_free_func (gst_object_unref);

  GST_OBJECT_LOCK (self);
  for (guint i = 0; i < priv->tracks->len; i++)
    {
      const GstKurentoPeerTrack *track = g_ptr_array_index (priv->tracks, i);

      if (track->kind == kind)
        g_ptr_array_add (gates, gst_object_ref (track->gate));
    }
  GST_OBJECT_UNLOCK (self);

  return gates;
}

static gboolean
template_get_kind (GstPadTemplate *template, KpMediaKind *kind)
{
  for (*kind = 0; *kind < KP_N_MEDIA_KINDS; (*kind)++)
    if (g_str_equal (GST_PAD_TEMPLATE_NAME_TEMPLATE (template), sink_templates[*kind].name_template))
      return TRUE;

  return FALSE;
}

/* The name that was asked for, or the next free one. NULL when it is no name of such a pad, or taken. */
static gchar *
choose_pad_name (GstKurentoPeer *self, KpMediaKind kind, const gchar *wanted)
{
  GstKurentoPeerPrivate *priv = gst_kurento_peer_get_private (self);
  const gchar *template = sink_templates[kind].name_template;
  g_autofree gchar *name = NULL;
  guint index;

  GST_OBJECT_LOCK (self);
  if (!wanted || !sscanf (wanted, template, &index))
    index = priv->next_sink_index[kind];
  priv->next_sink_index[kind] = MAX (priv->next_sink_index[kind], index + 1);
  GST_OBJECT_UNLOCK (self);

  name = g_strdup_printf ("%s_sink_%u", kp_media_kind_to_string (kind), index);
  if (wanted && !g_str_equal (wanted, name) && !g_str_equal (wanted, template))
    return NULL;

  return g_steal_pointer (&name);
}

GstPad *
gst_kurento_peer_request_new_pad (GstElement *element, GstPadTemplate *template, const gchar *wanted,
                                  const GstCaps *caps)
{
  GstKurentoPeer *self = GST_KURENTO_PEER (element);
  GstKurentoPeerPrivate *priv = gst_kurento_peer_get_private (self);
  g_autoptr (GstPad) taken = NULL;
  g_autofree gchar *name = NULL;
  GstKurentoPeerTrack *track;
  KpMediaKind kind;
  gboolean sends;

  if (gst_kurento_peer_is_data_template (template))
    return gst_kurento_peer_request_data_pad (self, template, wanted);

  GST_OBJECT_LOCK (self);
  sends = priv->settings.settings->mode != GST_KURENTO_PEER_MODE_RECVONLY;
  GST_OBJECT_UNLOCK (self);
  if (sends && template_get_kind (template, &kind))
    name = choose_pad_name (self, kind, wanted);
  if (name)
    taken = gst_element_get_static_pad (element, name);
  if (!name || taken)
    {
      GST_WARNING_OBJECT (self, "no pad %s: %s", wanted ? wanted : GST_PAD_TEMPLATE_NAME_TEMPLATE (template),
                          taken   ? "it is there already"
                          : sends ? "not a sink pad's name"
                                  : "mode is recvonly");
      return NULL;
    }

  track = track_new (self, kind, name);
  track->pad = gst_object_ref_sink (gst_kurento_peer_sink_pad_new (template, name, KP_GATE (track->gate)));
  gst_pad_set_active (track->pad, TRUE);
  gst_element_sync_state_with_parent (track->gate);
  publish_track (self, track);
  gst_element_add_pad (element, track->pad);
  gst_child_proxy_child_added (GST_CHILD_PROXY (self), G_OBJECT (track->pad), name);

  return track->pad;
}

static GstKurentoPeerTrack *
steal_track (GstKurentoPeer *self, GstPad *pad)
{
  GstKurentoPeerPrivate *priv = gst_kurento_peer_get_private (self);
  GstKurentoPeerTrack *found = NULL;

  GST_OBJECT_LOCK (self);
  for (guint i = 0; i < priv->tracks->len && !found; i++)
    {
      GstKurentoPeerTrack *track = g_ptr_array_index (priv->tracks, i);

      if (track->pad == pad)
        found = g_ptr_array_steal_index (priv->tracks, i);
    }
  GST_OBJECT_UNLOCK (self);

  return found;
}

static void
forget_track (GstKurentoPeer *self, GstKurentoPeerTrack *track)
{
  g_autoptr (KpSession) session = gst_kurento_peer_dup_session (self);

  if (session)
    kp_session_remove_track (session, track->gate);
  if (track->capture)
    gst_kurento_peer_drop_capture (track->capture);
  /* first the gate: a source that waits in it holds the stream lock of our pad */
  gst_kurento_peer_drop_child (track->gate);
  gst_kurento_peer_notify_local_stream (self);
}

void
gst_kurento_peer_release_pad (GstElement *element, GstPad *pad)
{
  GstKurentoPeer *self = GST_KURENTO_PEER (element);
  GstKurentoPeerTrack *track = steal_track (self, pad);

  if (!track)
    {
      gst_kurento_peer_release_data_pad (self, pad);
      return;
    }

  forget_track (self, track);
  gst_kurento_peer_update_local_view (self);
  gst_pad_set_active (pad, FALSE);
  gst_child_proxy_child_removed (GST_CHILD_PROXY (self), G_OBJECT (pad), GST_OBJECT_NAME (pad));
  gst_element_remove_pad (element, pad);
  gst_kurento_peer_track_free (track);
}

static gboolean
add_capture (GstKurentoPeer *self, const KpCaptureOptions *options, KpMediaKind kind,
             const KpConstraints *constraints, GError **error)
{
  g_autoptr (GstElement) capture = NULL;
  GstKurentoPeerTrack *track;
  GError *failure = NULL;

  capture = kp_capture_new (options, kind, constraints, &failure);
  if (!capture)
    {
      if (failure)
        g_propagate_error (error, failure);
      return failure == NULL;
    }

  gst_object_ref_sink (capture);
  gst_bin_add (GST_BIN (self), capture);
  track = track_new (self, kind, NULL);
  track->capture = g_steal_pointer (&capture);
  if (KP_IS_LATE_SOURCE (track->capture))
    gst_kurento_peer_expect_capture (self);
  gst_element_link_pads (track->capture, "src", track->gate, "sink");
  publish_track (self, track);

  return TRUE;
}

static void
announce_tracks (GstKurentoPeer *self, KpSession *session)
{
  GstKurentoPeerPrivate *priv = gst_kurento_peer_get_private (self);
  g_autoptr (GPtrArray) gates = g_ptr_array_new_with_free_func (gst_object_unref);
  g_autofree KpMediaKind *kinds = NULL;

  GST_OBJECT_LOCK (self);
  priv->session = kp_session_ref (session);
  kp_session_set_stats_interval (session, priv->settings.stats_interval);
  gst_kurento_peer_give_bitrates_locked (self, session);
  kp_session_set_auto_reconnect (session, priv->settings.auto_reconnect);
  kinds = g_new0 (KpMediaKind, priv->tracks->len + 1);
  for (guint i = 0; i < priv->tracks->len; i++)
    {
      GstKurentoPeerTrack *track = g_ptr_array_index (priv->tracks, i);

      kinds[i] = track->kind;
      g_ptr_array_add (gates, gst_object_ref (track->gate));
    }
  GST_OBJECT_UNLOCK (self);

  for (guint i = 0; i < gates->len; i++)
    kp_session_add_track (session, kinds[i], g_ptr_array_index (gates, i));
}

/* Makes @session the present one, with the sink pads, or, when there are none, with sources of our own.
 * READY->PAUSED, before the children change their state. */
gboolean
gst_kurento_peer_add_tracks (GstKurentoPeer *self, KpSession *session, const KpSettings *settings,
                             GError **error)
{
  GstKurentoPeerPrivate *priv = gst_kurento_peer_get_private (self);
  KpCaptureOptions options = { GST_KURENTO_SEND_SOURCE_NONE };
  gboolean captures;
  gboolean added = TRUE;

  GST_OBJECT_LOCK (self);
  captures = priv->tracks->len == 0 && settings->mode != GST_KURENTO_PEER_MODE_RECVONLY;
  GST_OBJECT_UNLOCK (self);

  /* who captures has to hear of an EOS that is sent to the pipeline */
  if (captures)
    {
      GST_OBJECT_FLAG_SET (self, GST_ELEMENT_FLAG_SOURCE);
      gst_kurento_peer_init_capture_options (self, settings, &options);
    }
  announce_tracks (self, session);
  for (guint kind = 0; kind < KP_N_MEDIA_KINDS && added; kind++)
    added = !captures || !settings->constraints[kind]
            || add_capture (self, &options, kind, settings->constraints[kind], error);
  g_free (options.window);
  if (added)
    gst_kurento_peer_update_local_view (self);

  return added;
}

void
gst_kurento_peer_remove_captures (GstKurentoPeer *self)
{
  GstKurentoPeerPrivate *priv = gst_kurento_peer_get_private (self);
  g_autoptr (KpEcho) echo = NULL;
  GstKurentoPeerTrack *track;

  while ((track = steal_track (self, NULL)))
    {
      forget_track (self, track);
      gst_kurento_peer_track_free (track);
    }

  GST_OBJECT_LOCK (self);
  echo = g_steal_pointer (&priv->echo);
  gst_kurento_peer_set_mode_locked (self, priv->settings.settings->mode);
  GST_OBJECT_UNLOCK (self);
}

/* Sources of our own, or, with @others, all that no peer has to do with. Owned; of GstElement. */
static GPtrArray *
list_local (GstKurentoPeer *self, gboolean others)
{
  GstKurentoPeerPrivate *priv = gst_kurento_peer_get_private (self);
  GPtrArray *elements = g_ptr_array_new_with_free_func (gst_object_unref);

  GST_OBJECT_LOCK (self);
  for (guint i = 0; i < priv->tracks->len; i++)
    {
      GstKurentoPeerTrack *track = g_ptr_array_index (priv->tracks, i);

      if (track->capture)
        g_ptr_array_add (elements, gst_object_ref (track->capture));
      if (others)
        g_ptr_array_add (elements, gst_object_ref (track->gate));
    }
  for (guint i = 0; i < KP_N_VIEWS && others; i++)
    if (priv->views[i])
      g_ptr_array_add (elements, gst_object_ref (priv->views[i]));
  GST_OBJECT_UNLOCK (self);

  return elements;
}

/* Whether @object is, or is in, what no peer has to do with: a source of our own, a gate, or a view. */
gboolean
gst_kurento_peer_is_local (GstKurentoPeer *self, GstObject *object)
{
  g_autoptr (GPtrArray) elements = list_local (self, TRUE);

  for (guint i = 0; i < elements->len; i++)
    if (gst_object_has_as_ancestor (object, g_ptr_array_index (elements, i)))
      return TRUE;

  return FALSE;
}

/* They stop to produce. */
void
gst_kurento_peer_end_captures (GstKurentoPeer *self)
{
  g_autoptr (GPtrArray) captures = list_local (self, FALSE);

  for (guint i = 0; i < captures->len; i++)
    gst_element_send_event (g_ptr_array_index (captures, i), gst_event_new_eos ());
}

/* From upstream of the sink pads: what waits the longest decides. We do not wait for the clock ourselves. */
void
gst_kurento_peer_query_latency (GstKurentoPeer *self, GstQuery *query)
{
  g_autoptr (GstIterator) pads = gst_element_iterate_sink_pads (GST_ELEMENT (self));
  g_auto (GValue) item = G_VALUE_INIT;
  GstClockTime min = 0;
  GstClockTime max = GST_CLOCK_TIME_NONE;

  /* a pad that comes or goes is followed by a latency message of its own: no need to begin again */
  while (gst_iterator_next (pads, &item) == GST_ITERATOR_OK)
    {
      g_autoptr (GstQuery) upstream = gst_query_new_latency ();
      GstClockTime upstream_min;
      GstClockTime upstream_max;
      gboolean is_live;

      if (gst_pad_peer_query (g_value_get_object (&item), upstream))
        {
          gst_query_parse_latency (upstream, &is_live, &upstream_min, &upstream_max);
          if (is_live)
            {
              min = MAX (min, upstream_min);
              max = MIN (max, upstream_max);
            }
        }
      g_value_reset (&item);
    }

  gst_kurento_peer_query_view_latency (self, &min, &max);
  gst_query_set_latency (query, TRUE, min, max);
}
