/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* The peer loop: a GMainContext that exists as long as the element does, and a thread that runs it
 * between start and stop. Everything of the control plane happens in it. Thread safe. */
typedef struct _KpLoop KpLoop;

typedef void (*KpLoopFunc) (gpointer user_data);

KpLoop *kp_loop_new (void);
KpLoop *kp_loop_ref (KpLoop *self);
void kp_loop_unref (KpLoop *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KpLoop, kp_loop_unref)

/* borrowed */
GMainContext *kp_loop_get_context (KpLoop *self);

/* Starts the thread; may be called again after kp_loop_stop(), also from the loop itself. */
void kp_loop_start (KpLoop *self, const gchar *thread_name);

/* Runs what has been posted so far, and what that posts in turn, and ends the thread. Waits for it, at most @timeout_us; from the loop
 * itself it does not wait: the thread ends after the present callback. FALSE when it did not end in time. */
gboolean kp_loop_stop (KpLoop *self, gint64 timeout_us);

/* TRUE in the loop's thread. */
gboolean kp_loop_is_current (KpLoop *self);

/* Asserts that the caller is the loop's thread: first line of each function that changes state. */
#define kp_loop_assert_current(self) g_assert (kp_loop_is_current (self))

/* Runs @func in the loop, in the order of the calls. @notify frees @user_data in the loop's thread. While there is no
 * thread nothing runs: then @notify frees @user_data at once. */
void kp_loop_post (KpLoop *self, KpLoopFunc func, gpointer user_data, GDestroyNotify notify);

/* As kp_loop_post(), but waits until it has run, at most @timeout_us; runs it at once when the caller is the
 * loop. FALSE when it has not run in time: it still will, unless there is no thread. */
gboolean kp_loop_call (KpLoop *self, KpLoopFunc func, gpointer user_data, GDestroyNotify notify,
                       gint64 timeout_us);

/* Calls @func in the loop after @interval_ms, again and again while it returns G_SOURCE_CONTINUE.
 * The caller destroys and unrefs the source. */
GSource *kp_loop_add_timeout (KpLoop *self, guint interval_ms, GSourceFunc func, gpointer user_data);
