#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Links lead somewhere: between the pages of the repository, to the files that the README names, and in the site.

Usage: links.py [folder of the site]
"""

import html.parser
import pathlib
import re
import sys
import unittest
import urllib.parse

from snippets import ROOT, list_pages

SITE = None


class Page(html.parser.HTMLParser):
    def __init__(self, path):
        super().__init__()
        self.links = []
        self.ids = set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if "id" in attrs:
            self.ids.add(attrs["id"])
        for name in ("href", "src"):
            if attrs.get(name):
                self.links.append(attrs[name])


def list_tour():
    """(folder, file) of each row of the README's tour."""
    folder = ROOT / "gst/kurentopeer"
    for line in (ROOT / "README.md").read_text(encoding="utf-8").splitlines():
        if line == "| elsewhere | |":
            folder = ROOT
        heading = re.match(r"\| \*\*`(\w+/)`\*\*", line)
        if heading:
            folder = ROOT / "gst/kurentopeer" / heading[1]
        row = re.match(r"\| (`[^|]*`) \|", line)
        if not row:
            continue
        names = re.findall(r"`([^`]+)`", row[1])
        first = re.match(r"[a-z]+(-serve)?", names[0])[0]
        for name in names:
            yield folder, first + name if name.startswith("-") else name


class LinksTest(unittest.TestCase):
    def test_pages(self):
        for page in [*list_pages(), ROOT / "CHANGELOG.md"]:
            for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
                if not re.match(r"https?:", link):
                    with self.subTest(page.name, link=link):
                        self.assertTrue((page.parent / link.split("#")[0]).exists())

    def test_tour(self):
        rows = list(list_tour())
        self.assertGreater(len(rows), 30)
        for folder, name in rows:
            with self.subTest(name):
                self.assertTrue(list(folder.glob(name)), f"{folder / name}")

    def test_site(self):
        if SITE is None:
            self.skipTest("built without gi-docgen")
        pages = {path.name: Page(path) for path in SITE.glob("*.html")}
        self.assertIn("element.html", pages)
        for path in SITE.glob("property.Peer.*.html"):
            with self.subTest(path.name):
                self.assertNotIn("No description available", path.read_text(encoding="utf-8"))
        for name, page in pages.items():
            for link in page.links:
                url = urllib.parse.urlparse(link)
                if url.scheme or url.netloc:
                    continue
                target = url.path or name
                with self.subTest(name, link=link):
                    self.assertTrue((SITE / target).exists())
                    if url.fragment and target in pages:
                        self.assertIn(urllib.parse.unquote(url.fragment), pages[target].ids)


if __name__ == "__main__":
    SITE = pathlib.Path(sys.argv.pop()) if len(sys.argv) > 1 else None
    unittest.main()
