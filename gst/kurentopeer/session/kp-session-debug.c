/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-session-debug.h"

GST_DEBUG_CATEGORY (kp_session_debug);
GST_DEBUG_CATEGORY (kp_bandwidth_debug);

void
kp_session_debug_init (void)
{
  static gsize once = 0;

  if (g_once_init_enter (&once))
    {
      GST_DEBUG_CATEGORY_INIT (kp_session_debug, "kurentopeer-session", 0,
                               "kurentopeer: negotiation and connections");
      GST_DEBUG_CATEGORY_INIT (kp_bandwidth_debug, "kurentopeer-bandwidth", 0,
                               "kurentopeer: the bit rate that is sent");
      g_once_init_leave (&once, 1);
    }
}
