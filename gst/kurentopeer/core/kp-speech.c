/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-speech.h"

#include "kp-json-read.h"

/* What hark takes by default. */
#define INTERVAL 50 /* ms */
#define THRESHOLD -50.0 /* dB */
#define HISTORY 10

/* Speech begins quickly: it is two of these. */
#define SHORT_HISTORY 3

static gboolean
read_options (JsonObject *object, KpSpeechConfig *config, GError **error)
{
  static const gchar *const known[] = { "interval", "threshold", "history", NULL };
  gint64 interval = config->interval;
  gint64 history = config->history;

  kp_json_log_unknown_members (object, "", known);
  if (!kp_json_read_integer (object, "", "interval", 10000, &interval, error)
      || !kp_json_read_integer (object, "", "history", KP_SPEECH_MAX_HISTORY, &history, error)
      || !kp_json_read_number (object, "", "threshold", KP_SPEECH_SILENCE, 0, &config->threshold, error))
    return FALSE;
  if (interval < 10)
    return kp_json_fail (error, "interval: expected at least 10 ms");
  if (history < SHORT_HISTORY)
    return kp_json_fail (error, "history: expected at least %d", SHORT_HISTORY);

  config->interval = interval;
  config->history = history;

  return TRUE;
}

gboolean
kp_speech_config_parse (const gchar *property, const gchar *text, KpSpeechConfig *config, GError **error)
{
  KpSpeechConfig parsed = { .interval = INTERVAL, .threshold = THRESHOLD, .history = HISTORY };
  g_autoptr (JsonNode) root = NULL;

  if (!text || !*text)
    {
      *config = (KpSpeechConfig){ 0 };
      return TRUE;
    }

  root = kp_json_load_object (text, error);
  if (!root || !read_options (json_node_get_object (root), &parsed, error))
    {
      g_prefix_error (error, "%s: ", property);
      return FALSE;
    }
  *config = parsed;

  return TRUE;
}

void
kp_speech_init (KpSpeech *self, const KpSpeechConfig *config)
{
  *self = (KpSpeech){ .config = *config };
}

static guint64
get_past (const KpSpeech *self, guint n)
{
  return n < KP_SPEECH_MAX_HISTORY ? self->past & ((G_GUINT64_CONSTANT (1) << n) - 1) : self->past;
}

/* As in hark, the present interval is none of the past ones. */
static gboolean
has_begun (const KpSpeech *self)
{
  guint64 past = get_past (self, SHORT_HISTORY);

  return (past & 1) + (past >> 1 & 1) + (past >> 2) >= 2;
}

gboolean
kp_speech_take (KpSpeech *self, gdouble level)
{
  gboolean was_speaking = self->speaking;

  if (level > self->config.threshold && !was_speaking)
    self->speaking = has_begun (self);
  else if (level < self->config.threshold && was_speaking)
    self->speaking = get_past (self, self->config.history) != 0;
  self->past = self->past << 1 | (level > self->config.threshold);

  return self->speaking != was_speaking;
}
