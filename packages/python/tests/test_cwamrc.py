"""The installed wheel: the module and the command, and the files that they make, run in WAMR.

tests/scripts/wheel.sh runs this in a fresh environment.
"""

import inspect
import pathlib
import re
import shutil
import subprocess
import sysconfig
import tempfile
import threading
import unittest
import warnings

import cwamrc

COMMAND = str(pathlib.Path(sysconfig.get_path("scripts")) / "cwamrc")
DOCUMENTATION = pathlib.Path(__file__).resolve().parents[3] / "docs/library-c.md"

# (module (func (export "add") (param i32 i32) (result i32) local.get 0 local.get 1 i32.add))
ADD = bytes.fromhex(
    "0061736d 01000000 0107 01 60 02 7f7f 01 7f 0302 01 00 0707 01 03 616464 00 00"
    "0a09 01 07 00 2000 2001 6a 0b"
)
# The same with an i64 as the result: the function's `end`, its last byte, finds an i32.
MISTAKE = ADD.replace(bytes.fromhex("027f7f017f"), bytes.fromhex("027f7f017e"))
# (module (import "a" "b" (memory 1)) (memory 1)): two memories.
TWO_MEMORIES = bytes.fromhex("0061736d 01000000 0208 01 01 61 01 62 02 00 01 0503 01 00 01")


def run(aot: bytes, *arguments: str) -> int:
    """What WAMR answers to a call of the file's function `add`, which it prints as 0x2a:i32."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "add.aot"
        path.write_bytes(aot)
        command = [COMMAND, "run", "--invoke=add", str(path), *arguments]
        printed = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    number, kind = printed.strip().split(":")
    assert kind == "i32", printed
    return int(number, 16)


class Function(unittest.TestCase):
    def test_file_runs(self):
        aot = cwamrc.compile(ADD, cpu="native")
        self.assertTrue(aot.startswith(b"\0aot"))
        self.assertEqual(run(aot, "40", "2"), 42)

    def test_every_kind_of_bytes(self):
        for kind in (bytes, bytearray, memoryview):
            self.assertEqual(cwamrc.compile(kind(ADD)), cwamrc.compile(ADD))

    def test_options_do_what_they_say(self):
        # e_machine of the target info: 0x3e, 0xb7, 0xf3.
        machines = {"x86_64": 0x3E, "aarch64": 0xB7, "riscv64": 0xF3}
        for target, machine in machines.items():
            aot = cwamrc.compile(ADD, target=target)
            self.assertEqual(int.from_bytes(aot[22:24], "little"), machine, target)
        self.assertTrue(cwamrc.compile(ADD, format="object").startswith(b"\x7fELF"))
        as_data = cwamrc.compile(ADD, cpu={"architecture": "riscv64"})
        self.assertEqual(as_data, cwamrc.compile(ADD, target="riscv64"))
        plain = cwamrc.compile(ADD)
        for different in (
            {"call_stacks": True},
            {"call_stacks": {"function_index": True}},
            {"instrumentation": {"gas": {"limit": 1000}}},
            {"bounds_checks": "software"},
            {"indirect_mode": True},
        ):
            self.assertNotEqual(cwamrc.compile(ADD, **different), plain, different)
        self.assertEqual(cwamrc.compile(ADD, call_stacks=False, threads=1), plain)

    def test_every_option_of_the_library(self):
        # The page lists the keys after "The keys are", each in backquotes, and those of
        # instrumentation in parentheses.
        text = DOCUMENTATION.read_text().split("The keys are ")[1].split(".\n")[0]
        keys = set(re.findall(r"`(\w+)`", re.sub(r"\([^)]*\)", "", text)))
        # It changes nothing in the file.
        keys.remove("address_map")
        self.assertGreater(len(keys), 10)
        self.assertLessEqual(keys, set(inspect.signature(cwamrc.compile).parameters))

    def test_errors(self):
        with self.assertRaises(cwamrc.InvalidError) as caught:
            cwamrc.compile(MISTAKE)
        error = caught.exception
        self.assertEqual(error.offset, len(MISTAKE) - 1)
        self.assertIn("type mismatch", error.message)
        self.assertIn(hex(error.offset), str(error))
        with self.assertRaises(cwamrc.UnsupportedError) as caught:
            cwamrc.compile(TWO_MEMORIES)
        self.assertIn("multi", str(caught.exception))
        for options in (
            {"target": "pdp11"},
            {"target": "x86_64\0"},
            {"cpu": "pentium"},
            {"cpu_features": "+none"},
            {"format": "exe"},
            {"opt_level": 7},
            {"release": "1"},
            {"instrumentation": {"none": 1}},
            {"cpu": {"architecture": "riscv64"}, "target": "aarch64"},
        ):
            with self.assertRaises(cwamrc.ArgumentError, msg=str(options)):
                cwamrc.compile(ADD, **options)
        self.assertTrue(issubclass(cwamrc.ArgumentError, ValueError))
        with self.assertRaises(TypeError):
            cwamrc.compile(ADD, none=1)
        with self.assertRaises(cwamrc.InvalidError):
            cwamrc.compile(b"")

    def test_warnings(self):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            cwamrc.compile(ADD, emit_custom_sections=["none"])
        self.assertEqual([warning.category for warning in caught], [cwamrc.CompilationWarning])
        self.assertEqual(caught[0].filename, __file__)

    def test_threads(self):
        expected, results = cwamrc.compile(ADD), []
        work = lambda: results.append(cwamrc.compile(ADD, threads=1))  # noqa: E731
        threads = [threading.Thread(target=work) for _ in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(results, [expected] * 16)


class Command(unittest.TestCase):
    def test_is_on_the_path(self):
        self.assertEqual(shutil.which("cwamrc"), COMMAND)
        printed = subprocess.run([COMMAND, "--version"], check=True, stdout=subprocess.PIPE)
        self.assertIn(cwamrc.__version__, printed.stdout.decode())

    def test_makes_the_same_file_as_the_function(self):
        with tempfile.TemporaryDirectory() as folder:
            place = pathlib.Path(folder)
            (place / "add.wasm").write_bytes(ADD)
            command = [COMMAND, "--target=x86_64", "-o", "add.aot", "add.wasm"]
            subprocess.run(command, cwd=place, check=True)
            aot = (place / "add.aot").read_bytes()
        self.assertEqual(aot, cwamrc.compile(ADD, target="x86_64"))
        self.assertEqual(run(aot, "20", "3"), 23)


if __name__ == "__main__":
    unittest.main()
