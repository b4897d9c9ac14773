/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "fake-signaller.h"
#include "kp-session.h"

/* A session in a pipeline of its own, with test sources and sinks, and everything that it says counted. */
typedef struct
{
  KpLoop *loop;
  GstElement *pipeline;
  GstElement *bin;
  KpSettings *settings;
  FakeSignaller *signaller;
  KpSession *session;
  KpSession *candidates_to; /* gets our candidates by kp_session_add_candidate(); or NULL */
  GstElement *gates[KP_N_MEDIA_KINDS]; /* NULL: nothing of that kind is sent */

  GMutex lock; /* guards everything below */
  GCond changed;
  guint events[KP_N_EVENTS]; /* how many came */
  gchar *last[KP_N_EVENTS]; /* the last one's first argument, if it is a string */
  GError *error; /* of the last peer-error */
  GString *attempts; /* of reconnecting: number, ms before it, and cause */
  GError *fatal;
  gchar *channel_error; /* of the last data-channel-error */
  gchar *message; /* of the last data-channel-message */
  GPtrArray *received; /* of GBytes; all data-channel-messages */
  GString *kinds; /* of them: t text, b binary */
  guint frames; /* received */
  guint samples; /* received audio buffers with sound in them */
  guint32 colour; /* RGB of the middle of the last frame */
  GstElement *outlets[KP_N_MEDIA_KINDS];
  GstElement *further_outlet; /* of the second video */
  guint further_frames;
  guint32 further_colour;
} SessionPeer;

/* Loads what the peers need and makes the process's DTLS key; waits for it. */
void session_peer_prewarm (void);

/* @sources: 0, or bits: 1 audio, 2 video. @colour: foreground-color of the solid picture that it sends. */
SessionPeer *session_peer_new (const gchar *name, GstKurentoPeerMode mode, guint sources, guint32 colour);
/* Before start; makes the session anew. */
void session_peer_set_video_codecs (SessionPeer *self, const gchar *codecs);
/* The same with data-channel-config, of single quotes instead of double ones. */
void session_peer_set_data_channel (SessionPeer *self, const gchar *config);
/* Makes the session anew, with settings that the test has changed; before start. */
void session_peer_apply_settings (SessionPeer *self);
void session_peer_start (SessionPeer *self);
void session_peer_stop (SessionPeer *self);
void session_peer_free (SessionPeer *self);

/* A second source of video, while it plays; borrowed. */
GstElement *session_peer_add_video (SessionPeer *self, guint32 colour);
/* Takes it, the gate, away again, or the first one. */
void session_peer_remove_video (SessionPeer *self, GstElement *gate);

/* Fail after 10 s. */
/* Owned; the only one that is in the bin, once it is not @former (which may be NULL). */
GstElement *session_peer_wait_webrtcbin (SessionPeer *self, GstElement *former);
void session_peer_wait_event (SessionPeer *self, KpEventType type, guint n);
void session_peer_wait_frames (SessionPeer *self, guint more, guint32 colour);
void session_peer_wait_further_frames (SessionPeer *self, guint more, guint32 colour);
void session_peer_wait_sound (SessionPeer *self, guint more);
guint session_peer_count_frames (SessionPeer *self);
