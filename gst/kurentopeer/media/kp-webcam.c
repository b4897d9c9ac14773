/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-webcam.h"

#include <math.h>

#include "gstkurentoerror.h"
#include "kp-devices.h"
#include "kp-element.h"
#include "kp-media-debug.h"

/* Counts the threads that look for devices. It outlives the bin, so that a thread can let go of the bin first. */
typedef struct
{
  GMutex lock;
  GCond ended;
  guint n_running;
} KpSearches;

/* The mutable fields are guarded by the OBJECT_LOCK, the children and the pad's target by the STATE_LOCK. */
struct _KpWebcam
{
  GstBin parent;

  KpMediaKind kind; /* constant */
  KpConstraints *constraints; /* owned; constant */
  GstPad *src; /* owned by the bin; a ghost pad, without a target until there is a device */
  guint round; /* counts the ways to PAUSED and back: what belongs to a former one is late */
  KpSearches *searches; /* owned; shared with the threads; constant */
  gboolean told; /* that this round has a device, or none */
  GPtrArray *providers; /* owned; of GstDeviceProvider, started; while there is a device */
  GstDevice *device; /* owned; that in use, or NULL */
  GError *failure; /* owned; what the source said while it was opened, or NULL */
};

/* What a thread looks for. */
typedef struct
{
  KpWebcam *webcam; /* owned */
  KpSearches *searches; /* owned */
  guint round;
} KpSearch;

G_DEFINE_FINAL_TYPE (KpWebcam, kp_webcam, GST_TYPE_BIN)

static void
searches_add (KpSearches *self, gint n)
{
  g_mutex_lock (&self->lock);
  self->n_running += n;
  g_cond_broadcast (&self->ended);
  g_mutex_unlock (&self->lock);
}

static void
searches_clear (gpointer data)
{
  KpSearches *self = data;

  g_mutex_clear (&self->lock);
  g_cond_clear (&self->ended);
}

static void
tell (KpWebcam *self, GstStructure *structure)
{
  gst_element_post_message (GST_ELEMENT (self), gst_message_new_element (GST_OBJECT (self), structure));
}

static void
tell_failure (KpWebcam *self, const GError *error)
{
  tell (self, gst_structure_new (KP_WEBCAM_FAILED, "error", G_TYPE_ERROR, error, NULL));
}

/* The device in use is gone: told once. */
static void
lose_device (KpWebcam *self, GstDevice *device)
{
  g_autoptr (GstDevice) lost = NULL;
  gboolean was_told;

  GST_OBJECT_LOCK (self);
  if (!device || device == self->device)
    lost = g_steal_pointer (&self->device);
  was_told = self->told;
  GST_OBJECT_UNLOCK (self);
  if (!lost || !was_told)
    return;

  GST_INFO_OBJECT (self, "%" GST_PTR_FORMAT " is gone", lost);
  tell (self, gst_structure_new_empty (KP_WEBCAM_ENDED));
}

/* In a thread of the provider. */
static void
removed_cb (GstDevice *device, KpWebcam *self)
{
  lose_device (self, device);
}

static gboolean
add_source (KpWebcam *self, const KpDeviceChoice *choice, GstElement *source, GError **error)
{
  const gchar *decoder
      = gst_structure_has_name (gst_caps_get_structure (choice->caps, 0), "image/jpeg") ? "jpegdec" : NULL;
  g_autoptr (GstPad) target = NULL;
  GstElement *last = NULL;

  if (!isnan (choice->latency) && g_object_class_find_property (G_OBJECT_GET_CLASS (source), "latency-time"))
    g_object_set (source, "latency-time", (gint64)(choice->latency * G_USEC_PER_SEC), NULL);
  if (!kp_element_append (GST_BIN (self), &last, source, error)
      || !kp_element_append (GST_BIN (self), &last, kp_element_new_capsfilter (choice->caps, error), error)
      || (decoder
          && !kp_element_append (GST_BIN (self), &last, kp_element_new (decoder, NULL, error), error)))
    {
      g_prefix_error (error, "send-source: ");
      return FALSE;
    }

  target = gst_element_get_static_pad (last, "src");
  gst_ghost_pad_set_target (GST_GHOST_PAD (self->src), target);

  return TRUE;
}

/* The source's own error says why, as far as it is known. */
static void
fail_to_open (KpWebcam *self, GstDevice *device, GError **error)
{
  g_autofree gchar *name = gst_device_get_display_name (device);
  g_autoptr (GError) failure = NULL;
  GstKurentoError code = GST_KURENTO_ERROR_NOT_FOUND;

  GST_OBJECT_LOCK (self);
  failure = g_steal_pointer (&self->failure);
  GST_OBJECT_UNLOCK (self);
  if (g_error_matches (failure, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_AUTHORIZED)
      || g_error_matches (failure, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_BUSY))
    code = GST_KURENTO_ERROR_NOT_ALLOWED;
  g_set_error (error, GST_KURENTO_ERROR, code, "send-source: cannot open %s (%s): %s", name,
               kp_media_kind_to_string (self->kind), failure ? failure->message : "it says not why");
}

/* The source last. */
static gboolean
sync_children (KpWebcam *self)
{
  g_autoptr (GstIterator) children = gst_bin_iterate_sorted (GST_BIN (self));
  g_auto (GValue) item = G_VALUE_INIT;
  gboolean synced = TRUE;

  while (synced && gst_iterator_next (children, &item) == GST_ITERATOR_OK)
    {
      synced = gst_element_sync_state_with_parent (g_value_get_object (&item));
      g_value_reset (&item);
    }

  return synced;
}

/* With the STATE_LOCK. */
static gboolean
start_source (KpWebcam *self, const KpDeviceChoice *choice, GError **error)
{
  GstElement *source = gst_device_create_element (choice->device, NULL);

  if (!source)
    {
      fail_to_open (self, choice->device, error);
      return FALSE;
    }

  if (!add_source (self, choice, source, error))
    return FALSE;

  if (sync_children (self))
    return TRUE;
  fail_to_open (self, choice->device, error);

  return FALSE;
}

static void
remove_sources (KpWebcam *self)
{
  gst_ghost_pad_set_target (GST_GHOST_PAD (self->src), NULL);
  while (GST_BIN_CHILDREN (self))
    {
      g_autoptr (GstElement) child = gst_object_ref (GST_BIN_CHILDREN (self)->data);

      gst_element_set_locked_state (child, TRUE);
      gst_element_set_state (child, GST_STATE_NULL);
      gst_bin_remove (GST_BIN (self), child);
    }
}

/* FALSE when the round is over. */
static gboolean
use_device (KpWebcam *self, guint round, const KpDeviceChoice *choice, GError **error)
{
  gboolean is_present;

  GST_STATE_LOCK (self);
  GST_OBJECT_LOCK (self);
  is_present = self->round == round;
  if (is_present)
    self->device = gst_object_ref (choice->device);
  GST_OBJECT_UNLOCK (self);
  if (is_present)
    g_signal_connect_object (choice->device, "removed", G_CALLBACK (removed_cb), self, 0);
  if (is_present && !start_source (self, choice, error))
    remove_sources (self);
  GST_STATE_UNLOCK (self);

  return is_present;
}

static void
finish_search (KpSearch *search, GPtrArray *providers, const GError *error)
{
  KpWebcam *self = search->webcam;
  gboolean is_present;
  gboolean is_lost = FALSE;

  GST_OBJECT_LOCK (self);
  is_present = self->round == search->round;
  if (is_present)
    {
      self->told = TRUE;
      is_lost = !error && !self->device;
      if (!error)
        self->providers = g_steal_pointer (&providers);
      else
        gst_clear_object (&self->device);
    }
  GST_OBJECT_UNLOCK (self);
  if (providers)
    kp_devices_stop (providers);
  if (is_present && error)
    tell_failure (self, error);
  else if (is_present)
    tell (self, gst_structure_new_empty (KP_WEBCAM_READY));
  if (is_lost)
    tell (self, gst_structure_new_empty (KP_WEBCAM_ENDED));
}

static void
search_devices (KpSearch *search)
{
  GPtrArray *providers = kp_devices_start (search->webcam->kind);
  GList *devices = kp_devices_list (providers, search->webcam->kind);
  g_auto (KpDeviceChoice) choice = { 0 };
  g_autoptr (GError) error = NULL;

  if (kp_devices_choose (devices, search->webcam->kind, search->webcam->constraints, &choice, &error))
    use_device (search->webcam, search->round, &choice, &error);
  g_list_free_full (devices, gst_object_unref);
  finish_search (search, providers, error);
}

/* Who waits for it finds nothing of it left. */
static gpointer
search_thread (gpointer data)
{
  KpSearch *search = data;

  search_devices (search);
  gst_object_unref (search->webcam);
  searches_add (search->searches, -1);
  g_atomic_rc_box_release_full (search->searches, searches_clear);
  g_free (search);

  return NULL;
}

static void
begin_search (KpWebcam *self)
{
  KpSearch *search = g_new0 (KpSearch, 1);

  search->webcam = gst_object_ref (self);
  search->searches = g_atomic_rc_box_acquire (self->searches);
  searches_add (self->searches, 1);
  GST_OBJECT_LOCK (self);
  search->round = ++self->round;
  self->told = FALSE;
  GST_OBJECT_UNLOCK (self);
  g_thread_unref (g_thread_new ("kp:devices", search_thread, search));
}

static void
end_search (KpWebcam *self)
{
  g_autoptr (GstDevice) device = NULL;
  GPtrArray *providers;

  GST_OBJECT_LOCK (self);
  self->round++;
  providers = g_steal_pointer (&self->providers);
  device = g_steal_pointer (&self->device);
  g_clear_error (&self->failure);
  GST_OBJECT_UNLOCK (self);
  if (device)
    g_signal_handlers_disconnect_by_data (device, self);
  if (providers)
    kp_devices_stop (providers);
}

static GstStateChangeReturn
kp_webcam_change_state (GstElement *element, GstStateChange transition)
{
  KpWebcam *self = KP_WEBCAM (element);
  GstStateChangeReturn ret;

  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY)
    end_search (self);
  ret = GST_ELEMENT_CLASS (kp_webcam_parent_class)->change_state (element, transition);
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY)
    remove_sources (self);
  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED && ret != GST_STATE_CHANGE_FAILURE)
    begin_search (self);

  /* live, before there is a source that says so */
  if (ret == GST_STATE_CHANGE_SUCCESS
      && (transition == GST_STATE_CHANGE_READY_TO_PAUSED || transition == GST_STATE_CHANGE_PLAYING_TO_PAUSED))
    return GST_STATE_CHANGE_NO_PREROLL;

  return ret;
}

static void
kp_webcam_handle_message (GstBin *bin, GstMessage *message)
{
  KpWebcam *self = KP_WEBCAM (bin);
  g_autofree gchar *debug = NULL;
  GError *error = NULL;

  if (GST_MESSAGE_TYPE (message) != GST_MESSAGE_ERROR)
    {
      GST_BIN_CLASS (kp_webcam_parent_class)->handle_message (bin, message);
      return;
    }

  gst_message_parse_error (message, &error, &debug);
  GST_WARNING_OBJECT (self, "%s: %s (%s)", GST_MESSAGE_SRC_NAME (message), error->message, debug);
  gst_message_unref (message);
  GST_OBJECT_LOCK (self);
  g_clear_error (&self->failure);
  self->failure = error;
  GST_OBJECT_UNLOCK (self);
  lose_device (self, NULL);
}

static void
kp_webcam_finalize (GObject *object)
{
  KpWebcam *self = KP_WEBCAM (object);

  kp_constraints_unref (self->constraints);
  g_clear_error (&self->failure);
  g_atomic_rc_box_release_full (self->searches, searches_clear);

  G_OBJECT_CLASS (kp_webcam_parent_class)->finalize (object);
}

static void
kp_webcam_class_init (KpWebcamClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = kp_webcam_finalize;
  GST_ELEMENT_CLASS (klass)->change_state = kp_webcam_change_state;
  GST_BIN_CLASS (klass)->handle_message = kp_webcam_handle_message;
}

static void
kp_webcam_init (KpWebcam *self)
{
  self->searches = g_atomic_rc_box_new0 (KpSearches);
  g_mutex_init (&self->searches->lock);
  g_cond_init (&self->searches->ended);
  self->src = gst_ghost_pad_new_no_target ("src", GST_PAD_SRC);
  gst_element_add_pad (GST_ELEMENT (self), self->src);
  GST_OBJECT_FLAG_SET (self, GST_ELEMENT_FLAG_SOURCE);
}

void
kp_webcam_wait (KpWebcam *self, gint64 timeout)
{
  gint64 deadline = g_get_monotonic_time () + timeout;

  g_mutex_lock (&self->searches->lock);
  while (self->searches->n_running > 0
         && g_cond_wait_until (&self->searches->ended, &self->searches->lock, deadline))
    continue;
  g_mutex_unlock (&self->searches->lock);
}

KpMediaKind
kp_webcam_get_kind (KpWebcam *self)
{
  return self->kind;
}

GstElement *
kp_webcam_new (KpMediaKind kind, const KpConstraints *constraints)
{
  KpWebcam *self = g_object_new (KP_TYPE_WEBCAM, NULL);

  self->kind = kind;
  self->constraints = kp_constraints_ref ((KpConstraints *)constraints);

  return GST_ELEMENT (self);
}
