/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gstkurentoenums.h"
#include "kp-codec.h"

/* The elements of a receiver, between its ghost pads:
 *   raw      depayloader ! [parser !] decoder ! convert
 *   encoded  depayloader ! [parser]
 *   rtp      nothing that changes packets */
typedef struct
{
  GstElement *first; /* borrowed; the depayloader, or what RTP passes through */
  GstElement *last_coded; /* borrowed; a keyframe that comes out of it was good */
} KpReceiverChain;

gboolean kp_receiver_chain_build (KpReceiverChain *self, GstBin *bin, const KpCodec *codec,
                                  GstKurentoOutput output, GError **error);
