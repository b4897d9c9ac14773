/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names instead of addresses, resolved by a resolver of the test. */
#include "session-peer.h"

#include <gst/check/gstcheck.h>

#define VIDEO 2
#define RED 0xff0000
#define BLUE 0x0000ff
#define NAME "01234567-89ab-cdef-0123-456789abcdef.local"
#define DEADLINE (10 * G_USEC_PER_SEC)

/* ---- the resolver ---- */

static struct
{
  GMutex lock;
  GCond changed;
  GResolver *former; /* owned */
  gchar *address; /* owned; of every name; NULL: it never answers, unless it is cancelled */
  guint n_asked;
  guint n_cancelled;
} dns;

G_DECLARE_FINAL_TYPE (FakeResolver, fake_resolver, FAKE, RESOLVER, GResolver)

struct _FakeResolver
{
  GResolver parent;
};

G_DEFINE_TYPE (FakeResolver, fake_resolver, G_TYPE_RESOLVER)

static void
free_addresses (gpointer addresses)
{
  g_resolver_free_addresses (addresses);
}

static void
cancelled_cb (GCancellable *cancellable, gpointer user_data)
{
  GTask *task = user_data;

  g_mutex_lock (&dns.lock);
  dns.n_cancelled++;
  g_cond_broadcast (&dns.changed);
  g_mutex_unlock (&dns.lock);
  g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CANCELLED, "cancelled");
}

static void
fake_resolver_lookup_by_name_async (GResolver *resolver, const gchar *name, GCancellable *cancellable,
                                    GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (resolver, cancellable, callback, user_data);
  g_autofree gchar *address = NULL;

  g_mutex_lock (&dns.lock);
  dns.n_asked += g_str_has_suffix (name, ".local");
  address = g_strdup (dns.address);
  g_cond_broadcast (&dns.changed);
  g_mutex_unlock (&dns.lock);

  if (address == NULL)
    g_cancellable_connect (cancellable, G_CALLBACK (cancelled_cb), g_steal_pointer (&task), g_object_unref);
  else if (*address == '\0')
    g_task_return_new_error (task, G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND, "there is no %s", name);
  else
    g_task_return_pointer (task, g_list_append (NULL, g_inet_address_new_from_string (address)),
                           free_addresses);
}

static GList *
fake_resolver_lookup_by_name_finish (GResolver *resolver, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
fake_resolver_class_init (FakeResolverClass *klass)
{
  GResolverClass *resolver_class = G_RESOLVER_CLASS (klass);

  resolver_class->lookup_by_name_async = fake_resolver_lookup_by_name_async;
  resolver_class->lookup_by_name_finish = fake_resolver_lookup_by_name_finish;
}

static void
fake_resolver_init (FakeResolver *self)
{
}

static void
reset_resolver (void)
{
  g_resolver_set_default (dns.former);
  g_clear_object (&dns.former);
  g_clear_pointer (&dns.address, g_free);
}

static void
set_resolver (const gchar *address)
{
  g_autoptr (GResolver) resolver = g_object_new (fake_resolver_get_type (), NULL);

  dns.n_asked = 0;
  dns.n_cancelled = 0;
  dns.former = g_resolver_get_default ();
  dns.address = g_strdup (address);
  g_resolver_set_default (resolver);
}

static void
wait_for (const guint *count, guint n)
{
  gint64 deadline = g_get_monotonic_time () + DEADLINE;
  gboolean in_time = TRUE;

  g_mutex_lock (&dns.lock);
  while (*count < n && in_time)
    in_time = g_cond_wait_until (&dns.changed, &dns.lock, deadline);
  fail_unless (in_time, "asked %u, cancelled %u", dns.n_asked, dns.n_cancelled);
  g_mutex_unlock (&dns.lock);
}

/* ---- the peers ---- */

typedef struct
{
  SessionPeer *a;
  SessionPeer *b;
} Pair;

/* @munge: what is told of @a, and told to @b. */
static Pair
pair_call (FakeMunge munge_a, FakeMunge munge_b)
{
  Pair pair = {
    .a = session_peer_new ("a", GST_KURENTO_PEER_MODE_SENDRECV, VIDEO, RED),
    .b = session_peer_new ("b", GST_KURENTO_PEER_MODE_SENDRECV, VIDEO, BLUE),
  };

  fake_signaller_wire (pair.a->signaller, pair.b->signaller);
  fake_signaller_set_munge (pair.a->signaller, munge_a);
  fake_signaller_set_munge (pair.b->signaller, munge_b);
  session_peer_start (pair.a);
  session_peer_start (pair.b);
  fake_signaller_request_offer (pair.a->signaller);

  return pair;
}

static void
pair_wait (Pair *pair)
{
  session_peer_wait_event (pair->a, KP_EVENT_CONNECTED, 1);
  session_peer_wait_event (pair->b, KP_EVENT_CONNECTED, 1);
  session_peer_wait_frames (pair->a, 3, BLUE);
  session_peer_wait_frames (pair->b, 3, RED);
}

static void
pair_free (Pair *pair)
{
  session_peer_stop (pair->a);
  session_peer_stop (pair->b);
  session_peer_free (pair->a);
  session_peer_free (pair->b);
}

/* Other candidate lines: @edit gives a new one, or NULL to leave it out. */
static gchar *
edit_candidates (const gchar *sdp, gchar *(*edit) (gchar **fields))
{
  g_auto (GStrv) lines = g_strsplit (sdp, "\r\n", -1);
  GString *text = g_string_new (NULL);

  for (guint i = 0; lines[i] && *lines[i]; i++)
    {
      g_auto (GStrv) fields = g_strsplit (lines[i], " ", -1);
      g_autofree gchar *line
          = g_str_has_prefix (lines[i], "a=candidate:") ? edit (fields) : g_strdup (lines[i]);

      if (line)
        g_string_append_printf (text, "%s\r\n", line);
    }

  return g_string_free (text, FALSE);
}

static gchar *
hide (gchar **fields)
{
  if (strchr (fields[4], ':'))
    return NULL;

  g_free (fields[4]);
  fields[4] = g_strdup (NAME);

  return g_strjoinv (" ", fields);
}

static gchar *
drop (gchar **fields)
{
  return NULL;
}

static gchar *
multiply (gchar **fields)
{
  g_autofree gchar *line = g_strjoinv (" ", fields);
  GString *text = g_string_new (line);

  for (guint i = 0; i < 20; i++)
    g_string_append_printf (
        text, "\r\na=candidate:%u 1 UDP 1 %08u-89ab-cdef-0123-456789abcdef.local 9 typ host", i, i);

  return g_string_free (text, FALSE);
}

static gchar *
hide_candidates (const gchar *sdp)
{
  return edit_candidates (sdp, hide);
}

static gchar *
drop_candidates (const gchar *sdp)
{
  return edit_candidates (sdp, drop);
}

static gchar *
multiply_candidates (const gchar *sdp)
{
  return edit_candidates (sdp, multiply);
}

/* The address of this machine that ICE uses, of IPv4. */
static gchar *
dup_own_address (void)
{
  Pair pair = pair_call (NULL, NULL);
  const gchar *line;
  gchar *address = NULL;

  pair_wait (&pair);
  for (line = pair.a->last[KP_EVENT_OFFER_CREATED]; line && !address;
       line = strstr (line + 1, "a=candidate:"))
    {
      g_auto (GStrv) fields = g_strsplit (line, " ", 6);

      if (g_str_has_prefix (line, "a=candidate:") && !strchr (fields[4], ':'))
        address = g_strdup (fields[4]);
    }
  pair_free (&pair);
  fail_unless (address != NULL);

  return address;
}

/* The name is all that is told of either side. */
GST_START_TEST (test_resolved)
{
  g_autofree gchar *address = dup_own_address ();
  Pair pair;

  set_resolver (address);
  pair = pair_call (__i__ == 0 ? hide_candidates : drop_candidates,
                    __i__ == 0 ? drop_candidates : hide_candidates);
  pair_wait (&pair);
  fail_unless (dns.n_asked > 0);
  pair_free (&pair);
  reset_resolver ();
}
GST_END_TEST

/* Not found, or no answer: nobody waits for it. */
static const gchar *const silent[] = { "", NULL };

GST_START_TEST (test_not_resolved)
{
  Pair pair;

  set_resolver (silent[__i__]);
  pair = pair_call (hide_candidates, NULL);
  pair_wait (&pair);
  wait_for (&dns.n_asked, 1);
  /* while one is asked for */
  pair_free (&pair);
  reset_resolver ();
}
GST_END_TEST

/* As many as honest peers have, and for some seconds. */
GST_START_TEST (test_limits)
{
  Pair pair;

  set_resolver (NULL);
  pair = pair_call (multiply_candidates, NULL);
  pair_wait (&pair);
  wait_for (&dns.n_cancelled, 8);
  fail_unless_equals_int (dns.n_asked, 8);
  pair_free (&pair);
  reset_resolver ();
}
GST_END_TEST

static Suite *
kp_session_mdns_suite (void)
{
  Suite *suite = suite_create ("kp-session-mdns");
  TCase *tcase = tcase_create ("general");

  /* one DTLS key for all tests, which are forks of this process */
  session_peer_prewarm ();
  suite_add_tcase (suite, tcase);
  tcase_set_timeout (tcase, 60);
  tcase_add_loop_test (tcase, test_resolved, 0, 2);
  tcase_add_loop_test (tcase, test_not_resolved, 0, G_N_ELEMENTS (silent));
  tcase_add_test (tcase, test_limits);

  return suite;
}

GST_CHECK_MAIN (kp_session_mdns);
