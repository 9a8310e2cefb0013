"""Settings, data directories and addresses that a server cannot start with.

Each ends the start with a sentence on stderr and exit code 1, and leaves
every byte of the data as it was.
"""

import ctypes
import glob
import hashlib
import os
import struct
import subprocess
import unittest

import harness
from redis.exceptions import ResponseError

SMALL = {"redbed_log_segment_bytes": "64kb", "redbed_generation_bytes": "64kb",
         "redbed_table_bytes": "64kb"}


def start_and_end(*words):
    """A start that is expected to fail; the finished process."""
    return subprocess.run([harness.BINARY, *words], capture_output=True,
                          text=True, timeout=60)


def snapshot(directory):
    """Name, size and content of all that is in the directory."""
    found = {}
    for path in glob.glob(os.path.join(directory, "**"), recursive=True):
        if os.path.isfile(path):
            with open(path, "rb") as f:
                found[path] = hashlib.sha256(f.read()).hexdigest()
    return found


class Settings(unittest.TestCase):

    def setUp(self):
        self.server = harness.Redbed()
        self.addCleanup(self.server.__exit__)

    def refuse(self, *words):
        done = start_and_end(*words)
        self.assertEqual(done.returncode, 1, done.stderr)
        return done.stderr

    def file(self, text):
        path = os.path.join(self.server.directory, "redbed.conf")
        with open(path, "w") as f:
            f.write(text)
        return path

    def test_a_missing_file_is_named(self):
        self.assertIn("/nonexistent/redbed.conf: No such file",
                      self.refuse("/nonexistent/redbed.conf"))

    def test_a_directory_is_no_file(self):
        self.assertIn(self.server.directory,
                      self.refuse(self.server.directory))

    def test_a_bad_line_is_named_with_its_number_and_reason(self):
        for line, reason in {
                "port seven": "argument couldn't be parsed into an integer",
                "port 70000": "argument must be between 0 and 65535 inclusive",
                "nonsense 1": "Bad directive or wrong number of arguments",
                "appendfsync sometimes": "argument(s) must be one of the "
                                         "following: ",
                "requirepass \"open": "Unbalanced quotes in configuration line",
                "include /nonexistent/more.conf": "/nonexistent/more.conf",
        }.items():
            path = self.file("# one\nmaxclients 100\n" + line + "\nport 1\n")
            error = self.refuse(path)
            self.assertIn("*** FATAL CONFIG FILE ERROR ***\n", error)
            self.assertIn(path + ", at line 3\n", error)
            self.assertIn(">>> '" + line + "'\n", error)
            self.assertIn(reason, error)

    def test_a_bad_line_of_an_included_file_is_named_where_it_stands(self):
        inner = os.path.join(self.server.directory, "inner.conf")
        with open(inner, "w") as f:
            f.write("port seven\n")
        error = self.refuse(self.file("maxclients 100\ninclude " + inner))
        self.assertIn(inner + ", at line 1\n", error)

    def test_a_bad_word_on_the_command_line_is_named(self):
        self.assertIn(">>> '--port seven'\n", self.refuse("--port", "seven"))
        self.assertIn(">>> '--nonsense 1'\n", self.refuse("--nonsense", "1"))
        self.assertIn(">>> '--port'\n", self.refuse("--port"))


class Data(unittest.TestCase):
    """Directories that cannot be opened."""

    def setUp(self):
        self.server = harness.Redbed(**SMALL)
        self.addCleanup(self.server.__exit__)

    def fill(self):
        """Some tables, and acknowledged writes that are only in the log."""
        self.server.start()
        client = self.server.client()
        for part in range(3):
            client.mset({f"k{part}:{i}": "v" * 50 for i in range(200)})
            client.execute_command("REDBED.FLUSH")
        for i in range(100):
            client.set(f"late:{i}", "w" * 50)

    def refuse(self, name):
        """Starts on the damaged directory; `name` is the file at fault."""
        before = snapshot(self.server.data)
        done = start_and_end(*self.server.arguments()[1:])
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertEqual(snapshot(self.server.data), before)
        self.assertIn(name, done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        return done.stderr

    def files(self, pattern):
        found = sorted(glob.glob(os.path.join(self.server.data, pattern)))
        self.assertTrue(found, pattern)
        return found

    def flip(self, path, offset):
        with open(path, "r+b") as f:
            f.seek(offset)
            old = f.read(1)[0]
            f.seek(offset)
            f.write(bytes([old ^ 0x10]))

    def rewrite_version(self, path):
        """A first block as a newer program would write it."""
        with open(path, "r+b") as f:
            head = bytearray(f.read(56))
            struct.pack_into("<I", head, 8, 2)
            f.seek(0)
            f.write(bytes(head) + struct.pack("<Q", xxh3(bytes(head))))

    def frames(self):
        """The log's frames in order, as (file, offset)."""
        found = []
        for path in self.files("wal-*.log"):
            with open(path, "rb") as f:
                content = f.read()
            # Not those of an earlier life of the file.
            number = int(os.path.basename(path)[4:20], 16) & 0xffffffff
            begin = struct.pack("<I", number)
            found += [(path, at) for at in range(4096, len(content), 8)
                      if content[at:at + 4] == b"RDBF" and
                      content[at + 8:at + 12] == begin]
        return found

    def test_a_directory_in_use_is_not_opened_twice(self):
        self.server.start()
        self.server.client().set("k", "v")
        other = list(self.server.arguments())
        other[other.index("--port") + 1] = str(harness.free_port())
        done = start_and_end(*other[1:])
        self.assertEqual(done.returncode, 1)
        self.assertIn(os.path.join(self.server.data, "LOCK"), done.stderr)
        self.assertIn("another process", done.stderr)
        self.assertEqual(self.server.client().get("k"), b"v")

    def test_what_cannot_be_a_directory_is_named(self):
        path = os.path.join(self.server.directory, "file")
        with open(path, "w") as f:
            f.write("not a directory")
        for data in (path, os.path.join(path, "below"),
                     os.path.join(self.server.directory, "no", "parent")):
            self.server.data = data
            self.refuse(data)
        with open(path) as f:
            self.assertEqual(f.read(), "not a directory")

    def test_a_directory_that_nobody_may_write_is_named(self):
        self.server.data = "/proc/self"
        done = start_and_end(*self.server.arguments()[1:])
        self.assertEqual(done.returncode, 1)
        self.assertIn("/proc/self", done.stderr)

    def test_damage_in_small_files_is_named(self):
        self.fill()
        self.server.stop()
        snapshot_frame = 4096
        for pattern, offsets in (
                ("CURRENT", (0, 9, 20, 30, 42)),
                ("Manifest-*", (0, 10, 40, snapshot_frame + 20,
                                snapshot_frame + 70))):
            path = self.files(pattern)[-1]
            for offset in offsets:
                self.flip(path, offset)
                self.refuse(path)
                self.flip(path, offset)
        self.server.start()
        self.assertEqual(self.server.client().dbsize(), 700)

    def test_a_missing_current_is_no_empty_server(self):
        self.fill()
        self.server.stop()
        os.rename(self.files("CURRENT")[0],
                  os.path.join(self.server.directory, "CURRENT"))
        self.refuse("CURRENT")

    def test_a_missing_or_short_table_is_named(self):
        self.fill()
        self.server.stop()
        table = self.files("*.sst")[0]
        aside = os.path.join(self.server.directory, "aside")
        os.rename(table, aside)
        self.assertIn("redbed-inspect repair", self.refuse(table))
        os.rename(aside, table)
        os.truncate(table, os.path.getsize(table) - 1)
        self.refuse(table)

    def test_a_damaged_footer_or_index_is_named(self):
        self.fill()
        self.server.stop()
        table = self.files("*.sst")[0]
        for from_end in (1, 20, 60, 100):
            offset = os.path.getsize(table) - from_end
            self.flip(table, offset)
            self.refuse(table)
            self.flip(table, offset)

    def test_damage_in_a_block_is_an_error_and_never_a_value(self):
        self.fill()
        self.server.stop()
        for table in self.files("*.sst"):
            self.flip(table, 100)
        self.server.start()
        client = self.server.client()
        wrong, refused = [], 0
        for part in range(3):
            for i in range(200):
                try:
                    if client.get(f"k{part}:{i}") != b"v" * 50:
                        wrong.append((part, i))
                except ResponseError as error:
                    self.assertIn(".sst", str(error))
                    refused += 1
        self.assertEqual(wrong, [])
        self.assertGreater(refused, 0)
        self.assertEqual(client.get("late:1"), b"w" * 50)

    def test_damage_to_acknowledged_writes_in_the_log_is_named(self):
        self.fill()
        self.server.stop()
        frames = self.frames()
        self.assertGreater(len(frames), 100)
        # The last frame holds nothing; it says that those before are synced.
        for path, frame in (frames[-80], frames[-20], frames[-2]):
            for offset in (8, 30, 70):
                self.flip(path, frame + offset)
                self.refuse(path)
                self.flip(path, frame + offset)
        path, frame = frames[-5]
        self.flip(path, 40)
        self.assertIn("redbed-salvage-log", self.refuse(path))

    def test_a_damaged_log_can_be_given_up_from_the_damage_on(self):
        self.fill()
        self.server.stop()
        path, frame = self.frames()[-20]
        self.flip(path, frame + 70)
        self.assertIn("redbed-salvage-log yes", self.refuse(path))
        self.server.settings = dict(SMALL, redbed_salvage_log="yes")
        self.server.start()
        client = self.server.client()
        self.assertLess(client.dbsize(), 700)
        self.assertGreaterEqual(client.dbsize(), 600)
        self.assertEqual(client.get("k2:199"), b"v" * 50)
        self.server.stop()
        self.server.settings = SMALL
        self.server.start()

    def test_a_missing_or_short_log_segment_is_named(self):
        self.fill()
        self.server.kill()
        log = self.files("wal-*.log")[-1]
        aside = os.path.join(self.server.directory, "aside")
        os.rename(log, aside)
        self.refuse(log)
        os.rename(aside, log)
        os.truncate(log, os.path.getsize(log) // 2)
        self.refuse(log)

    def test_a_newer_format_is_left_to_a_newer_version(self):
        self.fill()
        self.server.stop()
        for pattern in ("wal-*.log", "Manifest-*"):
            path = self.files(pattern)[-1]
            with open(path, "rb") as f:
                block = f.read(4096)
            self.rewrite_version(path)
            self.assertIn("newer version", self.refuse(path))
            with open(path, "r+b") as f:
                f.write(block)
        self.server.start()
        self.assertEqual(self.server.client().dbsize(), 700)


def xxh3(data):
    library = ctypes.CDLL("libxxhash.so.0")
    library.XXH3_64bits.restype = ctypes.c_uint64
    return library.XXH3_64bits(data, ctypes.c_size_t(len(data)))


class Addresses(harness.TestCase):

    def refuse(self, *words):
        data = os.path.join(self.server.directory, "other")
        done = start_and_end("--dir", data, *words)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        self.assertTrue(self.client.ping())
        return done.stderr

    def test_a_port_in_use_is_named(self):
        port = str(self.server.port)
        error = self.refuse("--port", port, "--bind", "127.0.0.1")
        self.assertIn(port, error)
        self.assertIn("ddress already in use", error)
        error = self.refuse("--port", "0", "--admin-port", port)
        self.assertIn(port, error)
        # However often it is tried, nothing is written.
        self.assertFalse(
            os.path.exists(os.path.join(self.server.directory, "other")))

    def test_an_address_of_somebody_else_is_named(self):
        error = self.refuse("--port", str(harness.free_port()), "--bind",
                            "192.0.2.1")
        self.assertIn("192.0.2.1", error)

    def test_a_socket_that_cannot_be_made_is_named(self):
        error = self.refuse("--port", "0", "--unixsocket", "/nonexistent/s")
        self.assertIn("/nonexistent/s", error)


if __name__ == "__main__":
    unittest.main()
