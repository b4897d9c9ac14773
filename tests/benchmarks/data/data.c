/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Two peers in one process, and a data channel between them: how long a message takes there and back, and how much gets
 * through. See README.md. */
#include <gst/gst.h>
#include <gst/sdp/sdp.h>
#include <gst/webrtc/webrtc.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HIGH_MARK (1024 * 1024) /* bytes that wait in the channel */
#define LOW_MARK (256 * 1024)
#define N_PINGS 200
#define SLOWNESS 5 /* ms; of a receiver that is slow, with each message */
#define DEADLINE (20 * G_TIME_SPAN_SECOND)

/* What the receiver does with a message. */
typedef enum
{
  MODE_ECHO,
  MODE_COUNT,
  MODE_SLOW,
} Mode;

typedef struct _End End;
struct _End
{
  GstElement *peer;
  End *other;
  GstWebRTCDataChannel *channel; /* owned; once it is open */
};

typedef struct
{
  GstElement *(*make) (End *self);
  void (*offer) (End *self);
  gboolean (*send) (End *self, GBytes *message);
} Kind;

static const Kind *kind;
static End sender, receiver;
static gint mode; /* atomic; Mode */
static GMutex lock; /* of everything below */
static GCond cond;
static guint64 received; /* bytes */
static guint echoes;

static void
wake (void)
{
  g_mutex_lock (&lock);
  g_cond_signal (&cond);
  g_mutex_unlock (&lock);
}

static void
take_channel (End *self, GstWebRTCDataChannel *channel)
{
  g_object_set (channel, "buffered-amount-low-threshold", (guint64)LOW_MARK, NULL);
  g_mutex_lock (&lock);
  self->channel = g_object_ref (channel);
  g_cond_signal (&cond);
  g_mutex_unlock (&lock);
}

static void
take_message (End *self, GBytes *message)
{
  if (self == &receiver && g_atomic_int_get (&mode) == MODE_ECHO)
    {
      kind->send (self, message);
      return;
    }

  if (g_atomic_int_get (&mode) == MODE_SLOW)
    g_poll (NULL, 0, SLOWNESS);
  g_mutex_lock (&lock);
  if (self == &receiver)
    received += g_bytes_get_size (message);
  else
    echoes++;
  g_cond_signal (&cond);
  g_mutex_unlock (&lock);
}

/* ---- kurentopeer ---- */

static void
channel_open_cb (GstElement *peer, const gchar *label, End *self)
{
  g_autoptr (GstWebRTCDataChannel) channel = NULL;

  g_object_get (peer, "data-channel", &channel, NULL);
  take_channel (self, channel);
}

static void
channel_message_cb (GstElement *peer, const gchar *label, GBytes *message, gboolean is_text, End *self)
{
  take_message (self, message);
}

static void
candidate_cb (GstElement *peer, const gchar *candidate, guint mline_index, const gchar *mid, End *self)
{
  g_signal_emit_by_name (self->other->peer, "add-ice-candidate", candidate, mline_index, mid, NULL);
}

static GstElement *
make_kurentopeer (End *self)
{
  GstElement *peer = gst_element_factory_make ("kurentopeer", NULL);

  if (peer == NULL)
    g_error ("there is no kurentopeer in GST_PLUGIN_PATH");
  g_object_set (peer, "media-constraints", "{\"audio\":false,\"video\":false}", "data-channels",
                self == &sender, NULL);
  g_signal_connect (peer, "data-channel-open", G_CALLBACK (channel_open_cb), self);
  g_signal_connect (peer, "data-channel-message", G_CALLBACK (channel_message_cb), self);
  g_signal_connect (peer, "data-channel-buffered-amount-low", G_CALLBACK (wake), NULL);
  g_signal_connect (peer, "ice-candidate", G_CALLBACK (candidate_cb), self);
  return peer;
}

static const gchar *
get_sdp (GstPromise *promise)
{
  const GstStructure *reply = gst_promise_get_reply (promise);

  if (reply == NULL || !gst_structure_has_field (reply, "sdp"))
    g_error ("no description: %s", reply ? gst_structure_to_string (reply) : "nothing");
  return gst_structure_get_string (reply, "sdp");
}

static void
answer_done (GstPromise *promise, gpointer user_data)
{
  g_signal_emit_by_name (sender.peer, "process-answer", get_sdp (promise), NULL);
  gst_promise_unref (promise);
}

static void
offer_done (GstPromise *promise, gpointer user_data)
{
  g_signal_emit_by_name (receiver.peer, "process-offer", get_sdp (promise),
                         gst_promise_new_with_change_func (answer_done, NULL, NULL));
  gst_promise_unref (promise);
}

static void
offer_kurentopeer (End *self)
{
  g_signal_emit_by_name (self->peer, "generate-offer",
                         gst_promise_new_with_change_func (offer_done, NULL, NULL));
}

static gboolean
send_kurentopeer (End *self, GBytes *message)
{
  gboolean sent = FALSE;

  g_signal_emit_by_name (self->peer, "send-data", NULL, message, &sent);
  return sent;
}

/* ---- bare ---- */

static void
bare_open_cb (GstWebRTCDataChannel *channel, End *self)
{
  take_channel (self, channel);
}

static void
bare_message_cb (GstWebRTCDataChannel *channel, GBytes *message, End *self)
{
  take_message (self, message);
}

static void
watch_channel (End *self, GstWebRTCDataChannel *channel)
{
  g_signal_connect (channel, "on-message-data", G_CALLBACK (bare_message_cb), self);
  g_signal_connect (channel, "on-buffered-amount-low", G_CALLBACK (wake), NULL);
}

static void
data_channel_cb (GstElement *webrtcbin, GstWebRTCDataChannel *channel, End *self)
{
  if (self == &sender)
    return;
  watch_channel (self, channel);
  take_channel (self, channel);
}

static void
bare_candidate_cb (GstElement *webrtcbin, guint mline_index, const gchar *candidate, End *self)
{
  g_signal_emit_by_name (self->other->peer, "add-ice-candidate", mline_index, candidate);
}

static GstElement *
make_bare (End *self)
{
  GstElement *webrtcbin = gst_element_factory_make ("webrtcbin", NULL);

  gst_util_set_object_arg (G_OBJECT (webrtcbin), "bundle-policy", "max-bundle");
  g_signal_connect (webrtcbin, "on-data-channel", G_CALLBACK (data_channel_cb), self);
  g_signal_connect (webrtcbin, "on-ice-candidate", G_CALLBACK (bare_candidate_cb), self);
  return webrtcbin;
}

static GstWebRTCSessionDescription *
take_description (GstPromise *promise, const gchar *name)
{
  GstWebRTCSessionDescription *description = NULL;

  gst_structure_get (gst_promise_get_reply (promise), name, GST_TYPE_WEBRTC_SESSION_DESCRIPTION, &description,
                     NULL);
  gst_promise_unref (promise);
  if (description == NULL)
    g_error ("webrtcbin made no %s", name);
  return description;
}

static void
bare_answer_done (GstPromise *promise, gpointer user_data)
{
  g_autoptr (GstWebRTCSessionDescription) answer = take_description (promise, "answer");

  g_signal_emit_by_name (receiver.peer, "set-local-description", answer, NULL);
  g_signal_emit_by_name (sender.peer, "set-remote-description", answer, NULL);
}

static void
bare_offer_done (GstPromise *promise, gpointer user_data)
{
  g_autoptr (GstWebRTCSessionDescription) offer = take_description (promise, "offer");

  g_signal_emit_by_name (sender.peer, "set-local-description", offer, NULL);
  g_signal_emit_by_name (receiver.peer, "set-remote-description", offer, NULL);
  g_signal_emit_by_name (receiver.peer, "create-answer", NULL,
                         gst_promise_new_with_change_func (bare_answer_done, NULL, NULL));
}

static void
offer_bare (End *self)
{
  GstWebRTCDataChannel *channel = NULL;

  g_signal_emit_by_name (self->peer, "create-data-channel", "data", NULL, &channel);
  watch_channel (self, channel);
  g_signal_connect (channel, "on-open", G_CALLBACK (bare_open_cb), self);
  g_signal_emit_by_name (self->peer, "create-offer", NULL,
                         gst_promise_new_with_change_func (bare_offer_done, NULL, NULL));
}

static gboolean
send_bare (End *self, GBytes *message)
{
  return gst_webrtc_data_channel_send_data_full (self->channel, message, NULL);
}

/* ---- what is measured ---- */

static const Kind kurentopeer = { make_kurentopeer, offer_kurentopeer, send_kurentopeer };
static const Kind bare = { make_bare, offer_bare, send_bare };

#define wait_until(condition, what)                                                                          \
  G_STMT_START                                                                                               \
  {                                                                                                          \
    gint64 deadline_ = g_get_monotonic_time () + DEADLINE;                                                   \
    while (!(condition))                                                                                     \
      if (!g_cond_wait_until (&cond, &lock, deadline_))                                                      \
        g_error ("waited in vain: %s", what);                                                                \
  }                                                                                                          \
  G_STMT_END

static void
connect_ends (void)
{
  GstElement *pipeline = gst_pipeline_new (NULL);

  sender.other = &receiver;
  receiver.other = &sender;
  sender.peer = kind->make (&sender);
  receiver.peer = kind->make (&receiver);
  gst_bin_add_many (GST_BIN (pipeline), sender.peer, receiver.peer, NULL);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  kind->offer (&sender);
  g_mutex_lock (&lock);
  wait_until (sender.channel && receiver.channel, "an open channel");
  g_mutex_unlock (&lock);
}

static gint
compare (gconstpointer a, gconstpointer b)
{
  gint64 difference = *(const gint64 *)a - *(const gint64 *)b;

  return difference < 0 ? -1 : difference > 0;
}

/* us; the median */
static gint64
measure_round_trip (GBytes *message)
{
  gint64 times[N_PINGS];

  for (guint i = 0; i < N_PINGS; i++)
    {
      gint64 start = g_get_monotonic_time ();

      if (!kind->send (&sender, message))
        g_error ("could not send");
      g_mutex_lock (&lock);
      wait_until (echoes > i, "an echo");
      g_mutex_unlock (&lock);
      times[i] = g_get_monotonic_time () - start;
    }
  qsort (times, N_PINGS, sizeof *times, compare);
  return times[N_PINGS / 2];
}

static guint64
get_buffered (void)
{
  guint64 amount;

  g_object_get (sender.channel, "buffered-amount", &amount, NULL);
  return amount;
}

/* FALSE when there is none until @end. */
static gboolean
wait_room (gint64 end)
{
  gboolean in_time = TRUE;

  g_mutex_lock (&lock);
  while (in_time && get_buffered () >= HIGH_MARK)
    in_time = g_cond_wait_until (&cond, &lock, end);
  g_mutex_unlock (&lock);

  return in_time && g_get_monotonic_time () < end;
}

/* bytes a second */
static gdouble
measure_throughput (GBytes *message, gint64 duration)
{
  gint64 end = g_get_monotonic_time () + duration;
  guint64 bytes;

  while (wait_room (end))
    if (!kind->send (&sender, message))
      g_error ("could not send");

  g_mutex_lock (&lock);
  bytes = received;
  g_mutex_unlock (&lock);
  return bytes * (gdouble)G_TIME_SPAN_SECOND / duration;
}

/* KiB */
static guint64
get_peak_memory (void)
{
  g_autofree gchar *status = NULL;
  const gchar *line;

  if (!g_file_get_contents ("/proc/self/status", &status, NULL, NULL) || !(line = strstr (status, "VmHWM:")))
    g_error ("no /proc/self/status");
  return g_ascii_strtoull (line + strlen ("VmHWM:"), NULL, 10);
}

int
main (int argc, char **argv)
{
  g_autoptr (GBytes) message = NULL;
  gboolean slow;
  gsize size;
  gint64 duration, round_trip = 0;
  gdouble throughput;
  guint64 memory;

  gst_init (&argc, &argv);
  if (argc < 4)
    g_error ("usage: %s kurentopeer|bare SIZE SECONDS [slow]", argv[0]);
  kind = g_str_equal (argv[1], "bare") ? &bare : &kurentopeer;
  size = g_ascii_strtoull (argv[2], NULL, 10);
  duration = g_ascii_strtod (argv[3], NULL) * G_TIME_SPAN_SECOND;
  slow = argc > 4;
  message = g_bytes_new_take (g_malloc0 (size), size);

  connect_ends ();
  memory = get_peak_memory ();
  if (!slow)
    round_trip = measure_round_trip (message);
  g_atomic_int_set (&mode, slow ? MODE_SLOW : MODE_COUNT);
  throughput = measure_throughput (message, duration);
  g_print ("{\"roundTrip\": %.3f, \"throughput\": %.2f, \"memory\": %.1f}\n", round_trip / 1000.0,
           throughput / 1e6, (get_peak_memory () - memory) / 1024.0);
  /* not measured: the end */
  _exit (EXIT_SUCCESS);
}
