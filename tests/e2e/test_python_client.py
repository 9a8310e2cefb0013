"""python3-redis as its users use it."""

import time
import unittest

import harness


class PythonClient(harness.TestCase):

    def test_strings_and_expiry(self):
        self.assertTrue(self.client.set("k", "v", ex=100))
        self.assertEqual(self.client.get("k"), b"v")
        self.assertLessEqual(self.client.ttl("k"), 100)
        self.assertIsNone(self.client.get("missing"))
        self.assertEqual(self.client.incr("n", 5), 5)

    def test_pipelines_are_transactions(self):
        with self.client.pipeline() as pipe:
            for i in range(1000):
                pipe.set(f"p:{i}", i)
            pipe.get("p:999")
            replies = pipe.execute()
        self.assertEqual(len(replies), 1001)
        self.assertEqual(replies[-1], b"999")

    def test_watch_notices_another_writer(self):
        self.client.set("balance", 1)
        with self.client.pipeline() as pipe:
            pipe.watch("balance")
            self.server.client().set("balance", 2)
            pipe.multi()
            pipe.set("balance", 3)
            with self.assertRaises(harness.redis.WatchError):
                pipe.execute()
        self.assertEqual(self.client.get("balance"), b"2")

    def test_scan_iter_sees_every_key_once(self):
        names = {f"scan:{i}".encode() for i in range(2500)}
        for name in names:
            self.client.set(name, 1)
        seen = list(self.client.scan_iter(match="scan:*", count=100))
        self.assertEqual(len(seen), len(names))
        self.assertEqual(set(seen), names)

    def test_keys_die_without_being_touched(self):
        for i in range(100):
            self.client.set(f"short:{i}", "v", px=100)
        deadline = time.monotonic() + 20
        while self.client.dbsize() > 0 and time.monotonic() < deadline:
            time.sleep(0.05)
        self.assertEqual(self.client.dbsize(), 0)

    def test_databases_are_apart(self):
        other = self.server.client(db=5)
        self.client.set("k", 0)
        other.set("k", 5)
        self.assertEqual(self.client.get("k"), b"0")
        other.flushdb()
        self.assertEqual(self.client.get("k"), b"0")
        self.assertIsNone(other.get("k"))

    def test_info_parses(self):
        info = self.client.info("everything")
        self.assertTrue(info["redis_version"].startswith("7.2"))
        self.assertEqual(info["role"], "master")
        self.assertEqual(info["loading"], 0)

    def test_a_restart_keeps_everything(self):
        self.client.set("k", "v")
        self.client.set("dies", "later", ex=1000)
        self.client.execute_command("SELECT", 3)
        self.client.set("three", 3)
        self.assertEqual(self.server.stop(), 0)
        self.server.start()
        client = self.server.client()
        self.assertEqual(client.get("k"), b"v")
        self.assertGreater(client.ttl("dies"), 900)


if __name__ == "__main__":
    unittest.main()
