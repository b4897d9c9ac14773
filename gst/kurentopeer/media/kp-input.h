/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kp-codec.h"

/* What comes to a media sink pad. */

typedef enum
{
  KP_INPUT_RAW,
  KP_INPUT_ENCODED,
  KP_INPUT_RTP,
} KpInputForm;

typedef struct
{
  KpInputForm form;
  const KpCodec *codec; /* NULL: raw media */
} KpInput;

/* By the caps of a pad. NOT_SUPPORTED that names what is missing: an encoding that nobody knows, a payloader. */
gboolean kp_input_parse (KpInput *self, KpMediaKind kind, const GstCaps *caps, GError **error);

/* By the caps that upstream may send. FALSE when they leave the choice. */
gboolean kp_input_guess (KpInput *self, KpMediaKind kind, const GstCaps *caps);

gboolean kp_input_is_equal (const KpInput *a, const KpInput *b);

/* "raw video", "H264", "H264 in RTP". Owned. */
gchar *kp_input_describe (const KpInput *self, KpMediaKind kind);

/* The elements that make parsed media of it, in a bin with the pads "sink" and "src". Floating; NULL without @error when
 * nothing has to be done. */
GstElement *kp_input_make_chain (const KpInput *self, GError **error);
