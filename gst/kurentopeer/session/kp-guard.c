/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-guard.h"
#include "kp-fingerprint.h"
#include "kp-session-debug.h"

#define GST_CAT_DEFAULT kp_session_debug

#define MAX_ASSOCIATIONS 65534

typedef enum
{
  GUARD_WAITING,
  GUARD_VERIFIED,
  GUARD_FAILED,
} GuardState;

struct _KpGuard
{
  GstElement *webrtcbin; /* no ref; owns us through its handler */
  gulong element_added_id;
  gint state; /* GuardState, atomic */
  gint disconnected; /* atomic */
  GMutex lock; /* guards everything below */
  gchar *fingerprint; /* owned */
  guint association; /* 0 = none yet */
  KpGuardFunc func; /* NULL once disconnected */
  gpointer user_data;
  GDestroyNotify notify;
};

/* The SCTP associations of this process, one bit each. */
static GMutex associations_lock;
static guint8 associations[MAX_ASSOCIATIONS / 8 + 1];

static guint
association_acquire (void)
{
  static guint next = 0;
  guint id = 0;

  g_mutex_lock (&associations_lock);
  for (guint i = 0; i < MAX_ASSOCIATIONS && id == 0; i++)
    {
      next = next % MAX_ASSOCIATIONS + 1;
      if (!(associations[next / 8] & (1 << next % 8)))
        id = next;
    }
  if (id)
    associations[id / 8] |= 1 << id % 8;
  g_mutex_unlock (&associations_lock);

  return id;
}

static void
association_release (guint id)
{
  if (id == 0)
    return;

  g_mutex_lock (&associations_lock);
  associations[id / 8] &= ~(1 << id % 8);
  g_mutex_unlock (&associations_lock);
}

static void
kp_guard_clear (gpointer data)
{
  KpGuard *self = data;

  association_release (self->association);
  g_free (self->fingerprint);
  g_mutex_clear (&self->lock);
}

KpGuard *
kp_guard_ref (KpGuard *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
kp_guard_unref (KpGuard *self)
{
  g_atomic_rc_box_release_full (self, kp_guard_clear);
}

static void
guard_closure_notify (gpointer data, GClosure *closure)
{
  kp_guard_unref (data);
}

/* Only the first verdict counts, but a later mismatch overrules a match. */
static void
guard_decide (KpGuard *self, gboolean matches)
{
  gboolean changed;

  g_mutex_lock (&self->lock);
  if (matches)
    changed = g_atomic_int_compare_and_exchange (&self->state, GUARD_WAITING, GUARD_VERIFIED);
  else
    changed = g_atomic_int_exchange (&self->state, GUARD_FAILED) != GUARD_FAILED;
  if (changed && self->func)
    self->func (matches, self->user_data);
  g_mutex_unlock (&self->lock);
}

/* Runs inside the verification of the handshake, before anything can be decrypted: reads, compares, returns. */
static void
peer_pem_cb (GObject *dtlsdec, GParamSpec *pspec, gpointer user_data)
{
  KpGuard *self = user_data;
  g_autofree gchar *pem = NULL;
  g_autofree gchar *fingerprint = NULL;

  g_object_get (dtlsdec, "peer-pem", &pem, NULL);
  if (pem == NULL)
    return;

  g_mutex_lock (&self->lock);
  fingerprint = g_strdup (self->fingerprint);
  g_mutex_unlock (&self->lock);
  guard_decide (self, fingerprint != NULL && kp_fingerprint_matches_pem (fingerprint, pem));
}

static GstPadProbeReturn
guard_probe_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  KpGuard *self = user_data;

  return g_atomic_int_get (&self->state) == GUARD_VERIFIED ? GST_PAD_PROBE_OK : GST_PAD_PROBE_DROP;
}

/* webrtcbin is on its way out: it may be without a clock, which the RTP session would stumble over. */
static GstPadProbeReturn
guard_receive_probe_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  KpGuard *self = user_data;

  return g_atomic_int_get (&self->disconnected) ? GST_PAD_PROBE_DROP : guard_probe_cb (pad, info, user_data);
}

static void
guard_pad (KpGuard *self, GstElement *element, const gchar *name, GstPadProbeCallback callback)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (element, name);

  if (pad == NULL)
    {
      /* without the probe nothing would be checked: no data rather than unchecked data */
      GST_ERROR_OBJECT (element, "no pad %s to guard", name);
      guard_decide (self, FALSE);
      return;
    }
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST, callback,
                     kp_guard_ref (self), (GDestroyNotify)kp_guard_unref);
}

static void
guard_association (KpGuard *self, GstElement *element)
{
  g_mutex_lock (&self->lock);
  if (self->association == 0)
    self->association = association_acquire ();
  g_mutex_unlock (&self->lock);
  if (self->association)
    g_object_set (element, "sctp-association-id", self->association, NULL);
}

static void
deep_element_added_cb (GstBin *webrtcbin, GstBin *bin, GstElement *element, gpointer user_data)
{
  static const gchar *const receive_pads[] = { "rtp_src", "rtcp_src", "data_src" };
  static const gchar *const send_pads[] = { "rtp_sink", "rtcp_sink", "data_sink" };
  KpGuard *self = user_data;
  GstElementFactory *factory = gst_element_get_factory (element);
  const gchar *type = factory ? GST_OBJECT_NAME (factory) : G_OBJECT_TYPE_NAME (element);

  if (g_str_equal (type, "TransportReceiveBin"))
    for (guint i = 0; i < G_N_ELEMENTS (receive_pads); i++)
      guard_pad (self, element, receive_pads[i], guard_receive_probe_cb);
  else if (g_str_equal (type, "TransportSendBin"))
    for (guint i = 0; i < G_N_ELEMENTS (send_pads); i++)
      guard_pad (self, element, send_pads[i], guard_probe_cb);
  else if (g_str_equal (type, "dtlsdec"))
    g_signal_connect_data (element, "notify::peer-pem", G_CALLBACK (peer_pem_cb), kp_guard_ref (self),
                           guard_closure_notify, 0);
  else if (g_str_equal (type, "sctpdec") || g_str_equal (type, "sctpenc"))
    guard_association (self, element);
}

KpGuard *
kp_guard_new (GstElement *webrtcbin, KpGuardFunc func, gpointer user_data, GDestroyNotify notify)
{
  KpGuard *self = g_atomic_rc_box_new0 (KpGuard);

  g_mutex_init (&self->lock);
  self->func = func;
  self->user_data = user_data;
  self->notify = notify;
  self->webrtcbin = webrtcbin;
  self->element_added_id
      = g_signal_connect_data (webrtcbin, "deep-element-added", G_CALLBACK (deep_element_added_cb),
                               kp_guard_ref (self), guard_closure_notify, 0);

  return self;
}

void
kp_guard_set_fingerprint (KpGuard *self, const gchar *fingerprint)
{
  g_mutex_lock (&self->lock);
  g_free (self->fingerprint);
  self->fingerprint = g_strdup (fingerprint);
  g_mutex_unlock (&self->lock);
}

void
kp_guard_disconnect (KpGuard *self)
{
  GDestroyNotify notify;

  g_atomic_int_set (&self->disconnected, TRUE);
  g_mutex_lock (&self->lock);
  self->func = NULL;
  notify = g_steal_pointer (&self->notify);
  g_mutex_unlock (&self->lock);

  if (notify)
    notify (self->user_data);
  g_clear_signal_handler (&self->element_added_id, self->webrtcbin);
}
