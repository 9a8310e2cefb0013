"""SAVE and BGSAVE: a checkpoint is the data of one moment, a server starts on
it, and both go on by themselves; a kill while it is made leaves nothing that
could be taken for one."""

import os
import shutil
import subprocess
import tempfile
import threading
import time

import harness
from redis.exceptions import RedisError, ResponseError

INSPECT = os.environ.get(
    "REDBED_INSPECT", os.path.join(harness.ROOT, "build", "redbed-inspect"))
WAIT_SECONDS = 60


class Writer(threading.Thread):
    """Writes a chain: each link only after the one before was acknowledged,
    and two keys with it in one transaction."""

    def __init__(self, server, name):
        super().__init__()
        self.server = server
        self.name = name
        self.written = 0
        self.stopping = False

    def run(self):
        client = self.server.client(socket_timeout=30)
        try:
            while not self.stopping:
                pipe = client.pipeline(transaction=True)
                pipe.set(f"{self.name}:{self.written}", "v" * 100)
                pipe.set(f"{self.name}:left", self.written)
                pipe.set(f"{self.name}:right", self.written)
                pipe.execute()
                self.written += 1
        except (RedisError, OSError):
            pass  # the server was killed


class Checkpoint(harness.TestCase):

    # Small, so that flushes and compactions come and go meanwhile.
    settings = {"redbed_generation_bytes": "256kb", "redbed_table_bytes": "128kb"}

    def info(self):
        return self.client.info("everything")

    def wait_for_save(self):
        """Of the save that is under way; INFO as of its end."""
        deadline = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < deadline:
            info = self.info()
            if not info["rdb_bgsave_in_progress"]:
                return info
            time.sleep(0.01)
        raise AssertionError("the save does not end: " + self.server.log())

    def write_while_saving(self, until):
        writers = [Writer(self.server, name) for name in ("a", "b")]
        for writer in writers:
            writer.start()
        deadline = time.monotonic() + WAIT_SECONDS
        while min(writer.written for writer in writers) < 500:
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.01)
        promised = [writer.written for writer in writers]
        self.client.bgsave()
        until()
        for writer in writers:
            writer.stopping = True
        for writer in writers:
            writer.join()
        return writers, promised

    def check_chain(self, client, writer, at_least, at_most):
        """All links up to one, none after it, and the pair as of that one."""
        last = int(client.get(f"{writer.name}:left"))
        self.assertEqual(last, int(client.get(f"{writer.name}:right")))
        self.assertGreaterEqual(last + 1, at_least)
        self.assertLessEqual(last + 1, at_most)
        keys = {f"{writer.name}:{i}" for i in range(last + 1)}
        found = {key.decode() for key in client.scan_iter(
            f"{writer.name}:*", count=10000)}
        self.assertEqual(
            found, keys | {f"{writer.name}:left", f"{writer.name}:right"})

    def start_on(self, path):
        other = harness.Redbed()
        self.addCleanup(other.__exit__)
        other.data = path
        other.start()
        return other

    def test_is_the_data_of_one_moment(self):
        before = int(time.time())
        writers, promised = self.write_while_saving(self.wait_for_save)
        info = self.info()
        self.assertEqual(info["rdb_last_bgsave_status"], "ok")
        self.assertEqual(info["rdb_saves"], 1)
        self.assertGreaterEqual(info["rdb_last_save_time"], before)
        self.assertGreaterEqual(info["rdb_last_bgsave_time_sec"], 0)
        self.assertEqual(self.client.lastsave().timestamp(),
                         info["rdb_last_save_time"])
        path = os.path.join(self.server.directory, info["last_checkpoint"])
        self.assertTrue(path.startswith(
            os.path.join(self.server.data, "checkpoints") + os.sep))
        done = subprocess.run([INSPECT, "verify", path], capture_output=True,
                              text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

        other = self.start_on(path)
        copy = other.client()
        for writer, floor in zip(writers, promised):
            self.check_chain(copy, writer, floor, writer.written)
            self.check_chain(self.client, writer, writer.written,
                             writer.written)
        # Each goes its own way, through flushes and compactions of what they
        # share, and through a restart.
        copy.set("only", "copy")
        copy.flushdb()
        copy.set("a:left", "copy")
        self.client.set("only", "original")
        for client in (copy, self.client):
            client.execute_command("REDBED.COMPACT")
        for server in (other, self.server):
            server.kill()
            server.start()
        self.assertEqual(copy.dbsize(), 1)
        self.assertEqual(copy.get("a:left"), b"copy")
        self.assertEqual(self.client.get("only"), b"original")
        for writer in writers:
            self.check_chain(self.client, writer, writer.written,
                             writer.written)
        # A store that somebody uses is not removed as an old checkpoint.
        for _ in range(2):
            self.assertTrue(self.client.save())
        self.assertTrue(os.path.exists(os.path.join(path, "CURRENT")))
        self.assertEqual(len(os.listdir(os.path.dirname(path))), 2)

    def test_a_kill_while_saving(self):
        self.client.save()
        first = self.info()["last_checkpoint"]
        writers, _ = self.write_while_saving(self.server.kill)
        self.server.start()
        # The newest whole one is told of; it is the first, or the second if
        # that was there in time.
        self.assertIn(os.path.basename(self.info()["last_checkpoint"])[:6],
                      ("000001", "000002"))
        self.assertEqual(os.path.basename(first)[:6], "000001")
        for writer in writers:
            self.check_chain(self.client, writer, writer.written,
                             writer.written + 1)
        count = self.client.dbsize()
        self.client.bgsave()
        self.assertEqual(self.wait_for_save()["rdb_last_bgsave_status"], "ok")
        directory = os.path.join(self.server.data, "checkpoints")
        names = os.listdir(directory)
        self.assertEqual(len(names), 1, names)
        copy = self.start_on(os.path.join(directory, names[0])).client()
        self.assertEqual(copy.dbsize(), count)

    def test_save_serves_others_meanwhile(self):
        self.client.set("k", "v")
        self.assertEqual(self.server.cli("SAVE"), "OK\n")
        self.assertEqual(self.server.cli("-3", "BGSAVE", "SCHEDULE"),
                         "Background saving started\n")
        self.wait_for_save()
        self.assertEqual(self.info()["rdb_saves"], 2)

    def test_what_cannot_be_written_is_told(self):
        self.client.set("k", "v")
        with open(os.path.join(self.server.data, "checkpoints"), "w"):
            pass  # a file where the directory should be
        with self.assertRaisesRegex(ResponseError, "checkpoints"):
            self.client.save()
        self.client.bgsave()
        self.assertEqual(self.wait_for_save()["rdb_last_bgsave_status"], "err")
        self.assertIn("Saving failed", self.server.log())
        with self.assertRaisesRegex(ResponseError, "Errors trying to SHUTDOWN"):
            self.client.execute_command("SHUTDOWN", "SAVE")
        self.assertEqual(self.client.get("k"), b"v")
        os.remove(os.path.join(self.server.data, "checkpoints"))
        self.assertTrue(self.client.save())

    def test_shutdown_save_makes_one_and_plain_shutdown_none(self):
        self.client.set("k", "v")
        self.server.stop()
        self.assertFalse(os.path.exists(
            os.path.join(self.server.data, "checkpoints")))
        self.server.start()
        try:
            self.client.execute_command("SHUTDOWN", "SAVE")
        except RedisError:
            pass  # the connection's end is the reply
        self.server.process.wait(WAIT_SECONDS)
        directory = os.path.join(self.server.data, "checkpoints")
        names = os.listdir(directory)
        self.assertEqual(len(names), 1)
        copy = self.start_on(os.path.join(directory, names[0])).client()
        self.assertEqual(copy.get("k"), b"v")

    def test_save_points(self):
        self.client.config_set("save", "1 2")
        for i in range(3):
            self.client.set("k", i)
        deadline = time.monotonic() + WAIT_SECONDS
        while self.info()["rdb_saves"] == 0:
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.05)
        self.assertIn("changes in 1 seconds. Saving", self.server.log())


class OtherFileSystem(harness.TestCase):
    """Where hard links are impossible, the tables are copied."""

    def setUp(self):
        self.shm = None
        if not os.access("/dev/shm", os.W_OK):
            self.skipTest("no /dev/shm")
        self.shm = tempfile.mkdtemp(prefix="redbed-e2e-", dir="/dev/shm")
        self.addCleanup(shutil.rmtree, self.shm, ignore_errors=True)
        self.settings = {"redbed_checkpoint_dir": os.path.join(self.shm, "c")}
        super().setUp()
        if os.stat(self.shm).st_dev == os.stat(self.server.data).st_dev:
            self.skipTest("/dev/shm is not a file system of its own")

    def test_copies(self):
        for i in range(1000):
            self.client.set(f"k:{i}", "v" * 100)
        self.assertTrue(self.client.save())
        path = self.client.info("everything")["last_checkpoint"]
        self.assertTrue(path.startswith(self.shm))
        other = harness.Redbed()
        self.addCleanup(other.__exit__)
        other.data = path
        other.start()
        self.assertEqual(other.client().dbsize(), 1000)


if __name__ == "__main__":
    harness.unittest.main()
