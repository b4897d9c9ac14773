#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Runs one test with the leaks tracer of GStreamer and fails when an object outlives it. A wrapper for "meson test".
set -euo pipefail

log=$(mktemp)
trap 'rm -f "$log"' EXIT

# In one process, because the tracer reports at the end of the one that made the objects.
CK_FORK=no GST_TRACERS=leaks GST_DEBUG=GST_TRACER:7 GST_DEBUG_NO_COLOR=1 GST_DEBUG_FILE=$log "$@"

if grep --quiet ':0:: object-alive' "$log"; then
  echo "Objects that outlive the test:"
  sed --quiet 's/.*:0:: object-alive, //p' "$log"
  exit 1
fi
