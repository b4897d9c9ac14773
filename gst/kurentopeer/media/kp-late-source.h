/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kp-media-kind.h"

#include <gio/gio.h>
#include <gst/gst.h>

/* A live source that takes its time to open: a bin with the pad "src", raw media. To open it may block, so that it is done by a thread
 * of its own, which begins when the bin goes to PAUSED. The bin tells of it by element messages, from any thread:
 * once one of the first two, and later perhaps the third. Errors of the source never leave the bin. */
#define KP_LATE_SOURCE_READY "kp-late-source-ready" /* it is open */
#define KP_LATE_SOURCE_FAILED                                                                                \
  "kp-late-source-failed" /* "error", GError: NOT_FOUND, NOT_ALLOWED, OVERCONSTRAINED, NOT_SUPPORTED */
#define KP_LATE_SOURCE_ENDED "kp-late-source-ended" /* it is gone, or broken */

#define KP_TYPE_LATE_SOURCE (kp_late_source_get_type ())
G_DECLARE_DERIVABLE_TYPE (KpLateSource, kp_late_source, KP, LATE_SOURCE, GstBin)

struct _KpLateSourceClass
{
  GstBinClass parent_class;

  /* In a thread that may block: looks for a source, and has it used. @round is cancelled when nobody wants it any more. FALSE sets
   * @error. What has to look after its source announces it, and returns when it has gone. */
  gboolean (*open) (KpLateSource *self, GCancellable *round, GError **error);

  /* Lets go of all that open() has kept. May be NULL. */
  void (*close) (KpLateSource *self);
};

/* For open(): has @source (transfer floating) with the pad "src" play; it may be in PAUSED already. @name is what people know it by. When the round is over nothing
 * is done, and that is no error. */
gboolean kp_late_source_use (KpLateSource *self, GCancellable *round, GstElement *source, const gchar *name,
                             GError **error);

/* For open() that goes on: what is in use is ready. */
void kp_late_source_announce (KpLateSource *self, GCancellable *round);

/* For open(), too: sets @error to what the source itself has said, and returns FALSE. */
gboolean kp_late_source_fail (KpLateSource *self, const gchar *name, GError **error);

/* What is in use is gone. Any thread. */
void kp_late_source_lose (KpLateSource *self);

/* After it has ended: looks for a replacement, of which nobody is told, until there is one. Any thread. */
void kp_late_source_reopen (KpLateSource *self);

/* Once it is in NULL: waits for the threads, at most @timeout us. They use GStreamer, which the application may be about to end. */
void kp_late_source_wait (KpLateSource *self, gint64 timeout);

KpMediaKind kp_late_source_get_kind (KpLateSource *self);
void kp_late_source_set_kind (KpLateSource *self, KpMediaKind kind);
