/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-prewarm.h"

#include <gst/gst.h>
#include <openssl/crypto.h>
#include <stdlib.h>

/* A key takes some 100 ms, and seconds on a machine that is busy. */
#define EXIT_TIMEOUT (10 * G_TIME_SPAN_SECOND)

static GMutex lock;
static GCond ended;
static gboolean started; /* with the lock */
static guint running; /* with the lock: threads */
static GThread *threads[2]; /* with the lock; owned; joined by who waits, or never */

/* One list a thread; what takes longest is alone. */
static const gchar *const key_elements[] = { "dtlsdec", NULL };
static const gchar *const other_elements[]
    = { "webrtcbin", "nicesrc", "nicesink", "srtpdec", "srtpenc", "sctpdec", "sctpenc", "rtpopuspay", NULL };

static gpointer
prewarm_thread (gpointer data)
{
  const gchar *const *names = data;

  for (guint i = 0; names[i]; i++)
    {
      g_autoptr (GstElement) element = gst_element_factory_make (names[i], NULL);

      if (element)
        gst_object_ref_sink (element);
    }

  g_mutex_lock (&lock);
  running--;
  g_cond_broadcast (&ended);
  g_mutex_unlock (&lock);

  return NULL;
}

static void
wait_at_exit (void)
{
  kp_prewarm_wait (EXIT_TIMEOUT);
}

void
kp_prewarm_start (void)
{
  g_mutex_lock (&lock);
  if (!started)
    {
      started = TRUE;
      /* a process that ends while OpenSSL makes a key, or while a streaming thread that used it ends, crashes in
       * OpenSSL's exit handler: there is to be none. When there is one already, because the application uses OpenSSL
       * itself, ours comes later and so runs before it. */
      OPENSSL_init_crypto (OPENSSL_INIT_NO_ATEXIT | OPENSSL_INIT_LOAD_CRYPTO_STRINGS, NULL);
      atexit (wait_at_exit);
      running = G_N_ELEMENTS (threads);
      threads[0] = g_thread_new ("kp:key", prewarm_thread, (gpointer)key_elements);
      threads[1] = g_thread_new ("kp:prewarm", prewarm_thread, (gpointer)other_elements);
    }
  g_mutex_unlock (&lock);
}

void
kp_prewarm_wait (gint64 timeout_us)
{
  gint64 deadline = g_get_monotonic_time () + timeout_us;
  GThread *done[G_N_ELEMENTS (threads)] = { NULL };
  gboolean in_time = TRUE;

  g_mutex_lock (&lock);
  while (running > 0 && in_time)
    in_time = g_cond_wait_until (&ended, &lock, deadline);
  for (guint i = 0; running == 0 && i < G_N_ELEMENTS (threads); i++)
    done[i] = g_steal_pointer (&threads[i]);
  g_mutex_unlock (&lock);

  /* OpenSSL cleans up behind each of them, with its locks: a fork should not meet that */
  for (guint i = 0; i < G_N_ELEMENTS (done); i++)
    g_clear_pointer (&done[i], g_thread_join);
}
