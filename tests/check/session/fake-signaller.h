/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gstkurentosignaller.h"
#include "kp-loop.h"

/* Two of them, wired mouth to ear: what one is given to send, the other one emits in its own loop. */
#define FAKE_TYPE_SIGNALLER (fake_signaller_get_type ())
G_DECLARE_FINAL_TYPE (FakeSignaller, fake_signaller, FAKE, SIGNALLER, GObject)

FakeSignaller *fake_signaller_new (KpLoop *loop);
void fake_signaller_wire (FakeSignaller *self, FakeSignaller *other);
void fake_signaller_unwire (FakeSignaller *self);

/* Asks the session of @self for an offer. */
void fake_signaller_request_offer (FakeSignaller *self);
/* The peer of @self leaves. */
void fake_signaller_leave (FakeSignaller *self);

/* The server of @self is lost; @n_starts of it fail, then it is there again. */
void fake_signaller_lose (FakeSignaller *self, guint n_starts);

/* Changes each description that passes through @self; returns a new string. */
typedef gchar *(*FakeMunge) (const gchar *sdp);
void fake_signaller_set_munge (FakeSignaller *self, FakeMunge munge);

/* The last error that the session gave it to send, owned, or NULL. */
gchar *fake_signaller_dup_error (FakeSignaller *self);
