/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-share.h"

#include <string.h>

void
kp_share_out (guint total, const guint *limits, guint *shares, guint n)
{
  guint n_open = n;
  gboolean done = FALSE;

  /* those that get less than an equal share first: then that grows for the others */
  memset (shares, 0, n * sizeof *shares);
  while (n_open > 0 && !done)
    {
      guint equal = total / n_open;

      done = TRUE;
      for (guint i = 0; i < n; i++)
        {
          if (shares[i] || limits[i] == 0 || limits[i] > equal)
            continue;
          shares[i] = limits[i];
          total -= limits[i];
          n_open--;
          done = FALSE;
        }
    }

  for (guint i = 0; i < n; i++)
    if (shares[i] == 0)
      shares[i] = total / n_open;
}
