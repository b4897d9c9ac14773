/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <libsoup/soup.h>

/* A server for the page of call-browser.c, and for the WebSocket /call that the page opens. @address: owned by the caller */
SoupServer *call_page_serve (guint port, const gchar *file, SoupServerWebsocketCallback callback,
                             gchar **address, GError **error);
