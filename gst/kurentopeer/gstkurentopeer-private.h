/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gstkurentopeer.h"
#include "kp-capture.h"
#include "kp-last-frame.h"
#include "kp-loudness.h"
#include "kp-session.h"
#include "kp-view.h"

GST_DEBUG_CATEGORY_EXTERN (gst_kurento_peer_debug);

/* The properties of gstkurentopeer-network.c, in their order. */
enum
{
  GST_KURENTO_PEER_NETWORK_CERTIFICATE,
  GST_KURENTO_PEER_NETWORK_MIN_PORT,
  GST_KURENTO_PEER_NETWORK_MAX_PORT,
  GST_KURENTO_PEER_NETWORK_LOCAL_ADDRESSES,
  GST_KURENTO_PEER_NETWORK_EXTERNAL_ADDRESS,
  GST_KURENTO_PEER_NETWORK_CONNECTION_CONSTRAINTS,
  GST_KURENTO_PEER_N_NETWORK,
};

/* The properties of gstkurentopeer-bitrate.c, in their order. */
enum
{
  GST_KURENTO_PEER_BITRATE_MIN,
  GST_KURENTO_PEER_BITRATE_START,
  GST_KURENTO_PEER_BITRATE_MAX,
  GST_KURENTO_PEER_BITRATE_CONGESTION_CONTROL,
  GST_KURENTO_PEER_BITRATE_DEGRADATION_PREFERENCE,
  GST_KURENTO_PEER_N_BITRATE,
};

/* The values of the former. */
typedef struct
{
  gchar *certificate; /* owned; PEM with the private key, or file:// */
  guint min_port;
  guint max_port;
  gchar *local_addresses; /* owned */
  gchar *external_address; /* owned */
  gchar *connection_constraints; /* owned; JSON */
  GstElement *peer_connection; /* owned; the application's, or NULL */
} GstKurentoPeerNetwork;

/* What the application has set. The JSON texts are kept as they came, and read by gst_kurento_peer_read_settings(). */
typedef struct
{
  KpSettings *settings; /* owned; the values that need no reading */
  gchar *media_constraints; /* owned; JSON */
  gchar *window; /* owned */
  gchar *configuration; /* owned; JSON */
  gchar *data_channel_config; /* owned; JSON */
  gboolean simulcast;
  gchar *simulcast_layers; /* owned; JSON */
  gchar *hark; /* owned; JSON */
  gchar *stun_server; /* owned */
  gchar *turn_server; /* owned */
  GstKurentoPeerNetwork network;
  gchar *signaller_uri; /* owned */
  GError *signaller_error; /* owned; why there is no signaller in spite of a URI */
  GstWebRTCICETransportPolicy ice_transport_policy;
  GstKurentoSendSource send_source;
  gboolean has_media_constraints; /* they were set */
  gboolean post_data_messages;
  gboolean auto_reconnect;
  guint stats_interval; /* ms; 0 = never */
  gboolean disabled[KP_N_MEDIA_KINDS];
  gboolean frozen; /* a session works with a copy: changes are refused */
} GstKurentoPeerSettings;

/* One media sink pad, or one source of the element's own. */
typedef struct
{
  KpMediaKind kind;
  GstElement *gate; /* owned */
  GstPad *pad; /* owned; the ghost pad, or NULL */
  GstElement *capture; /* owned; the source, or NULL */
} GstKurentoPeerTrack;

/* Sinks of the application that show or play what goes through, in the order of their properties. */
typedef enum
{
  KP_VIEW_LOCAL_VIDEO,
  KP_VIEW_REMOTE_VIDEO,
  KP_VIEW_REMOTE_AUDIO,
  KP_N_VIEWS,
} GstKurentoPeerViewId;

/* A data sink pad, or a data source pad. */
typedef struct
{
  GstKurentoPeer *peer; /* borrowed */
  guint index;
  GstElement *element; /* owned; KpDataSink, or a source */
  GstPad *pad; /* owned; the ghost pad */
  gboolean finishing; /* a sink's: at EOS, its channel is closing */
  gboolean ended; /* a sink's: and has closed */
} GstKurentoPeerDataPad;

/* One source pad. */
typedef struct
{
  KpMediaKind kind;
  guint index;
  GstElement *outlet; /* owned */
  GstPad *pad; /* owned; the ghost pad, NULL until it is exposed */
} GstKurentoPeerStream;

/* What is heard of one side. */
typedef struct
{
  KpLoudness loudness; /* of all its sound; thread safe */
  KpSpeech speech; /* peer loop */
} GstKurentoPeerVoice;

typedef struct _GstKurentoPeerWaiting GstKurentoPeerWaiting;

/* Whether there is something to send: of sources of the element's own that take time to open. */
typedef struct
{
  guint n_pending; /* are not known to work */
  GError *error; /* owned; why one does not, or NULL */
  GPtrArray *waiting; /* owned; of GstKurentoPeerWaiting, or NULL */
} GstKurentoPeerCaptures;

/* Everything but the first two is guarded by the OBJECT_LOCK, which is never held across a call-out. */
typedef struct
{
  KpLoop *loop; /* owned; constant */
  const KpEvent *emitted; /* borrowed; whose signal is being emitted, or NULL; the peer loop's */
  GstKurentoPeerSettings settings;
  GstKurentoSignaller *signaller; /* owned; or NULL */
  GMainContext
      *signaller_context; /* owned; in which one of the application's is called, or NULL: the peer loop */
  KpSession *session; /* owned; from READY->PAUSED to PAUSED->READY */
  KpSessionStatus status;
  GPtrArray *tracks; /* owned; of GstKurentoPeerTrack */
  GPtrArray *streams; /* owned; of GstKurentoPeerStream */
  GstKurentoPeerVoice voices[2]; /* ours and the peer's; without the lock */
  GSource *listen_timer; /* owned; of state changes, or NULL */
  KpLastFrame remote_frame; /* of video_src_0; with a lock of its own */
  GPtrArray *data_sinks; /* owned; of GstKurentoPeerDataPad */
  GPtrArray *data_srcs; /* owned; of GstKurentoPeerDataPad */
  GstKurentoPeerCaptures captures; /* from READY->PAUSED to PAUSED->READY */
  KpEcho *echo; /* owned; of our microphone; from READY->PAUSED to PAUSED->READY, or NULL */
  GSource *close_timer; /* owned; of data channels that close, or NULL */
  GstElement *view_sinks[KP_N_VIEWS]; /* owned; as they were set, or NULL */
  KpView *views[KP_N_VIEWS]; /* owned; from READY->PAUSED to PAUSED->READY, or NULL */
  guint next_sink_index[KP_N_MEDIA_KINDS];
  gboolean outlets_ended; /* EOS went out of the source pads */
  gboolean done; /* as a sink */
  gboolean closed; /* by the application */
} GstKurentoPeerPrivate;

/* The properties of what is captured. */
enum
{
  GST_KURENTO_PEER_CAPTURE_SEND_SOURCE,
  GST_KURENTO_PEER_CAPTURE_WINDOW,
  GST_KURENTO_PEER_CAPTURE_MEDIA_CONSTRAINTS,
  GST_KURENTO_PEER_CAPTURE_AUTO_RECONNECT,
  GST_KURENTO_PEER_N_CAPTURE,
};

/* The properties that are only read. */
enum
{
  GST_KURENTO_PEER_STATUS_PEER_CONNECTION,
  GST_KURENTO_PEER_STATUS_CONNECTION_STATE,
  GST_KURENTO_PEER_STATUS_ICE_CONNECTION_STATE,
  GST_KURENTO_PEER_STATUS_ICE_GATHERING_STATE,
  GST_KURENTO_PEER_STATUS_SIGNALING_STATE,
  GST_KURENTO_PEER_STATUS_LOCAL_DESCRIPTION,
  GST_KURENTO_PEER_STATUS_REMOTE_DESCRIPTION,
  GST_KURENTO_PEER_STATUS_LOCAL_CANDIDATES,
  GST_KURENTO_PEER_STATUS_REMOTE_STREAM,
  GST_KURENTO_PEER_STATUS_ESTIMATED_BITRATE,
  GST_KURENTO_PEER_STATUS_DATA_CHANNEL, /* is asked for when it is read */
  GST_KURENTO_PEER_STATUS_LOCAL_STREAM, /* the same */
  GST_KURENTO_PEER_N_STATUS,
};

/* gstkurentopeer.c */
GstKurentoPeerPrivate *gst_kurento_peer_get_private (GstKurentoPeer *self);
KpSession *gst_kurento_peer_dup_session (GstKurentoPeer *self);
gboolean gst_kurento_peer_post (GstKurentoPeer *self, KpLoopFunc func, gpointer user_data,
                                GDestroyNotify notify);
void gst_kurento_peer_post_error (GstKurentoPeer *self, const GError *error);
void gst_kurento_peer_finish (GstKurentoPeer *self, const gchar *reason);

/* gstkurentopeer-bin.c */
void gst_kurento_peer_install_bin (GstBinClass *klass);
void gst_kurento_peer_child_proxy_init (gpointer iface, gpointer data);

/* gstkurentopeer-properties.c */
void gst_kurento_peer_install_properties (GObjectClass *klass);
void gst_kurento_peer_install_fixed_mode (GObjectClass *klass, GstKurentoPeerMode mode);

/* gstkurentopeer-async.c */
KpSession *gst_kurento_peer_begin (GstKurentoPeer *self, GCancellable *cancellable,
                                   GAsyncReadyCallback callback, gpointer user_data, gpointer tag,
                                   GDestroyNotify result_free, GTask **task);

/* gstkurentopeer-data.c */
GstWebRTCDataChannel *gst_kurento_peer_dup_data_channel (GstKurentoPeer *self);

/* gstkurentopeer-datapads.c */
void gst_kurento_peer_install_data_templates (GstElementClass *klass);
gboolean gst_kurento_peer_is_data_template (GstPadTemplate *template);
void gst_kurento_peer_data_pad_free (GstKurentoPeerDataPad *self);
GstPad *gst_kurento_peer_request_data_pad (GstKurentoPeer *self, GstPadTemplate *template,
                                           const gchar *wanted);
void gst_kurento_peer_release_data_pad (GstKurentoPeer *self, GstPad *pad);
void gst_kurento_peer_wake_data_sinks (GstKurentoPeer *self);
void gst_kurento_peer_take_data_event (GstKurentoPeer *self, const KpEvent *event);
void gst_kurento_peer_end_data_sources (GstKurentoPeer *self);
void gst_kurento_peer_restart_data (GstKurentoPeer *self);
void gst_kurento_peer_stop_data (GstKurentoPeer *self);
void gst_kurento_peer_remove_data (GstKurentoPeer *self);

/* gstkurentopeer-status.c */
GParamSpec **gst_kurento_peer_make_status_specs (void);
gboolean gst_kurento_peer_get_status_locked (GstKurentoPeer *self, guint index, GValue *value);
guint32 gst_kurento_peer_set_status (GstKurentoPeer *self, const KpSessionStatus *status);
void gst_kurento_peer_notify_status (GstKurentoPeer *self, guint32 changed);

/* gstkurentopeer-settings.c */
void gst_kurento_peer_settings_init (GstKurentoPeerSettings *self);
void gst_kurento_peer_settings_clear (GstKurentoPeerSettings *self);
void gst_kurento_peer_set_mode_locked (GstKurentoPeer *self, GstKurentoPeerMode mode);
KpSettings *gst_kurento_peer_read_settings (GstKurentoPeer *self, GError **error);

/* gstkurentopeer-signaller.c */
void gst_kurento_peer_take_signaller_uri (GstKurentoPeer *self, const gchar *uri);
void gst_kurento_peer_set_signaller (GstKurentoPeer *self, GstKurentoSignaller *signaller);
GstKurentoSignaller *gst_kurento_peer_dup_signaller (GstKurentoPeer *self);
GstKurentoSignaller *gst_kurento_peer_make_session_signaller (GstKurentoPeer *self);
gpointer gst_kurento_peer_get_signaller_child (GstKurentoPeer *self);

/* gstkurentopeer-network.c */
void gst_kurento_peer_network_init (GstKurentoPeerNetwork *self);
void gst_kurento_peer_network_copy (const GstKurentoPeerNetwork *from, GstKurentoPeerNetwork *to);
void gst_kurento_peer_network_clear (GstKurentoPeerNetwork *self);
void gst_kurento_peer_set_network_locked (GstKurentoPeer *self, guint id, const GValue *value);
gboolean gst_kurento_peer_get_network_locked (GstKurentoPeer *self, guint id, GValue *value);
gboolean gst_kurento_peer_network_read (const GstKurentoPeerNetwork *self, KpSettings *settings,
                                        GError **error);
void gst_kurento_peer_set_peer_connection_locked (GstKurentoPeer *self, GstElement *webrtcbin);
void gst_kurento_peer_give_peer_connection (GstKurentoPeer *self, KpSession *session);
void gst_kurento_peer_make_network_specs (GParamSpec **specs, GParamFlags flags);

/* gstkurentopeer-bitrate.c */
void gst_kurento_peer_set_bitrate_locked (GstKurentoPeer *self, guint index, const GValue *value);
gboolean gst_kurento_peer_get_bitrate_locked (GstKurentoPeer *self, guint index, GValue *value);
void gst_kurento_peer_give_bitrates_locked (GstKurentoPeer *self, KpSession *session);
gboolean gst_kurento_peer_check_bitrates (const KpSettings *settings, GError **error);
void gst_kurento_peer_make_bitrate_specs (GParamSpec **specs, GParamFlags setting, GParamFlags always);

/* gstkurentopeer-pads.c */
void gst_kurento_peer_install_pad_templates (GstElementClass *klass);
void gst_kurento_peer_remove_pad_templates (GstElementClass *klass, GstPadDirection direction);
GstPad *gst_kurento_peer_request_new_pad (GstElement *element, GstPadTemplate *template, const gchar *name,
                                          const GstCaps *caps);
void gst_kurento_peer_release_pad (GstElement *element, GstPad *pad);
void gst_kurento_peer_drop_child (GstElement *child);
void gst_kurento_peer_track_free (GstKurentoPeerTrack *self);
gboolean gst_kurento_peer_add_tracks (GstKurentoPeer *self, KpSession *session, const KpSettings *settings,
                                      GError **error);
void gst_kurento_peer_end_captures (GstKurentoPeer *self);
void gst_kurento_peer_remove_captures (GstKurentoPeer *self);
GPtrArray *gst_kurento_peer_list_gates (GstKurentoPeer *self, KpMediaKind kind);
gboolean gst_kurento_peer_is_local (GstKurentoPeer *self, GstObject *object);
void gst_kurento_peer_query_latency (GstKurentoPeer *self, GstQuery *query);

/* gstkurentopeer-captures.c */
gboolean gst_kurento_peer_await_captures (GstKurentoPeer *self, KpSession *session, const gchar *sdp,
                                          GTask *task);
void gst_kurento_peer_expect_capture (GstKurentoPeer *self);
void gst_kurento_peer_init_capture_options (GstKurentoPeer *self, const KpSettings *settings,
                                            KpCaptureOptions *options);
void gst_kurento_peer_watch_echo (GstKurentoPeer *self, GstPad *pad);
void gst_kurento_peer_set_capture_locked (GstKurentoPeer *self, guint index, const GValue *value);
gboolean gst_kurento_peer_get_capture_locked (GstKurentoPeer *self, guint index, GValue *value);
void gst_kurento_peer_make_capture_specs (GParamSpec **specs, GParamFlags setting, GParamFlags always);
void gst_kurento_peer_forget_captures (GstKurentoPeer *self);
void gst_kurento_peer_drop_capture (GstElement *capture);
gboolean gst_kurento_peer_handle_capture (GstKurentoPeer *self, GstMessage *message);

/* gstkurentopeer-repair.c: do-retransmission and do-fec. FALSE: @id is none of them. */
#define GST_KURENTO_PEER_N_REPAIR 2
gboolean gst_kurento_peer_set_repair (KpSettings *settings, guint id, const GValue *value);
gboolean gst_kurento_peer_get_repair (const KpSettings *settings, guint id, GValue *value);
void gst_kurento_peer_make_repair_specs (GParamSpec **specs, GParamFlags flags);

/* gstkurentopeer-enabled.c */
void gst_kurento_peer_set_enabled (GstKurentoPeer *self, KpMediaKind kind, gboolean enabled);
void gst_kurento_peer_make_enabled_specs (GParamSpec **specs, GParamFlags flags);

/* gstkurentopeer-frames.c */
KpSession *gst_kurento_peer_dup_open_session (GstKurentoPeer *self, GError **error);

/* gstkurentopeer-localstream.c */
GstStreamCollection *gst_kurento_peer_dup_local_stream (GstKurentoPeer *self, GstElement *capture);
void gst_kurento_peer_notify_local_stream (GstKurentoPeer *self);
void gst_kurento_peer_watch_local_stream (GstKurentoPeer *self, GstElement *gate);

/* gstkurentopeer-speaking.c */
void gst_kurento_peer_start_listening (GstKurentoPeer *self, const KpSpeechConfig *config);
void gst_kurento_peer_stop_listening (GstKurentoPeer *self);
GParamSpec *gst_kurento_peer_make_hark_spec (GParamFlags flags);

/* gstkurentopeer-streams.c */
void gst_kurento_peer_stream_free (GstKurentoPeerStream *self);
GstElement *gst_kurento_peer_get_outlet (KpMediaKind kind, guint index, gpointer user_data);
void gst_kurento_peer_end_streams (GstKurentoPeer *self);
void gst_kurento_peer_stop_streams (GstKurentoPeer *self);
void gst_kurento_peer_remove_streams (GstKurentoPeer *self);

/* gstkurentopeer-views.c */
void gst_kurento_peer_set_view_sink (GstKurentoPeer *self, GstKurentoPeerViewId id, GstElement *sink);
gboolean gst_kurento_peer_get_view_sink_locked (GstKurentoPeer *self, guint id, GValue *value);
void gst_kurento_peer_clear_view_sinks (GstKurentoPeer *self);
gboolean gst_kurento_peer_check_views (GstKurentoPeer *self, const KpSettings *settings, GError **error);
gboolean gst_kurento_peer_add_views (GstKurentoPeer *self, const KpSettings *settings, GError **error);
void gst_kurento_peer_remove_views (GstKurentoPeer *self);
KpView *gst_kurento_peer_dup_view (GstKurentoPeer *self, GstKurentoPeerViewId id);
void gst_kurento_peer_update_local_view (GstKurentoPeer *self);
void gst_kurento_peer_query_view_latency (GstKurentoPeer *self, GstClockTime *min, GstClockTime *max);
void gst_kurento_peer_set_view_latency (GstKurentoPeer *self, GstClockTime latency);
void gst_kurento_peer_make_view_specs (GParamSpec **specs, GParamFlags flags);

/* gstkurentopeer-signals.c */
void gst_kurento_peer_install_events (void);
void gst_kurento_peer_install_signals (GType type, guint *ids);
gboolean gst_kurento_peer_emit_setup (GstElement *element, gboolean is_encoder, KpMediaKind kind,
                                      gpointer user_data);
void gst_kurento_peer_emit_event (GstKurentoPeer *self, const KpEvent *event);
/* In a handler of an event: what it counts for until it is taken; owned, or NULL. */
KpBacklogEntry *gst_kurento_peer_dup_emitted (GstKurentoPeer *self);

/* gstkurentopeer-debug.c; peer loop; takes @promise, which may be NULL */
void gst_kurento_peer_run_save_debug_bundle (GstKurentoPeer *self, const gchar *folder, GstPromise *promise);

/* gstkurentopeer-actions.c */
void gst_kurento_peer_answer (GstPromise *promise, const GError *error); /* takes @promise */
void gst_kurento_peer_install_actions (void);
