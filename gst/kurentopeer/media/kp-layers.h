/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kp-ladder.h"
#include "kp-sender.h"

/* A bin, pads "sink" (raw pictures) and "src" (RTP): a sender for each active layer of a simulcast, each in a thread of its
 * own. The layers' ssrcs are that of @config and those that follow; the pad "src" has @caps. But for the largest one, a layer whose
 * pictures would have less than 160 pixels the long way is not sent. @senders gets the KpSenders in the order of @ladder.
 * Floating. */
GstElement *kp_layers_new (const KpSenderConfig *config, const KpLadder *ladder, GstCaps *caps,
                           GPtrArray *senders, GError **error);

/* The @senders that were made of @ladder share @bitrate; the others, as kp_sender_set_scale(), are beside what the layers do
 * by themselves. Any thread, does not block. */
void kp_layers_set (const KpLadder *ladder, GPtrArray *senders, guint bitrate, gdouble down_by,
                    gdouble max_framerate);
