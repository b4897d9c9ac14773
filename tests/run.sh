#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Installs what is missing, builds, and runs the tests. The last line is the sum: "N passed, N failed".
#   tests/run.sh                 everything
#   tests/run.sh core media      some parts: a suite of "meson test" (core, media, signalling, session, elements,
#                                pipelines, style, ...), asan, leaks, interop
# What failed is told again at the end. Logs are kept in build/logs. Needs Debian 12, and root or sudo when packages are
# missing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export PATH=$PWD/build/node/node_modules/node/bin:$PATH

readonly logs=$PWD/build/logs
readonly failures=$logs/failures
jobs=$(nproc)
readonly jobs
readonly c_suites="core media signalling session elements pipelines timing fuzz"
readonly leak_suites="media session elements pipelines"
passed=0
failed=0

say() {
  printf '\n== %s\n' "$*"
}

# A step that is not a test but without which there are none.
fail() {
  say "FAILED"
  {
    echo "-- $1"
    [ -z "${2:-}" ] || tail -n 60 "$2"
  } | tee -a "$failures"
  failed=$((failed + 1))
}

add() {
  echo "$1: $2 passed, $3 failed"
  passed=$((passed + $2))
  failed=$((failed + $3))
}

build() {
  local folder=$1
  shift
  local log=$logs/$folder.log
  say "Building $folder"
  if [ ! -f "$folder/build.ninja" ]; then
    meson setup "$folder" "$@" >"$log" 2>&1 || { fail "meson setup $folder" "$log"; return 1; }
  fi
  ninja -C "$folder" -j "$jobs" >"$log" 2>&1 || { fail "ninja -C $folder" "$log"; return 1; }
}

# The suites of a list that have a test.
known_suites() {
  meson introspect build --tests | python3 -c '
import json, sys
known = {s.split(":")[-1] for test in json.load(sys.stdin) for s in test["suite"]}
print(*["--suite=" + name for name in sys.argv[1:] if name in known])' "$@"
}

# The names of the tests in a list of suites that are programs of the build, not scripts.
c_tests() {
  local folder=$1
  shift
  meson introspect "$folder" --tests | python3 -c '
import json, os, sys
folder, *suites = sys.argv[1:]
for test in json.load(sys.stdin):
    built = test["cmd"][0].startswith(os.path.abspath(folder) + "/")
    if built and {s.split(":")[-1] for s in test["suite"]} & set(suites):
        print(test["name"])' "$folder" "$@"
}

# $1: name of the log, $2: build folder, then arguments of "meson test".
meson_test() {
  local name=$1 folder=$2 counts log
  shift 2
  log=$folder/meson-logs/$name.json
  [ "$name" != leaks ] || log=$folder/meson-logs/leaks-leaks.sh.json # meson adds the wrapper's name
  rm -f "$log"
  meson test -C "$folder" --no-rebuild --logbase "$name" --num-processes "$jobs" "$@" </dev/null || true
  if counts=$(python3 tests/count-results.py "$log" 2>>"$failures"); then
    # shellcheck disable=SC2086
    add "$name" $counts
  else
    fail "$name: meson test said nothing"
  fi
}

run_suites() {
  local options
  options=$(known_suites "$@")
  if [ $# -gt 0 ] && [ -z "$options" ]; then
    fail "no tests in: $*"
    return
  fi
  say "Testing ${*:-all suites}"
  # shellcheck disable=SC2086
  meson_test "$(IFS=-; echo "${*:-suites}")" build $options
}

run_asan() {
  build build-asan -Db_sanitize=address,undefined -Db_lundef=false -Dintrospection=disabled || return 0
  say "Testing with the address and undefined behaviour sanitizers"
  # What GStreamer's own plugins keep for ever is not ours to report; our leaks are found by the leaks tracer. The
  # plugin scanner is no sanitizer build, so the tests scan by themselves.
  # shellcheck disable=SC2046,SC2086
  ASAN_OPTIONS=detect_leaks=0:detect_stack_use_after_return=1 G_SLICE=always-malloc GST_REGISTRY_FORK=no \
    UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 \
    meson_test asan build-asan --timeout-multiplier 4 $(c_tests build-asan $c_suites)
}

run_leaks() {
  say "Testing with the leaks tracer"
  # shellcheck disable=SC2046,SC2086
  meson_test leaks build --timeout-multiplier 2 --wrapper "$PWD/tests/leaks.sh" $(c_tests build $leak_suites)
}

run_interop() {
  local log=$logs/interop.tap counts
  compgen -G 'tests/interop/*.test.mjs' >/dev/null || { fail "no tests in tests/interop"; return 0; }
  say "Testing with browsers"
  rm -f "$log"
  KURENTOPEER_BUILDDIR=$PWD/build node --test --test-concurrency=1 \
    --test-reporter=spec --test-reporter-destination=stdout \
    --test-reporter=tap --test-reporter-destination="$log" tests/interop/*.test.mjs </dev/null || true
  if counts=$(python3 tests/count-results.py "$log" 2>>"$failures"); then
    # shellcheck disable=SC2086
    add interop $counts
  else
    fail "interop: node said nothing"
  fi
}

run_part() {
  case $1 in
    asan) run_asan ;;
    leaks) run_leaks ;;
    interop) run_interop ;;
    *) run_suites "$1" ;;
  esac
}

main() {
  mkdir -p "$logs"
  rm -f "$failures"
  say "Looking for what has to be installed"
  tests/install-packages.sh build run check browser
  if build build; then
    if [ $# -eq 0 ]; then
      run_suites
      set -- asan leaks interop
    fi
    local part
    for part in "$@"; do
      run_part "$part"
    done
  fi
  [ ! -s "$failures" ] || { say "What failed" && cat "$failures"; }
  say "Logs: $logs, build/meson-logs, build-asan/meson-logs"
  echo "$passed passed, $failed failed"
  [ $failed -eq 0 ] && [ $passed -gt 0 ]
}

main "$@"
