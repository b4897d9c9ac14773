/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-x11.h"

#include "gstkurentoerror.h"

#ifdef HAVE_X11
#include <X11/Xlib.h>
#include <X11/Xutil.h>
#include <gio/gunixsocketaddress.h>
#include <stdio.h>

static GPrivate watched; /* KpX11Errors of this thread, borrowed */
static XErrorHandler former_handler; /* of the application, or of Xlib */
static GMutex handler_lock;

static int
error_cb (Display *display, XErrorEvent *event)
{
  KpX11Errors *errors = g_private_get (&watched);

  if (!errors)
    return former_handler (display, event);

  g_atomic_int_set (&errors->has_failed, TRUE);
  if (event->error_code == BadWindow || event->error_code == BadDrawable)
    g_atomic_int_set (&errors->is_gone, TRUE);

  return 0;
}

void
kp_x11_watch (KpX11Errors *errors)
{
  g_private_set (&watched, errors);
  if (!errors)
    return;

  /* toolkits set theirs whenever they begin */
  g_mutex_lock (&handler_lock);
  {
    XErrorHandler handler = XSetErrorHandler (error_cb);

    if (handler != error_cb)
      former_handler = handler;
  }
  g_mutex_unlock (&handler_lock);
}

gboolean
kp_x11_is_here (void)
{
  const gchar *name = g_getenv ("DISPLAY");

  return name && *name;
}

/* Whether a server of this machine listens, which then wants nothing of us. */
static gboolean
is_refused (const gchar *display)
{
  guint number = 0;
  g_autofree gchar *path = NULL;
  g_autoptr (GSocketAddress) address = NULL;
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection = NULL;

  if (sscanf (display, ":%u", &number) != 1)
    return FALSE;

  path = g_strdup_printf ("/tmp/.X11-unix/X%u", number);
  address = g_unix_socket_address_new (path);
  connection = g_socket_client_connect (client, G_SOCKET_CONNECTABLE (address), NULL, NULL);

  return connection != NULL;
}

static void
fail_to_open (GError **error)
{
  const gchar *name = g_getenv ("DISPLAY");

  if (is_refused (name))
    g_set_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_NOT_ALLOWED,
                 "send-source: the X server %s refuses us (see XAUTHORITY)", name);
  else
    g_set_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_NOT_FOUND,
                 "send-source: there is no X server %s (see DISPLAY)", name);
}

static gboolean
has_title (Display *display, Window window, const gchar *title)
{
  XTextProperty property = { NULL };
  Atom utf8_name = XInternAtom (display, "_NET_WM_NAME", False);
  gboolean is_it;

  if (!XGetTextProperty (display, window, &property, utf8_name) && !XGetWMName (display, window, &property))
    return FALSE;

  is_it = property.value && g_str_equal (property.value, title);
  XFree (property.value);

  return is_it;
}

/* Windows that are hidden have no picture. */
static gboolean
is_visible (Display *display, Window window)
{
  XWindowAttributes attributes;

  return XGetWindowAttributes (display, window, &attributes) && attributes.map_state == IsViewable
         && attributes.class == InputOutput;
}

/* Among all windows below @parent, as deep as they are; 0: there is none. */
static Window
find_title (Display *display, Window parent, const gchar *title)
{
  Window root;
  Window above;
  Window found = 0;
  Window *children = NULL;
  unsigned int n = 0;

  if (!XQueryTree (display, parent, &root, &above, &children, &n))
    return 0;

  /* the last is the topmost */
  for (unsigned int i = n; i > 0 && !found; i--)
    if (has_title (display, children[i - 1], title) && is_visible (display, children[i - 1]))
      found = children[i - 1];
    else
      found = find_title (display, children[i - 1], title);
  if (children)
    XFree (children);

  return found;
}

/* What ximagesrc can take pictures of. It would take the whole screen instead of a window that is not there. */
static gboolean
check_window (Display *display, Window window, const gchar *name, GError **error)
{
  XWindowAttributes attributes;

  if (!window || !is_visible (display, window) || !XGetWindowAttributes (display, window, &attributes))
    {
      g_set_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_NOT_FOUND,
                   "window: there is no window \"%s\", or it is hidden", name);
      return FALSE;
    }

  if (attributes.depth != DefaultDepthOfScreen (attributes.screen))
    {
      g_set_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_NOT_SUPPORTED,
                   "window: the window \"%s\" has %d bits a pixel, unlike the screen", name,
                   attributes.depth);
      return FALSE;
    }

  return TRUE;
}

gboolean
kp_x11_find (const gchar *name, guint64 *xid, GError **error)
{
  Display *display = XOpenDisplay (NULL);
  gboolean found = TRUE;

  *xid = 0;
  if (!display)
    {
      fail_to_open (error);
      return FALSE;
    }

  if (name)
    {
      gchar *end = NULL;

      *xid = g_ascii_strtoull (name, &end, 0);
      if (*end)
        *xid = find_title (display, DefaultRootWindow (display), name);
      found = check_window (display, *xid, name, error);
    }
  XCloseDisplay (display);

  return found;
}

#else

void
kp_x11_watch (KpX11Errors *errors)
{
}

gboolean
kp_x11_is_here (void)
{
  return FALSE;
}

gboolean
kp_x11_find (const gchar *name, guint64 *xid, GError **error)
{
  g_set_error_literal (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_NOT_SUPPORTED,
                       "send-source: built without X11");

  return FALSE;
}

#endif
