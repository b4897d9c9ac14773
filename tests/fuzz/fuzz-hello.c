/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fuzz.h"

#include "kp-hello-dialect.h"

/* What a client of the embedded server sends: it is understood, or there are words for what is wrong, and these can be
 * sent back. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (KpHelloMessage) message = kp_hello_message_parse ((const gchar *)data, size, &error);

  if (!message)
    {
      g_autofree gchar *answer = kp_hello_build_error (error->message);

      g_assert_true (g_utf8_validate (answer, -1, NULL));
      return 0;
    }

  g_assert_true (message->type != KP_HELLO_START || (message->sdp_offer && *message->sdp_offer));
  if (message->candidate)
    {
      const KpCandidate *candidate = message->candidate;
      g_autofree gchar *text
          = kp_hello_build_candidate (candidate->candidate, candidate->sdp_mline_index, candidate->sdp_mid);

      g_assert_nonnull (text);
    }

  return 0;
}
