/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-late-source.h"

#include "gstkurentoerror.h"
#include "kp-media-debug.h"

#define RETRY_INTERVAL (G_TIME_SPAN_SECOND / 2) /* us; between two looks for a replacement */

/* Counts the threads that open. It outlives the bin, so that a thread can let go of the bin first. */
typedef struct
{
  GMutex lock;
  GCond changed; /* a thread has ended, or a round */
  guint n_running;
} KpOpenings;

/* The mutable fields are guarded by the OBJECT_LOCK, the children and the pad's target by the STATE_LOCK. */
typedef struct
{
  KpMediaKind kind; /* constant */
  GstPad *src; /* owned by the bin; a ghost pad, without a target until there is a source */
  KpOpenings *openings; /* owned; shared with the threads; constant */
  GCancellable *round; /* owned; of the way to PAUSED and back that we are on, or NULL */
  gboolean told; /* that this round has a source, or none */
  gboolean in_use; /* there is a source, and it is not lost */
  gboolean reopens; /* a thread looks for a replacement */
  GError *failure; /* owned; what the source said while it was opened, or NULL */
} KpLateSourcePrivate;

/* What a thread is given. */
typedef struct _KpOpening KpOpening;
struct _KpOpening
{
  void (*open) (KpOpening *self);
  KpLateSource *source; /* owned */
  KpOpenings *openings; /* owned */
  GCancellable *round; /* owned */
};

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (KpLateSource, kp_late_source, GST_TYPE_BIN)

static KpLateSourcePrivate *
get_private (KpLateSource *self)
{
  return kp_late_source_get_instance_private (self);
}

static void
openings_add (KpOpenings *self, gint n)
{
  g_mutex_lock (&self->lock);
  self->n_running += n;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

static void
openings_clear (gpointer data)
{
  KpOpenings *self = data;

  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
}

static void
tell (KpLateSource *self, GstStructure *structure)
{
  gst_element_post_message (GST_ELEMENT (self), gst_message_new_element (GST_OBJECT (self), structure));
}

void
kp_late_source_lose (KpLateSource *self)
{
  KpLateSourcePrivate *priv = get_private (self);
  gboolean is_news;

  GST_OBJECT_LOCK (self);
  is_news = priv->in_use && priv->told;
  priv->in_use = FALSE;
  GST_OBJECT_UNLOCK (self);
  if (!is_news)
    return;

  GST_INFO_OBJECT (self, "lost");
  tell (self, gst_structure_new_empty (KP_LATE_SOURCE_ENDED));
}

/* The source's own error says why, as far as it is known. */
gboolean
kp_late_source_fail (KpLateSource *self, const gchar *name, GError **error)
{
  KpLateSourcePrivate *priv = get_private (self);
  g_autoptr (GError) failure = NULL;
  GstKurentoError code = GST_KURENTO_ERROR_NOT_FOUND;

  GST_OBJECT_LOCK (self);
  failure = g_steal_pointer (&priv->failure);
  GST_OBJECT_UNLOCK (self);
  if (g_error_matches (failure, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_AUTHORIZED)
      || g_error_matches (failure, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_BUSY))
    code = GST_KURENTO_ERROR_NOT_ALLOWED;
  g_set_error (error, GST_KURENTO_ERROR, code, "send-source: cannot open %s (%s): %s", name,
               kp_media_kind_to_string (priv->kind), failure ? failure->message : "it says not why");

  return FALSE;
}

/* With the STATE_LOCK. */
static void
remove_source (KpLateSource *self)
{
  gst_ghost_pad_set_target (GST_GHOST_PAD (get_private (self)->src), NULL);
  while (GST_BIN_CHILDREN (self))
    {
      g_autoptr (GstElement) child = gst_object_ref (GST_BIN_CHILDREN (self)->data);

      gst_element_set_locked_state (child, TRUE);
      gst_element_set_state (child, GST_STATE_NULL);
      gst_bin_remove (GST_BIN (self), child);
    }
}

/* With the STATE_LOCK. */
static gboolean
start_source (KpLateSource *self, GstElement *source, const gchar *name, GError **error)
{
  KpLateSourcePrivate *priv = get_private (self);
  g_autoptr (GstPad) target = gst_element_get_static_pad (source, "src");

  GST_OBJECT_LOCK (self);
  priv->in_use = TRUE;
  g_clear_error (&priv->failure);
  GST_OBJECT_UNLOCK (self);
  gst_bin_add (GST_BIN (self), source);
  gst_ghost_pad_set_target (GST_GHOST_PAD (priv->src), target);
  if (gst_element_sync_state_with_parent (source))
    return TRUE;

  GST_OBJECT_LOCK (self);
  priv->in_use = FALSE;
  GST_OBJECT_UNLOCK (self);
  remove_source (self);

  return kp_late_source_fail (self, name, error);
}

gboolean
kp_late_source_use (KpLateSource *self, GCancellable *round, GstElement *source, const gchar *name,
                    GError **error)
{
  g_autoptr (GstElement) owned = gst_object_ref_sink (source);
  gboolean started = TRUE;

  GST_STATE_LOCK (self);
  if (!g_cancellable_is_cancelled (round))
    {
      remove_source (self);
      started = start_source (self, source, name, error);
    }
  else
    gst_element_set_state (source, GST_STATE_NULL);
  GST_STATE_UNLOCK (self);

  return started;
}

/* Whoever waits for the first source is told of it, and also when it is lost already. */
static void
finish_opening (KpLateSource *self, GCancellable *round, const GError *error)
{
  KpLateSourcePrivate *priv = get_private (self);
  gboolean is_present;
  gboolean is_lost;

  GST_OBJECT_LOCK (self);
  is_present = priv->round == round && !priv->told;
  is_lost = !error && !priv->in_use;
  priv->told |= is_present;
  GST_OBJECT_UNLOCK (self);
  if (!is_present)
    return;

  tell (self, error ? gst_structure_new (KP_LATE_SOURCE_FAILED, "error", G_TYPE_ERROR, error, NULL)
                    : gst_structure_new_empty (KP_LATE_SOURCE_READY));
  if (is_lost)
    tell (self, gst_structure_new_empty (KP_LATE_SOURCE_ENDED));
}

void
kp_late_source_announce (KpLateSource *self, GCancellable *round)
{
  finish_opening (self, round, NULL);
}

static void
open_first (KpOpening *opening)
{
  g_autoptr (GError) error = NULL;

  KP_LATE_SOURCE_GET_CLASS (opening->source)->open (opening->source, opening->round, &error);
  finish_opening (opening->source, opening->round, error);
}

/* TRUE: there is a replacement, or it is wanted no more. */
static gboolean
finish_replacing (KpOpening *opening)
{
  KpLateSourcePrivate *priv = get_private (opening->source);
  gboolean is_over;

  GST_OBJECT_LOCK (opening->source);
  is_over = priv->round != opening->round;
  if (!is_over && priv->in_use)
    {
      is_over = TRUE;
      priv->reopens = FALSE;
    }
  GST_OBJECT_UNLOCK (opening->source);

  return is_over;
}

static void
wait_for_retry (KpOpening *opening)
{
  gint64 deadline = g_get_monotonic_time () + RETRY_INTERVAL;

  g_mutex_lock (&opening->openings->lock);
  while (!g_cancellable_is_cancelled (opening->round)
         && g_cond_wait_until (&opening->openings->changed, &opening->openings->lock, deadline))
    continue;
  g_mutex_unlock (&opening->openings->lock);
}

/* A provider of devices tells one listener only, which is not to be us: so they are looked at again and again. */
static void
open_again (KpOpening *opening)
{
  KpLateSource *self = opening->source;

  GST_STATE_LOCK (self);
  if (!g_cancellable_is_cancelled (opening->round))
    remove_source (self);
  GST_STATE_UNLOCK (self);

  while (!finish_replacing (opening))
    {
      g_autoptr (GError) error = NULL;

      if (!KP_LATE_SOURCE_GET_CLASS (self)->open (self, opening->round, &error))
        {
          GST_LOG_OBJECT (self, "no replacement yet: %s", error->message);
          wait_for_retry (opening);
        }
    }
}

static void
opening_free (KpOpening *self)
{
  gst_object_unref (self->source);
  g_object_unref (self->round);
  openings_add (self->openings, -1);
  g_atomic_rc_box_release_full (self->openings, openings_clear);
  g_free (self);
}

/* Who waits for a thread finds nothing of it left. */
static gpointer
open_thread (gpointer data)
{
  KpOpening *opening = data;

  opening->open (opening);
  opening_free (opening);

  return NULL;
}

static void
begin_opening (KpLateSource *self, GCancellable *round, void (*open) (KpOpening *opening))
{
  KpOpenings *openings = get_private (self)->openings;
  KpOpening *opening = g_new (KpOpening, 1);

  *opening
      = (KpOpening){ open, gst_object_ref (self), g_atomic_rc_box_acquire (openings), g_object_ref (round) };
  openings_add (openings, 1);
  g_thread_unref (g_thread_new ("kp:capture", open_thread, opening));
}

void
kp_late_source_reopen (KpLateSource *self)
{
  KpLateSourcePrivate *priv = get_private (self);
  g_autoptr (GCancellable) round = NULL;

  GST_OBJECT_LOCK (self);
  if (priv->round && !priv->reopens)
    {
      priv->reopens = TRUE;
      round = g_object_ref (priv->round);
    }
  GST_OBJECT_UNLOCK (self);
  if (round)
    begin_opening (self, round, open_again);
}

static void
begin_round (KpLateSource *self)
{
  KpLateSourcePrivate *priv = get_private (self);
  g_autoptr (GCancellable) round = g_cancellable_new ();

  GST_OBJECT_LOCK (self);
  g_set_object (&priv->round, round);
  priv->told = FALSE;
  GST_OBJECT_UNLOCK (self);
  begin_opening (self, round, open_first);
}

static void
end_round (KpLateSource *self)
{
  KpLateSourcePrivate *priv = get_private (self);
  g_autoptr (GCancellable) round = NULL;

  GST_OBJECT_LOCK (self);
  round = g_steal_pointer (&priv->round);
  priv->in_use = FALSE;
  priv->reopens = FALSE;
  g_clear_error (&priv->failure);
  GST_OBJECT_UNLOCK (self);
  if (round)
    g_cancellable_cancel (round);
  openings_add (priv->openings, 0);
  if (KP_LATE_SOURCE_GET_CLASS (self)->close)
    KP_LATE_SOURCE_GET_CLASS (self)->close (self);
}

/* What broke says EOS, but its track goes on when there may be a replacement. */
static GstPadProbeReturn
event_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  KpLateSource *self = user_data;
  gboolean reopens;

  if (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) != GST_EVENT_EOS)
    return GST_PAD_PROBE_OK;

  GST_OBJECT_LOCK (self);
  reopens = get_private (self)->reopens;
  GST_OBJECT_UNLOCK (self);

  return reopens ? GST_PAD_PROBE_DROP : GST_PAD_PROBE_OK;
}

static GstStateChangeReturn
kp_late_source_change_state (GstElement *element, GstStateChange transition)
{
  KpLateSource *self = KP_LATE_SOURCE (element);
  GstStateChangeReturn ret;

  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY)
    end_round (self);
  ret = GST_ELEMENT_CLASS (kp_late_source_parent_class)->change_state (element, transition);
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY)
    remove_source (self);
  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED && ret != GST_STATE_CHANGE_FAILURE)
    begin_round (self);

  /* live, before there is a source that says so */
  if (ret == GST_STATE_CHANGE_SUCCESS
      && (transition == GST_STATE_CHANGE_READY_TO_PAUSED || transition == GST_STATE_CHANGE_PLAYING_TO_PAUSED))
    return GST_STATE_CHANGE_NO_PREROLL;

  return ret;
}

static void
kp_late_source_handle_message (GstBin *bin, GstMessage *message)
{
  KpLateSource *self = KP_LATE_SOURCE (bin);
  KpLateSourcePrivate *priv = get_private (self);
  g_autofree gchar *debug = NULL;
  GError *error = NULL;

  if (GST_MESSAGE_TYPE (message) != GST_MESSAGE_ERROR)
    {
      GST_BIN_CLASS (kp_late_source_parent_class)->handle_message (bin, message);
      return;
    }

  gst_message_parse_error (message, &error, &debug);
  GST_WARNING_OBJECT (self, "%s: %s (%s)", GST_MESSAGE_SRC_NAME (message), error->message, debug);
  gst_message_unref (message);
  GST_OBJECT_LOCK (self);
  g_clear_error (&priv->failure);
  priv->failure = error;
  GST_OBJECT_UNLOCK (self);
  kp_late_source_lose (self);
}

static void
kp_late_source_finalize (GObject *object)
{
  KpLateSourcePrivate *priv = get_private (KP_LATE_SOURCE (object));

  g_clear_error (&priv->failure);
  g_clear_object (&priv->round);
  g_atomic_rc_box_release_full (priv->openings, openings_clear);

  G_OBJECT_CLASS (kp_late_source_parent_class)->finalize (object);
}

static void
kp_late_source_class_init (KpLateSourceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = kp_late_source_finalize;
  GST_ELEMENT_CLASS (klass)->change_state = kp_late_source_change_state;
  GST_BIN_CLASS (klass)->handle_message = kp_late_source_handle_message;
}

static void
kp_late_source_init (KpLateSource *self)
{
  KpLateSourcePrivate *priv = get_private (self);

  priv->openings = g_atomic_rc_box_new0 (KpOpenings);
  g_mutex_init (&priv->openings->lock);
  g_cond_init (&priv->openings->changed);
  priv->src = gst_ghost_pad_new_no_target ("src", GST_PAD_SRC);
  gst_pad_add_probe (priv->src, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, event_cb, self, NULL);
  gst_element_add_pad (GST_ELEMENT (self), priv->src);
  GST_OBJECT_FLAG_SET (self, GST_ELEMENT_FLAG_SOURCE);
}

void
kp_late_source_wait (KpLateSource *self, gint64 timeout)
{
  KpOpenings *openings = get_private (self)->openings;
  gint64 deadline = g_get_monotonic_time () + timeout;

  g_mutex_lock (&openings->lock);
  while (openings->n_running > 0 && g_cond_wait_until (&openings->changed, &openings->lock, deadline))
    continue;
  g_mutex_unlock (&openings->lock);
}

KpMediaKind
kp_late_source_get_kind (KpLateSource *self)
{
  return get_private (self)->kind;
}

void
kp_late_source_set_kind (KpLateSource *self, KpMediaKind kind)
{
  get_private (self)->kind = kind;
}
