#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Makes the site of the documentation with gi-docgen.

Usage: build-site.py gi-docgen kurentopeer.toml GstKurento-1.0.gir output-folder style.css page.md...

Doc comments have the spelling of the GStreamer world (#GstType:property, %NULL), and pages link each other by their
file names, so that both can be read where they are; gi-docgen gets copies in its own spelling. The site has no folders:
images lie beside the pages.
Properties are documented by the table of element.md. What gi-docgen made gets the list of pages and a style for tables.
"""

import html
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

REFERENCES = (
    (r"#GstKurento(\w+)::([\w-]+)", r"[signal@GstKurento.\1::\2]"),
    (r"#GstKurento(\w+):([\w-]+)", r"[property@GstKurento.\1:\2]"),
    (r"#GstKurento(Signaller)\b", r"[iface@GstKurento.\1]"),
    (r"#GstKurento(\w+)", r"[class@GstKurento.\1]"),
    (r"#(G[A-Z]\w+|webrtcbin)", r"`\1`"),
    (r"%(GST_KURENTO_ERROR)(?:_(\w+))?", lambda match: f"`{match[0][1:]}`"),
    (r"%(NULL|TRUE|FALSE)\b", r"`\1`"),
)


def read_properties(page):
    """The table of properties, as documentation of each: the blurbs of the code are not in the GIR."""
    table = re.search(r"^\| property \|.*\n\|[-|]+\|\n((?:\|.*\n)+)", page, re.M)[1]
    for line in table.splitlines():
        name, kind, default, change, meaning = (cell.strip() for cell in line.split("|")[1:-1])
        doc = f"{meaning[0].upper()}{meaning[1:]}.\n\nType: {kind}. Default: {default}. May change: {change}."
        yield name.strip("`"), convert_page(doc).replace("see below", "see [the elements](element.html)")


def add_property_docs(gir, docs):
    for name, doc in docs:
        escaped = html.escape(doc, quote=False).replace("\\", r"\\")
        gir = re.sub(rf'(<property name="{name}"[^>]*[^/]>\n)(?!\s*<doc)',
                     rf'\1<doc xml:space="preserve" filename="element.md" line="1">{escaped}</doc>\n', gir)
    return gir


def convert_gir(text):
    def convert_doc(match):
        doc = match[0]
        for pattern, replacement in REFERENCES:
            doc = re.sub(pattern, replacement, doc)
        return doc

    return re.sub(r"<doc\b.*?</doc>", convert_doc, text, flags=re.S)


def convert_page(text):
    text = re.sub(r"\]\(images/", "](", text)
    return re.sub(r"\]\(([\w-]+)\.md(#[\w-]+)?\)", r"](\1.html\2)", text)


def link_outside(match):
    """gi-docgen leaves what other libraries document to a script; plain text where their site has other names."""
    namespace = re.search(r'data-namespace="(\w+)"', match[1])[1]
    link = re.search(r'data-link="([^"]+)"', match[1])[1]
    kind, name = link.split(".")[:2]
    if namespace in ("GLib", "GObject", "Gio"):
        uri = f"https://docs.gtk.org/{namespace.lower()}/{link}"
    elif namespace == "Gst" and kind in ("class", "iface", "struct"):
        uri = f"https://gstreamer.freedesktop.org/documentation/gstreamer/gst{name.lower()}.html"
    else:
        return match[2]
    return f'<a class="external" href="{uri}">{match[2]}</a>'


def get_title(page):
    return re.search(r"^Title: (.*)$", page.read_text(encoding="utf-8"), re.M)[1]


def finish_pages(site, pages):
    """The list of hand-written pages, which gi-docgen has on the first page only, at the side of each; links."""
    titles = {f"{page.stem}.html": get_title(page) for page in pages}
    for file in site.glob("*.html"):
        items = "\n".join(
            f'<a href="{name}"{" class=current" if file.name == name else ""}>{title}</a>'
            for name, title in titles.items())
        guide = f'<div class="section guide"><h5>Guide</h5><div class="links">\n{items}\n</div></div>\n'
        text = file.read_text(encoding="utf-8")
        text = text.replace('<div class="section generator">', guide + '<div class="section generator">', 1)
        text = re.sub(r'.*<a href="" class="external"></a>.*\n', "", text)
        text = re.sub(r'<a ([^>]*href="javascript:void\(0\)"[^>]*)>(.*?)</a>', link_outside, text, flags=re.S)
        file.write_text(text, encoding="utf-8")


def main():
    gi_docgen, config, gir, output, style, *pages = sys.argv[1:]
    output = pathlib.Path(output)
    pages = [pathlib.Path(page) for page in pages]
    properties = read_properties(next(page for page in pages if page.stem == "element").read_text(encoding="utf-8"))
    shutil.rmtree(output, ignore_errors=True)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for page in pages:
            (folder / page.name).write_text(convert_page(page.read_text(encoding="utf-8")), encoding="utf-8")
        copy = folder / pathlib.Path(gir).name
        text = add_property_docs(pathlib.Path(gir).read_text(encoding="utf-8"), properties)
        copy.write_text(convert_gir(text), encoding="utf-8")
        subprocess.run([gi_docgen, "generate", "--quiet", "--fatal-warnings", "--no-namespace-dir", f"--config={config}",
                        f"--content-dir={folder}", f"--output-dir={output}", copy], check=True)
    finish_pages(output, pages)
    for image in (pages[0].parent / "images").iterdir():
        shutil.copy(image, output)
    with open(output / "style.css", "a", encoding="utf-8") as file:
        file.write(pathlib.Path(style).read_text(encoding="utf-8"))


main()
