#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The installed tree, and the programs of examples/ made with nothing else.

installed.py FOLDER: installs the build ($KURENTOPEER_BUILDDIR) into FOLDER, compiles the examples in C, and prints the
environment in which all examples run, as JSON.
"""

import json
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"

PROGRAMS = ("call-browser", "chat", "custom-signaller", "record")


def run(*command, **options):
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, **options)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout


def install(folder):
    """The environment of the tree. The .pc file does not know of the staging folder."""
    run("meson", "install", "-C", os.environ["KURENTOPEER_BUILDDIR"], "--no-rebuild", "--destdir", folder)
    pc = next(folder.rglob("gstreamer-kurentopeer-1.0.pc"))
    pc.write_text(re.sub(r"^prefix=", f"prefix={folder}", pc.read_text(), count=1, flags=re.M))
    libdir = pc.parents[1]
    return {
        "GST_PLUGIN_PATH": str(libdir / "gstreamer-1.0"), "GI_TYPELIB_PATH": str(libdir / "girepository-1.0"),
        "PKG_CONFIG_PATH": str(pc.parent), "LD_LIBRARY_PATH": str(libdir), "GST_REGISTRY": str(folder / "registry"),
    }


def read_command(source):
    """What the head of a program says of how it is compiled."""
    text = re.sub(r"^ \* ?", "", source.read_text(encoding="utf-8"), flags=re.M)
    return re.search(r"^cc .*?\)", text, flags=re.M | re.S)[0].replace("\\\n", " ")


def compile_examples(folder, env):
    for name in PROGRAMS:
        command = read_command(EXAMPLES / f"{name}.c").replace(f" -o {name} ", f" -Wall -Werror -o {folder / name} ")
        run("sh", "-ec", command, cwd=EXAMPLES, env=os.environ | env)


def make(folder):
    folder = pathlib.Path(folder)
    env = install(folder)
    compile_examples(folder, env)
    return env


def get_commands(folder, name):
    """The program in each language."""
    return {
        "C": [str(pathlib.Path(folder) / name)],
        "Python": ["/usr/bin/python3", str(EXAMPLES / f"{name}.py")],
        "JavaScript": ["gjs", "-m", str(EXAMPLES / f"{name}.js")],
    }


if __name__ == "__main__":
    print(json.dumps(make(sys.argv[1])))
