/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/sdp/sdp.h>

/* Payload types mean the same in all sections of a BUNDLE, and for as long as the session lives. Pure. */

#define KP_SDP_N_PAYLOAD_TYPES 128

/* Sets those of @taken, of KP_SDP_N_PAYLOAD_TYPES, that @sdp uses. */
void kp_sdp_mark_payload_types (const GstSDPMessage *sdp, gboolean *taken);

/* A free dynamic one, which is taken then; -1 when there is none. */
gint kp_sdp_take_payload_type (gboolean *taken);

/* The number that @sdp has for @format, a structure of caps; -1 when it has none. */
gint kp_sdp_find_payload_type (const GstSDPMessage *sdp, const GstStructure *format);

/* Gives @caps (taken), the formats of a new section, the numbers that @local and @remote have for them, and free ones otherwise.
 * What has no number left is removed. */
GstCaps *kp_sdp_renumber (GstCaps *caps, const GstSDPMessage *local, const GstSDPMessage *remote);

/* @payload_type is there, @rtx is not. */
void kp_sdp_media_add_rtx (GstSDPMedia *media, gint payload_type, gint rtx);

/* What repairs @payload_type in one of the sections before @end; -1 when nothing does. */
gint kp_sdp_find_rtx (const GstSDPMessage *sdp, guint end, gint payload_type);

/* Gives the codecs of section @index rtx formats with the numbers that the sections before it and @remote have for them, instead of
 * its own. */
void kp_sdp_renew_rtx (GstSDPMessage *sdp, guint index, const GstSDPMessage *remote);
