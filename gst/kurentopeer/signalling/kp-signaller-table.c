/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-signaller-table.h"

#include "gstkurentoerror.h"
#include "kp-serve-signaller.h"

typedef GstKurentoSignaller *(*KpSignallerNewFunc) (GUri *uri, guint16 port, GError **error);

static GstKurentoSignaller *
new_serve (GUri *uri, guint16 port, gboolean tls, GError **error)
{
  const gchar *path = g_uri_get_path (uri);

  if ((*path && !g_str_equal (path, "/")) || g_uri_get_query (uri) || g_uri_get_fragment (uri)
      || g_uri_get_userinfo (uri))
    {
      g_set_error_literal (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_INVALID_ARGUMENT,
                           "it should have a host and a port only, such as serve+http://127.0.0.1:8080/");
      return NULL;
    }

  return kp_serve_signaller_new (tls, g_uri_get_host (uri), port);
}

static GstKurentoSignaller *
new_serve_http (GUri *uri, guint16 port, GError **error)
{
  return new_serve (uri, port, FALSE, error);
}

static GstKurentoSignaller *
new_serve_https (GUri *uri, guint16 port, GError **error)
{
  return new_serve (uri, port, TRUE, error);
}

static const struct
{
  const gchar *scheme;
  guint16 default_port;
  KpSignallerNewFunc new_func;
} rows[] = {
  { "serve+http", 8080, new_serve_http },
  { "serve+https", 8443, new_serve_https },
};

static gchar *
dup_schemes (void)
{
  GString *text = g_string_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    g_string_append_printf (text, "%s%s://", i == 0 ? "" : ", ", rows[i].scheme);

  return g_string_free (text, FALSE);
}

static GstKurentoSignaller *
new_for_parsed (GUri *uri, GError **error)
{
  g_autofree gchar *schemes = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      gint port = g_uri_get_port (uri);

      if (!g_str_equal (g_uri_get_scheme (uri), rows[i].scheme))
        continue;
      if (g_uri_get_host (uri) && *g_uri_get_host (uri))
        return rows[i].new_func (uri, port < 0 ? rows[i].default_port : port, error);

      g_set_error_literal (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_INVALID_ARGUMENT, "it has no host");
      return NULL;
    }

  schemes = dup_schemes ();
  g_set_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_INVALID_ARGUMENT, "it should begin with one of %s",
               schemes);
  return NULL;
}

GstKurentoSignaller *
kp_signaller_new_for_uri (const gchar *uri, GError **error)
{
  g_autoptr (GError) parse_error = NULL;
  g_autoptr (GUri) parsed = g_uri_parse (uri, G_URI_FLAGS_NONE, &parse_error);
  GstKurentoSignaller *self;

  if (!parsed)
    {
      g_set_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_INVALID_ARGUMENT, "signaller-uri \"%s\": %s",
                   uri, parse_error->message);
      return NULL;
    }

  self = new_for_parsed (parsed, error);
  if (!self)
    g_prefix_error (error, "signaller-uri \"%s\": ", uri);

  return self;
}
