/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the session's video may take of the network: what the peer reports goes in, what the encoders make of it comes out. */
#include "kp-session-private.h"
#include "kp-session-debug.h"

#define GST_CAT_DEFAULT kp_bandwidth_debug

/* ms; receiver reports come as often, and pictures become less, or more, after seconds */
#define TICK 1000

void
kp_session_get_budget (KpSession *self, KpBudget *budget)
{
  *budget = (KpBudget){
    .bitrate = self->bandwidth.congestion ? self->bandwidth.bitrate : self->settings->start_bitrate,
    .start_bitrate = self->settings->start_bitrate,
    .preference = self->settings->degradation_preference,
    .now = g_get_monotonic_time (),
  };
}

void
kp_session_apply_parameters (KpSession *self)
{
  KpBudget budget;

  kp_session_get_budget (self, &budget);
  kp_sections_apply_parameters (self->sections, &budget);
}

/* The bit rate may be another one. */
static void
follow (KpSession *self)
{
  if (self->status.estimated_bitrate != self->bandwidth.bitrate)
    {
      GST_DEBUG ("%u bit/s", self->bandwidth.bitrate);
      self->status.estimated_bitrate = self->bandwidth.bitrate;
      kp_session_tell_status (self);
    }
  kp_session_apply_parameters (self);
}

static gboolean
is_video_ssrc (guint32 ssrc, gpointer user_data)
{
  KpSession *self = user_data;

  return kp_sections_find_sent (self->sections, KP_MEDIA_VIDEO, ssrc) != NULL;
}

static gboolean
tick_cb (gpointer user_data)
{
  KpSession *self = user_data;
  g_autoptr (GArray) counts = kp_connection_list_rtp (self->connection);
  gint64 now = g_get_monotonic_time ();

  kp_bandwidth_add_counts (&self->bandwidth, counts, is_video_ssrc, self, now);
  kp_bandwidth_update (&self->bandwidth, now);
  /* even if nothing has changed: see kp_degradation_update() */
  follow (self);

  return G_SOURCE_CONTINUE;
}

void
kp_session_begin_bandwidth (KpSession *self)
{
  kp_bandwidth_init (&self->bandwidth, self->settings);
  self->status.estimated_bitrate = self->bandwidth.bitrate;
  if (kp_settings_sends (self->settings))
    self->bandwidth_timer = kp_loop_add_timeout (self->loop, TICK, tick_cb, self);
}

void
kp_session_end_bandwidth (KpSession *self)
{
  kp_session_clear_timer (&self->bandwidth_timer);
  kp_bandwidth_clear (&self->bandwidth);
}

/* ---- what the peer says ---- */

static gboolean
is_video_payload (guint32 payload_type, gpointer user_data)
{
  KpSession *self = user_data;

  /* of video there are retransmissions as well, which take as much of the network */
  return !kp_sections_sends_payload_type (self->sections, KP_MEDIA_AUDIO, payload_type);
}

/* Only sound is sent: what the peer says of it is nothing for video that is to come. */
static gboolean
sends_video (KpSession *self)
{
  return kp_sections_find_sent (self->sections, KP_MEDIA_VIDEO, 0) != NULL;
}

void
kp_session_packets_reported_cb (KpConnection *connection, GArray *packets, gpointer user_data)
{
  KpSession *self = user_data;
  gint64 now = g_get_monotonic_time ();

  if (!sends_video (self))
    return;

  kp_bandwidth_add_packets (&self->bandwidth, packets, is_video_payload, self, now);
  if (kp_bandwidth_update (&self->bandwidth, now))
    follow (self);
}

void
kp_session_bitrate_reported_cb (KpConnection *connection, guint bitrate, gpointer user_data)
{
  KpSession *self = user_data;
  gint64 now = g_get_monotonic_time ();

  if (!sends_video (self))
    return;

  GST_DEBUG ("the peer wants no more than %u bit/s", bitrate);
  kp_bandwidth_add_remb (&self->bandwidth, bitrate, now);
  if (kp_bandwidth_update (&self->bandwidth, now))
    follow (self);
}

/* ---- what the application wants ---- */

void
kp_session_take_start_bitrate (KpSession *self, guint bitrate)
{
  self->settings->start_bitrate = bitrate;
  kp_bandwidth_restart (&self->bandwidth, self->settings, g_get_monotonic_time ());
  if (self->connection)
    follow (self);
}

void
kp_session_take_bitrate_range (KpSession *self, guint min, guint max)
{
  self->settings->min_bitrate = min;
  self->settings->max_bitrate = max;
  kp_bandwidth_set_range (&self->bandwidth, self->settings, g_get_monotonic_time ());
  if (self->connection)
    follow (self);
}
