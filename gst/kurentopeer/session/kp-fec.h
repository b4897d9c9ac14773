/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kp-media-kind.h"
#include "kp-sdp-fec.h"

#include <gst/gst.h>

/* What packets of forward error correction take, in per cent of the bytes of pictures: each third packet of a picture, from the first
 * one on, brings one. */
#define KP_FEC_PERCENTAGE 50

/* What webrtcbin's elements for ULPFEC and RED leave out: in 1.22 neither side keeps the header extensions, which ULPFEC covers, so that
 * what it recovers is noise; and the decoder of 1.22 stumbles over what a peer can have it recover. Thread safe. */
typedef struct _KpFec KpFec;

/* Before @webrtcbin has any of them. It may outlive it. */
KpFec *kp_fec_new (GstElement *webrtcbin);
KpFec *kp_fec_ref (KpFec *self);
void kp_fec_unref (KpFec *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KpFec, kp_fec_unref)

/* What was agreed on, before anything comes. */
void kp_fec_set_formats (KpFec *self, const KpFecFormats *formats);

/* @decoder: the rtpulpfecdec of a stream of @codec (its RTP name) that begins; webrtcbin finds the format only for the first one of a kind. */
void kp_fec_set_up_decoder (KpFec *self, GstElement *decoder, KpMediaKind kind, const gchar *codec);
