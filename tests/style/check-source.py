#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The house style as a program: prints "file:line: what is wrong" and fails when there is anything.

Usage: check-source.py [root of the source tree]
"""

import pathlib
import re
import sys

ROOTS = ("gst", "tests", "examples")
SKIPPED_FOLDERS = {"node_modules", "subprojects"}

MAX_FILE = 500
MAX_FUNCTION = 60
MAX_TABLE = 120  # also class_init functions and functions that hold a table

SPDX = "/* SPDX-License-Identifier: LGPL-2.1-or-later */"

# Which floors a floor may include; "face" is gst/kurentopeer itself.
FLOORS = {
    "core": {"core"},
    "media": {"core", "media"},
    "signalling": {"core", "signalling"},
    "session": {"core", "media", "session"},
    "face": {"core", "media", "signalling", "session", "face"},
}

# include or name, the places that may have it, why
TERRITORIES = (
    (r"#include <gst/webrtc/", r"gst/kurentopeer/(session/|gstkurentopeer[^/]*$)|tests/|examples/",
     "only session/ knows webrtcbin"),
    (r'"webrtcbin"', r"gst/kurentopeer/session/|tests/|examples/", "only session/ knows webrtcbin"),
    (r"#include <libsoup/", r"gst/kurentopeer/signalling/|tests/|examples/", "only signalling/ knows libsoup"),
    (r"#include <gst/", r"gst/kurentopeer/(?!core/)|tests/|examples/", "core/ knows no GStreamer"),
)

# calls, the places where they are banned, the replacement
BANNED = (
    ("gst_promise_wait", "", "gst_promise_new_with_change_func(): waiting deadlocks"),
    ("g_usleep|usleep|sleep|nanosleep", "gst/|tests/", "a condition with a deadline"),
    ("strcpy|stpcpy|strncpy", "", "g_strdup() or g_strlcpy()"),
    ("strcat|strncat", "", "GString or g_strconcat()"),
    ("sprintf|vsprintf", "", "g_strdup_printf() or g_snprintf()"),
    ("g_main_context_iteration", r"gst/(?!kurentopeer/core/kp-loop\.c)", "the peer loop: kp_loop_post() or kp_loop_call()"),
    ("printf|fprintf|puts|g_print|g_printerr", "gst/", "GST_DEBUG, g_debug() or g_message()"),
    ("g_error", "gst/|examples/|tests/check/", "a GError: it ends the application"),
)

COMMENT = r"/\*.*?\*/|//[^\n]*"
STRING = r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\''


def blank(match):
    """The lines stay, so that the numbers stay right."""
    return "\n" * match.group().count("\n") or " "


def strip_comments(text):
    def replace(match):
        return match.group() if match.group()[0] in "\"'" else blank(match)

    return re.sub(f"{STRING}|{COMMENT}", replace, text, flags=re.S)


def strip_strings(code):
    return re.sub(STRING, '""', code)


def find_all(pattern, text):
    """The line numbers of all matches."""
    for match in re.finditer(pattern, text, flags=re.M):
        yield text.count("\n", 0, match.start()) + 1


def get_floor(path):
    parts = path.split("/")
    if parts[:2] != ["gst", "kurentopeer"]:
        return None
    return parts[2] if len(parts) > 3 else "face"


def check_text(path, text):
    lines = text.split("\n")
    if lines[0] != SPDX:
        yield 1, f"expected {SPDX}"
    if path.endswith(".h") and "#pragma once" not in lines:
        yield 1, "expected #pragma once"
    if len(lines) - 1 > MAX_FILE:
        yield MAX_FILE + 1, f"{len(lines) - 1} lines, at most {MAX_FILE}: split the file by subject"
    for line in find_all(r"[ \t\r]+$", text):
        yield line, "white space at the end of the line"
    for line in find_all(r"\t", text):
        yield line, "a tab: indent with blanks"
    for line in find_all(r"\b(TODO|FIXME|XXX)\b", text):
        yield line, "a note to do: do it, or open an issue"


def check_lengths(code):
    """Functions and tables, as clang-format lays them out."""
    lines = code.split("\n")
    start = end = None
    for number, line in enumerate(lines, 1):
        if start is None and line == "{" and lines[number - 2].endswith(")"):
            start, end = number, "}"
        elif start is None and re.match(r"[^#]*=\s*\{", line):
            start, end = number, "};"
        if start and (line == end or end == "};" and line.endswith(end)):
            yield from check_length(lines, start, number)
            start = None


def check_length(lines, start, end):
    body = lines[start - 1:end]
    heading = " ".join(lines[max(0, start - 4):start])
    holds_table = any(re.search(r"\]\s*=\s*\{", line) for line in body)
    is_init = re.search(r"_(class|default)_init \(", heading)
    limit = MAX_TABLE if holds_table or is_init else MAX_FUNCTION
    if len(body) > limit:
        yield start, f"{len(body)} lines, at most {limit}: give a part a name of its own"


def check_floors(path, code, floor_of_header):
    floor = get_floor(path)
    for match in re.finditer(r'^#include "([^"]+)"', code, flags=re.M):
        included = floor_of_header.get(match.group(1).split("/")[-1])
        if floor in FLOORS and included and included not in FLOORS[floor]:
            line = code.count("\n", 0, match.start()) + 1
            yield line, f"{floor} must not include {match.group(1)} of {included}: arrows go down a floor"
    for pattern, places, reason in TERRITORIES:
        if not re.match(places, path):
            for line in find_all(pattern, code):
                yield line, f"{reason}: {pattern}"


def check_calls(path, code):
    for names, places, replacement in BANNED:
        if re.match(places, path):
            for match in re.finditer(rf"\b({names})\s*\(", code):
                yield code.count("\n", 0, match.start()) + 1, f"{match.group(1)}(): use {replacement}"
    for line in find_all(r"\bgoto\b", code):
        yield line, "goto: return early, g_autoptr cleans up"


def check_file(path, text, floor_of_header):
    code = strip_comments(text)
    bare_code = strip_strings(code)
    yield from check_text(path, text)
    yield from check_lengths(bare_code)
    yield from check_floors(path, code, floor_of_header)
    yield from check_calls(path, bare_code)


def find_sources(root):
    for top in ROOTS:
        for path in sorted((root / top).rglob("*.[ch]")):
            if not SKIPPED_FOLDERS & set(path.parts):
                yield path.relative_to(root).as_posix(), path.read_text(encoding="utf-8")


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    sources = dict(find_sources(root))
    floor_of_header = {path.split("/")[-1]: get_floor(path) for path in sources
                       if path.endswith(".h") and get_floor(path)}
    n_faults = 0
    for path, text in sources.items():
        for line, fault in sorted(check_file(path, text, floor_of_header)):
            print(f"{path}:{line}: {fault}")
            n_faults += 1
    print(f"{len(sources)} files, {n_faults} faults")
    return 1 if n_faults or not sources else 0


if __name__ == "__main__":
    sys.exit(main())
