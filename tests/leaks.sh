#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Runs one C test with the leaks tracer of GStreamer and fails when an object outlives it. A wrapper for "meson test".
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# In one process, because the tracer reports at the end of the one that made the objects. The log in TAP's format names
# the tests as they end, so that one that hangs is known.
result=0
CK_FORK=no CK_TAP_LOG_FILE_NAME=- GST_TRACERS=leaks GST_DEBUG=GST_TRACER:7 GST_DEBUG_NO_COLOR=1 GST_DEBUG_FILE=$folder/log \
  "$@" 2>&1 | tee "$folder/output" || result=$?

# After the last test the tracer warns of any leak, which libcheck takes for a failure: here it is judged below.
if grep --quiet '^100%: Checks: ' "$folder/output" && grep --quiet 'Leaks detected and logged' "$folder/output"; then
  result=0
fi

# The plugin dtls keeps the certificate that it made for the whole process, qtdemux of 1.22 the caps of Opus in MP4, and
# webrtcechoprobe of 1.22 its question for the latency, which nobody has answered.
leaks=$(sed --quiet --regexp-extended '/type-name=\(string\)GstDtls(Agent|Certificate),/d; /description=\(string\)audio\/x-opus, ref-count/d; /GstQueryLatency, live=\(boolean\)false, min-latency=\(guint64\)0, max-latency=\(guint64\)18446744073709551615;, ref-count/d; s/.*:0:: object-alive, //p' "$folder/log")
if [ -n "$leaks" ]; then
  printf 'Objects that outlive the test:\n%s\n' "$leaks"
  result=1
fi
exit $result
