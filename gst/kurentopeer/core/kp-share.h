/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* Shares @total out among @n, max-min fair: nobody gets more than its limit (0 = none), and what it leaves goes to the others,
 * the same to each. Fills @shares. */
void kp_share_out (guint total, const guint *limits, guint *shares, guint n);
