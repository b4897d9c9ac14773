/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kp-media-kind.h"
#include "kp-rtp-uris.h"

#include <gst/sdp/sdp.h>

/* The RTP header extensions of a section. Pure. */

typedef struct
{
  guint twcc; /* ids; 0 = there is none */
  guint mid;
  guint rid; /* of simulcast only */
  guint repaired_rid; /* the same */
  guint level; /* of audio */
} KpExtensions;

/* Those that @media has. */
void kp_extensions_read (KpExtensions *self, const GstSDPMedia *media);

/* Those of a section of @kind that we add to a session of @local and @remote, or to a new one (both NULL): as they are numbered there, or
 * as is free. */
void kp_extensions_choose (KpExtensions *self, KpMediaKind kind, const GstSDPMessage *local,
                           const GstSDPMessage *remote);

/* The fields of webrtcbin's codec preferences. */
void kp_extensions_write (const KpExtensions *self, GstCaps *caps);
