/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-input.h"

#include "gstkurentoerror.h"
#include "kp-element.h"

/* Payload types that need no name (RFC 3551). */
static const gchar *
get_static_name (gint payload)
{
  switch (payload)
    {
    case 0:
      return "PCMU";
    case 8:
      return "PCMA";
    default:
      return NULL;
    }
}

/* The caps of a payloader that has not begun may have a list, with the usual name first. */
static const gchar *
get_encoding_name (const GstStructure *structure)
{
  const GValue *value = gst_structure_get_value (structure, "encoding-name");

  if (value && GST_VALUE_HOLDS_LIST (value) && gst_value_list_get_size (value) > 0)
    value = gst_value_list_get_value (value, 0);

  return value && G_VALUE_HOLDS_STRING (value) ? g_value_get_string (value) : NULL;
}

static gboolean
parse_rtp (KpInput *self, KpMediaKind kind, const GstStructure *structure, GError **error)
{
  const gchar *name = get_encoding_name (structure);
  gint payload = -1;

  gst_structure_get_int (structure, "payload", &payload);
  if (name == NULL && kind == KP_MEDIA_AUDIO)
    name = get_static_name (payload);
  if (name == NULL)
    {
      g_set_error_literal (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_NOT_SUPPORTED,
                           "application/x-rtp needs the field encoding-name");
      return FALSE;
    }

  self->form = KP_INPUT_RTP;
  self->codec = kp_codec_find (kind, name);
  if (self->codec == NULL)
    g_set_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_NOT_SUPPORTED,
                 "the RTP encoding %s is not supported", name);

  return self->codec != NULL;
}

static gboolean
parse_structure (KpInput *self, KpMediaKind kind, const GstStructure *structure, GError **error)
{
  *self = (KpInput){ .form = KP_INPUT_RAW };
  if (gst_structure_has_name (structure, "application/x-rtp"))
    return parse_rtp (self, kind, structure, error);

  self->codec = kp_codec_find_media_type (kind, gst_structure_get_name (structure));
  if (self->codec)
    self->form = KP_INPUT_ENCODED;

  return TRUE;
}

/* Whether what its chain and its payloader need is installed. */
static gboolean
check_installed (const KpInput *self, GError **error)
{
  const KpCodec *codec = self->codec;
  const gchar *needed[] = {
    codec->payloader,
    codec->input_parser,
    self->form == KP_INPUT_RTP ? codec->depayloader : NULL,
  };

  for (guint i = 0; i < G_N_ELEMENTS (needed); i++)
    {
      if (needed[i] && !kp_element_is_installed (needed[i]))
        {
          g_set_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_NOT_SUPPORTED,
                       "%s cannot be sent: the element %s is not installed", codec->name, needed[i]);
          return FALSE;
        }
    }

  return TRUE;
}

gboolean
kp_input_parse (KpInput *self, KpMediaKind kind, const GstCaps *caps, GError **error)
{
  return parse_structure (self, kind, gst_caps_get_structure (caps, 0), error)
         && (self->codec == NULL || check_installed (self, error));
}

gboolean
kp_input_guess (KpInput *self, KpMediaKind kind, const GstCaps *caps)
{
  *self = (KpInput){ .form = KP_INPUT_RAW };
  if (gst_caps_is_any (caps) || gst_caps_is_empty (caps))
    return FALSE;

  for (guint i = 0; i < gst_caps_get_size (caps); i++)
    {
      KpInput input;

      if (!parse_structure (&input, kind, gst_caps_get_structure (caps, i), NULL)
          || (i > 0 && !kp_input_is_equal (self, &input)))
        return FALSE;
      *self = input;
    }

  return TRUE;
}

gboolean
kp_input_is_equal (const KpInput *a, const KpInput *b)
{
  return a->form == b->form && a->codec == b->codec;
}

gchar *
kp_input_describe (const KpInput *self, KpMediaKind kind)
{
  switch (self->form)
    {
    case KP_INPUT_ENCODED:
      return g_strdup (self->codec->name);
    case KP_INPUT_RTP:
      return g_strconcat (self->codec->name, " in RTP", NULL);
    case KP_INPUT_RAW:
    default:
      return g_strconcat ("raw ", kp_media_kind_to_string (kind), NULL);
    }
}

static gboolean
append_caps (GstBin *bin, GstElement **last, const gchar *text, GError **error)
{
  g_autoptr (GstCaps) caps = NULL;

  if (text == NULL)
    return TRUE;

  caps = gst_caps_from_string (text);
  return kp_element_append (bin, last, kp_element_new_capsfilter (caps, error), error);
}

static gboolean
append_chain (GstBin *bin, GstElement **last, const KpInput *self, GError **error)
{
  const KpCodec *codec = self->codec;

  if (self->form == KP_INPUT_RTP
      && (!kp_element_append (bin, last, kp_element_new (codec->depayloader, NULL, error), error)
          || !append_caps (bin, last, codec->depayloaded_caps, error)))
    return FALSE;

  return codec->input_parser == NULL
         || (kp_element_append (
                 bin, last, kp_element_new (codec->input_parser, codec->input_parser_settings, error), error)
             && append_caps (bin, last, codec->parsed_caps, error));
}

GstElement *
kp_input_make_chain (const KpInput *self, GError **error)
{
  GstElement *bin;
  GstElement *last = NULL;

  if (self->form == KP_INPUT_RAW || (self->form == KP_INPUT_ENCODED && self->codec->input_parser == NULL))
    return NULL;

  bin = gst_bin_new (NULL);
  if (!append_chain (GST_BIN (bin), &last, self, error))
    {
      gst_object_unref (gst_object_ref_sink (bin));
      return NULL;
    }
  kp_element_finish (GST_BIN (bin), last);

  return bin;
}
