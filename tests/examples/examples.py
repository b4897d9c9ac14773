#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The examples in C, Python and JavaScript, against the installed tree: what they record, say and show; and the binding
for Vala.

The calls of browsers are in tests/interop. A browser is no part of this: another kurentopeer calls (tests/docs/caller.py).
"""

import os
import pathlib
import queue
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import unittest

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstPbutils", "1.0")
from gi.repository import Gst, GstPbutils  # noqa: E402

import installed  # noqa: E402

TIMEOUT = 30  # s, of each step
CALLER = installed.ROOT / "tests/docs/caller.py"
WIDTH, HEIGHT, RATE = 56, 40, 8000

# what "videotestsrc" shows without a pattern, in the middle of each bar
BARS = [(255, 255, 255), (255, 255, 0), (0, 255, 255), (0, 255, 0), (255, 0, 255), (255, 0, 0), (0, 0, 255)]
VIDEO = f"videoconvert ! videoscale ! video/x-raw,format=RGB,width={WIDTH},height={HEIGHT}"
AUDIO = f"audioconvert ! audioresample ! audio/x-raw,format=S16LE,channels=1,rate={RATE}"

tree = tempfile.TemporaryDirectory()
environment = {}


def setUpModule():
    environment.update(os.environ | installed.make(tree.name), G_DEBUG="fatal-criticals")


def tearDownModule():
    tree.cleanup()


def wait_for(what, condition):
    deadline = time.monotonic() + TIMEOUT
    tick = threading.Event()
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"not in time: {what}")
        tick.wait(0.02)


class Program:
    """A program that runs, and the lines that it prints."""

    def __init__(self, test, *command):
        self.process = subprocess.Popen(command, env=environment, text=True, bufsize=1, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.lines = queue.SimpleQueue()
        self.log = []
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()
        test.addCleanup(self.end)

    def read(self):
        for line in self.process.stdout:
            self.log.append(line.rstrip("\n"))
            self.lines.put(line.rstrip("\n"))

    def expect(self, pattern):
        """The match of the first new line that fits."""
        deadline = time.monotonic() + TIMEOUT
        while True:
            try:
                match = re.search(pattern, self.lines.get(timeout=deadline - time.monotonic()))
            except (queue.Empty, ValueError):
                raise AssertionError(f"in vain: {pattern}\n" + "\n".join(self.log)) from None
            if match:
                return match

    def say(self, text):
        self.process.stdin.write(text)
        self.process.stdin.flush()

    def interrupt(self):
        self.process.send_signal(signal.SIGINT)

    def wait(self):
        status = self.process.wait(TIMEOUT)
        self.reader.join(TIMEOUT)
        if status != 0:
            raise AssertionError(f"ended with {status}\n" + "\n".join(self.log))

    def end(self):
        self.process.kill()
        self.process.wait()
        self.reader.join()
        self.process.stdout.close()
        self.process.stdin.close()


def get_tone(samples):
    """Of 16-bit mono sound, by its crossings of zero in a second of it."""
    values = memoryview(samples[-2 * RATE:]).cast("h")
    crossings = sum((one < 0) != (other < 0) for one, other in zip(values, values[1:]))
    return crossings / 2 / (len(values) / RATE)


def show_bars(frame):
    """Whether a picture shows them, within what a codec does to it."""
    row = HEIGHT // 3 * WIDTH * 3
    points = [row + (2 * bar + 1) * WIDTH // 14 * 3 for bar in range(7)]
    return all((value > 127) == (wanted > 127)
               for point, colour in zip(points, BARS) for value, wanted in zip(frame[point:point + 3], colour))


def read_last_frame(path):
    size = WIDTH * HEIGHT * 3
    data = path.read_bytes() if path.exists() else b""
    return data[len(data) // size * size - size:][:size] if len(data) >= size else None


def call(test, listener):
    """Calls the embedded server of a program, as a browser would."""
    port = listener.expect(r"listening .*127\.0\.0\.1:(\d+)")[1]
    caller = Program(test, "/usr/bin/python3", CALLER, f"ws://127.0.0.1:{port}/helloworld")
    caller.expect("up")
    return caller


class RecordTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def record(self, language, suffix):
        file = pathlib.Path(self.folder.name) / f"visit{suffix}"
        recorder = Program(self, *installed.get_commands(tree.name, "record")[language], str(file),
                           "serve+http://127.0.0.1:0/")
        caller = call(self, recorder)
        recorder.expect("recording")
        wait_for("the file grows", lambda: file.exists() and file.stat().st_size > 100000)
        caller.end()  # without a word
        recorder.wait()
        return file

    def check(self, file, codec):
        info = GstPbutils.Discoverer.new(TIMEOUT * Gst.SECOND).discover_uri(file.as_uri())
        self.assertEqual([stream.get_caps()[0].get_name() for stream in info.get_video_streams()], [codec])
        self.assertEqual([stream.get_caps()[0].get_name() for stream in info.get_audio_streams()], ["audio/x-opus"])
        self.assertGreater(info.get_duration(), Gst.SECOND // 2)

        pictures, sound = file.with_suffix(".rgb"), file.with_suffix(".pcm")
        subprocess.run(["gst-launch-1.0", "-q", *f"""filesrc location={file} ! decodebin name=d
            d. ! queue ! {VIDEO} ! filesink location={pictures}
            d. ! queue ! {AUDIO} ! filesink location={sound}""".split()], check=True, timeout=TIMEOUT)
        self.assertGreater(pictures.stat().st_size // (WIDTH * HEIGHT * 3), 5)
        self.assertTrue(show_bars(read_last_frame(pictures)))
        self.assertAlmostEqual(get_tone(sound.read_bytes()), 440, delta=20)

    def test_c(self):
        self.check(self.record("C", ".webm"), "video/x-vp8")

    def test_python(self):
        self.check(self.record("Python", ".mp4"), "video/x-h264")

    def test_javascript(self):
        self.check(self.record("JavaScript", ".mkv"), "video/x-h264")


class ChatTest(unittest.TestCase):
    def test_chat(self):
        for language, command in installed.get_commands(tree.name, "chat").items():
            with self.subTest(language):
                chat = Program(self, *command, "serve+http://127.0.0.1:0/")
                caller = call(self, chat)
                chat.expect("open: ")
                caller.say("¿Qué tal?\n")
                chat.expect(r"^¿Qué tal\?$")
                chat.say("Grüß dich!\n\nBye.\n")
                chat.process.stdin.close()
                for line in ("Grüß dich!", "", "Bye."):
                    caller.expect(f"^said {re.escape(line)}$")
                caller.end()
                chat.wait()


class SignallerTest(unittest.TestCase):
    def start(self, folder, name, language, picture, *args):
        files = [folder / f"{name}.{kind}" for kind in ("rgb", "pcm")]
        pipeline = f"""kurentopeer name=peer
            videotestsrc is-live=true pattern={picture} ! video/x-raw,width=320,height=240,framerate=15/1 ! peer.
            audiotestsrc is-live=true freq=440 ! peer.
            peer.video_src_0 ! {VIDEO} ! filesink location={files[0]} buffer-mode=unbuffered sync=false
            peer.audio_src_0 ! {AUDIO} ! filesink location={files[1]} buffer-mode=unbuffered sync=false"""
        return Program(self, *installed.get_commands(tree.name, name)[language], *args, pipeline), *files

    def test_signaller(self):
        for calling, called in (("C", "Python"), ("Python", "JavaScript"), ("JavaScript", "C")):
            with self.subTest(f"{calling} calls {called}"), tempfile.TemporaryDirectory() as name:
                folder = pathlib.Path(name)
                caller, picture, sound = self.start(folder, "call-browser", calling, "red", "0")
                uri = caller.expect(r"http://([\d.]+:\d+)/")[1]
                callee, pictures, sounds = self.start(folder, "custom-signaller", called, "smpte", f"ws://{uri}/call")
                caller.expect("^connected")
                callee.expect("^connected")
                wait_for("bars", lambda: (frame := read_last_frame(picture)) and show_bars(frame))
                wait_for("red", lambda: (frame := read_last_frame(pictures)) and frame[0] > 200 and frame[1] < 60)
                for file in (sound, sounds):
                    wait_for("sound", lambda file=file: file.stat().st_size > 4 * RATE)
                    self.assertAlmostEqual(get_tone(file.read_bytes()), 440, delta=20)
                callee.interrupt()
                callee.wait()
                caller.expect("^disconnected")
                caller.interrupt()
                caller.wait()


class ValaTest(unittest.TestCase):
    def test_binding(self):
        folders = {vapi.parent for vapi in pathlib.Path(tree.name).rglob("gstreamer-kurentopeer-1.0.vapi")}
        if not folders or not shutil.which("valac"):
            self.skipTest("built without the binding for Vala")
        program = pathlib.Path(tree.name) / "binding"
        source = pathlib.Path(__file__).with_name("binding.vala")
        done = subprocess.run(["valac", "-X", "-w", f"--vapidir={folders.pop()}", "--pkg=gstreamer-kurentopeer-1.0",
                               "-o", program, source], env=environment, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        done = subprocess.run([program], env=environment, check=True, capture_output=True, text=True, timeout=TIMEOUT)
        self.assertEqual(sorted(done.stdout.split()), ["offer-created", "refused", "v=0"])


if __name__ == "__main__":
    Gst.init(None)
    unittest.main(verbosity=2)
