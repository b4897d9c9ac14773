/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The debug bundle: all that is to be known of a call, in files that may be shown to others. */
#include "gstkurentopeer-private.h"

#include "gstkurentoerror.h"
#include "kp-redact.h"

#include <errno.h>
#include <glib/gstdio.h>

#define GST_CAT_DEFAULT gst_kurento_peer_debug

/* ms; a bundle may be wanted just because webrtcbin is stuck */
#define STATS_TIMEOUT 2000

#define FOLDER_MODE 0700
#define FILE_MODE 0600

typedef struct
{
  GstKurentoPeer *peer; /* owned */
  gchar *folder; /* owned */
  GTask *task; /* owned; to be returned, or NULL */
  GstPromise *promise; /* owned; to be answered, or NULL */
  GSource *timer; /* owned; waits for the statistics */
  gboolean collected; /* the thread writes, or has written */
  GstStructure *stats; /* owned; or NULL */
  gchar *no_stats; /* owned; why, or NULL */
} KpBundle;

static void
bundle_clear (gpointer data)
{
  KpBundle *self = data;

  gst_object_unref (self->peer);
  g_free (self->folder);
  g_clear_object (&self->task);
  g_clear_pointer (&self->promise, gst_promise_unref);
  g_clear_pointer (&self->timer, g_source_unref);
  g_clear_pointer (&self->stats, gst_structure_free);
  g_free (self->no_stats);
}

static void
bundle_unref (gpointer data)
{
  g_atomic_rc_box_release_full (data, bundle_clear);
}

/* In any thread: a promise is answered also when the peer loop has ended. Takes @error, which may be NULL. */
static void
finish (KpBundle *self, GError *error)
{
  g_autoptr (GError) owned = error;

  if (owned)
    GST_WARNING_OBJECT (self->peer, "%s", owned->message);
  if (self->promise)
    gst_kurento_peer_answer (g_steal_pointer (&self->promise), owned);
  else if (self->task && owned)
    g_task_return_error (self->task, g_steal_pointer (&owned));
  else if (self->task)
    g_task_return_boolean (self->task, TRUE);
}

static gboolean
write_file (const KpBundle *self, const gchar *name, const gchar *text, GError **error)
{
  g_autofree gchar *path = g_build_filename (self->folder, name, NULL);
  g_autoptr (GError) reason = NULL;

  if (g_file_set_contents_full (path, text ? text : "", -1, G_FILE_SET_CONTENTS_CONSISTENT, FILE_MODE,
                                &reason))
    return TRUE;

  g_set_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_INVALID_ARGUMENT, "debug bundle: %s",
               reason->message);

  return FALSE;
}

static gboolean
make_folder (const KpBundle *self, GError **error)
{
  if (g_mkdir_with_parents (self->folder, FOLDER_MODE) == 0)
    return TRUE;

  g_set_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_INVALID_ARGUMENT,
               "debug bundle: cannot make the folder %s: %s", self->folder, g_strerror (errno));

  return FALSE;
}

static gboolean
write_description (const KpBundle *self, GstKurentoPeer *peer, const gchar *property, GError **error)
{
  g_autofree gchar *name = g_strconcat (property, ".sdp", NULL);
  g_autofree gchar *sdp = NULL;
  g_autofree gchar *text = NULL;

  g_object_get (peer, property, &sdp, NULL);
  text = sdp ? kp_redact_sdp (sdp) : NULL;

  return write_file (self, name, text, error);
}

static gboolean
write_candidates (const KpBundle *self, GstKurentoPeer *peer, GError **error)
{
  g_autofree gchar *json = NULL;

  g_object_get (peer, "local-candidates", &json, NULL);

  return write_file (self, "local-candidates.json", json, error);
}

static gboolean
write_stats (const KpBundle *self, GError **error)
{
  return write_file (self, "stats.json", self->stats ? gst_structure_get_string (self->stats, "json") : "{}",
                     error);
}

/* Without the properties of elements: they are of many plugins, and nobody knows what is a secret there. */
static gboolean
write_graph (const KpBundle *self, GstKurentoPeer *peer, GError **error)
{
  g_autofree gchar *dot = gst_debug_bin_to_dot_data (GST_BIN (peer), GST_DEBUG_GRAPH_SHOW_MEDIA_TYPE
                                                                         | GST_DEBUG_GRAPH_SHOW_STATES
                                                                         | GST_DEBUG_GRAPH_SHOW_CAPS_DETAILS);
  g_autofree gchar *text = kp_redact_graph (dot);

  return write_file (self, "graph.dot", text, error);
}

static void
append_property (GString *text, GObject *peer, GParamSpec *pspec)
{
  static const gchar *const secret[]
      = { "certificate", "configuration", "signaller-uri", "turn-server", NULL };
  static const gchar *const elsewhere[]
      = { "local-candidates", "local-description", "remote-description", NULL };
  g_auto (GValue) value = G_VALUE_INIT;
  g_autofree gchar *serialized = NULL;

  if (G_TYPE_IS_OBJECT (pspec->value_type) || g_strv_contains (elsewhere, pspec->name))
    return;

  g_value_init (&value, pspec->value_type);
  g_object_get_property (peer, pspec->name, &value);
  if (!g_strv_contains (secret, pspec->name))
    serialized = gst_value_serialize (&value);
  else if (g_value_get_string (&value))
    serialized = g_strdup ("***");
  g_string_append_printf (text, "%s: %s\n", pspec->name, serialized ? serialized : "NULL");
}

static gboolean
write_properties (const KpBundle *self, GstKurentoPeer *peer, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree GParamSpec **pspecs = NULL;
  guint n;

  pspecs = g_object_class_list_properties (G_OBJECT_GET_CLASS (peer), &n);
  for (guint i = 0; i < n; i++)
    if (g_type_is_a (pspecs[i]->owner_type, GST_TYPE_KURENTO_PEER) && pspecs[i]->flags & G_PARAM_READABLE)
      append_property (text, G_OBJECT (peer), pspecs[i]);
  if (self->no_stats)
    g_string_append_printf (text, "no statistics: %s\n", self->no_stats);

  return write_file (self, "properties.txt", text->str, error);
}

static gboolean
write_versions (const KpBundle *self, GError **error)
{
  static const gchar *const plugins[] = { "webrtc", "nice", "dtls", "srtp", "sctp", "rtpmanager", "rtp" };
  g_autofree gchar *gst = gst_version_string ();
  g_autofree gchar *os = g_get_os_info (G_OS_INFO_KEY_PRETTY_NAME);
  g_autoptr (GString) text = g_string_new (NULL);

  g_string_append_printf (text, "kurentopeer %s\n%s\nGLib %u.%u.%u\n%s\n", PACKAGE_VERSION, gst,
                          glib_major_version, glib_minor_version, glib_micro_version, os ? os : "unknown OS");
  for (guint i = 0; i < G_N_ELEMENTS (plugins); i++)
    {
      g_autoptr (GstPlugin) plugin = gst_registry_find_plugin (gst_registry_get (), plugins[i]);

      g_string_append_printf (text, "plugin %s %s\n", plugins[i],
                              plugin ? gst_plugin_get_version (plugin) : "missing");
    }

  return write_file (self, "versions.txt", text->str, error);
}

static gpointer
save_thread (gpointer data)
{
  KpBundle *self = data;
  GstKurentoPeer *peer = self->peer;
  GError *error = NULL;

  if (make_folder (self, &error) && write_description (self, peer, "local-description", &error)
      && write_description (self, peer, "remote-description", &error) && write_candidates (self, peer, &error)
      && write_stats (self, &error) && write_graph (self, peer, &error)
      && write_properties (self, peer, &error))
    write_versions (self, &error);
  finish (self, error);
  bundle_unref (self);

  return NULL;
}

/* Once. Nothing of the peer waits for the disk. */
static void
save (KpBundle *self, GstStructure *stats, const gchar *no_stats)
{
  self->collected = TRUE;
  self->stats = stats;
  self->no_stats = g_strdup (no_stats);
  g_thread_unref (g_thread_new ("kp:debug", save_thread, g_atomic_rc_box_acquire (self)));
}

static gboolean
timeout_cb (gpointer user_data)
{
  save (user_data, NULL, "webrtcbin did not answer in time");

  return G_SOURCE_REMOVE;
}

/* In the context of the timer. */
static void
stats_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  KpBundle *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GstStructure) stats = g_task_propagate_pointer (G_TASK (result), &error);

  g_source_destroy (self->timer);
  if (!self->collected && g_error_matches (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_CLOSED))
    finish (self, g_steal_pointer (&error));
  else if (!self->collected)
    save (self, g_steal_pointer (&stats), error ? error->message : NULL);
  bundle_unref (self);
}

/* Takes @task or @promise. */
static void
collect (GstKurentoPeer *peer, KpSession *session, const gchar *folder, GTask *task, GstPromise *promise)
{
  KpBundle *self = g_atomic_rc_box_new0 (KpBundle);

  self->peer = gst_object_ref (peer);
  self->folder = g_strdup (folder);
  self->task = task;
  self->promise = promise;
  self->timer = g_timeout_source_new (STATS_TIMEOUT);
  g_source_set_callback (self->timer, timeout_cb, g_atomic_rc_box_acquire (self), bundle_unref);
  g_source_attach (self->timer, g_main_context_get_thread_default ());
  kp_session_get_stats (session, g_task_new (peer, NULL, stats_cb, self));
}

void
gst_kurento_peer_run_save_debug_bundle (GstKurentoPeer *self, const gchar *folder, GstPromise *promise)
{
  g_autoptr (KpSession) session = gst_kurento_peer_dup_session (self);
  g_autoptr (GError) error = NULL;

  if (session && folder && *folder)
    {
      collect (self, session, folder, NULL, promise);
      return;
    }

  if (session)
    g_set_error (&error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_INVALID_ARGUMENT,
                 "debug bundle: expected a folder");
  else
    g_set_error (&error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_CLOSED, "the peer was closed");
  if (promise)
    gst_kurento_peer_answer (promise, error);
}

/**
 * gst_kurento_peer_save_debug_bundle_async:
 * @self: a peer in PAUSED or PLAYING
 * @folder: (type filename): the folder for the files; it is made when it is not there
 * @cancellable: (nullable): ends the wait, not the work
 * @callback: called in the thread default context of the caller
 * @user_data: for @callback
 *
 * Writes what is to be known of the call into a folder, for a report of what went wrong: both descriptions, our
 * candidates, the statistics, the graph of elements, the properties and the versions. Passwords, keys, credentials
 * and tokens are replaced by `***`; addresses are not. Files that are there are replaced.
 *
 * Since: 0.1
 */
void
gst_kurento_peer_save_debug_bundle_async (GstKurentoPeer *self, const gchar *folder,
                                          GCancellable *cancellable, GAsyncReadyCallback callback,
                                          gpointer user_data)
{
  g_autoptr (KpSession) session = NULL;
  GTask *task;

  g_return_if_fail (GST_IS_KURENTO_PEER (self));
  g_return_if_fail (folder != NULL);

  session = gst_kurento_peer_begin (self, cancellable, callback, user_data,
                                    gst_kurento_peer_save_debug_bundle_async, NULL, &task);
  if (session)
    collect (self, session, folder, task, NULL);
}

/**
 * gst_kurento_peer_save_debug_bundle_finish:
 * @self: a peer
 * @result: what the callback got
 * @error: (nullable): return location for an error
 *
 * Ends gst_kurento_peer_save_debug_bundle_async().
 *
 * Returns: %TRUE, or %FALSE with @error set: %GST_KURENTO_ERROR_INVALID_ARGUMENT when the folder cannot be written
 *
 * Since: 0.1
 */
gboolean
gst_kurento_peer_save_debug_bundle_finish (GstKurentoPeer *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, gst_kurento_peer_save_debug_bundle_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
