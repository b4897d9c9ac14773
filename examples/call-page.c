/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "call-page.h"

#include <string.h>

static void
page_cb (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer file)
{
  gchar *text = NULL;
  gsize size = 0;

  if (g_file_get_contents (file, &text, &size, NULL))
    soup_server_message_set_response (message, "text/html", SOUP_MEMORY_TAKE, text, size);
  soup_server_message_set_status (message, text ? SOUP_STATUS_OK : SOUP_STATUS_NOT_FOUND, NULL);
}

SoupServer *
call_page_serve (guint port, const gchar *file, SoupServerWebsocketCallback callback, gchar **address,
                 GError **error)
{
  g_autoptr (SoupServer) server = soup_server_new (NULL, NULL);
  g_autofree gchar *origin = NULL;
  GSList *uris;

  if (!soup_server_listen_local (server, port, SOUP_SERVER_LISTEN_IPV4_ONLY, error))
    return NULL;

  uris = soup_server_get_uris (server);
  *address = g_uri_to_string (uris->data);
  g_slist_free_full (uris, (GDestroyNotify)g_uri_unref);

  /* pages of other servers may not call */
  origin = g_strndup (*address, strlen (*address) - strlen ("/"));
  soup_server_add_handler (server, "/", page_cb, g_strdup (file), g_free);
  soup_server_add_websocket_handler (server, "/call", origin, NULL, callback, NULL, NULL);

  return g_steal_pointer (&server);
}
