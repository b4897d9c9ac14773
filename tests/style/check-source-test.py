#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Shows that check-source.py fails: a tree of bad snippets, one fault each, beside good ones."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

CHECKER = pathlib.Path(__file__).with_name("check-source.py")
SPDX = "/* SPDX-License-Identifier: LGPL-2.1-or-later */\n"
GST = "gst/kurentopeer"


def function(n_lines, name="act", first="  int a;"):
    """A function whose body, braces included, has n_lines lines."""
    filler = "\n".join(["  a++;"] * (n_lines - 3))
    return f"static void\n{name} (void)\n{{\n{first}\n{filler}\n}}\n"


def table(n_lines):
    rows = "\n".join(["  1,"] * (n_lines - 2))
    return f"static const int rows[] = {{\n{rows}\n}};\n"


# path, text behind the SPDX line, line of the fault, part of the message
BAD = (
    (f"{GST}/core/long.c", "\n" * 500, 501, "501 lines, at most 500"),
    (f"{GST}/core/function.c", function(61), 4, "61 lines, at most 60"),
    (f"{GST}/core/class.c", function(121, "kp_x_class_init"), 4, "121 lines, at most 120"),
    (f"{GST}/core/table.c", table(121), 2, "121 lines, at most 120"),
    (f"{GST}/core/behind-table.c", "int a[] = { 1,\n 2 };\n" + function(61), 6, "61 lines, at most 60"),
    (f"{GST}/core/up.c", '#include "kp-high.h"\n', 2, "core must not include kp-high.h of session"),
    (f"{GST}/media/sideways.c", '\n#include "kp-wire.h"\n', 3, "media must not include"),
    (f"{GST}/signalling/sideways.c", '#include "kp-part.h"\n', 2, "signalling must not include"),
    (f"{GST}/session/wire.c", '#include "kp-wire.h"\n', 2, "session must not include"),
    (f"{GST}/session/face.c", '#include "gstkurentoface.h"\n', 2, "session must not include"),
    (f"{GST}/core/gst.c", "#include <gst/gst.h>\n", 2, "core/ knows no GStreamer"),
    (f"{GST}/core/soup.c", "#include <libsoup/soup.h>\n", 2, "only signalling/"),
    (f"{GST}/gstkurentosoup.c", "#include <libsoup/soup.h>\n", 2, "only signalling/"),
    (f"{GST}/media/webrtc.c", "#include <gst/webrtc/webrtc.h>\n", 2, "only session/"),
    (f"{GST}/gstkurentopeer-bin.c", 'make ("webrtcbin");\n', 2, "only session/"),
    (f"{GST}/session/wait.c", "gst_promise_wait (p);\n", 2, "gst_promise_wait(): use"),
    ("tests/check/wait.c", "gst_promise_wait(p);\n", 2, "gst_promise_wait(): use"),
    ("tests/check/sleep.c", "g_usleep (1);\n", 2, "a condition with a deadline"),
    (f"{GST}/core/sleep.c", "sleep (1);\n", 2, "a condition with a deadline"),
    (f"{GST}/core/copy.c", "strcpy (a, b);\n", 2, "g_strdup()"),
    (f"{GST}/core/cat.c", "strcat (a, b);\n", 2, "GString"),
    ("examples/print.c", "sprintf (a, b);\n", 2, "g_strdup_printf()"),
    (f"{GST}/core/iterate.c", "g_main_context_iteration (c, 1);\n", 2, "the peer loop"),
    (f"{GST}/core/printf.c", "printf (a);\n", 2, "g_debug()"),
    (f"{GST}/core/g_print.c", "g_print (a);\n", 2, "g_debug()"),
    (f"{GST}/core/error.c", "g_error (a);\n", 2, "a GError"),
    (f"{GST}/core/jump.c", "goto out;\n", 2, "return early"),
    (f"{GST}/core/todo.c", "/* TODO: more */\n", 2, "a note to do"),
    (f"{GST}/core/fixme.c", "// FIXME\n", 2, "a note to do"),
    (f"{GST}/core/xxx.c", "/* XXX */\n", 2, "a note to do"),
    (f"{GST}/core/space.c", "int a; \n", 2, "white space at the end"),
    (f"{GST}/core/tab.c", "\tint a;\n", 2, "a tab"),
)

# What must pass.
GOOD = (
    (f"{GST}/core/kp-low.h", "#pragma once\n"),
    (f"{GST}/media/kp-part.h", '#pragma once\n#include "kp-low.h"\n'),
    (f"{GST}/signalling/kp-wire.h", "#pragma once\n#include <libsoup/soup.h>\n"),
    (f"{GST}/session/kp-high.h", '#pragma once\n#include "kp-part.h"\n#include <gst/webrtc/webrtc.h>\n'),
    (f"{GST}/session/bin.c", 'make ("webrtcbin");\n'),
    (f"{GST}/gstkurentoface.h", '#pragma once\n#include "kp-high.h"\n#include "kp-wire.h"\n'),
    (f"{GST}/gstkurentopeer-enums.c", "#include <gst/webrtc/webrtc.h>\n"),
    (f"{GST}/core/limits.c", function(60) + function(120, "kp_x_class_init") + table(120)
     + function(120, "test", "  static const int rows[] = { 1 };") + "\n" * 10),
    (f"{GST}/core/words.c", '/* goto strcpy () */\nfail ("goto \\" sleep ()");\nkp_sleep (1);\ng_snprintf (a);\n'),
    ("tests/check/soup.c", "#include <libsoup/soup.h>\ng_main_context_iteration (c, 1);\ng_print (a);\n"),
)


class CheckSourceTest(unittest.TestCase):
    def run_checker(self, files):
        with tempfile.TemporaryDirectory() as root:
            for path, text in files:
                file = pathlib.Path(root, path)
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text, encoding="utf-8")
            return subprocess.run([sys.executable, CHECKER, root], capture_output=True, text=True)

    def test_good(self):
        result = self.run_checker((path, SPDX + text) for path, text in GOOD)
        self.assertEqual(result.stdout, f"{len(GOOD)} files, 0 faults\n")
        self.assertEqual(result.returncode, 0)

    def test_bad(self):
        result = self.run_checker([(path, SPDX + text) for path, text, _, _ in BAD]
                                  + [(path, SPDX + text) for path, text in GOOD])
        faults = result.stdout.splitlines()[:-1]
        for path, _, line, message in BAD:
            with self.subTest(path):
                mine = [fault for fault in faults if fault.startswith(f"{path}:")]
                self.assertEqual(len(mine), 1, mine)
                self.assertTrue(mine[0].startswith(f"{path}:{line}: "), mine)
                self.assertIn(message, mine[0])
        self.assertEqual(len(faults), len(BAD), faults)
        self.assertEqual(result.returncode, 1)

    def test_heading(self):
        result = self.run_checker([("gst/a.c", "int a;\n"), ("gst/b.h", SPDX)])
        self.assertIn("gst/a.c:1: expected /* SPDX", result.stdout)
        self.assertIn("gst/b.h:1: expected #pragma once", result.stdout)
        self.assertEqual(result.returncode, 1)

    def test_nothing_to_check(self):
        self.assertEqual(self.run_checker([]).returncode, 1)


if __name__ == "__main__":
    unittest.main()
