"""A real disk that runs full: writes are refused and reads go on, deletes free
space, and writes go on by themselves. Needs the right to mount a tmpfs."""

import os
import shutil
import subprocess
import tempfile
import time
import unittest

import harness
from redis.exceptions import ResponseError

DISK_BYTES = 48 << 20
WAIT_SECONDS = 60
VALUE = os.urandom(20_000)


class FullDisk(unittest.TestCase):
    settings = {"redbed_generation_bytes": "4mb", "redbed_table_bytes": "1mb",
                "redbed_log_segment_bytes": "4mb", "maxmemory": "64mb"}

    def setUp(self):
        self.disk = tempfile.mkdtemp(prefix="redbed-disk-")
        self.addCleanup(shutil.rmtree, self.disk, ignore_errors=True)
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "none", self.disk],
            capture_output=True, check=False)
        if mounted.returncode != 0:
            self.skipTest("mounting is not permitted here")
        self.addCleanup(subprocess.run, ["umount", self.disk], check=True)
        self.server = harness.Redbed(**self.settings)
        self.addCleanup(self.server.__exit__)
        self.server.data = os.path.join(self.disk, "data")
        self.server.start()
        self.client = self.server.client(socket_timeout=30)
        self.keys = 0

    def info(self, name):
        return self.client.info("everything")[name]

    def fill(self):
        """Until no more is taken, however long one waits."""
        deadline = time.monotonic() + WAIT_SECONDS
        refused_since = None
        while time.monotonic() < deadline:
            try:
                self.client.set(f"k{self.keys}", VALUE)
                self.keys += 1
                refused_since = None
            except ResponseError as error:
                self.assertIn("MISCONF", str(error))
                refused_since = refused_since or time.monotonic()
                if time.monotonic() > refused_since + 5:
                    return
                time.sleep(0.05)
        self.fail("the disk never ran full")

    def wait_until_writable(self):
        """Until the next full disk is provided for, too."""
        deadline = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < deadline:
            try:
                self.client.set("again", "yes")
                if self.info("reserve_bytes") > 0:
                    return
            except ResponseError:
                pass
            time.sleep(0.05)
        self.fail("writes did not go on: " + self.server.log())

    def test_deletes_free_it_and_writes_go_on(self):
        self.fill()
        self.assertEqual(self.client.get("k0"), VALUE)
        # Nor does it keep the server from starting.
        self.server.kill()
        self.server.start()
        self.assertEqual(self.client.dbsize(), self.keys)
        for first in range(0, self.keys, 100):
            keys = [f"k{i}" for i in range(first, min(first + 100, self.keys))]
            self.assertEqual(self.client.delete(*keys), len(keys))
        self.wait_until_writable()
        self.assertEqual(self.client.dbsize(), 1)

    def test_flushall_frees_it_and_writes_go_on(self):
        self.fill()
        self.assertTrue(self.client.flushall())
        self.wait_until_writable()
        before = self.keys
        self.fill()
        self.assertGreater(self.keys - before, before // 2)


if __name__ == "__main__":
    unittest.main()
