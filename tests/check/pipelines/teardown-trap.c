/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define _GNU_SOURCE /* SCHED_IDLE */
#include "teardown-trap.h"

#include <sched.h>

/* How long a state change may take, on a machine that does nothing else. */
#define TICKS_PER_SECOND 100
#define LIMIT (2 * TICKS_PER_SECOND)

/* Where nothing is to be waited for in vain: less than the shortest patience that the peer has with anything. */
#define SHORT_LIMIT (TICKS_PER_SECOND * 4 / 10)

static const struct
{
  const gchar *name;
  const gchar *prefix; /* of what counts */
  guint in_threads; /* as soon as it has happened */
  gboolean in_handler; /* where it happens */
  guint limit; /* ticks */
} ways[] = {
  { "the application", "", 1, FALSE, SHORT_LIMIT },
  { "a signal handler", "", 0, TRUE, SHORT_LIMIT },
  { "a message handler", "kurentopeer/", 0, TRUE, SHORT_LIMIT },
  { "two threads", "", 2, FALSE, SHORT_LIMIT },
  /* the thread may have to find out that the handler waits for it */
  { "a handler and a thread", "", 1, TRUE, LIMIT },
};

struct _Trap
{
  guint way;
  GThread *clock; /* owned */
  gint ticks; /* atomic */

  /* set while nothing is armed */
  const gchar *name; /* borrowed */
  GstElement *what; /* borrowed */

  GMutex lock; /* guards everything below */
  GCond cond;
  GCond tick; /* never signalled before the end */
  gboolean ends;
  guint n_done; /* state changes */
  guint longest; /* ticks */
  GstStateChangeReturn worst;
};

/* A state change on its way to its thread. */
typedef struct
{
  Trap *trap; /* borrowed */
  GstElement *what; /* owned */
} TrapTask;

/* Time in which the machine has nothing better to do: when it is busy this clock is slow, and a wait for a timeout is
 * still seen. */
static gpointer
clock_thread (gpointer data)
{
  const struct sched_param last = { 0 };
  Trap *self = data;

  fail_unless_equals_int (sched_setscheduler (0, SCHED_IDLE, &last), 0);
  g_mutex_lock (&self->lock);
  while (!self->ends)
    {
      gint64 next = g_get_monotonic_time () + G_TIME_SPAN_SECOND / TICKS_PER_SECOND;

      g_cond_wait_until (&self->tick, &self->lock, next);
      g_atomic_int_inc (&self->ticks);
    }
  g_mutex_unlock (&self->lock);

  return NULL;
}

static void
take_down (Trap *self, GstElement *what)
{
  gint start = g_atomic_int_get (&self->ticks);
  GstStateChangeReturn ret = gst_element_set_state (what, GST_STATE_NULL);
  guint ticks = g_atomic_int_get (&self->ticks) - start;

  g_mutex_lock (&self->lock);
  self->longest = MAX (self->longest, ticks);
  if (ret != GST_STATE_CHANGE_SUCCESS)
    self->worst = ret;
  self->n_done++;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

static gpointer
take_down_thread (gpointer data)
{
  g_autofree TrapTask *task = data;

  take_down (task->trap, task->what);
  gst_object_unref (task->what);

  return NULL;
}

static void
hook (gpointer user_data)
{
  Trap *self = user_data;

  for (guint i = 0; i < ways[self->way].in_threads; i++)
    {
      TrapTask *task = g_new0 (TrapTask, 1);

      *task = (TrapTask){ self, gst_object_ref (self->what) };
      g_thread_unref (g_thread_new ("teardown", take_down_thread, task));
    }
  if (ways[self->way].in_handler)
    take_down (self, self->what);
}

guint
trap_get_n_ways (void)
{
  return G_N_ELEMENTS (ways);
}

Trap *
trap_new (Call *call, guint way)
{
  Trap *self = g_new0 (Trap, 1);

  self->way = way;
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  g_cond_init (&self->tick);
  self->clock = g_thread_new ("clock", clock_thread, self);
  call->hook = hook;
  call->hook_data = self;

  return self;
}

void
trap_free (Trap *self)
{
  g_mutex_lock (&self->lock);
  self->ends = TRUE;
  g_cond_signal (&self->tick);
  g_mutex_unlock (&self->lock);
  g_thread_join (self->clock);

  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
  g_cond_clear (&self->tick);
  g_free (self);
}

const gchar *
trap_get_way (Trap *self)
{
  return ways[self->way].name;
}

const gchar *
trap_get_prefix (Trap *self)
{
  return ways[self->way].prefix;
}

void
trap_arm (Trap *self, CallSide *side, const gchar *name, GstElement *what)
{
  self->name = name;
  self->what = what;
  g_mutex_lock (&self->lock);
  self->n_done = 0;
  self->longest = 0;
  self->worst = GST_STATE_CHANGE_SUCCESS;
  g_mutex_unlock (&self->lock);
  call_arm (side, name);
}

void
trap_wait (Trap *self)
{
  gint64 deadline = g_get_monotonic_time () + CALL_DEADLINE;
  guint wanted = ways[self->way].in_threads + ways[self->way].in_handler;
  gboolean in_time = TRUE;
  GstStateChangeReturn worst;
  guint longest;
  guint n_done;

  g_mutex_lock (&self->lock);
  while (self->n_done < wanted && in_time)
    in_time = g_cond_wait_until (&self->cond, &self->lock, deadline);
  n_done = self->n_done;
  longest = self->longest;
  worst = self->worst;
  g_mutex_unlock (&self->lock);

  GST_INFO ("%s: \"%s\" took %u ticks", ways[self->way].name, self->name, longest);
  fail_unless (n_done == wanted, "%s: \"%s\": %u of %u hang", ways[self->way].name, self->name,
               wanted - n_done, wanted);
  fail_unless (worst == GST_STATE_CHANGE_SUCCESS, "%s: \"%s\": the state change says %s",
               ways[self->way].name, self->name, gst_element_state_change_return_get_name (worst));
  fail_unless (longest < ways[self->way].limit, "%s: \"%s\" took %u ms", ways[self->way].name, self->name,
               longest * 1000 / TICKS_PER_SECOND);
}
