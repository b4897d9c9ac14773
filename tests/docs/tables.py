#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The tables of docs/plugins/ say what the elements have: properties, events, actions, pads, errors, no more, no less."""

import re
import unittest

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstKurento", "1.0")
gi.require_version("GstWebRTC", "1.0")
from gi.repository import GObject, Gst, GstKurento, GstWebRTC  # noqa: E402, F401

from snippets import ROOT  # noqa: E402

MUTABLE_READY = 1 << 10  # GST_PARAM_MUTABLE_READY, which is not introspectable
FACTORIES = ("kurentopeer", "kurentopeersendrecv", "kurentopeersendonly", "kurentopeerrecvonly")
TYPE_NAMES = {
    "gchararray": "string", "guint": "uint", "guint64": "uint64", "gboolean": "boolean", "GError": "GError", "GstElement": "GstElement", "GBytes": "GBytes",
    "GstCaps": "GstCaps", "GstSample": "GstSample",
    "GstWebRTCDataChannel": "GstWebRTCDataChannel", "GstKurentoSignaller": "GstKurentoSignaller",
    "GstPromise": "GstPromise", "GstStreamCollection": "GstStreamCollection", "void": "nothing",
}


def read_table(page, heading):
    """The rows of the table whose head begins with that word, without quotes of code."""
    text = (ROOT / "docs/plugins" / f"{page}.md").read_text(encoding="utf-8")
    table = re.search(rf"^\| {heading} \|.*\n\|[-|]+\|\n((?:\|.*\n)+)", text, re.M)
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in table[1].splitlines()]
    return {row[0].strip("`"): row[1:] for row in rows}


def names_in(cell):
    return re.findall(r"`([^`]+)`", cell)


def is_enum(spec):
    return spec.value_type.is_a(GObject.TYPE_ENUM)


def describe_default(spec):
    if isinstance(spec.default_value, bool):
        return str(spec.default_value).lower()
    if is_enum(spec):
        return spec.default_value.value_nick
    return "NULL" if spec.default_value is None else str(spec.default_value)


def describe_change(spec):
    if not spec.flags & GObject.ParamFlags.WRITABLE:
        return "read only"
    if spec.flags & GObject.ParamFlags.CONSTRUCT_ONLY:
        return "construct"
    return "READY" if int(spec.flags) & MUTABLE_READY else "always"


def list_signals(actions):
    for name in GObject.signal_list_names(GstKurento.Peer):
        query = GObject.signal_query(name, GstKurento.Peer)
        if bool(query.signal_flags & GObject.SignalFlags.ACTION) == actions:
            yield name, [TYPE_NAMES[kind.name] for kind in query.param_types], TYPE_NAMES[query.return_type.name]


class TablesTest(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        Gst.init(None)
        cls.peer = Gst.ElementFactory.make("kurentopeer")
        cls.page = (ROOT / "docs/plugins/element.md").read_text(encoding="utf-8")

    def list_own_properties(self):
        return [spec for spec in self.peer.list_properties() if spec.owner_type.name == "GstKurentoPeer"]

    def check_type(self, spec, cell):
        if is_enum(spec):
            values = [value.value_nick for value in type(spec.default_value).__enum_values__.values()]
            self.assertEqual(names_in(cell), values)
            self.assertTrue(cell.startswith("enum"))
        elif spec.value_type == GObject.TYPE_UINT:
            self.assertRegex(cell, rf"^uint, .*\b{spec.minimum} to {spec.maximum}$")
        elif spec.value_type == GObject.TYPE_STRING:
            self.assertIn(cell, ("string", "JSON"))
        else:
            self.assertEqual(cell, {"gboolean": "boolean"}.get(spec.value_type.name, spec.value_type.name))

    def test_properties(self):
        rows = read_table("element", "property")
        specs = self.list_own_properties()
        self.assertEqual(set(rows), {spec.name for spec in specs})
        for spec in specs:
            with self.subTest(spec.name):
                kind, default, change, _meaning = rows[spec.name]
                self.check_type(spec, kind)
                if default == "see below":
                    self.assertIn(f"```json\n{describe_default(spec)}\n```", self.page)
                else:
                    self.assertEqual(default.strip("`"), describe_default(spec))
                self.assertEqual(change, describe_change(spec))

    def test_signaller_properties(self):
        self.peer.set_property("signaller-uri", "serve+http://127.0.0.1:0/")
        signaller = Gst.ChildProxy.get_child_by_name(self.peer, "signaller")
        rows = read_table("signalling", "property")
        self.assertEqual(set(rows), {spec.name for spec in signaller.list_properties()})
        for spec in signaller.list_properties():
            with self.subTest(spec.name):
                self.assertEqual(rows[spec.name][:2], ["string", f"`{describe_default(spec)}`"])
                self.assertEqual("read only" in rows[spec.name][2], describe_change(spec) == "read only")

    def test_events(self):
        rows = read_table("events", "event")
        events = list(list_signals(actions=False))
        self.assertEqual(set(rows), {name for name, _, _ in events})
        for name, types, _ in events:
            with self.subTest(name):
                self.assertEqual([argument.split()[0] for argument in rows[name][0].split(",") if argument], types)

    def test_actions(self):
        rows = read_table("element", "action")
        actions = list(list_signals(actions=True))
        self.assertEqual(set(rows), {name for name, _, _ in actions})
        for name, types, result in actions:
            with self.subTest(name):
                self.assertEqual([argument.split()[0] for argument in rows[name][0].split(",") if argument], types)
                self.assertEqual(rows[name][1], result)

    def test_pads(self):
        rows = read_table("pads", "template")
        templates = Gst.ElementFactory.find("kurentopeer").get_static_pad_templates()
        self.assertEqual(set(rows), {template.name_template for template in templates})
        for template in templates:
            with self.subTest(template.name_template):
                self.assertEqual(rows[template.name_template][:2],
                                 [template.presence.value_nick, f"`{template.get_caps().to_string()}`"])

    def test_pad_properties(self):
        rows = read_table("pads", "pad property")
        found = set()
        for kind in ("video", "audio"):
            pad = self.peer.request_pad_simple(f"{kind}_sink_%u")
            own = [spec for spec in pad.list_properties() if spec.owner_type.name.startswith("GstKurento")]
            for spec in own:
                with self.subTest(f"{kind} {spec.name}"):
                    kinds, default, _meaning = rows[spec.name]
                    self.assertIn(kind, kinds)
                    self.assertEqual(default.strip("`"), describe_default(spec).removesuffix(".0"))
                    self.assertEqual(describe_change(spec), "always")
                    found.add((spec.name, kind))
            self.peer.release_request_pad(pad)
        self.assertEqual(found, {(name, kind) for name, row in rows.items() for kind in row[0].split(", ")})

    def test_elements(self):
        rows = read_table("element", "factory")
        self.assertEqual(set(rows), set(FACTORIES))
        for name in FACTORIES:
            with self.subTest(name):
                klass = Gst.ElementFactory.find(name).get_metadata(Gst.ELEMENT_METADATA_KLASS)
                self.assertEqual(rows[name][1], f"`{klass}`")

    def test_errors(self):
        codes = {value.value_nick.replace("-", "_").upper() for value in GstKurento.Error.__enum_values__.values()}
        self.assertLessEqual(set(read_table("element", "code")), codes)

    def test_kurento_names(self):
        """The page for who knows kurento-utils names only what exists."""
        text = (ROOT / "docs/plugins/from-webrtcpeer-to-kurentopeer.md").read_text(encoding="utf-8")
        properties = {spec.name for spec in self.list_own_properties()}
        signals = set(GObject.signal_list_names(GstKurento.Peer))
        for word, known in (("property", properties), ("event", signals), ("events", signals)):
            for names in re.findall(rf"\b{word} ((?:`[^`]+` ?)+)", text):
                self.assertLessEqual(set(names_in(names)), known)
        for name in re.findall(r"gst_kurento_peer_(\w+) ?\(", text):
            self.assertTrue(hasattr(GstKurento.Peer, name), name)


if __name__ == "__main__":
    unittest.main()
