/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/sdp/sdp.h>

/* What gstreamer-sdp leaves out for changing a description in place. For the other kp-sdp files only. */

GstSDPMedia *kp_sdp_edit_media (GstSDPMessage *sdp, guint index);

/* also finds flags that were added with a NULL value, as webrtcbin does */
gboolean kp_sdp_media_has_attribute (const GstSDPMedia *media, const gchar *name);
void kp_sdp_media_remove_attributes (GstSDPMedia *media, const gchar *name);
/* replaces all of that name by one */
void kp_sdp_media_set_attribute (GstSDPMedia *media, const gchar *name, const gchar *value);
void kp_sdp_remove_attributes (GstSDPMessage *sdp, const gchar *name);
/* what follows "BUNDLE", or NULL */
gchar **kp_sdp_dup_bundle (const GstSDPMessage *sdp);
