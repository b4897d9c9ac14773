/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kp-codec.h"

/* Writes the profile of @encoded, caps of encoded media, into @rtp, caps of kp_codec_get_rtp_caps(); what is not known
 * stays. */
void kp_codec_profile_apply (const KpCodec *codec, const GstCaps *encoded, GstCaps *rtp);

/* How well a peer whose format is @theirs can decode what we describe by @ours, both application/x-rtp. 0: not at all. */
guint kp_codec_profile_rate (const KpCodec *codec, const GstStructure *ours, const GstStructure *theirs);
