/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

/* What Xlib has met in the threads that are watched. Xlib ends the process at an error that nobody handles; ximagesrc handles none, and meets one
 * whenever its window is closed. */
typedef struct
{
  gint is_gone; /* atomic; what was asked for is not there, or no more */
  gint has_failed; /* atomic; something else went wrong, like taking a picture of what is not on the screen */
} KpX11Errors;

/* From now on in this thread; NULL ends it. Errors in other threads are the application's. */
void kp_x11_watch (KpX11Errors *errors);

/* Whether there should be an X server: the environment says so. */
gboolean kp_x11_is_here (void);

/* The window that @name is: its XID in C notation, or its title. NULL is the whole screen, an @xid of 0. In a thread that is watched, as it
 * may block. NOT_FOUND, NOT_ALLOWED, NOT_SUPPORTED. */
gboolean kp_x11_find (const gchar *name, guint64 *xid, GError **error);
