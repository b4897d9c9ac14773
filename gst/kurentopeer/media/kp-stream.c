/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-stream.h"

static void
advance (KpStream *self, GstClockTime time, GstClockTime duration)
{
  if (!GST_CLOCK_TIME_IS_VALID (time))
    return;
  if (GST_CLOCK_TIME_IS_VALID (duration))
    time += duration;
  if (!GST_CLOCK_TIME_IS_VALID (self->position) || time > self->position)
    self->position = time;
}

static void
start (KpStream *self)
{
  g_autofree gchar *uuid = NULL;
  g_autofree gchar *stream_id = NULL;
  g_autoptr (GstObject) parent = NULL;
  GstEvent *event;

  if (self->started)
    return;
  self->started = TRUE;

  uuid = g_uuid_string_random ();
  parent = gst_pad_get_parent (self->pad);
  stream_id = g_strdup_printf ("%s/%s", uuid, GST_OBJECT_NAME (parent));
  if (self->group_id == GST_GROUP_ID_INVALID)
    self->group_id = gst_util_group_id_next ();

  event = gst_event_new_stream_start (stream_id);
  gst_event_set_group_id (event, self->group_id);
  gst_pad_push_event (self->pad, event);
}

void
kp_stream_init (KpStream *self, GstPad *pad, KpView *view)
{
  *self = (KpStream){
    .pad = pad, .view = view, .group_id = GST_GROUP_ID_INVALID, .position = GST_CLOCK_TIME_NONE
  };
}

void
kp_stream_renew (KpStream *self, guint group_id)
{
  self->has_segment = FALSE;
  if (self->group_id == GST_GROUP_ID_INVALID)
    self->group_id = group_id;
}

void
kp_stream_push_caps (KpStream *self, GstCaps *caps)
{
  g_autoptr (GstCaps) current = gst_pad_get_current_caps (self->pad);

  if (!current || !gst_caps_is_equal (current, caps))
    kp_stream_push_event (self, gst_event_new_caps (caps));
}

void
kp_stream_push_segment (KpStream *self)
{
  GstSegment segment;

  if (self->has_segment)
    return;
  self->has_segment = TRUE;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  kp_stream_push_event (self, gst_event_new_segment (&segment));
}

void
kp_stream_push_eos (KpStream *self)
{
  kp_stream_push_segment (self);
  kp_stream_push_event (self, gst_event_new_eos ());
  if (self->view)
    kp_view_push_event (self->view, gst_event_new_eos ());
  self->ended = TRUE;
}

void
kp_stream_push_event (KpStream *self, GstEvent *event)
{
  if (self->ended)
    {
      gst_event_unref (event);
      return;
    }

  start (self);
  gst_pad_push_event (self->pad, event);
}

GstFlowReturn
kp_stream_push_buffer (KpStream *self, GstBuffer *buffer)
{
  if (self->ended)
    {
      gst_buffer_unref (buffer);
      return GST_FLOW_EOS;
    }

  kp_stream_push_segment (self);
  advance (self, GST_BUFFER_PTS (buffer), GST_BUFFER_DURATION (buffer));
  if (self->view)
    kp_view_show (self->view, self->pad, buffer);
  return gst_pad_push (self->pad, buffer);
}

void
kp_stream_push_gap (KpStream *self, GstClockTime time, GstClockTime duration)
{
  kp_stream_push_segment (self);
  advance (self, time, duration);
  kp_stream_push_event (self, gst_event_new_gap (time, duration));
}

void
kp_stream_fill (KpStream *self, GstClockTime time)
{
  if (!GST_CLOCK_TIME_IS_VALID (self->position))
    self->position = time;
  if (time > self->position)
    kp_stream_push_gap (self, self->position, time - self->position);
}

void
kp_stream_unblock (GstPad *pad)
{
  g_autoptr (GstPad) peer = gst_pad_get_peer (pad);

  if (GST_PAD_STREAM_TRYLOCK (pad))
    {
      GST_PAD_STREAM_UNLOCK (pad);
      return;
    }
  if (!peer)
    return;

  gst_pad_send_event (peer, gst_event_new_flush_start ());
  GST_PAD_STREAM_LOCK (pad);
  GST_PAD_STREAM_UNLOCK (pad);
  gst_pad_send_event (peer, gst_event_new_flush_stop (FALSE));
}
