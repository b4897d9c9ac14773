/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fuzz.h"

#include "kp-candidate.h"
#include "kp-json.h"

static void
check_text (const gchar *text)
{
  g_autoptr (GError) error = NULL;
  KpCandidateUse use;

  if (!kp_candidate_classify (text, &use, &error))
    g_assert_nonnull (error);
}

/* As it comes from a peer: JSON; what was understood is written and understood again. */
static void
check_json (const gchar *text)
{
  g_autoptr (JsonNode) node = kp_json_parse (text, -1, NULL);
  g_autoptr (KpCandidate) candidate = node ? kp_candidate_from_json (node, NULL) : NULL;
  g_autoptr (JsonNode) written = NULL;
  g_autoptr (KpCandidate) again = NULL;

  if (!candidate)
    return;
  check_text (candidate->candidate);
  written = kp_candidate_to_json (candidate);
  again = kp_candidate_from_json (written, NULL);
  g_assert_nonnull (again);
  g_assert_cmpstr (again->candidate, ==, candidate->candidate);
  g_assert_cmpstr (again->sdp_mid, ==, candidate->sdp_mid);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree gchar *text = g_strndup ((const gchar *)data, size);

  check_text (text);
  check_json (text);
  return 0;
}
