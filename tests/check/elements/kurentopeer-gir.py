# SPDX-License-Identifier: LGPL-2.1-or-later
"""The GIR is complete: the scanner has no warning, and everything that can be called says what it takes and gives.

kurentopeer-gir.py GIR BUILD.NINJA
"""
import pathlib
import re
import sys
import unittest
from xml.etree import ElementTree

CORE = '{http://www.gtk.org/introspection/core/1.0}'
GLIB = '{http://www.gtk.org/introspection/glib/1.0}'
CALLABLES = [CORE + tag for tag in ('function', 'constructor', 'method', 'virtual-method')] + [GLIB + 'signal']


def get_parameters(element):
    return element.findall(f'{CORE}parameters/{CORE}parameter')


def get_type(element):
    kind = element.find(f'{CORE}type')
    return None if kind is None else kind.get('name')


class Gir(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        root = ElementTree.parse(sys.argv[1]).getroot()
        cls.callables = [(f"{owner.get('name')}.{element.get('name')}", element)
                         for owner in root.iter() for element in owner if element.tag in CALLABLES]
        cls.methods = {name: element for name, element in cls.callables if element.tag == CORE + 'method'}

    def test_warnings(self):
        """They end the build."""
        command, = re.findall(r'^ *COMMAND = .*g-ir-scanner.*GstKurento.*', pathlib.Path(sys.argv[2]).read_text(), re.M)
        self.assertLessEqual({'--warn-all', '--warn-error'}, set(command.split()))

    def test_documentation(self):
        self.assertGreater(len(self.callables), 100)
        for name, element in self.callables:
            with self.subTest(name):
                self.assertIsNotNone(element.find(CORE + 'doc'))
                self.assertTrue(element.get('version') or element.tag == CORE + 'virtual-method', 'no Since')
                for parameter in get_parameters(element):
                    self.assertIsNotNone(parameter.find(CORE + 'doc'), parameter.get('name'))
                result = element.find(CORE + 'return-value')
                if get_type(result) not in ('none', 'GLib.Quark'):
                    self.assertIsNotNone(result.find(CORE + 'doc'))

    def test_async(self):
        starts = [name for name in self.methods if name.endswith('_async')]
        self.assertGreater(len(starts), 5)
        for name in starts:
            with self.subTest(name):
                taken = {parameter.get('name'): parameter for parameter in get_parameters(self.methods[name])}
                self.assertEqual(taken['cancellable'].get('nullable'), '1')
                self.assertEqual(taken['callback'].get('scope'), 'async')
                finish = self.methods[name.removesuffix('_async') + '_finish']
                self.assertEqual(finish.get('throws'), '1')
                self.assertEqual([get_type(parameter) for parameter in get_parameters(finish)], ['Gio.AsyncResult'])

    def test_transfer(self):
        """What a method gives belongs to the caller."""
        for name, element in self.methods.items():
            result = element.find(CORE + 'return-value')
            if get_type(result) not in ('none', 'gboolean'):
                with self.subTest(name):
                    self.assertEqual(result.get('transfer-ownership'), 'full')

    def test_virtual_methods(self):
        """Each has its method, so that both have the same annotations."""
        names = [name for name, element in self.callables if element.tag == CORE + 'virtual-method']
        self.assertEqual(len(names), 8)
        self.assertLessEqual(set(names), set(self.methods))


if __name__ == '__main__':
    unittest.main(argv=sys.argv[:1], verbosity=2)
