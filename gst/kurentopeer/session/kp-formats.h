/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kp-codec.h"
#include "kp-sdp.h"

/* Which of a description's formats we use. Pure. */

/* The caps of an offer of @codecs (GPtrArray of const KpCodec *), each with its default payload type. @encoded: what comes
 * encoded, with its profile, or NULL. */
GstCaps *kp_formats_offer (GPtrArray *codecs, const GstCaps *encoded);

/* The first of @codecs that @media has, in the form that suits us best (H.264: packetization-mode 1, a profile that can
 * decode ours; VP9: our profile). Ours is that of @encoded, or, when that is NULL, constrained baseline and profile 0. Its caps as described, its payload type. NEGOTIATION names what either side
 * has when there is none. */
GstCaps *kp_formats_choose (const GstSDPMedia *media, GPtrArray *codecs, const GstCaps *encoded,
                            const KpCodec **codec, guint *payload_type, GError **error);

/* Those of @codecs that @media has, in its order. */
GPtrArray *kp_formats_list_in_order (const GstSDPMedia *media, GPtrArray *codecs, const GstCaps *encoded);

/* The caps of the first format that can be described; NULL when there is none. */
GstCaps *kp_formats_first (const GstSDPMedia *media);
