/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

/* Of a stream that is protected, packets of FEC get lost as well. They look like pictures then: the depayloader would ask for a
 * keyframe. */

/* Follows the packets of one stream. */
typedef struct
{
  gboolean is_vp9;
  gint picture_id; /* of the latest packet; -1 = not known */
  gint id_bits; /* 7 or 15 */
  gboolean is_complete; /* it was the last one of its picture */
} KpFecLoss;

/* FALSE: pictures of that codec (by its RTP name) are not numbered. */
gboolean kp_fec_loss_init (KpFecLoss *self, const gchar *codec);

/* Takes the next packet. TRUE: no picture is missing in front of it, whatever is. */
gboolean kp_fec_loss_follow (KpFecLoss *self, GstBuffer *packet);

/* Has packets that come out of @src, a pad of a decoder, without reason to be DISCONT, be none. */
void kp_fec_loss_watch (GstPad *src, const gchar *codec);
