/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include <gst/gst.h>

#include "gstkurentoenums.h"

G_BEGIN_DECLS

#define GST_TYPE_KURENTO_PEER (gst_kurento_peer_get_type ())
GST_KURENTO_API
G_DECLARE_DERIVABLE_TYPE (GstKurentoPeer, gst_kurento_peer, GST, KURENTO_PEER, GstBin)

/**
 * GstKurentoPeerClass:
 * @parent_class: the parent class
 *
 * The class of #GstKurentoPeer.
 *
 * Since: 0.1
 */
struct _GstKurentoPeerClass
{
  GstBinClass parent_class;

  /*< private >*/
  gpointer _gst_reserved[GST_PADDING_LARGE];
};

GST_KURENTO_API
GstElement *gst_kurento_peer_new (const gchar *name, GstKurentoPeerMode mode);

/* settings, below PAUSED */
GST_KURENTO_API
gboolean gst_kurento_peer_set_configuration (GstKurentoPeer *self, const gchar *json, GError **error);
GST_KURENTO_API
gboolean gst_kurento_peer_set_media_constraints (GstKurentoPeer *self, const gchar *json, GError **error);
GST_KURENTO_API
gboolean gst_kurento_peer_set_data_channel_config (GstKurentoPeer *self, const gchar *json, GError **error);
GST_KURENTO_API
gboolean gst_kurento_peer_set_signaller_uri (GstKurentoPeer *self, const gchar *uri, GError **error);

/* negotiation, from PAUSED */
GST_KURENTO_API
void gst_kurento_peer_generate_offer_async (GstKurentoPeer *self, GCancellable *cancellable,
                                            GAsyncReadyCallback callback, gpointer user_data);
GST_KURENTO_API
gchar *gst_kurento_peer_generate_offer_finish (GstKurentoPeer *self, GAsyncResult *result, GError **error);
GST_KURENTO_API
void gst_kurento_peer_process_offer_async (GstKurentoPeer *self, const gchar *sdp, GCancellable *cancellable,
                                           GAsyncReadyCallback callback, gpointer user_data);
GST_KURENTO_API
gchar *gst_kurento_peer_process_offer_finish (GstKurentoPeer *self, GAsyncResult *result, GError **error);
GST_KURENTO_API
void gst_kurento_peer_process_answer_async (GstKurentoPeer *self, const gchar *sdp, GCancellable *cancellable,
                                            GAsyncReadyCallback callback, gpointer user_data);
GST_KURENTO_API
gboolean gst_kurento_peer_process_answer_finish (GstKurentoPeer *self, GAsyncResult *result, GError **error);
GST_KURENTO_API
void gst_kurento_peer_add_ice_candidate_async (GstKurentoPeer *self, const gchar *candidate,
                                               guint sdp_mline_index, const gchar *sdp_mid,
                                               GCancellable *cancellable, GAsyncReadyCallback callback,
                                               gpointer user_data);
GST_KURENTO_API
gboolean gst_kurento_peer_add_ice_candidate_finish (GstKurentoPeer *self, GAsyncResult *result,
                                                    GError **error);
GST_KURENTO_API
void gst_kurento_peer_close_async (GstKurentoPeer *self, GCancellable *cancellable,
                                   GAsyncReadyCallback callback, gpointer user_data);
GST_KURENTO_API
gboolean gst_kurento_peer_close_finish (GstKurentoPeer *self, GAsyncResult *result, GError **error);

/* pictures, from PAUSED */
GST_KURENTO_API
GstSample *gst_kurento_peer_get_current_frame (GstKurentoPeer *self, GstCaps *caps, GError **error);
GST_KURENTO_API
GstSample *gst_kurento_peer_get_current_local_frame (GstKurentoPeer *self, GstCaps *caps, GError **error);
GST_KURENTO_API
void gst_kurento_peer_show_local_video (GstKurentoPeer *self);

/* while connected */
GST_KURENTO_API
void gst_kurento_peer_get_stats_async (GstKurentoPeer *self, GCancellable *cancellable,
                                       GAsyncReadyCallback callback, gpointer user_data);
GST_KURENTO_API
GstStructure *gst_kurento_peer_get_stats_finish (GstKurentoPeer *self, GAsyncResult *result, GError **error);
GST_KURENTO_API
gboolean gst_kurento_peer_send_string (GstKurentoPeer *self, const gchar *label, const gchar *string,
                                       GError **error);
GST_KURENTO_API
gboolean gst_kurento_peer_send_data (GstKurentoPeer *self, const gchar *label, GBytes *data, GError **error);
GST_KURENTO_API
void gst_kurento_peer_create_data_channel_async (GstKurentoPeer *self, const gchar *label,
                                                 const gchar *options, GCancellable *cancellable,
                                                 GAsyncReadyCallback callback, gpointer user_data);
GST_KURENTO_API
gboolean gst_kurento_peer_create_data_channel_finish (GstKurentoPeer *self, GAsyncResult *result,
                                                      GError **error);
GST_KURENTO_API
void gst_kurento_peer_save_debug_bundle_async (GstKurentoPeer *self, const gchar *folder,
                                               GCancellable *cancellable, GAsyncReadyCallback callback,
                                               gpointer user_data);
GST_KURENTO_API
gboolean gst_kurento_peer_save_debug_bundle_finish (GstKurentoPeer *self, GAsyncResult *result,
                                                    GError **error);
GST_KURENTO_API
void gst_kurento_peer_request_keyframe (GstKurentoPeer *self);

G_END_DECLS
