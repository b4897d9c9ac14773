#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The code that README.md and docs/ show is code; and what the README says of installing is so.

The C programs are compiled against an installed tree with the flags of pkg-config, and run. What is installed is used.
"""

import ast
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

from snippets import ROOT, list_snippets

BUILD = pathlib.Path(os.environ["KURENTOPEER_BUILDDIR"])


def run(*command, **options):
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=120, **options).stdout


def check_file(suffix, text, *command):
    with tempfile.NamedTemporaryFile("w", suffix=suffix) as file:
        file.write(text)
        file.flush()
        run(*command, file.name)


CHECKS = {
    "python": ast.parse,
    "json": json.loads,
    "sh": lambda text: check_file(".sh", text, "bash", "-n"),
    "javascript": lambda text: check_file(".mjs", text, "node", "--check"),  # in a page
    "js": lambda text: check_file(".mjs", text, "node", "--check"),
}


class CodeTest(unittest.TestCase):
    def test_snippets(self):
        """Each fence names its language, but for what is no code, and is well formed."""
        n_checked = 0
        for snippet in list_snippets():
            if snippet.language in CHECKS:
                with self.subTest(snippet.place):
                    CHECKS[snippet.language](snippet.text)
                    n_checked += 1
            else:
                self.assertIn(snippet.language, ("", "c", "meson"), snippet.place)
        self.assertGreater(n_checked, 20)

    def test_meson_subproject(self):
        text = next(snippet.text for snippet in list_snippets() if snippet.language == "meson")
        program = next(snippet.text for snippet in list_snippets() if snippet.language == "c")
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            (folder / "meson.build").write_text(f"project('caller', 'c')\n{text}", encoding="utf-8")
            (folder / "call.c").write_text(program, encoding="utf-8")
            (folder / "subprojects").mkdir()
            (folder / "subprojects/kurentopeer").symlink_to(ROOT)
            run("meson", "setup", "build", "-Dkurentopeer:tests=disabled", "-Dkurentopeer:introspection=disabled",
                "-Dkurentopeer:docs=disabled", cwd=folder)
            targets = json.loads(run("meson", "introspect", "--targets", "build", cwd=folder))
        self.assertIn("call", [target["name"] for target in targets])


class InstalledTest(unittest.TestCase):
    """As the README says, but for the staging folder, which the .pc file does not know of."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        root = pathlib.Path(cls.folder.name)
        run("meson", "install", "-C", str(BUILD), "--no-rebuild", "--destdir", str(root))
        pc = next(root.rglob("gstreamer-kurentopeer-1.0.pc"))
        text = pc.read_text(encoding="utf-8")
        prefix = re.search(r"^prefix=(.*)$", text, re.M)[1]
        pc.write_text(text.replace(f"prefix={prefix}", f"prefix={root}{prefix}", 1), encoding="utf-8")
        libdir = pc.parents[1]
        cls.env = os.environ | {
            "GST_PLUGIN_PATH": str(libdir / "gstreamer-1.0"), "GI_TYPELIB_PATH": str(libdir / "girepository-1.0"),
            "PKG_CONFIG_PATH": str(pc.parent), "LD_LIBRARY_PATH": str(libdir), "GST_REGISTRY": str(root / "registry"),
        }

    def test_plugin(self):
        # without the library path: the plugin knows where its library is
        env = {name: value for name, value in self.env.items() if name != "LD_LIBRARY_PATH"}
        text = run("gst-inspect-1.0", "kurentopeer", env=env)
        self.assertIn(self.folder.name, text)

    def test_typelib(self):
        if not list(BUILD.rglob("GstKurento-1.0.typelib")):
            self.skipTest("built without introspection")
        run("/usr/bin/python3", "-c", "import gi; gi.require_version('GstKurento', '1.0');"
            "from gi.repository import GstKurento; GstKurento.Peer", env=self.env)

    def test_programs(self):
        programs = [snippet for snippet in list_snippets() if snippet.language == "c" and "main (" in snippet.text]
        self.assertTrue(programs)
        for snippet in programs:
            with self.subTest(snippet.place):
                source = pathlib.Path(self.folder.name) / "call.c"
                source.write_text(snippet.text, encoding="utf-8")
                flags = run("pkg-config", "--cflags", "--libs", "gstreamer-kurentopeer-1.0", env=self.env).split()
                compiler = shutil.which("cc")
                run(compiler, "-Wall", "-Werror", str(source), "-o", str(source.with_suffix("")), *flags, env=self.env)
                self.assertIn("v=0", run(str(source.with_suffix("")), env=self.env))


if __name__ == "__main__":
    unittest.main()
