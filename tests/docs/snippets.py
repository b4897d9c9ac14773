# SPDX-License-Identifier: LGPL-2.1-or-later
"""What README.md, docs/ and the doc comments show: gst-launch lines and pieces of code, with file and line."""

import collections
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]

Snippet = collections.namedtuple("Snippet", "place language text")

FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.M | re.S)
COMMENT_BLOCK = re.compile(r"^ \* \|\[\n(.*?)^ \* \]\|", re.M | re.S)


def list_pages():
    return [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


def find_snippets(path, pattern, get):
    text = path.read_text(encoding="utf-8")
    for match in pattern.finditer(text):
        line = text.count("\n", 0, match.start()) + 2
        language, body = get(match)
        yield Snippet(f"{path.relative_to(ROOT)}:{line}", language, body)


def list_snippets():
    """Every fenced block of a page, and every |[ ]| block of a doc comment."""
    for page in list_pages():
        yield from find_snippets(page, FENCE, lambda match: (match[2], match[3]))
    for source in sorted((ROOT / "gst/kurentopeer").glob("*.c")):
        yield from find_snippets(source, COMMENT_BLOCK,
                                 lambda match: ("sh", re.sub(r"^ \* ?", "", match[1], flags=re.M)))


def list_launch_lines():
    """(place, line) of what begins with gst-launch-1.0; a backslash at the end goes on in the next line."""
    for snippet in list_snippets():
        text = snippet.text.replace("\\\n", " ")
        for line in re.findall(r"^ *(?:\$ )?(gst-launch-1\.0 .*)$", text, flags=re.M):
            yield snippet.place, re.sub(r" +", " ", line)
