/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-serve-signaller.h"

#include "gstkurentoerror.h"
#include "kp-serve-client.h"
#include "kp-serve-http.h"

struct _KpServeSignaller
{
  GObject parent_instance;

  GMainContext *context; /* owned; where everything but the properties happens */

  GMutex lock; /* guards the two below: properties are set from any thread */
  KpServeConfig *settings; /* owned; what the properties say */
  gchar *uri; /* owned; where it listens, or NULL */

  KpServeConfig *config; /* owned; copy of the settings, or NULL while stopped */
  KpServeListener *listener; /* owned; NULL while stopped */
  KpServeHttp *http; /* owned; NULL until it listens */
  GPtrArray *clients; /* owned; of KpServeClient */

  KpServeClient *holder; /* borrowed; who has the peer, or NULL */
  gchar *session; /* owned; of the holder's first offer, or NULL */
  GPtrArray *held_candidates; /* owned; of gchar* JSON, ours from before the answer; NULL once it is out */
};

static void signaller_iface_init (GstKurentoSignallerInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (KpServeSignaller, kp_serve_signaller, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (GST_TYPE_KURENTO_SIGNALLER, signaller_iface_init))

enum
{
  PROP_0,
  PROP_URI,
  PROP_TLS_CERTIFICATE,
  PROP_DOCUMENT_ROOT,
  PROP_AUTH_TOKEN,
  PROP_ALLOWED_ORIGINS,
  N_PROPS,
};

static GParamSpec *props[N_PROPS];

/* First line of each function that changes state. */
static void
assert_context (KpServeSignaller *self)
{
  g_autoptr (GMainContext) current = g_main_context_ref_thread_default ();

  g_assert (current == self->context);
}

static void
release_peer (KpServeSignaller *self)
{
  self->holder = NULL;
  g_clear_pointer (&self->session, g_free);
  g_clear_pointer (&self->held_candidates, g_ptr_array_unref);
}

static void
grant_peer (KpServeSignaller *self, KpServeClient *client)
{
  release_peer (self);
  self->holder = client;
  self->held_candidates = g_ptr_array_new_with_free_func (g_free);
}

/* Whoever hears of it may stop the server or drop it. */
static void
end_peer (KpServeSignaller *self, const gchar *reason)
{
  release_peer (self);
  gst_kurento_signaller_emit_session_ended (GST_KURENTO_SIGNALLER (self), reason);
}

static void
emit_candidates (KpServeSignaller *self, KpServeClient *client, GPtrArray *candidates)
{
  for (guint i = 0; i < candidates->len && self->holder == client; i++)
    {
      const KpCandidate *candidate = g_ptr_array_index (candidates, i);

      gst_kurento_signaller_emit_candidate (GST_KURENTO_SIGNALLER (self), candidate->candidate,
                                            candidate->sdp_mline_index, candidate->sdp_mid);
    }
}

/* The dialect has no other word for an offer that changes the session. */
static gboolean
is_same_session (KpServeSignaller *self, const gchar *sdp)
{
  g_autofree gchar *session = kp_hello_dup_session (sdp);

  return session && g_strcmp0 (session, self->session) == 0;
}

static void
handle_start (KpServeSignaller *self, KpServeClient *client, const gchar *sdp)
{
  g_autoptr (GPtrArray) early = NULL;

  if (self->holder && self->holder != client)
    {
      kp_serve_client_take (
          client, kp_hello_build_error ("The peer is busy: somebody else is connected. Try again later."));
      return;
    }

  early = kp_serve_client_steal_early_candidates (client);
  if (self->holder && is_same_session (self, sdp))
    {
      gst_kurento_signaller_emit_offer (GST_KURENTO_SIGNALLER (self), sdp);
      return;
    }
  if (self->holder)
    {
      end_peer (self, "the client started anew");
      /* a handler may have stopped the server, and the client is gone */
      if (!g_ptr_array_find (self->clients, client, NULL))
        return;
    }

  grant_peer (self, client);
  self->session = kp_hello_dup_session (sdp);
  gst_kurento_signaller_emit_offer (GST_KURENTO_SIGNALLER (self), sdp);
  if (early)
    emit_candidates (self, client, early);
}

static void
handle_candidate (KpServeSignaller *self, KpServeClient *client, const KpCandidate *candidate)
{
  if (client == self->holder)
    gst_kurento_signaller_emit_candidate (GST_KURENTO_SIGNALLER (self), candidate->candidate,
                                          candidate->sdp_mline_index, candidate->sdp_mid);
  else
    kp_serve_client_keep_early_candidate (client, candidate);
}

static void
client_message (KpServeClient *client, const KpHelloMessage *message, gpointer user_data)
{
  g_autoptr (KpServeSignaller) self = g_object_ref (user_data);

  switch (message->type)
    {
    case KP_HELLO_START:
      handle_start (self, client, message->sdp_offer);
      break;
    case KP_HELLO_CANDIDATE:
      if (message->candidate)
        handle_candidate (self, client, message->candidate);
      break;
    case KP_HELLO_STOP:
      if (client == self->holder)
        end_peer (self, "the client stopped");
      break;
    }
}

static void
client_closed (KpServeClient *client, const gchar *reason, gpointer user_data)
{
  g_autoptr (KpServeSignaller) self = g_object_ref (user_data);
  g_autofree gchar *text = g_strdup (reason);
  gboolean was_holder = client == self->holder;

  g_debug ("%s", reason);
  g_ptr_array_remove_fast (self->clients, client);
  if (was_holder)
    end_peer (self, text);
}

static const KpServeClientCallbacks client_callbacks = {
  .message = client_message,
  .closed = client_closed,
};

static void
websocket_cb (SoupWebsocketConnection *websocket, KpServeStream *stream, gpointer user_data)
{
  KpServeSignaller *self = user_data;

  g_ptr_array_add (self->clients, kp_serve_client_new (websocket, stream, self->config->ping_interval,
                                                       &client_callbacks, self));
}

static void
listener_ready (guint16 port, gpointer user_data)
{
  g_autoptr (KpServeSignaller) self = g_object_ref (user_data);
  g_autofree gchar *uri = kp_serve_config_dup_uri (self->config, port);

  self->http = kp_serve_http_new (self->config, port, self->listener, websocket_cb, self);
  g_mutex_lock (&self->lock);
  self->uri = g_strdup (uri);
  g_mutex_unlock (&self->lock);

  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_URI]);
  gst_kurento_signaller_emit_ready (GST_KURENTO_SIGNALLER (self), uri);
}

static void
listener_failed (const GError *error, gpointer user_data)
{
  g_autoptr (KpServeSignaller) self = g_object_ref (user_data);
  g_autoptr (GError) copy = g_error_copy (error);

  gst_kurento_signaller_stop (GST_KURENTO_SIGNALLER (self));
  gst_kurento_signaller_emit_failed (GST_KURENTO_SIGNALLER (self), copy);
}

static void
listener_accepted (KpServeStream *stream, GSocketAddress *local_address, gpointer user_data)
{
  KpServeSignaller *self = user_data;

  kp_serve_http_accept (self->http, stream, local_address);
}

static const KpServeListenerCallbacks listener_callbacks = {
  .ready = listener_ready,
  .failed = listener_failed,
  .accepted = listener_accepted,
};

static void
kp_serve_signaller_start (GstKurentoSignaller *signaller)
{
  KpServeSignaller *self = KP_SERVE_SIGNALLER (signaller);

  assert_context (self);
  if (self->listener)
    return;

  g_mutex_lock (&self->lock);
  self->config = kp_serve_config_copy (self->settings);
  g_mutex_unlock (&self->lock);
  self->listener = kp_serve_listener_start (self->config, &listener_callbacks, self);
}

static void
drop_everything (KpServeSignaller *self)
{
  release_peer (self);
  g_ptr_array_set_size (self->clients, 0);
  g_clear_pointer (&self->http, kp_serve_http_free);
  g_clear_pointer (&self->listener, kp_serve_listener_stop);
  g_clear_pointer (&self->config, kp_serve_config_free);

  g_mutex_lock (&self->lock);
  g_clear_pointer (&self->uri, g_free);
  g_mutex_unlock (&self->lock);
}

static void
kp_serve_signaller_stop (GstKurentoSignaller *signaller)
{
  KpServeSignaller *self = KP_SERVE_SIGNALLER (signaller);

  assert_context (self);
  drop_everything (self);
}

static void
kp_serve_signaller_send_answer (GstKurentoSignaller *signaller, const gchar *sdp)
{
  KpServeSignaller *self = KP_SERVE_SIGNALLER (signaller);
  g_autoptr (GPtrArray) held = NULL;

  assert_context (self);
  if (!self->holder)
    return;

  held = g_steal_pointer (&self->held_candidates);
  kp_serve_client_take (self->holder, kp_hello_build_answer (sdp));
  for (guint i = 0; held && i < held->len; i++)
    kp_serve_client_take (self->holder, g_strdup (g_ptr_array_index (held, i)));
}

/* The page would not know what to do with candidates before it has the answer. The end of candidates is not told: the
 * dialect has no word for it. */
static void
kp_serve_signaller_send_candidate (GstKurentoSignaller *signaller, const gchar *candidate,
                                   guint sdp_mline_index, const gchar *sdp_mid)
{
  KpServeSignaller *self = KP_SERVE_SIGNALLER (signaller);
  g_autofree gchar *text = NULL;

  assert_context (self);
  if (!self->holder || !candidate || *candidate == '\0')
    return;

  text = kp_hello_build_candidate (candidate, sdp_mline_index, sdp_mid);
  if (self->held_candidates)
    g_ptr_array_add (self->held_candidates, g_steal_pointer (&text));
  else
    kp_serve_client_take (self->holder, g_steal_pointer (&text));
}

static void
kp_serve_signaller_refuse (GstKurentoSignaller *signaller, const GError *error)
{
  KpServeSignaller *self = KP_SERVE_SIGNALLER (signaller);
  /* what other libraries say may name files of this machine */
  const gchar *message
      = error->domain == GST_KURENTO_ERROR ? error->message : "The peer cannot go on with this session.";

  assert_context (self);
  if (self->holder)
    kp_serve_client_take (self->holder, kp_hello_build_error (message));
}

static void
kp_serve_signaller_send_error (GstKurentoSignaller *signaller, const GError *error)
{
  kp_serve_signaller_refuse (signaller, error);
  release_peer (KP_SERVE_SIGNALLER (signaller));
}

static void
kp_serve_signaller_end_session (GstKurentoSignaller *signaller, const gchar *reason)
{
  KpServeSignaller *self = KP_SERVE_SIGNALLER (signaller);

  assert_context (self);
  if (self->holder)
    kp_serve_client_take (self->holder, kp_hello_build_stop_communication (reason));
  release_peer (self);
}

/* The dialect has no offer from the server: the page always offers. */
static void
signaller_iface_init (GstKurentoSignallerInterface *iface)
{
  iface->start = kp_serve_signaller_start;
  iface->stop = kp_serve_signaller_stop;
  iface->send_answer = kp_serve_signaller_send_answer;
  iface->send_candidate = kp_serve_signaller_send_candidate;
  iface->send_error = kp_serve_signaller_send_error;
  iface->refuse = kp_serve_signaller_refuse;
  iface->end_session = kp_serve_signaller_end_session;
}

/* The setting behind a property, for which the lock is held. */
static gchar **
get_setting_locked (KpServeSignaller *self, guint prop_id)
{
  switch (prop_id)
    {
    case PROP_URI:
      return &self->uri;
    case PROP_TLS_CERTIFICATE:
      return &self->settings->tls_certificate;
    case PROP_DOCUMENT_ROOT:
      return &self->settings->document_root;
    case PROP_AUTH_TOKEN:
      return &self->settings->auth_token;
    case PROP_ALLOWED_ORIGINS:
      return &self->settings->allowed_origins;
    default:
      return NULL;
    }
}

static void
kp_serve_signaller_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  KpServeSignaller *self = KP_SERVE_SIGNALLER (object);
  gchar **setting = get_setting_locked (self, prop_id);

  if (!setting)
    {
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
      return;
    }

  g_mutex_lock (&self->lock);
  g_value_set_string (value, *setting);
  g_mutex_unlock (&self->lock);
}

static void
kp_serve_signaller_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  KpServeSignaller *self = KP_SERVE_SIGNALLER (object);
  gchar **setting = get_setting_locked (self, prop_id);
  const gchar *text = g_value_get_string (value);

  if (!setting)
    {
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
      return;
    }

  /* an empty text is how a command line says "none" */
  g_mutex_lock (&self->lock);
  g_free (*setting);
  *setting = text && *text ? g_strdup (text) : NULL;
  g_mutex_unlock (&self->lock);
}

/* May be the last reference, dropped in a thread that is not the loop's: then the loop does not run any more. */
static void
kp_serve_signaller_dispose (GObject *object)
{
  drop_everything (KP_SERVE_SIGNALLER (object));

  G_OBJECT_CLASS (kp_serve_signaller_parent_class)->dispose (object);
}

static void
kp_serve_signaller_finalize (GObject *object)
{
  KpServeSignaller *self = KP_SERVE_SIGNALLER (object);

  g_ptr_array_unref (self->clients);
  kp_serve_config_free (self->settings);
  g_mutex_clear (&self->lock);
  g_main_context_unref (self->context);

  G_OBJECT_CLASS (kp_serve_signaller_parent_class)->finalize (object);
}

static GParamSpec *
new_prop (const gchar *name, const gchar *nick, const gchar *blurb, GParamFlags access)
{
  return g_param_spec_string (name, nick, blurb, NULL, access | G_PARAM_STATIC_STRINGS);
}

static void
kp_serve_signaller_class_init (KpServeSignallerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = kp_serve_signaller_get_property;
  object_class->set_property = kp_serve_signaller_set_property;
  object_class->dispose = kp_serve_signaller_dispose;
  object_class->finalize = kp_serve_signaller_finalize;

  props[PROP_URI] = new_prop ("uri", "URI", "Where it listens, with the real port; NULL while it does not",
                              G_PARAM_READABLE);
  props[PROP_TLS_CERTIFICATE] = new_prop (
      "tls-certificate", "TLS certificate",
      "Path of a PEM file with certificate and key for serve+https; NULL: made at each start, self-signed",
      G_PARAM_READWRITE);
  props[PROP_DOCUMENT_ROOT] = new_prop (
      "document-root", "Document root",
      "Folder to serve instead of the built-in page; hidden files, links that lead out of it and files over "
      "16 MiB are not; takes effect at the next start",
      G_PARAM_READWRITE);
  props[PROP_AUTH_TOKEN] = new_prop (
      "auth-token", "Authentication token",
      "Secret that clients have to know: ?token= in the address of the page or the WebSocket (the page's "
      "address "
      "also lets in what the page loads, by a cookie) or the header Authorization: Bearer; NULL: none; takes "
      "effect at the next start",
      G_PARAM_READWRITE);
  props[PROP_ALLOWED_ORIGINS] = new_prop ("allowed-origins", "Allowed origins",
                                          "Comma separated origins, such as https://example.org:8443, whose "
                                          "pages may use this server beside its own; "
                                          "their hosts are names that it may be called by; null: pages "
                                          "without origin (files); *: all; takes effect "
                                          "at the next start",
                                          G_PARAM_READWRITE);

  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
kp_serve_signaller_init (KpServeSignaller *self)
{
  g_mutex_init (&self->lock);
  self->context = g_main_context_ref_thread_default ();
  self->clients = g_ptr_array_new_with_free_func ((GDestroyNotify)kp_serve_client_free);
}

GstKurentoSignaller *
kp_serve_signaller_new (gboolean tls, const gchar *host, guint16 port)
{
  KpServeSignaller *self = g_object_new (KP_TYPE_SERVE_SIGNALLER, NULL);

  self->settings = kp_serve_config_new (tls, host, port);

  return GST_KURENTO_SIGNALLER (self);
}

void
kp_serve_signaller_set_timeouts (KpServeSignaller *self, guint ping_interval_s, guint request_timeout_ms,
                                 guint answer_timeout_ms)
{
  g_mutex_lock (&self->lock);
  self->settings->ping_interval = ping_interval_s;
  self->settings->request_timeout = request_timeout_ms;
  self->settings->answer_timeout = answer_timeout_ms;
  g_mutex_unlock (&self->lock);
}
