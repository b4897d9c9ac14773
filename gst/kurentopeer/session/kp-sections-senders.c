/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is sent, once both descriptions are applied. */
#include "kp-sections.h"
#include "gstkurentoerror.h"
#include "kp-fec.h"
#include "kp-layers.h"
#include "kp-session-debug.h"

#define GST_CAT_DEFAULT kp_session_debug

/* bytes; of a header extension of one byte */
#define MAX_MID_LENGTH 16

static gboolean
link_sender (KpSection *section, GError **error)
{
  g_autoptr (GstPad) src = gst_element_get_static_pad (section->part, "src");
  g_autoptr (GstPad) sink = gst_element_get_static_pad (section->part, "sink");
  g_autoptr (GstPad) gate_src = gst_element_get_static_pad (section->track->gate, "src");
  g_autoptr (GstPad) former = gst_pad_get_peer (gate_src);

  if (former)
    gst_pad_unlink (gate_src, former);
  if (gst_pad_link (src, section->sink_pad) == GST_PAD_LINK_OK
      && gst_pad_link (gate_src, sink) == GST_PAD_LINK_OK)
    return TRUE;

  g_set_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_NEGOTIATION, "could not link the %s sender of %s",
               section->codec->name, GST_OBJECT_NAME (section->track->gate));

  return FALSE;
}

/* What the extension of 1.22 can write; or NULL. */
static gchar *
dup_mid (const KpSection *section)
{
  gchar *mid;

  g_object_get (section->transceiver, "mid", &mid, NULL);
  if (mid && strlen (mid) <= MAX_MID_LENGTH
      && strspn (mid, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS) == strlen (mid))
    return mid;

  g_free (mid);

  return NULL;
}

/* What the layers have in common. Owned. */
static GstCaps *
make_layers_caps (const KpSection *section)
{
  GstCaps *caps = kp_codec_get_rtp_caps (section->codec, section->payload_type);

  kp_extensions_write (&section->extensions, caps);

  return caps;
}

static gboolean
make_senders (KpSection *section, const KpSenderConfig *config, GError **error)
{
  g_autoptr (GstCaps) caps = section->ladder ? make_layers_caps (section) : NULL;
  GstElement *part;

  if (section->ladder)
    part = kp_layers_new (config, section->ladder, caps, section->senders, error);
  else
    part = (GstElement *)kp_sender_new (config, error);
  if (part == NULL)
    return FALSE;

  section->part = gst_object_ref_sink (part);
  if (section->ladder == NULL)
    g_ptr_array_add (section->senders, gst_object_ref (part));

  return TRUE;
}

static void
add_part (KpSection *section, KpConnection *connection)
{
  for (guint i = 0; i < section->senders->len; i++)
    {
      KpSender *sender = g_ptr_array_index (section->senders, i);

      kp_connection_measure_sender (connection, GST_BIN (sender));
      kp_sender_hold (sender);
    }
  if (section->ladder)
    kp_connection_set_rid_ids (connection, &section->extensions);
  kp_connection_add_part (connection, section->part);
}

/* @common: what it has in common with the others, and its bit rate. */
static gboolean
attach_sender (KpSection *section, KpConnection *connection, const KpSenderConfig *common, GError **error)
{
  g_autofree gchar *mid = dup_mid (section);
  g_autoptr (GstCaps) caps = NULL;
  KpInput input;
  KpSenderConfig config = {
    .codec = section->codec,
    .encoded = section->input.codec != NULL,
    .payload_type = section->payload_type,
    .ssrc = section->ssrc,
    .bitrate = common->bitrate,
    .fec_percentage = section->is_protected ? KP_FEC_PERCENTAGE : 0,
    .twcc_id = section->extensions.twcc,
    .level_id = section->extensions.level,
    .mid_id = mid ? section->extensions.mid : 0,
    .mid = mid,
    .rid_id = section->ladder ? section->extensions.rid : 0,
    .setup = common->setup,
    .setup_data = common->setup_data,
  };

  if (kp_gate_get_input (KP_GATE (section->track->gate), &input, &caps) && input.form == KP_INPUT_RAW)
    config.input_caps = caps;

  /* they have done their work in the description; an encoder's own profile need not equal them */
  g_object_set (section->transceiver, "codec-preferences", NULL, NULL);
  if (!make_senders (section, &config, error))
    return FALSE;

  if (kp_connection_is_dropped (connection))
    return TRUE;

  add_part (section, connection);
  if (!link_sender (section, error))
    return FALSE;

  /* encodes while the transport comes up */
  kp_gate_prime (KP_GATE (section->track->gate));

  return TRUE;
}

gboolean
kp_sections_attach (GPtrArray *sections, KpConnection *connection, const KpBudget *budget,
                    KpSenderSetup setup, gpointer setup_data, GError **error)
{
  g_autoptr (GPtrArray) held = g_ptr_array_ref (sections);
  KpSenderConfig common = {
    .setup = setup,
    .setup_data = setup_data,
  };

  for (guint i = 0; i < held->len && !kp_connection_is_dropped (connection); i++)
    {
      KpSection *section = g_ptr_array_index (sections, i);

      if (section->part || !(section->direction & KP_DIRECTION_SEND) || section->track == NULL)
        continue;
      common.bitrate = kp_sections_get_bitrate (sections, section, budget->bitrate);
      if (!attach_sender (section, connection, &common, error))
        return FALSE;
    }
  kp_sections_apply_parameters (held, budget);

  return TRUE;
}

/* To be opened. */
static gboolean
is_closed (const KpSection *self)
{
  return self->part && self->direction & KP_DIRECTION_SEND && !self->open;
}

static void
release_sender (gpointer sender, gpointer user_data)
{
  kp_sender_release (sender);
}

static void
drop_sender (gpointer sender, gpointer user_data)
{
  kp_sender_drop (sender);
}

/* The running time of the first of the buffers that wait, or GST_CLOCK_TIME_NONE. */
static GstClockTime
get_first_waiting (GPtrArray *sections)
{
  GstClockTime first = GST_CLOCK_TIME_NONE;

  for (guint i = 0; i < sections->len; i++)
    {
      const KpSection *section = g_ptr_array_index (sections, i);
      GstClockTime waiting;

      if (!is_closed (section))
        continue;
      waiting = kp_gate_get_waiting_time (KP_GATE (section->track->gate));
      if (GST_CLOCK_TIME_IS_VALID (waiting) && (!GST_CLOCK_TIME_IS_VALID (first) || waiting < first))
        first = waiting;
    }

  return first;
}

void
kp_sections_open (GPtrArray *sections, GstClockTime running_time)
{
  g_autoptr (KpPace) pace = kp_pace_new (GST_CLOCK_STIME_NONE);

  kp_pace_get_offset (pace, get_first_waiting (sections), running_time);
  for (guint i = 0; i < sections->len; i++)
    {
      KpSection *section = g_ptr_array_index (sections, i);

      if (section->open && !(section->direction & KP_DIRECTION_SEND))
        {
          kp_gate_close (KP_GATE (section->track->gate));
          section->open = FALSE;
        }
      if (!is_closed (section))
        continue;
      g_ptr_array_foreach (section->senders, release_sender, NULL);
      kp_gate_set_pace (KP_GATE (section->track->gate), pace);
      kp_gate_open (KP_GATE (section->track->gate));
      section->open = TRUE;
    }
}

void
kp_sections_close (GPtrArray *sections)
{
  for (guint i = 0; i < sections->len; i++)
    {
      const KpSection *section = g_ptr_array_index (sections, i);

      if (section->part == NULL)
        continue;
      kp_gate_close (KP_GATE (section->track->gate));
      g_ptr_array_foreach (section->senders, drop_sender, NULL);
    }
}

/* Whether @ssrc is one of the section's. */
static gboolean
request_keyframe (const KpSection *section, guint32 ssrc)
{
  for (guint i = 0; i < section->senders->len; i++)
    {
      KpSender *sender = g_ptr_array_index (section->senders, i);

      if (ssrc == 0 || ssrc == kp_sender_get_ssrc (sender))
        kp_sender_request_keyframe (sender);
      if (ssrc && ssrc == kp_sender_get_ssrc (sender))
        return TRUE;
    }

  return FALSE;
}

void
kp_sections_request_keyframe (GPtrArray *sections, guint32 ssrc)
{
  gboolean found = FALSE;

  for (guint i = 0; i < sections->len; i++)
    {
      const KpSection *section = g_ptr_array_index (sections, i);

      found |= section->kind == KP_MEDIA_VIDEO && request_keyframe (section, ssrc);
    }
  if (ssrc && !found)
    kp_sections_request_keyframe (sections, 0);
}
