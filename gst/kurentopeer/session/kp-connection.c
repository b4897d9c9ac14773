/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-connection-private.h"
#include "gstkurentoerror.h"
#include "kp-farewell.h"
#include "kp-session-debug.h"

#define GST_CAT_DEFAULT kp_session_debug

/* Something that webrtcbin told in a thread of its own, on its way to the peer loop. */
typedef struct
{
  KpConnection *connection; /* owned */
  void (*deliver) (KpConnection *connection, gint value, gpointer data);
  gint value;
  gpointer data; /* owned */
  GDestroyNotify free_data;
} KpPosted;

static void
section_outlet_clear (gpointer data)
{
  KpSectionOutlet *self = data;

  gst_clear_object (&self->layer_switch);
  g_clear_pointer (&self->rids, g_strfreev);
}

static void
connection_free (gpointer data)
{
  KpConnection *self = data;

  g_clear_object (&self->webrtcbin);
  g_free (self->certificate);
  g_clear_pointer (&self->guard, kp_guard_unref);
  g_clear_pointer (&self->channels, kp_channels_unref);
  g_clear_pointer (&self->rtp_meter, kp_rtp_meter_unref);
  g_clear_pointer (&self->fec, kp_fec_unref);
  g_ptr_array_unref (self->parts);
  g_ptr_array_unref (self->receivers);
  g_ptr_array_unref (self->meters);
  g_ptr_array_unref (self->promises);
  g_array_unref (self->sections);
  g_clear_object (&self->rtp_session);
  gst_object_unref (self->bin);
  kp_loop_unref (self->loop);
  g_mutex_clear (&self->lock);
}

KpConnection *
kp_connection_ref (KpConnection *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
kp_connection_unref (KpConnection *self)
{
  g_atomic_rc_box_release_full (self, connection_free);
}

static void
connection_closure_notify (gpointer data, GClosure *closure)
{
  kp_connection_unref (data);
}

static void
posted_free (gpointer data)
{
  KpPosted *posted = data;

  if (posted->free_data)
    posted->free_data (posted->data);
  kp_connection_unref (posted->connection);
  g_free (posted);
}

static void
posted_deliver (gpointer data)
{
  KpPosted *posted = data;

  if (!posted->connection->dropped)
    posted->deliver (posted->connection, posted->value, posted->data);
}

void
kp_connection_post (KpConnection *self, void (*deliver) (KpConnection *, gint, gpointer), gint value,
                    gpointer data, GDestroyNotify free_data)
{
  KpPosted *posted = g_new0 (KpPosted, 1);

  posted->connection = kp_connection_ref (self);
  posted->deliver = deliver;
  posted->value = value;
  posted->data = data;
  posted->free_data = free_data;
  kp_loop_post (self->loop, posted_deliver, posted, posted_free);
}

static void
deliver_candidate (KpConnection *self, gint value, gpointer data)
{
  self->callbacks.candidate (self, data, value, self->user_data);
}

static void
on_ice_candidate_cb (GstElement *webrtcbin, guint mline_index, const gchar *candidate, gpointer user_data)
{
  kp_connection_post (user_data, deliver_candidate, mline_index, g_strdup (candidate), g_free);
}

static void
deliver_state (KpConnection *self, gint value, gpointer data)
{
  self->callbacks.state (self, GPOINTER_TO_INT (data), value, self->user_data);
}

static const struct
{
  KpConnectionStateKind kind;
  const gchar *property;
} state_properties[] = {
  { KP_CONNECTION_STATE, "connection-state" },
  { KP_CONNECTION_ICE, "ice-connection-state" },
  { KP_CONNECTION_GATHERING, "ice-gathering-state" },
  { KP_CONNECTION_SIGNALING, "signaling-state" },
};

static void
notify_state_cb (GstElement *webrtcbin, GParamSpec *pspec, gpointer user_data)
{
  for (guint i = 0; i < G_N_ELEMENTS (state_properties); i++)
    if (g_str_equal (pspec->name, state_properties[i].property))
      {
        gint value;

        g_object_get (webrtcbin, pspec->name, &value, NULL);
        kp_connection_post (user_data, deliver_state, value, GINT_TO_POINTER (state_properties[i].kind),
                            NULL);
      }
}

/* A streaming thread of webrtcbin. */
static void
notify_encryption_cb (GstElement *dtlsenc, GParamSpec *pspec, gpointer user_data)
{
  if (kp_farewell_is_received (dtlsenc))
    kp_connection_post (user_data, deliver_state, GST_WEBRTC_PEER_CONNECTION_STATE_CLOSED,
                        GINT_TO_POINTER (KP_CONNECTION_STATE), NULL);
}

static void
deliver_verified (KpConnection *self, gint value, gpointer data)
{
  self->callbacks.verified (self, value, self->user_data);
}

static void
guard_cb (gboolean verified, gpointer user_data)
{
  kp_connection_post (user_data, deliver_verified, verified, NULL, NULL);
}

static void
event_free (gpointer data)
{
  kp_event_clear (data);
  g_free (data);
}

static void
deliver_channel_event (KpConnection *self, gint value, gpointer data)
{
  self->callbacks.channel_event (self, data, self->user_data);
}

static void
deliver_channels_ready (KpConnection *self, gint value, gpointer data)
{
  self->callbacks.channels_ready (self, self->user_data);
}

static void
channels_cb (KpEvent *event, gpointer user_data)
{
  if (event == NULL)
    {
      kp_connection_post (user_data, deliver_channels_ready, 0, NULL, NULL);
      return;
    }

  kp_connection_post (user_data, deliver_channel_event, 0, g_memdup2 (event, sizeof (KpEvent)), event_free);
}

/* Sender reports that say when media was captured: in webrtcbin's default they wait for a LATENCY event, which elements
 * that are added to a playing pipeline have missed. */
static void
tune_rtp (GstElement *webrtcbin)
{
  g_autoptr (GstElement) rtpbin = gst_bin_get_by_name (GST_BIN (webrtcbin), "rtpbin");

  if (rtpbin)
    g_object_set (rtpbin, "rtcp-sync-send-time", FALSE, NULL);
}

/* What is sent is a mixture of RTP, RTCP and DTLS, which the last element does not tell apart: in the funnel's default it hears
 * stream, caps and segment, and tells the application, each time that one follows the other. */
static void
deep_element_added_cb (GstBin *webrtcbin, GstBin *bin, GstElement *element, gpointer user_data)
{
  KpConnection *self = user_data;
  GstElementFactory *factory = gst_element_get_factory (element);
  const gchar *type = factory ? GST_OBJECT_NAME (factory) : G_OBJECT_TYPE_NAME (element);

  if (g_str_equal (type, "funnel"))
    g_object_set (element, "forward-sticky-events", FALSE, NULL);
  else if (g_str_equal (type, "TransportReceiveBin"))
    kp_farewell_keep_eos (element);
  else if (g_str_equal (type, "dtlsdec") && self->certificate)
    g_object_set (element, "pem", self->certificate, NULL);
  else if (g_str_equal (type, "dtlsenc"))
    g_signal_connect_data (element, "notify::connection-state", G_CALLBACK (notify_encryption_cb),
                           kp_connection_ref (self), connection_closure_notify, 0);
}

static void
connect_webrtcbin (KpConnection *self)
{
  g_signal_connect_data (self->webrtcbin, "on-ice-candidate", G_CALLBACK (on_ice_candidate_cb),
                         kp_connection_ref (self), connection_closure_notify, 0);
  for (guint i = 0; i < G_N_ELEMENTS (state_properties); i++)
    {
      g_autofree gchar *signal = g_strconcat ("notify::", state_properties[i].property, NULL);

      g_signal_connect_data (self->webrtcbin, signal, G_CALLBACK (notify_state_cb), kp_connection_ref (self),
                             connection_closure_notify, 0);
    }
  g_signal_connect_data (self->webrtcbin, "deep-element-added", G_CALLBACK (deep_element_added_cb),
                         kp_connection_ref (self), connection_closure_notify, 0);
  g_signal_connect_data (self->webrtcbin, "pad-added", G_CALLBACK (kp_connection_pad_added_cb),
                         kp_connection_ref (self), connection_closure_notify, 0);
}

static gboolean
is_in_pipeline (GstBin *bin)
{
  g_autoptr (GstObject) object = gst_object_ref (GST_OBJECT (bin));
  GstObject *parent;

  while ((parent = gst_object_get_parent (object)))
    {
      gst_object_unref (object);
      object = parent;
    }

  return GST_IS_PIPELINE (object);
}

/* It is the pipeline that gives clocks. rtpsession needs one, wherever the element is. */
static void
give_clock (GstElement *webrtcbin)
{
  g_autoptr (GstClock) clock = gst_system_clock_obtain ();

  gst_element_set_clock (webrtcbin, clock);
}

static GstElement *
make_webrtcbin (GError **error)
{
  GstElement *webrtcbin = gst_element_factory_make ("webrtcbin", NULL);

  if (webrtcbin == NULL)
    {
      g_set_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_NOT_SUPPORTED,
                   "the element webrtcbin is missing: install GStreamer's bad plugins and libnice's");
      return NULL;
    }

  return gst_object_ref_sink (webrtcbin);
}

/* All sections share one transport; webrtcbin's default, which has one for each, cannot be told from a wish. */
static void
configure_rtp (KpConnection *self, const KpSettings *settings)
{
  GstWebRTCBundlePolicy policy;

  if (!self->given)
    g_object_set (self->webrtcbin, "latency", settings->latency, NULL);
  g_object_get (self->webrtcbin, "bundle-policy", &policy, NULL);
  if (policy == GST_WEBRTC_BUNDLE_POLICY_NONE)
    gst_util_set_object_arg (G_OBJECT (self->webrtcbin), "bundle-policy", "max-bundle");
  tune_rtp (self->webrtcbin);
}

KpConnection *
kp_connection_new (KpLoop *loop, GstBin *bin, GstElement *given, const KpSettings *settings,
                   const KpConnectionCallbacks *callbacks, gpointer user_data, GError **error)
{
  g_autoptr (GstElement) webrtcbin = given ? kp_connection_claim (bin, given, error) : make_webrtcbin (error);
  KpConnection *self;

  kp_loop_assert_current (loop);

  if (webrtcbin == NULL)
    return NULL;

  self = g_atomic_rc_box_new0 (KpConnection);
  self->loop = kp_loop_ref (loop);
  self->bin = gst_object_ref (bin);
  self->callbacks = *callbacks;
  self->user_data = user_data;
  self->certificate = g_strdup (settings->certificate);
  self->retransmission = settings->retransmission;
  g_mutex_init (&self->lock);
  self->parts = g_ptr_array_new_with_free_func (gst_object_unref);
  self->receivers = g_ptr_array_new_with_free_func (gst_object_unref);
  self->meters = g_ptr_array_new_with_free_func ((GDestroyNotify)kp_meter_unref);
  self->promises = g_ptr_array_new_with_free_func ((GDestroyNotify)gst_promise_unref);
  self->sections = g_array_new (FALSE, FALSE, sizeof (KpSectionOutlet));
  g_array_set_clear_func (self->sections, section_outlet_clear);

  self->webrtcbin = gst_object_ref (webrtcbin);
  self->given = given != NULL;
  configure_rtp (self, settings);
  kp_connection_configure_ice (self, settings);
  self->guard
      = kp_guard_new (webrtcbin, guard_cb, kp_connection_ref (self), (GDestroyNotify)kp_connection_unref);
  self->channels = kp_channels_new (webrtcbin, channels_cb, kp_connection_ref (self),
                                    (GDestroyNotify)kp_connection_unref);
  self->rtp_meter = kp_rtp_meter_new (webrtcbin);
  self->fec = kp_fec_new (webrtcbin);
  connect_webrtcbin (self);

  gst_bin_add (bin, webrtcbin);
  if (!is_in_pipeline (bin))
    give_clock (webrtcbin);
  gst_element_sync_state_with_parent (webrtcbin);
  /* a bin that is on its way to NULL would leave it there, where its actions are criticals; we are stopped next */
  if (GST_STATE (webrtcbin) < GST_STATE_READY)
    gst_element_set_state (webrtcbin, GST_STATE_READY);

  return self;
}

gboolean
kp_connection_is_dropped (KpConnection *self)
{
  return self->dropped;
}

GstElement *
kp_connection_get_webrtcbin (KpConnection *self)
{
  return self->webrtcbin;
}

static gboolean
any_owns (GPtrArray *elements, GstObject *object)
{
  for (guint i = 0; i < elements->len; i++)
    {
      GstObject *element = g_ptr_array_index (elements, i);

      if (object == element || gst_object_has_as_ancestor (object, element))
        return TRUE;
    }

  return FALSE;
}

gboolean
kp_connection_owns (KpConnection *self, GstObject *object)
{
  gboolean owns;

  if (object == GST_OBJECT (self->webrtcbin)
      || gst_object_has_as_ancestor (object, GST_OBJECT (self->webrtcbin)))
    return TRUE;

  g_mutex_lock (&self->lock);
  owns = any_owns (self->parts, object) || any_owns (self->receivers, object);
  g_mutex_unlock (&self->lock);

  return owns;
}

void
kp_connection_set_fingerprint (KpConnection *self, const gchar *fingerprint)
{
  kp_guard_set_fingerprint (self->guard, fingerprint);
}

void
kp_connection_set_fec (KpConnection *self, const KpFecFormats *formats)
{
  kp_rtp_meter_set_fec (self->rtp_meter, formats);
  kp_fec_set_formats (self->fec, formats);
}

void
kp_connection_set_section (KpConnection *self, guint mline_index, KpMediaKind kind, guint index)
{
  KpSectionOutlet section = { .mline_index = mline_index, .kind = kind, .index = index };

  g_mutex_lock (&self->lock);
  g_array_append_val (self->sections, section);
  g_mutex_unlock (&self->lock);
}

void
kp_connection_measure_sender (KpConnection *self, GstBin *sender)
{
  KpMeter *meter = kp_meter_new_for_sender (sender);

  g_mutex_lock (&self->lock);
  g_ptr_array_add (self->meters, meter);
  g_mutex_unlock (&self->lock);
}

void
kp_connection_add_part (KpConnection *self, GstElement *part)
{
  kp_loop_assert_current (self->loop);

  g_mutex_lock (&self->lock);
  g_ptr_array_add (self->parts, gst_object_ref (part));
  g_mutex_unlock (&self->lock);
  gst_bin_add (self->bin, part);
  gst_element_sync_state_with_parent (part);
}

void
kp_connection_add_candidate (KpConnection *self, guint mline_index, const gchar *candidate)
{
  kp_loop_assert_current (self->loop);

  g_signal_emit_by_name (self->webrtcbin, "add-ice-candidate", mline_index, candidate);
}

gboolean
kp_connection_has_channel (KpConnection *self)
{
  g_autoptr (GPtrArray) channels = NULL;
  guint n_opened, n_closed;

  kp_loop_assert_current (self->loop);
  channels = kp_channels_list (self->channels, &n_opened, &n_closed);

  return channels->len > 0;
}

gboolean
kp_connection_has_association (KpConnection *self)
{
  g_autoptr (GObject) transport = NULL;

  kp_loop_assert_current (self->loop);
  g_object_get (self->webrtcbin, "sctp-transport", &transport, NULL);

  return transport != NULL;
}

gboolean
kp_connection_create_channel (KpConnection *self, const KpDataConfig *config, GError **error)
{
  kp_loop_assert_current (self->loop);

  return kp_channels_create (self->channels, config, error);
}

GstWebRTCDataChannel *
kp_connection_dup_channel (KpConnection *self)
{
  return kp_channels_dup_default (self->channels);
}

gboolean
kp_connection_send (KpConnection *self, const gchar *label, GBytes *data, gboolean is_text, GError **error)
{
  return kp_channels_send (self->channels, label, data, is_text, error);
}

KpDataResult
kp_connection_try_send (KpConnection *self, guint index, GBytes *data, gboolean is_text)
{
  return kp_channels_try_send (self->channels, index, data, is_text);
}

KpDataResult
kp_connection_finish_channel (KpConnection *self, guint index)
{
  return kp_channels_finish (self->channels, index);
}
