/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gstkurentopeersinkpad.h"

#include "gstkurentopeer-private.h"

#include <string.h>

#define GST_CAT_DEFAULT gst_kurento_peer_debug

#define MAX_SCALE 1000.0

/* RFC 8830: the name of a stream is a token of at most 64 characters, or "-" for none. */
#define MSID_CHARACTERS G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "!#$%&'*+-.^_`{|}~"
#define MAX_MSID_LENGTH 64

enum
{
  PROP_0,
  PROP_MAX_BITRATE,
  PROP_ACTIVE,
  PROP_MSID,
  PROP_MAX_FRAMERATE,
  PROP_SCALE_RESOLUTION_DOWN_BY,
};

typedef struct
{
  KpGate *gate; /* owned */
  GMutex lock; /* of what follows, and of the order in which the gate gets it */
  KpParameters parameters;
} GstKurentoPeerSinkPadPrivate;

struct _GstKurentoPeerVideoSinkPad
{
  GstKurentoPeerSinkPad parent_instance;
};

G_DEFINE_TYPE_WITH_PRIVATE (GstKurentoPeerSinkPad, gst_kurento_peer_sink_pad, GST_TYPE_GHOST_PAD)
G_DEFINE_FINAL_TYPE (GstKurentoPeerVideoSinkPad, gst_kurento_peer_video_sink_pad,
                     GST_TYPE_KURENTO_PEER_SINK_PAD)

static GstKurentoPeerSinkPadPrivate *
get_private (gpointer self)
{
  return gst_kurento_peer_sink_pad_get_instance_private (self);
}

static gboolean
is_msid (const gchar *text)
{
  g_auto (GStrv) ids = g_strsplit (text, " ", -1);
  gsize length = 0;

  for (guint i = 0; ids[i]; i++)
    {
      length = strlen (ids[i]);
      if (length == 0 || length > MAX_MSID_LENGTH || strspn (ids[i], MSID_CHARACTERS) != length)
        return FALSE;
    }

  return length > 0;
}

static void
set_msid (GstKurentoPeerSinkPad *self, const gchar *msid)
{
  g_autoptr (GstElement) peer = gst_pad_get_parent_element (GST_PAD (self));

  if (msid && *msid == '\0')
    msid = NULL;
  if (msid == NULL || is_msid (msid))
    kp_gate_set_msid (get_private (self)->gate, msid);
  else if (peer)
    GST_ELEMENT_WARNING (peer, RESOURCE, SETTINGS,
                         ("msid of %s: \"%s\" is not a list of ids of streams, separated by one space.",
                          GST_OBJECT_NAME (self), msid),
                         (NULL));
}

static void
set_parameter (KpParameters *parameters, guint prop_id, const GValue *value)
{
  switch (prop_id)
    {
    case PROP_MAX_BITRATE:
      parameters->max_bitrate = g_value_get_uint (value);
      break;
    case PROP_ACTIVE:
      parameters->active = g_value_get_boolean (value);
      break;
    case PROP_MAX_FRAMERATE:
      parameters->max_framerate = g_value_get_double (value);
      break;
    case PROP_SCALE_RESOLUTION_DOWN_BY:
    default:
      parameters->scale_down_by = g_value_get_double (value);
      break;
    }
}

/* The senders of the present connection follow. */
static void
tell_session (GstKurentoPeerSinkPad *self)
{
  g_autoptr (GstElement) peer = gst_pad_get_parent_element (GST_PAD (self));
  g_autoptr (KpSession) session = peer ? gst_kurento_peer_dup_session (GST_KURENTO_PEER (peer)) : NULL;

  if (session)
    kp_session_update_tracks (session);
}

static void
gst_kurento_peer_sink_pad_set_property (GObject *object, guint prop_id, const GValue *value,
                                        GParamSpec *pspec)
{
  GstKurentoPeerSinkPad *self = GST_KURENTO_PEER_SINK_PAD (object);
  GstKurentoPeerSinkPadPrivate *priv = get_private (self);

  if (prop_id == PROP_MSID)
    {
      set_msid (self, g_value_get_string (value));
      return;
    }

  g_mutex_lock (&priv->lock);
  set_parameter (&priv->parameters, prop_id, value);
  kp_gate_set_parameters (priv->gate, &priv->parameters);
  g_mutex_unlock (&priv->lock);

  kp_gate_check_parameters (priv->gate);
  tell_session (self);
}

static void
gst_kurento_peer_sink_pad_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  GstKurentoPeerSinkPadPrivate *priv = get_private (object);
  KpParameters parameters;

  kp_gate_get_parameters (priv->gate, &parameters);
  switch (prop_id)
    {
    case PROP_MAX_BITRATE:
      g_value_set_uint (value, parameters.max_bitrate);
      break;
    case PROP_ACTIVE:
      g_value_set_boolean (value, parameters.active);
      break;
    case PROP_MSID:
      g_value_take_string (value, kp_gate_dup_msid (priv->gate));
      break;
    case PROP_MAX_FRAMERATE:
      g_value_set_double (value, parameters.max_framerate);
      break;
    case PROP_SCALE_RESOLUTION_DOWN_BY:
      g_value_set_double (value, parameters.scale_down_by);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
gst_kurento_peer_sink_pad_finalize (GObject *object)
{
  GstKurentoPeerSinkPadPrivate *priv = get_private (object);

  gst_clear_object (&priv->gate);
  g_mutex_clear (&priv->lock);

  G_OBJECT_CLASS (gst_kurento_peer_sink_pad_parent_class)->finalize (object);
}

#define FLAGS (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING)

static void
gst_kurento_peer_sink_pad_class_init (GstKurentoPeerSinkPadClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->set_property = gst_kurento_peer_sink_pad_set_property;
  object_class->get_property = gst_kurento_peer_sink_pad_get_property;
  object_class->finalize = gst_kurento_peer_sink_pad_finalize;

  g_object_class_install_property (
      object_class, PROP_MAX_BITRATE,
      g_param_spec_uint (
          "max-bitrate", "Maximum bitrate",
          "Upper limit of the bit rate of this track, in bit/s; what it leaves of that of all video goes to "
          "the other pads. 0: none. Nothing for what comes encoded (RTCRtpSender: maxBitrate)",
          0, G_MAXINT, 0, FLAGS));
  g_object_class_install_property (
      object_class, PROP_ACTIVE,
      g_param_spec_boolean (
          "active", "Active",
          "Whether anything of this track is sent; FALSE: no packet, where enabled of the element sends "
          "black "
          "and silence. Pictures come back with a keyframe (RTCRtpSender: active)",
          TRUE, FLAGS));
  g_object_class_install_property (
      object_class, PROP_MSID,
      g_param_spec_string (
          "msid", "Stream ids",
          "The id of the stream that this track is part of in our next description; several are separated by "
          "a space, - is none. NULL: the id of the element (RTCRtpSender: setStreams())",
          NULL, FLAGS));
}

static void
gst_kurento_peer_sink_pad_init (GstKurentoPeerSinkPad *self)
{
  GstKurentoPeerSinkPadPrivate *priv = get_private (self);

  g_mutex_init (&priv->lock);
  kp_parameters_init (&priv->parameters);
}

static void
gst_kurento_peer_video_sink_pad_class_init (GstKurentoPeerVideoSinkPadClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  /* the instances are those of the parent: so are the accessors */
  object_class->set_property = gst_kurento_peer_sink_pad_set_property;
  object_class->get_property = gst_kurento_peer_sink_pad_get_property;

  g_object_class_install_property (
      object_class, PROP_MAX_FRAMERATE,
      g_param_spec_double (
          "max-framerate", "Maximum framerate",
          "How many pictures a second are sent at most; the others are left out evenly, before "
          "they are encoded. 0: all. Nothing for what comes encoded (RTCRtpSender: maxFramerate)",
          0, G_MAXINT, 0, FLAGS));
  g_object_class_install_property (
      object_class, PROP_SCALE_RESOLUTION_DOWN_BY,
      g_param_spec_double ("scale-resolution-down-by", "Scale resolution down by",
                           "What width and height are divided by before they are encoded, to even numbers. "
                           "Nothing for what comes encoded (RTCRtpSender: scaleResolutionDownBy)",
                           1, MAX_SCALE, 1, FLAGS));
}

static void
gst_kurento_peer_video_sink_pad_init (GstKurentoPeerVideoSinkPad *self)
{
}

GstPad *
gst_kurento_peer_sink_pad_new (GstPadTemplate *template, const gchar *name, KpGate *gate)
{
  g_autoptr (GstPad) target = gst_element_get_static_pad (GST_ELEMENT (gate), "sink");
  GstPad *self = g_object_new (GST_PAD_TEMPLATE_GTYPE (template), "name", name, "direction", GST_PAD_SINK,
                               "template", template, NULL);

  get_private (self)->gate = gst_object_ref (gate);
  gst_ghost_pad_set_target (GST_GHOST_PAD (self), target);

  return self;
}
