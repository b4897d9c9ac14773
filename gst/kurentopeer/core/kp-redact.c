/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-redact.h"

#define HIDDEN "\\1***"

/* RFC 8839; RFC 4568, 4567 and 8866 for the others */
#define SDP_SECRETS "^((?:a=(?:ice-pwd|crypto|key-mgmt):)|k=).*?(?=\\r?$)"

/* "name: value\l" in caps, "name=value\n" in properties; a value has quotes and backslashes escaped */
#define GRAPH_SECRETS                                                                                        \
  "([\\w-]*(?:key|mki|pem|pwd|password|passphrase|credentials?|secret|token|turn-server)(?:: |=))"           \
  "(?:[^\\\\\"]|\\\\[^ln])*"

static gchar *
replace (const gchar *text, const gchar *pattern)
{
  g_autoptr (GRegex) regex
      = g_regex_new (pattern, G_REGEX_CASELESS | G_REGEX_MULTILINE | G_REGEX_RAW, 0, NULL);

  return g_regex_replace (regex, text, -1, 0, HIDDEN, 0, NULL);
}

gchar *
kp_redact_sdp (const gchar *sdp)
{
  return replace (sdp, SDP_SECRETS);
}

gchar *
kp_redact_graph (const gchar *dot)
{
  return replace (dot, GRAPH_SECRETS);
}
