/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fuzz.h"

static void
ignore_cb (const gchar *domain, GLogLevelFlags level, const gchar *message, gpointer user_data)
{
}

/* A critical is a finding; what is said of bad input is not, and would only be noise. */
int
LLVMFuzzerInitialize (int *argc, char ***argv)
{
  g_log_set_always_fatal (G_LOG_LEVEL_CRITICAL | G_LOG_FATAL_MASK);
  g_log_set_handler ("kurentopeer", G_LOG_LEVEL_MASK & ~(G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_ERROR), ignore_cb,
                     NULL);
  return 0;
}
