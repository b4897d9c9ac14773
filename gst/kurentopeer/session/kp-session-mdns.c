/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Candidates of the peer whose address is a .local name: browsers hide the addresses of their machine in this way. webrtcbin
 * would wait for the name with its lock held. */
#include "kp-session-private.h"
#include "kp-session-debug.h"

#include <string.h>

#define GST_CAT_DEFAULT kp_session_debug

/* For one connection: a browser has a name for each address of its machine. */
#define MAX_LOOKUPS 8

/* ms; multicast DNS answers in some 100 ms, or never */
#define LOOKUP_TIMEOUT 3000

/* Freed where the resolver answers, which it does also when it is cancelled. */
struct _KpLookup
{
  KpSession *session; /* borrowed; NULL once nobody waits for it */
  gchar *candidate; /* owned; with the name */
  GCancellable *cancellable; /* owned */
  GSource *timer; /* owned; or NULL */
};

static void
lookup_free (KpLookup *self)
{
  kp_session_clear_timer (&self->timer);
  g_object_unref (self->cancellable);
  g_free (self->candidate);
  g_free (self);
}

static gboolean
timeout_cb (gpointer user_data)
{
  KpLookup *self = user_data;

  kp_session_clear_timer (&self->timer);
  g_cancellable_cancel (self->cancellable);

  return G_SOURCE_REMOVE;
}

static void
use_address (KpSession *self, const gchar *candidate, GInetAddress *address)
{
  g_autofree gchar *text = g_inet_address_to_string (address);
  g_autofree gchar *resolved = kp_candidate_replace_address (candidate, text);

  GST_DEBUG ("%s is %s", candidate, text);
  kp_candidates_use (self, resolved);
}

static void
resolved_cb (GObject *resolver, GAsyncResult *result, gpointer user_data)
{
  KpLookup *self = user_data;
  g_autoptr (GError) error = NULL;
  GList *addresses = g_resolver_lookup_by_name_finish (G_RESOLVER (resolver), result, &error);

  if (error)
    GST_DEBUG ("not used: %s: %s", self->candidate, error->message);
  if (self->session)
    {
      g_ptr_array_remove_fast (self->session->lookups, self);
      if (addresses)
        use_address (self->session, self->candidate, addresses->data);
    }
  g_resolver_free_addresses (addresses);
  lookup_free (self);
}

/* A name of one label: others are of the network of some organisation, and nothing that a peer should make us ask for. */
static gboolean
is_hidden_address (const gchar *name)
{
  const gchar *dot = strchr (name, '.');

  return dot && g_ascii_strcasecmp (dot, ".local") == 0;
}

void
kp_mdns_resolve (KpSession *self, const gchar *candidate)
{
  g_autofree gchar *name = kp_candidate_dup_address (candidate);
  g_autoptr (GResolver) resolver = NULL;
  KpLookup *lookup;

  if (!is_hidden_address (name) || self->n_lookups >= MAX_LOOKUPS)
    {
      GST_DEBUG ("not used: %s", candidate);
      return;
    }

  lookup = g_new0 (KpLookup, 1);
  lookup->session = self;
  lookup->candidate = g_strdup (candidate);
  lookup->cancellable = g_cancellable_new ();
  lookup->timer = kp_loop_add_timeout (self->loop, LOOKUP_TIMEOUT, timeout_cb, lookup);
  g_ptr_array_add (self->lookups, lookup);
  self->n_lookups++;
  resolver = g_resolver_get_default ();
  g_resolver_lookup_by_name_async (resolver, name, lookup->cancellable, resolved_cb, lookup);
}

/* The connection ends. */
void
kp_mdns_give_up (KpSession *self)
{
  g_autoptr (GPtrArray) lookups = g_steal_pointer (&self->lookups);

  self->lookups = g_ptr_array_new ();
  self->n_lookups = 0;
  for (guint i = 0; i < lookups->len; i++)
    {
      KpLookup *lookup = g_ptr_array_index (lookups, i);

      lookup->session = NULL;
      kp_session_clear_timer (&lookup->timer);
      g_cancellable_cancel (lookup->cancellable);
    }
}

void
kp_mdns_take_described (KpSession *self, const gchar *sdp)
{
  g_auto (GStrv) lines = g_strsplit (sdp, "\n", -1);

  for (guint i = 0; lines[i]; i++)
    {
      KpCandidateUse use;

      if (g_str_has_prefix (g_strchomp (lines[i]), "a=candidate:")
          && kp_candidate_classify (lines[i], &use, NULL) && use == KP_CANDIDATE_MDNS)
        kp_candidates_add_remote (self, kp_candidate_new (lines[i], 0, NULL), NULL);
    }
}
