/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-voice.h"

#include "kp-element.h"

#define DEFAULT_RATE 48000 /* Hz */

gboolean
kp_voice_is_here (void)
{
  return kp_element_is_installed ("webrtcdsp");
}

/* The one at which webrtcdsp works. */
static gint
choose_rate (gint rate)
{
  static const gint rates[] = { 8000, 16000, 32000, 48000 };

  for (guint i = 0; i < G_N_ELEMENTS (rates); i++)
    if (rates[i] == rate)
      return rate;

  return DEFAULT_RATE;
}

static gboolean
append (GstBin *bin, GstElement **last, const gchar *factory, const gchar *settings, GError **error)
{
  return kp_element_append (bin, last, kp_element_new (factory, settings, error), error);
}

static gboolean
append_rate (GstBin *bin, GstElement **last, gint rate, const gchar *format, GError **error)
{
  g_autoptr (GstCaps) caps = gst_caps_new_simple ("audio/x-raw", "layout", G_TYPE_STRING, "interleaved",
                                                  "rate", G_TYPE_INT, rate, NULL);

  if (format)
    gst_caps_set_simple (caps, "format", G_TYPE_STRING, format, NULL);

  return append (bin, last, "audioconvert", NULL, error) && append (bin, last, "audioresample", NULL, error)
         && kp_element_append (bin, last, kp_element_new_capsfilter (caps, error), error);
}

static const gchar *
to_text (gboolean is_on)
{
  return is_on ? "true" : "false";
}

/* How long sound takes from us to the loudspeaker and back is not known: only to the sink that plays it, which is not ours. */
static GstElement *
make_dsp (const KpVoice *self, KpEcho *echo, GError **error)
{
  gboolean cancels = self->echo_cancellation && echo;
  g_autofree gchar *settings = g_strdup_printf (
      "delay-agnostic=true echo-cancel=%s noise-suppression=%s high-pass-filter=%s gain-control=%s",
      to_text (cancels), to_text (self->noise_suppression), to_text (self->noise_suppression),
      to_text (self->auto_gain_control));
  GstElement *dsp = kp_element_new ("webrtcdsp", settings, error);

  if (dsp && cancels)
    g_object_set (dsp, "probe", kp_echo_get_name (echo), NULL);

  return dsp;
}

gboolean
kp_voice_append (const KpVoice *self, GstBin *bin, GstElement **last, KpEcho *echo, gint rate, GError **error)
{
  gint working_rate = choose_rate (rate);

  if (!self->noise_suppression && !self->auto_gain_control && !(self->echo_cancellation && echo))
    return TRUE;

  if (self->echo_cancellation && echo)
    kp_echo_set_rate (echo, working_rate);

  return append_rate (bin, last, working_rate, "S16LE", error)
         && kp_element_append (bin, last, make_dsp (self, echo, error), error)
         && (rate == working_rate || rate == 0 || append_rate (bin, last, rate, NULL, error));
}
