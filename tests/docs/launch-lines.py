#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs every gst-launch line of README.md, docs/ and the doc comments, calls it, and ends it with Ctrl-C.

A line is run as it stands, by a shell, in an empty folder, but for these rules:
- the addresses of embedded servers become free ports of 127.0.0.1; the first is called;
- no display and no sound card is used: autovideosink and autoaudiosink choose the fake sinks;
- no camera is used: send-source=webcam becomes send-source=test;
- screens are those of an Xvfb without any window: send-source=window becomes send-source=screen;
- the files that lines name are made before (see FILES).
A line that serves has to answer GET with 200 and to be called by caller.py: media has to come of whatever the line
sends, and the line has to announce a stream for whatever it receives. Files that it writes must not stay empty. Then it
is interrupted and has to end well. A line that does not serve has to end well by itself.
"""

import atexit
import functools
import os
import pathlib
import re
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request

from snippets import list_launch_lines

TIMEOUT = 60  # s, of each step
BAD = re.compile(r"ERROR|CRITICAL|WARNING \*\*|erroneous pipeline|Caught SIG", re.M)
ADDRESS = re.compile(r"(serve\+(http|https)://)[\w.\[\]:-]+/")


def make_certificate(path):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost",
                    "-keyout", path, "-out", f"{path}.crt"], check=True, capture_output=True)
    path.write_text(path.read_text() + pathlib.Path(f"{path}.crt").read_text())


def make_own_certificate(path):
    """As docs/plugins/security.md says it."""
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
                    "30", "-subj", "/CN=camera", "-keyout", path, "-out", path], check=True, capture_output=True)


def make_folder(path):
    path.mkdir()
    (path / "index.html").write_text("<!DOCTYPE html><title>page</title>")


def make_film(path):
    subprocess.run(["gst-launch-1.0", "-q", *f"""webmmux name=m ! filesink location={path}
        videotestsrc num-buffers=300 ! video/x-raw,width=160,height=120,framerate=15/1 ! vp8enc deadline=1 ! m.
        audiotestsrc num-buffers=960 ! opusenc ! m.""".split()], check=True)


FILES = {
    "film.webm": make_film,
    "peer.pem": make_own_certificate,
    "server.pem": make_certificate,
    "my-page": make_folder,
}


def get_free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@functools.cache
def get_display():
    """Of an X server that lasts as long as the test."""
    reader, writer = os.pipe()
    server = subprocess.Popen(["Xvfb", "-displayfd", str(writer), "-nolisten", "tcp"], pass_fds=[writer],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    atexit.register(server.terminate)
    os.close(writer)
    with open(reader, encoding="ascii") as number:
        return f":{number.readline().strip()}"


class Line:
    """A gst-launch line that runs, with all bus messages."""

    def __init__(self, text, folder):
        self.folder = folder
        self.port = get_free_port()
        address = ADDRESS.search(text)
        self.scheme = address[2] if address else None
        token = re.search(r"signaller::auth-token=(\S+)", text)
        self.query = f"?token={token[1]}" if token else ""
        self.written = [folder / name for name in re.findall(r"filesink location=(\S+)", text)]
        ports = {address[0]: self.port} if address else {}
        text = ADDRESS.sub(lambda match: f"{match[1]}127.0.0.1:{ports.setdefault(match[0], 0)}/", text)
        text = text.replace("send-source=webcam", "send-source=test")
        text = text.replace("send-source=window", "send-source=screen")
        text = text.replace("gst-launch-1.0", "exec gst-launch-1.0 --messages", 1)

        self.log = folder / "log"
        env = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY", "XDG_SESSION_TYPE")}
        if "send-source=screen" in text:
            env["DISPLAY"] = get_display()
        env["GST_PLUGIN_FEATURE_RANK"] = "fakevideosink:MAX,fakeaudiosink:MAX"
        with open(self.log, "w", encoding="utf-8") as log:
            self.process = subprocess.Popen(["sh", "-c", text], cwd=folder, env=env, stdout=log,
                                            stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)

    def read_log(self):
        return self.log.read_text(encoding="utf-8", errors="replace")

    def wait_for(self, what, condition):
        deadline = time.monotonic() + TIMEOUT
        while not condition():
            if self.process.poll() is not None:
                raise AssertionError(f"ended before: {what}\n{self.read_log()[-2000:]}")
            if time.monotonic() > deadline:
                raise AssertionError(f"not in time: {what}\n{self.read_log()[-2000:]}")
            try:
                self.process.wait(0.05)
            except subprocess.TimeoutExpired:
                pass

    def get(self):
        context = ssl._create_unverified_context() if self.scheme == "https" else None
        uri = f"{self.scheme}://127.0.0.1:{self.port}/{self.query}"
        with urllib.request.urlopen(uri, timeout=TIMEOUT, context=context) as answer:
            return answer.status

    def count_streams(self):
        return len(re.findall(r"kurentopeer/stream-added", self.read_log()))

    def interrupt(self):
        self.process.send_signal(signal.SIGINT)
        self.process.wait(TIMEOUT)

    def kill(self):
        self.process.kill()
        self.process.wait()


class Call:
    def __init__(self, line):
        scheme = "wss" if line.scheme == "https" else "ws"
        uri = f"{scheme}://127.0.0.1:{line.port}/helloworld{line.query}"
        self.process = subprocess.Popen([sys.executable, pathlib.Path(__file__).with_name("caller.py"), uri],
                                        stdout=subprocess.PIPE, text=True)

    def wait_until_up(self):
        """How many streams the other side receives; None when there is no call."""
        word = self.process.stdout.readline().split()
        return int(word[1]) if word else None

    def end(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


class LaunchLinesTest(unittest.TestCase):
    def run_served(self, line):
        line.wait_for("the server listens", lambda: "listening" in line.read_log())
        self.assertEqual(line.get(), 200)
        call = Call(line)
        try:
            n_received = call.wait_until_up()
            self.assertIsNotNone(n_received, line.read_log()[-2000:])
            line.wait_for("streams", lambda: line.count_streams() >= n_received)
            line.wait_for("files", lambda: all(path.exists() and path.stat().st_size for path in line.written))
        finally:
            call.end()
        line.interrupt()

    def run_line(self, text):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            for file, make in FILES.items():
                if file in text:
                    make(folder / file)
            line = Line(text, folder)
            try:
                if line.scheme:
                    self.run_served(line)
                line.process.wait(TIMEOUT)
            finally:
                line.kill()
            self.assertEqual(line.process.returncode, 0, line.read_log()[-2000:])
            self.assertIsNone(BAD.search(line.read_log()), line.read_log()[-2000:])

    def test_lines(self):
        lines = list(list_launch_lines())
        self.assertGreater(len(lines), 8)
        done = set()
        for place, text in lines:
            with self.subTest(place, line=text):
                if text not in done:
                    self.run_line(text)
                done.add(text)

    def test_bad_lines(self):
        """This test can fail."""
        for text in ("gst-launch-1.0 videotestsrc ! kurentopeer no-such-property=1",
                     "gst-launch-1.0 kurentopeer signaller-uri=serve+http://127.0.0.1:8080/ stun-server=x",
                     "gst-launch-1.0 videotestsrc is-live=true num-buffers=1 ! kurentopeer "
                     "signaller-uri=serve+http://127.0.0.1:8080/"):
            with self.subTest(text), self.assertRaises((AssertionError, OSError)):
                self.run_line(text)


if __name__ == "__main__":
    unittest.main()
