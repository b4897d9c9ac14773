/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* As many as there are in use; browsers make three. */
#define KP_MAX_LAYERS 4

/* One layer of a simulcast: RTCRtpEncodingParameters. */
typedef struct
{
  gchar *rid; /* owned */
  gdouble scale; /* at least 1; width and height are divided by it */
  gdouble max_framerate; /* pictures a second; 0 = all of them */
  guint max_bitrate; /* bit/s; 0 = what is left for it */
  gboolean active; /* else nothing is sent */
} KpLayer;

/* The layers of a simulcast, in the order of a=simulcast: the first one is preferred. Constant, reference counted. */
typedef struct
{
  guint n_layers; /* at least 1 */
  KpLayer layers[KP_MAX_LAYERS];
} KpLadder;

/* A list of RTCRtpEncodingParameters, {rid, scaleResolutionDownBy, maxFramerate, maxBitrate, active}, as JSON or "file:///x.json" that holds it. NULL
 * or "" are the layers h, m and l, scaled down by 1, 2 and 4. As in a browser, when none has scaleResolutionDownBy, each layer is half
 * as wide as the next. NULL on failure: the error names @property, the place and what was expected. Unknown members are logged. */
KpLadder *kp_ladder_parse (const gchar *property, const gchar *text, GError **error);

KpLadder *kp_ladder_ref (KpLadder *self);
void kp_ladder_unref (KpLadder *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KpLadder, kp_ladder_unref)

/* The layers that are among @rids, which the peer takes; or NULL. */
KpLadder *kp_ladder_restrict (const KpLadder *self, const gchar *const *rids);

/* The layers that the peer wants by the names of its choice: ours of the same names, or else, one after the other. */
KpLadder *kp_ladder_rename (const KpLadder *self, const gchar *const *rids);

/* Shares @bitrate by the pictures' sizes; what a layer may not have is left for the others. 0 for those that are not sent. */
void kp_ladder_share (const KpLadder *self, guint bitrate, guint shares[KP_MAX_LAYERS]);
