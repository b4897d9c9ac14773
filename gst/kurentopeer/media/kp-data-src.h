/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kp-backlog.h"

#include <gst/gst.h>

/* From a data channel to a data source pad: a message is a buffer, with the time at which it came. */

/* Floating; a live source with the pad "src". NOT_SUPPORTED when appsrc is not installed. */
GstElement *kp_data_src_new (GError **error);

/* Never blocks. A pad that is not linked takes nothing. @waiting (or NULL) counts until the buffer is out. */
void kp_data_src_push (GstElement *self, GBytes *data, gboolean is_text, KpBacklogEntry *waiting);

/* EOS, after what waits. */
void kp_data_src_end (GstElement *self);
