/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "teardown-call.h"

/* What a page does: it takes what one side of a call says to the server that the other side is, and back. It has a
 * thread of its own. */
typedef struct _Client Client;

Client *client_new (Call *call);

/* Its socket is closed. */
void client_free (Client *self);

/* Closes the socket, if there is one: nothing of the server arrives any more. The next offer opens another one. */
void client_leave (Client *self);
