/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

/* Makes an element and applies @settings, "name=value name=value" or NULL. A property that this version of the element
 * does not have is left out. Floating. NOT_SUPPORTED, with the name, when the element is not installed. */
GstElement *kp_element_new (const gchar *factory, const gchar *settings, GError **error);

/* The same for an element that is there. */
void kp_element_configure (GstElement *element, const gchar *settings);

GstElement *kp_element_new_capsfilter (const GstCaps *caps, GError **error);

gboolean kp_element_is_installed (const gchar *factory);

/* Adds @element, which is new, to @bin behind *@last, and makes it the *@last. The sink pad of the first one (*@last is
 * NULL), if it has one, becomes the pad "sink" of @bin. Takes @element; when that is NULL, @error was set by its maker. */
gboolean kp_element_append (GstBin *bin, GstElement **last, GstElement *element, GError **error);

/* Gives @bin the pad "src", that of @last. Returns it, owned by @bin. */
GstPad *kp_element_finish (GstBin *bin, GstElement *last);

/* New events like the sticky ones of @pad; of GstEvent. */
GPtrArray *kp_element_copy_sticky_events (GstPad *pad);
