/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-sdp-lines.h"

#include "gstkurentoerror.h"
#include "kp-candidate.h"

#include <string.h>

typedef enum
{
  LEVEL_SESSION = 1 << 0,
  LEVEL_MEDIA = 1 << 1,
  LEVEL_BOTH = LEVEL_SESSION | LEVEL_MEDIA,
} Level;

typedef gboolean (*CheckFunc) (const gchar *value);

/* The characters of names that become caps fields or part of them. */
#define NAME_CHARACTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."
#define MAX_NAME_LENGTH 64

static gboolean
is_name (const gchar *text)
{
  gsize length = strlen (text);

  return length > 0 && length <= MAX_NAME_LENGTH && strspn (text, NAME_CHARACTERS) == length;
}

static gboolean
is_number (const gchar *text, guint64 min, guint64 max)
{
  return g_ascii_string_to_unsigned (text, 10, min, max, NULL, NULL);
}

static gboolean
is_payload_type (const gchar *text)
{
  return is_number (text, 0, 127);
}

static gboolean
is_empty (const gchar *value)
{
  return *value == '\0';
}

static gboolean
is_any (const gchar *value)
{
  return TRUE;
}

static gboolean
is_single_word (const gchar *value)
{
  return is_name (value);
}

/* "96 VP8/90000", "111 opus/48000/2" */
static gboolean
is_rtpmap (const gchar *value)
{
  g_auto (GStrv) words = g_strsplit (value, " ", -1);
  g_auto (GStrv) encoding = NULL;
  guint n;

  if (g_strv_length (words) != 2 || !is_payload_type (words[0]))
    return FALSE;
  encoding = g_strsplit (words[1], "/", -1);
  n = g_strv_length (encoding);
  return (n == 2 || n == 3) && is_name (encoding[0]) && is_number (encoding[1], 1, 1000000)
         && (n == 2 || is_number (encoding[2], 1, 255));
}

/* Each name becomes a caps field and stays in memory for ever, so a peer may not invent any. */
static gboolean
is_parameter (const gchar *name)
{
  static const gchar *const names[] = {
    "apt",
    "cbr",
    "interop-constraints",
    "level-asymmetry-allowed",
    "level-id",
    "level-idx",
    "max-br",
    "max-cpb",
    "max-dpb",
    "max-fr",
    "max-fs",
    "max-mbps",
    "max-smbps",
    "maxaveragebitrate",
    "maxplaybackrate",
    "maxptime",
    "minptime",
    "packetization-mode",
    "profile",
    "profile-id",
    "profile-level-id",
    "profile-space",
    "ptime",
    "sprop-maxcapturerate",
    "sprop-parameter-sets",
    "sprop-pps",
    "sprop-sps",
    "sprop-stereo",
    "sprop-vps",
    "stereo",
    "tier",
    "tier-flag",
    "tx-mode",
    "usedtx",
    "useinbandfec",
    NULL,
  };
  g_autofree gchar *lower = g_ascii_strdown (name, -1);

  return g_strv_contains (names, lower);
}

/* "111 minptime=10;useinbandfec=1", with the known parameters only. NULL when none is left. */
static gchar *
filter_fmtp (const gchar *value)
{
  g_auto (GStrv) words = g_strsplit (value, " ", 2);
  g_auto (GStrv) parameters = NULL;
  g_autoptr (GString) kept = g_string_new (NULL);

  if (g_strv_length (words) != 2 || !is_payload_type (words[0]))
    return NULL;
  parameters = g_strsplit (words[1], ";", -1);
  for (guint i = 0; parameters[i]; i++)
    {
      g_auto (GStrv) pair = g_strsplit (parameters[i], "=", 2);

      if (pair[0] && pair[1] && is_parameter (g_strstrip (pair[0])))
        g_string_append_printf (kept, "%s%s=%s", kept->len > 0 ? ";" : "", pair[0], g_strstrip (pair[1]));
    }
  return kept->len > 0 ? g_strdup_printf ("%s %s", words[0], kept->str) : NULL;
}

/* "96 nack pli", "* transport-cc" */
static gboolean
is_rtcp_fb (const gchar *value)
{
  static const gchar *const names[] = { "ccm fir",   "ccm tmmbr", "goog-remb",    "nack", "nack pli",
                                        "nack rpsi", "nack sli",  "transport-cc", NULL };
  g_auto (GStrv) words = g_strsplit (value, " ", 2);

  return g_strv_length (words) == 2 && (g_str_equal (words[0], "*") || is_payload_type (words[0]))
         && g_strv_contains (names, words[1]);
}

/* "3 http://...", "4/sendonly urn:... parameters" */
static gboolean
is_extmap (const gchar *value)
{
  g_auto (GStrv) words = g_strsplit (value, " ", 3);
  gchar *slash = words[0] ? strchr (words[0], '/') : NULL;

  if (g_strv_length (words) < 2 || *words[1] == '\0')
    return FALSE;
  if (slash)
    {
      static const gchar *const directions[] = { "sendrecv", "sendonly", "recvonly", "inactive", NULL };

      *slash = '\0';
      if (!g_strv_contains (directions, slash + 1))
        return FALSE;
    }
  return is_number (words[0], 1, 255) && !g_str_equal (words[0], "15");
}

/* "1521229170 cname:VS2TB5HRnPRGFvxS" */
static gboolean
is_ssrc (const gchar *value)
{
  static const gchar *const names[] = { "cname", "msid", "mslabel", "label", NULL };
  g_auto (GStrv) words = g_strsplit (value, " ", 2);
  gchar *colon;

  if (g_strv_length (words) != 2 || !is_number (words[0], 1, G_MAXUINT32))
    return FALSE;
  colon = strchr (words[1], ':');
  if (!colon || colon[1] == '\0')
    return FALSE;
  *colon = '\0';
  return g_strv_contains (names, words[1]);
}

/* "FID 2699222589 3860961543" */
static gboolean
is_ssrc_group (const gchar *value)
{
  g_auto (GStrv) words = g_strsplit (value, " ", -1);

  if (g_strv_length (words) < 2 || !is_name (words[0]))
    return FALSE;
  for (guint i = 1; words[i]; i++)
    {
      if (!is_number (words[i], 1, G_MAXUINT32))
        return FALSE;
    }
  return TRUE;
}

/* "h send", "1 recv max-width=320;max-fps=15" */
static gboolean
is_rid (const gchar *value)
{
  g_auto (GStrv) words = g_strsplit (value, " ", 3);

  return g_strv_length (words) >= 2 && is_name (words[0]) && !strchr (words[0], '.')
         && (g_str_equal (words[1], "send") || g_str_equal (words[1], "recv"));
}

static gboolean
is_port (const gchar *value)
{
  return is_number (value, 1, 65535);
}

static gboolean
is_size (const gchar *value)
{
  return is_number (value, 0, G_MAXINT);
}

/* Also without host names: .local ones that only the peer's own network can resolve tell of it. */
static gboolean
is_candidate (const gchar *value)
{
  g_autofree gchar *candidate = g_strconcat ("candidate:", value, NULL);
  KpCandidateUse use;

  return kp_candidate_classify (candidate, &use, NULL) && use == KP_CANDIDATE_USABLE;
}

static const struct
{
  const gchar *name;
  Level level;
  CheckFunc check;
} attributes[] = {
  { "bundle-only", LEVEL_MEDIA, is_empty },
  { "candidate", LEVEL_MEDIA, is_candidate },
  { "end-of-candidates", LEVEL_BOTH, is_empty },
  { "extmap", LEVEL_BOTH, is_extmap },
  { "extmap-allow-mixed", LEVEL_BOTH, is_empty },
  { "fingerprint", LEVEL_BOTH, is_any },
  { "group", LEVEL_SESSION, is_any },
  { "ice-lite", LEVEL_SESSION, is_empty },
  { "ice-options", LEVEL_BOTH, is_any },
  { "ice-pwd", LEVEL_BOTH, is_any },
  { "ice-ufrag", LEVEL_BOTH, is_any },
  { "inactive", LEVEL_BOTH, is_empty },
  { "max-message-size", LEVEL_MEDIA, is_size },
  { "maxptime", LEVEL_MEDIA, is_size },
  { "mid", LEVEL_MEDIA, is_any },
  { "msid", LEVEL_MEDIA, is_any },
  { "msid-semantic", LEVEL_SESSION, is_any },
  { "ptime", LEVEL_MEDIA, is_size },
  { "recvonly", LEVEL_BOTH, is_empty },
  { "rid", LEVEL_MEDIA, is_rid },
  { "rtcp", LEVEL_MEDIA, is_any },
  { "rtcp-fb", LEVEL_MEDIA, is_rtcp_fb },
  { "rtcp-mux", LEVEL_MEDIA, is_empty },
  { "rtcp-mux-only", LEVEL_MEDIA, is_empty },
  { "rtcp-rsize", LEVEL_MEDIA, is_empty },
  { "rtpmap", LEVEL_MEDIA, is_rtpmap },
  { "sctp-port", LEVEL_MEDIA, is_port },
  { "sendonly", LEVEL_BOTH, is_empty },
  { "sendrecv", LEVEL_BOTH, is_empty },
  { "setup", LEVEL_BOTH, is_single_word },
  { "simulcast", LEVEL_MEDIA, is_any },
  { "ssrc", LEVEL_MEDIA, is_ssrc },
  { "ssrc-group", LEVEL_MEDIA, is_ssrc_group },
};

static gboolean
is_known_attribute (const gchar *attribute, Level level)
{
  const gchar *colon = strchr (attribute, ':');
  gsize length = colon ? (gsize)(colon - attribute) : strlen (attribute);

  for (guint i = 0; i < G_N_ELEMENTS (attributes); i++)
    {
      if (strlen (attributes[i].name) == length && strncmp (attributes[i].name, attribute, length) == 0)
        return (attributes[i].level & level) && attributes[i].check (colon ? colon + 1 : "");
    }
  return FALSE;
}

static gboolean
is_origin (const gchar *value)
{
  g_auto (GStrv) words = g_strsplit (value, " ", -1);

  return g_strv_length (words) == 6 && !g_strv_contains ((const gchar *const *)words, "");
}

/* "audio 9 UDP/TLS/RTP/SAVPF 111 0" */
static gboolean
is_media (const gchar *value)
{
  g_auto (GStrv) words = g_strsplit (value, " ", -1);

  if (g_strv_length (words) < 4 || g_strv_contains ((const gchar *const *)words, "") || !is_name (words[0]))
    return FALSE;
  words[1][strcspn (words[1], "/")] = '\0'; /* number of ports */
  return is_number (words[1], 0, 65535);
}

static gboolean
is_connection (const gchar *value)
{
  g_auto (GStrv) words = g_strsplit (value, " ", -1);

  return g_strv_length (words) == 3 && !g_strv_contains ((const gchar *const *)words, "");
}

static gboolean
fail (GError **error, guint line, const gchar *expected)
{
  g_set_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_INVALID_ARGUMENT, "SDP line %u: expected %s", line,
               expected);
  return FALSE;
}

typedef struct
{
  GString *text; /* owned; the lines to keep */
  guint line; /* from 1 */
  guint n_sections;
  guint n_lines; /* since the last m-line */
  guint n_ssrcs; /* a=ssrc lines since the last m-line */
  gboolean has_origin;
} Filter;

static gboolean
filter_media (Filter *self, const gchar *value, GError **error)
{
  if (!is_media (value))
    return fail (error, self->line, "m=<media> <port> <protocol> <format> ...");
  if (self->n_sections == KP_SDP_MAX_SECTIONS)
    return fail (error, self->line, "at most " G_STRINGIFY (KP_SDP_MAX_SECTIONS) " m-lines");

  self->n_sections++;
  self->n_lines = 0;
  self->n_ssrcs = 0;
  g_string_append_printf (self->text, "m=%s\r\n", value);
  return TRUE;
}

static gboolean
filter_session_line (Filter *self, gchar type, const gchar *value, GError **error)
{
  if (!strchr ("vostbceipurkz", type))
    return fail (error, self->line, "a line of the session or an m-line");
  if (type == 'o' && !is_origin (value))
    return fail (error, self->line, "o=<username> <id> <version> <net> <type> <address>");

  self->has_origin |= type == 'o';
  if (strchr ("vostb", type) || (type == 'c' && is_connection (value)))
    g_string_append_printf (self->text, "%c=%s\r\n", type, value);
  return TRUE;
}

static gboolean
filter_section_line (Filter *self, gchar type, const gchar *value, GError **error)
{
  if (!strchr ("icbk", type))
    return fail (error, self->line, "a line of a section");
  if (type == 'b' || (type == 'c' && is_connection (value)))
    g_string_append_printf (self->text, "%c=%s\r\n", type, value);
  return TRUE;
}

static void
filter_attribute (Filter *self, const gchar *attribute)
{
  Level level = self->n_sections == 0 ? LEVEL_SESSION : LEVEL_MEDIA;
  g_autofree gchar *fmtp = NULL;

  if (g_str_has_prefix (attribute, "ssrc:") && ++self->n_ssrcs > KP_SDP_MAX_SSRCS)
    return;
  if (level == LEVEL_MEDIA && g_str_has_prefix (attribute, "fmtp:"))
    fmtp = filter_fmtp (attribute + strlen ("fmtp:"));

  if (fmtp)
    g_string_append_printf (self->text, "a=fmtp:%s\r\n", fmtp);
  else if (is_known_attribute (attribute, level))
    g_string_append_printf (self->text, "a=%s\r\n", attribute);
}

static gboolean
filter_line (Filter *self, const gchar *line, GError **error)
{
  const gchar *value;

  if (!g_ascii_islower (line[0]) || line[1] != '=')
    return fail (error, self->line, "<letter>=<value>");
  value = line + 2;
  if (self->line == 1 && !g_str_equal (line, "v=0"))
    return fail (error, self->line, "v=0");
  if (line[0] == 'm')
    return filter_media (self, value, error);
  if (++self->n_lines > KP_SDP_MAX_LINES)
    return fail (error, self->line, "at most " G_STRINGIFY (KP_SDP_MAX_LINES) " lines in a section");

  if (line[0] != 'a')
    return self->n_sections == 0 ? filter_session_line (self, line[0], value, error)
                                 : filter_section_line (self, line[0], value, error);
  filter_attribute (self, value);
  return TRUE;
}

/* Control characters end up in logs and JSON; the parser would end the line at some of them. */
static gboolean
check_characters (const gchar *text, GError **error)
{
  guint line = 1;

  for (const gchar *p = text; *p; p = g_utf8_next_char (p))
    {
      if (*p == '\n')
        line++;
      else if (g_unichar_iscntrl (g_utf8_get_char (p)) && !g_str_has_prefix (p, "\r\n"))
        return fail (error, line, "no control characters");
    }
  return TRUE;
}

static gboolean
check_text (const gchar *text, GError **error)
{
  if (strnlen (text, KP_SDP_MAX_SIZE + 1) > KP_SDP_MAX_SIZE)
    {
      g_set_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_INVALID_ARGUMENT,
                   "SDP: expected at most %d bytes", KP_SDP_MAX_SIZE);
      return FALSE;
    }
  if (!g_utf8_validate (text, -1, NULL))
    {
      g_set_error_literal (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_INVALID_ARGUMENT,
                           "SDP: expected UTF-8");
      return FALSE;
    }
  return check_characters (text, error);
}

gchar *
kp_sdp_filter_lines (const gchar *text, GError **error)
{
  g_autoptr (GString) kept = g_string_new (NULL);
  Filter filter = { .text = kept };
  g_autofree gchar *chomped = NULL;
  g_auto (GStrv) lines = NULL;

  if (!check_text (text, error))
    return NULL;

  chomped = g_strchomp (g_strdup (text));
  lines = g_strsplit (chomped, "\n", -1);
  for (guint i = 0; lines[i]; i++)
    {
      filter.line = i + 1;
      if (!filter_line (&filter, g_strchomp (lines[i]), error))
        return NULL;
    }

  if (!filter.has_origin || filter.n_sections == 0)
    {
      g_set_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_INVALID_ARGUMENT, "SDP: expected an %s line",
                   filter.has_origin ? "m=" : "o=");
      return NULL;
    }
  return g_string_free (g_steal_pointer (&kept), FALSE);
}
