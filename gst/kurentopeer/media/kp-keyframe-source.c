/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-keyframe-source.h"

#include "kp-keyframe-limit.h"

#define INTERVAL (300 * GST_MSECOND)

/* How long a request may have been on its way when the keyframe went out. */
#define GRACE (100 * GST_MSECOND)

struct _KpKeyframeSource
{
  gchar *key; /* owned */
  guint n_users; /* of the lock of the table */

  GMutex lock; /* of what follows */
  KpKeyframeLimit limit;
  GstClockTime passed; /* ns; the last keyframe, or GST_CLOCK_TIME_NONE */
};

static GMutex table_lock;
static GHashTable *table; /* of KpKeyframeSource by key, borrowed */

static KpKeyframeSource *
source_new (const gchar *key)
{
  KpKeyframeSource *self = g_new0 (KpKeyframeSource, 1);

  self->key = g_strdup (key);
  g_mutex_init (&self->lock);
  kp_keyframe_limit_init (&self->limit, INTERVAL);
  self->passed = GST_CLOCK_TIME_NONE;

  return self;
}

KpKeyframeSource *
kp_keyframe_source_get (gconstpointer pipeline, const gchar *stream_id)
{
  g_autofree gchar *key = g_strdup_printf ("%p/%s", pipeline, stream_id);
  KpKeyframeSource *self;

  g_mutex_lock (&table_lock);
  if (table == NULL)
    table = g_hash_table_new (g_str_hash, g_str_equal);
  self = g_hash_table_lookup (table, key);
  if (self == NULL)
    {
      self = source_new (key);
      g_hash_table_insert (table, self->key, self);
    }
  self->n_users++;
  g_mutex_unlock (&table_lock);

  return self;
}

KpKeyframeSource *
kp_keyframe_source_ref (KpKeyframeSource *self)
{
  g_mutex_lock (&table_lock);
  self->n_users++;
  g_mutex_unlock (&table_lock);

  return self;
}

void
kp_keyframe_source_unref (KpKeyframeSource *self)
{
  gboolean unused;

  g_mutex_lock (&table_lock);
  unused = --self->n_users == 0;
  if (unused)
    g_hash_table_remove (table, self->key);
  if (g_hash_table_size (table) == 0)
    g_clear_pointer (&table, g_hash_table_unref);
  g_mutex_unlock (&table_lock);
  if (!unused)
    return;

  g_mutex_clear (&self->lock);
  g_free (self->key);
  g_free (self);
}

void
kp_keyframe_source_request (KpKeyframeSource *self, GstClockTime now)
{
  g_mutex_lock (&self->lock);
  if (!GST_CLOCK_TIME_IS_VALID (self->passed) || now >= self->passed + GRACE)
    kp_keyframe_limit_request (&self->limit);
  g_mutex_unlock (&self->lock);
}

void
kp_keyframe_source_require (KpKeyframeSource *self)
{
  g_mutex_lock (&self->lock);
  kp_keyframe_limit_request (&self->limit);
  g_mutex_unlock (&self->lock);
}

void
kp_keyframe_source_passed (KpKeyframeSource *self, GstClockTime now)
{
  g_mutex_lock (&self->lock);
  kp_keyframe_limit_cancel (&self->limit);
  self->passed = now;
  g_mutex_unlock (&self->lock);
}

gboolean
kp_keyframe_source_take (KpKeyframeSource *self, GstClockTime now)
{
  gboolean taken;

  g_mutex_lock (&self->lock);
  taken = kp_keyframe_limit_take (&self->limit, now);
  g_mutex_unlock (&self->lock);

  return taken;
}
