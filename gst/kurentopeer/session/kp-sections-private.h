/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kp-sections.h"

/* @track: what is sent, when @direction says so, or NULL. */
KpSection *kp_section_new (guint mline_index, KpMediaKind kind, KpDirection direction, const KpTrack *track);

void kp_section_free (KpSection *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KpSection, kp_section_free)

/* Those that the section can be of, best first. What comes encoded leaves no choice. */
GPtrArray *kp_section_list_codecs (const KpSection *self, const KpSettings *settings, GError **error);

/* Makes it in webrtcbin; takes @caps, what it offers or accepts. */
gboolean kp_section_realize (KpSection *self, KpConnection *connection, const KpSettings *settings,
                             GstCaps *caps, GError **error);

/* Simulcast, before it is realized; kp-sections-simulcast.c. What is offered; and what is sent to, and received of, a peer
 * that offers. */
void kp_section_offer_layers (KpSection *self, const KpSettings *settings);
void kp_section_answer_layers (KpSection *self, const KpSettings *settings, const GstSDPMedia *offer);
/* What the peer takes of our offer. */
void kp_section_take_layers (KpSection *self, const GstSDPMedia *answer);
/* It will receive what @remote, the peer's description, has; after its kp_connection_set_section(). */
void kp_section_receive_layers (KpSection *self, KpConnection *connection, const GstSDPMedia *remote);

guint kp_sections_count_kind (GPtrArray *sections, KpMediaKind kind);
/* All source pads that their streams go to. */
guint kp_sections_count_pads (GPtrArray *sections, KpMediaKind kind);
