#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Prints "PASSED FAILED" of a log of "meson test" (.json) or "node --test" (.tap), and the ends of failed tests' output
on stderr. Fails when the log is missing or tells of no test."""

import json
import re
import sys

GOOD = {"OK", "EXPECTEDFAIL"}
IGNORED = {"SKIP"}
TAIL = 60  # lines


def count_meson(path):
    passed = failed = 0
    for line in open(path, encoding="utf-8"):
        test = json.loads(line)
        if test["result"] in GOOD:
            passed += 1
        elif test["result"] not in IGNORED:
            failed += 1
            output = f"{test.get('stdout', '')}\n{test.get('stderr', '')}".strip().splitlines()
            print(f"-- {test['name']}: {test['result']}", *output[-TAIL:], sep="\n", file=sys.stderr)
    return passed, failed


def count_tap(path):
    text = open(path, encoding="utf-8").read()
    for failure in re.findall(r"^( *)not ok \d+ - (.*)\n((?:\1  .*\n)*)", text, re.MULTILINE):
        _, name, diagnostics = failure
        print(f"-- {name}", *diagnostics.splitlines()[:TAIL], sep="\n", file=sys.stderr)
    counts = dict(re.findall(r"^# (pass|fail|cancelled) (\d+)$", text, re.MULTILINE))
    return int(counts.get("pass", 0)), int(counts.get("fail", 0)) + int(counts.get("cancelled", 0))


def main():
    path = sys.argv[1]
    try:
        passed, failed = (count_tap if path.endswith(".tap") else count_meson)(path)
    except FileNotFoundError:
        return 1
    print(passed, failed)
    return 0 if passed + failed else 1


if __name__ == "__main__":
    sys.exit(main())
