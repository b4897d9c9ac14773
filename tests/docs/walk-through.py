#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The pieces of docs/plugins/kurento-utils-examples.md are a program in each language: it is run, and calls another peer.

What the page leaves to the reader is walk-through/driver.*. No camera is used: WEBCAM becomes TEST.
"""

import os
import pathlib
import subprocess
import tempfile
import unittest

from snippets import ROOT, list_snippets

PAGE = "docs/plugins/kurento-utils-examples.md"
DRIVERS = pathlib.Path(__file__).parent / "walk-through"
TIMEOUT = 60  # s


def join_pieces(language):
    pieces = [snippet.text for snippet in list_snippets()
              if snippet.place.startswith(PAGE) and snippet.language == language]
    text = "\n".join(pieces)
    assert len(pieces) == 7 and "WEBCAM" in text
    return text.replace("WEBCAM", "TEST")


class WalkThroughTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def write(self, language):
        """The pieces in the place that the driver has for them."""
        driver = (DRIVERS / f"driver.{language}").read_text(encoding="utf-8")
        fence = {"py": "python"}.get(language, language)
        path = pathlib.Path(self.folder.name) / f"program.{language}"
        path.write_text(driver.replace("/* THE PAGE */", join_pieces(fence)).replace("# THE PAGE", join_pieces(fence)),
                        encoding="utf-8")
        return str(path)

    def run_program(self, *command):
        env = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY", "XDG_SESSION_TYPE")}
        env |= {"GST_PLUGIN_FEATURE_RANK": "fakevideosink:MAX,fakeaudiosink:MAX", "G_DEBUG": "fatal-criticals"}
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=TIMEOUT)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(done.stdout.splitlines()[-1], "said: your data stream here")

    def test_python(self):
        self.run_program("/usr/bin/python3", self.write("py"))

    def test_javascript(self):
        self.run_program("gjs", "-m", self.write("js"))

    def test_c(self):
        program = str(pathlib.Path(self.folder.name) / "program")
        build = os.environ["KURENTOPEER_BUILDDIR"]
        flags = subprocess.run(
            ["pkg-config", "--cflags", "--libs", "gstreamer-kurentopeer-1.0"], check=True, capture_output=True, text=True,
            env=os.environ | {"PKG_CONFIG_PATH": f"{build}/meson-uninstalled"}).stdout.split()
        subprocess.run(["cc", "-Wall", "-Werror", self.write("c"), "-o", program, f"-I{ROOT}", *flags], check=True)
        self.run_program(program)


if __name__ == "__main__":
    unittest.main()
