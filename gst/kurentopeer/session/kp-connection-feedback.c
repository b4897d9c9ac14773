/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a connection hears from the peer's RTCP, and how often it sends its own. */
#include "kp-connection-private.h"

#include <gst/rtp/gstrtcpbuffer.h>

/* ns; between regular reports, each of which costs 0.15 ms of CPU: who receives tells it as often as browsers do, who only
 * sends says less. NACKs do not wait for them. The default is 5 s. */
#define RECEIVER_INTERVAL GST_SECOND
#define SENDER_INTERVAL (2 * GST_SECOND)

/* ns; the default, one feedback a picture, leaves no pause for regular reports, so that the peer hears neither of loss nor
 * of the way there and back. Only where there is a clock: without one rtpsession takes the time of a packet for the end of
 * all times, and counts intervals until then, with its lock. */
#define TWCC_INTERVAL (100 * GST_MSECOND)

/* bit/s; the default, a part of what the media needs, makes the reports about a small stream so rare that the feedback
 * for congestion control always comes before them and puts them off */
#define RTCP_BANDWIDTH 50000.0

/* bytes; of a Full Intra Request */
#define FIR_ITEM_SIZE 8

static void
deliver_keyframe_request (KpConnection *self, gint value, gpointer data)
{
  self->callbacks.keyframe_requested (self, (guint32)value, self->user_data);
}

/* One item for each ssrc: itself, a number, and nothing (RFC 5104). */
static void
post_fir_requests (KpConnection *self, GstBuffer *fci)
{
  gsize size = gst_buffer_get_size (fci);
  guint8 ssrc[4];

  for (gsize offset = 0; offset + FIR_ITEM_SIZE <= size; offset += FIR_ITEM_SIZE)
    {
      gst_buffer_extract (fci, offset, ssrc, sizeof ssrc);
      kp_connection_post (self, deliver_keyframe_request, (gint)GST_READ_UINT32_BE (ssrc), NULL, NULL);
    }
}

/* Any PLI or FIR counts, whatever ssrc it names: Kurento relays them with its own, and webrtcbin ignores those. */
static void
on_feedback_rtcp_cb (GObject *rtp_session, guint type, guint fbtype, guint sender_ssrc, guint media_ssrc,
                     GstBuffer *fci, KpConnection *self)
{
  if (type != GST_RTCP_TYPE_PSFB)
    return;

  if (fbtype == GST_RTCP_PSFB_TYPE_PLI)
    kp_connection_post (self, deliver_keyframe_request, (gint)media_ssrc, NULL, NULL);
  else if (fbtype == GST_RTCP_PSFB_TYPE_FIR && fci)
    post_fir_requests (self, fci);
  else if (fbtype == GST_RTCP_PSFB_TYPE_AFB && fci)
    kp_connection_take_remb (self, fci);
}

static void
feedback_closure_notify (gpointer data, GClosure *closure)
{
  kp_connection_unref (data);
}

void
kp_connection_watch_feedback (KpConnection *self, guint session_index, gboolean receives)
{
  g_autoptr (GstElement) rtpbin = gst_bin_get_by_name (GST_BIN (self->webrtcbin), "rtpbin");

  kp_loop_assert_current (self->loop);
  if (rtpbin == NULL || self->rtp_session)
    return;

  g_signal_emit_by_name (rtpbin, "get-internal-session", session_index, &self->rtp_session);
  if (self->rtp_session == NULL)
    return;

  g_object_set (self->rtp_session, "rtcp-min-interval",
                (guint64)(receives ? RECEIVER_INTERVAL : SENDER_INTERVAL), NULL);
  g_signal_connect_data (self->rtp_session, "on-feedback-rtcp", G_CALLBACK (on_feedback_rtcp_cb),
                         kp_connection_ref (self), feedback_closure_notify, 0);
}

void
kp_connection_hurry_reports (KpConnection *self)
{
  g_autoptr (GstClock) clock = self->webrtcbin ? gst_element_get_clock (self->webrtcbin) : NULL;

  kp_loop_assert_current (self->loop);

  if (self->rtp_session)
    g_object_set (self->rtp_session, "rtcp-fraction", RTCP_BANDWIDTH, NULL);
  if (self->rtp_session && clock)
    g_object_set (self->rtp_session, "twcc-feedback-interval", (guint64)TWCC_INTERVAL, NULL);
}
