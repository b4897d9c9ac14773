/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gstkurentoprelude.h"

G_BEGIN_DECLS

#define GST_TYPE_KURENTO_SIGNALLER (gst_kurento_signaller_get_type ())
GST_KURENTO_API
G_DECLARE_INTERFACE (GstKurentoSignaller, gst_kurento_signaller, GST, KURENTO_SIGNALLER, GObject)

/**
 * GstKurentoSignallerInterface:
 * @parent_iface: the parent interface
 * @start: connect or listen; ends in #GstKurentoSignaller::ready, #GstKurentoSignaller::lost or #GstKurentoSignaller::failed
 * @stop: drop everything at once; nothing is emitted after it returns
 * @send_offer: pass our offer to the peer
 * @send_answer: pass our answer to the peer
 * @send_candidate: pass a local ICE candidate to the peer
 * @send_error: tell the peer that the session failed, and end it
 * @refuse: tell the peer that what it wanted to change cannot be; the session goes on
 * @end_session: tell the peer that we leave; the signaller stays and may bring the next peer
 *
 * What a signalling protocol has to do. Each function is called in the #GMainContext that was the
 * thread default when the signaller was made, never blocks, and is optional.
 *
 * Since: 0.1
 */
struct _GstKurentoSignallerInterface
{
  GTypeInterface parent_iface;

  void (*start) (GstKurentoSignaller *self);
  void (*stop) (GstKurentoSignaller *self);
  void (*send_offer) (GstKurentoSignaller *self, const gchar *sdp);
  void (*send_answer) (GstKurentoSignaller *self, const gchar *sdp);
  void (*send_candidate) (GstKurentoSignaller *self, const gchar *candidate, guint sdp_mline_index,
                          const gchar *sdp_mid);
  void (*send_error) (GstKurentoSignaller *self, const GError *error);
  void (*end_session) (GstKurentoSignaller *self, const gchar *reason);
  void (*refuse) (GstKurentoSignaller *self, const GError *error);

  /*< private >*/
  gpointer _gst_reserved[7];
};

/* what the session calls */
GST_KURENTO_API
void gst_kurento_signaller_start (GstKurentoSignaller *self);
GST_KURENTO_API
void gst_kurento_signaller_stop (GstKurentoSignaller *self);
GST_KURENTO_API
void gst_kurento_signaller_send_offer (GstKurentoSignaller *self, const gchar *sdp);
GST_KURENTO_API
void gst_kurento_signaller_send_answer (GstKurentoSignaller *self, const gchar *sdp);
GST_KURENTO_API
void gst_kurento_signaller_send_candidate (GstKurentoSignaller *self, const gchar *candidate,
                                           guint sdp_mline_index, const gchar *sdp_mid);
GST_KURENTO_API
void gst_kurento_signaller_send_error (GstKurentoSignaller *self, const GError *error);
GST_KURENTO_API
void gst_kurento_signaller_refuse (GstKurentoSignaller *self, const GError *error);
GST_KURENTO_API
void gst_kurento_signaller_end_session (GstKurentoSignaller *self, const gchar *reason);

/* what an implementation calls */
GST_KURENTO_API
void gst_kurento_signaller_emit_ready (GstKurentoSignaller *self, const gchar *uri);
GST_KURENTO_API
void gst_kurento_signaller_emit_failed (GstKurentoSignaller *self, const GError *error);
GST_KURENTO_API
void gst_kurento_signaller_emit_lost (GstKurentoSignaller *self, const GError *error);
GST_KURENTO_API
void gst_kurento_signaller_emit_session_requested (GstKurentoSignaller *self);
GST_KURENTO_API
void gst_kurento_signaller_emit_session_ended (GstKurentoSignaller *self, const gchar *reason);
GST_KURENTO_API
void gst_kurento_signaller_emit_offer (GstKurentoSignaller *self, const gchar *sdp);
GST_KURENTO_API
void gst_kurento_signaller_emit_answer (GstKurentoSignaller *self, const gchar *sdp);
GST_KURENTO_API
void gst_kurento_signaller_emit_candidate (GstKurentoSignaller *self, const gchar *candidate,
                                           guint sdp_mline_index, const gchar *sdp_mid);
GST_KURENTO_API
void gst_kurento_signaller_emit_server_event (GstKurentoSignaller *self, const gchar *name,
                                              const gchar *json);

G_END_DECLS
