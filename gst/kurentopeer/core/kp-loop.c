/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-loop.h"

struct _KpLoop
{
  GMainContext *context; /* owned */
  GMutex lock; /* guards everything below */
  GCond ended;
  guint n_threads; /* that have not ended: more than one when the loop restarted itself */
  guint n_calls; /* that have not been done */
  GThread *thread; /* owned; the last one, to be joined */
  gboolean *running; /* borrowed; of the last one, NULL when it was told to stop */
};

/* One function to run, shared by the poster who waits and the loop. */
typedef struct
{
  KpLoop *loop; /* borrowed; outlives its calls */
  KpLoopFunc func;
  gpointer user_data;
  GDestroyNotify notify;
  GMutex lock;
  GCond cond;
  gboolean done;
} KpCall;

/* What the thread works with. It ends when @running is cleared in the loop, by itself or by a late predecessor. */
typedef struct
{
  KpLoop *self; /* owned */
  gboolean running; /* peer loop */
  GThread *previous; /* owned; or NULL */
} KpThreadData;

static void
kp_loop_clear (gpointer data)
{
  KpLoop *self = data;

  /* it has let go of the loop: the join is short, unless it is what frees the loop */
  if (self->thread == g_thread_self ())
    g_thread_unref (self->thread);
  else if (self->thread)
    g_thread_join (self->thread);
  g_main_context_unref (self->context);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->ended);
}

KpLoop *
kp_loop_new (void)
{
  KpLoop *self = g_atomic_rc_box_new0 (KpLoop);

  self->context = g_main_context_new ();
  g_mutex_init (&self->lock);
  g_cond_init (&self->ended);

  return self;
}

KpLoop *
kp_loop_ref (KpLoop *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
kp_loop_unref (KpLoop *self)
{
  g_atomic_rc_box_release_full (self, kp_loop_clear);
}

GMainContext *
kp_loop_get_context (KpLoop *self)
{
  return self->context;
}

/* Once the last thread has gone nobody runs anything: what came until then is run, and what comes later is refused. */
static void
leave (KpLoop *self)
{
  gboolean stays;

  do
    {
      while (g_main_context_iteration (self->context, FALSE))
        ;
      g_mutex_lock (&self->lock);
      stays = self->n_threads == 1 && self->n_calls > 0;
      if (!stays)
        self->n_threads--;
      g_cond_broadcast (&self->ended);
      g_mutex_unlock (&self->lock);
    }
  while (stays);
}

static gpointer
loop_thread (gpointer data)
{
  KpThreadData *thread_data = data;
  KpLoop *self = thread_data->self;

  /* a thread that stopped itself may still be on its way out, and owns the context until then */
  if (thread_data->previous)
    g_thread_join (thread_data->previous);

  g_main_context_push_thread_default (self->context);
  while (thread_data->running)
    g_main_context_iteration (self->context, TRUE);
  leave (self);
  g_main_context_pop_thread_default (self->context);
  g_free (thread_data);
  kp_loop_unref (self);

  return NULL;
}

void
kp_loop_start (KpLoop *self, const gchar *thread_name)
{
  KpThreadData *thread_data = g_new0 (KpThreadData, 1);

  g_mutex_lock (&self->lock);
  g_assert (!self->running);
  self->running = &thread_data->running;
  self->n_threads++;

  thread_data->self = kp_loop_ref (self);
  thread_data->running = TRUE;
  thread_data->previous = self->thread;
  self->thread = g_thread_new (thread_name, loop_thread, thread_data);
  g_mutex_unlock (&self->lock);
}

gboolean
kp_loop_is_current (KpLoop *self)
{
  return g_main_context_is_owner (self->context);
}

static void
call_clear (gpointer data)
{
  KpCall *call = data;

  g_mutex_clear (&call->lock);
  g_cond_clear (&call->cond);
}

static void
call_release (gpointer data)
{
  g_atomic_rc_box_release_full (data, call_clear);
}

static gboolean
call_run (gpointer data)
{
  KpCall *call = data;

  call->func (call->user_data);

  return G_SOURCE_REMOVE;
}

static void
call_done (gpointer data)
{
  KpCall *call = data;
  KpLoop *loop = call->loop;

  if (call->notify)
    call->notify (call->user_data);

  g_mutex_lock (&call->lock);
  call->done = TRUE;
  g_cond_broadcast (&call->cond);
  g_mutex_unlock (&call->lock);
  call_release (call);

  g_mutex_lock (&loop->lock);
  loop->n_calls--;
  g_mutex_unlock (&loop->lock);
}

static KpCall *
call_attach_locked (KpLoop *self, gint priority, KpLoopFunc func, gpointer user_data, GDestroyNotify notify)
{
  g_autoptr (GSource) source = g_idle_source_new ();
  KpCall *call = g_atomic_rc_box_new0 (KpCall);

  call->loop = self;
  call->func = func;
  call->user_data = user_data;
  call->notify = notify;
  g_mutex_init (&call->lock);
  g_cond_init (&call->cond);

  self->n_calls++;
  g_source_set_priority (source, priority);
  g_source_set_callback (source, call_run, g_atomic_rc_box_acquire (call), call_done);
  g_source_attach (source, self->context);

  return call;
}

/* NULL, and @user_data is freed, when there is no thread to run it. */
static KpCall *
call_new (KpLoop *self, KpLoopFunc func, gpointer user_data, GDestroyNotify notify)
{
  KpCall *call = NULL;

  g_mutex_lock (&self->lock);
  if (self->n_threads > 0)
    call = call_attach_locked (self, G_PRIORITY_DEFAULT, func, user_data, notify);
  g_mutex_unlock (&self->lock);
  if (call == NULL && notify)
    notify (user_data);

  return call;
}

static void
quit_cb (gpointer user_data)
{
  gboolean *running = user_data;

  *running = FALSE;
}

gboolean
kp_loop_stop (KpLoop *self, gint64 timeout_us)
{
  gint64 deadline = g_get_monotonic_time () + timeout_us;
  GThread *thread = NULL;
  gboolean in_time = TRUE;

  g_mutex_lock (&self->lock);
  if (self->running)
    call_release (call_attach_locked (self, G_PRIORITY_LOW, quit_cb, g_steal_pointer (&self->running), NULL));

  if (!kp_loop_is_current (self))
    {
      while (self->n_threads > 0 && in_time)
        in_time = g_cond_wait_until (&self->ended, &self->lock, deadline);
      in_time = self->n_threads == 0;
      if (in_time)
        thread = g_steal_pointer (&self->thread);
    }
  g_mutex_unlock (&self->lock);

  if (thread)
    g_thread_join (thread);

  return in_time;
}

void
kp_loop_post (KpLoop *self, KpLoopFunc func, gpointer user_data, GDestroyNotify notify)
{
  KpCall *call = call_new (self, func, user_data, notify);

  if (call)
    call_release (call);
}

gboolean
kp_loop_call (KpLoop *self, KpLoopFunc func, gpointer user_data, GDestroyNotify notify, gint64 timeout_us)
{
  gint64 deadline = g_get_monotonic_time () + timeout_us;
  gboolean in_time = TRUE;
  KpCall *call;

  if (kp_loop_is_current (self))
    {
      func (user_data);
      if (notify)
        notify (user_data);
      return TRUE;
    }

  call = call_new (self, func, user_data, notify);
  if (call == NULL)
    return FALSE;

  g_mutex_lock (&call->lock);
  while (!call->done && in_time)
    in_time = g_cond_wait_until (&call->cond, &call->lock, deadline);
  in_time = call->done;
  g_mutex_unlock (&call->lock);
  call_release (call);

  return in_time;
}

GSource *
kp_loop_add_timeout (KpLoop *self, guint interval_ms, GSourceFunc func, gpointer user_data)
{
  GSource *source = g_timeout_source_new (interval_ms);

  g_source_set_callback (source, func, user_data, NULL);
  g_source_attach (source, self->context);

  return source;
}
