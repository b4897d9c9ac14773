#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Usage: check-format.sh clang-format root: fails when a C file is not as .clang-format wants it.
set -eu

cd "$2"
find gst tests/check tests/benchmarks examples -name '*.[ch]' 2>/dev/null | LC_ALL=C sort \
  | xargs "$1" --dry-run -Werror
