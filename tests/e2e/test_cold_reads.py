"""Data much larger than the memory it may take: what is on disk is read while
others go on, and every client finds its replies in order."""

import random
import threading
import unittest

import harness

KEYS = 60_000
SMALL = {"maxmemory": "16mb", "redbed_generation_bytes": "1mb",
         "redbed_table_bytes": "4mb", "appendfsync": "no",
         "enable_debug_command": "yes"}


def value_of(i, version=0):
    return (b"%d:%d:" % (i, version)).ljust(600, b"%d" % (i % 10))


class ColdReads(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.server = harness.Redbed(**SMALL)
        cls.server.start()
        client = cls.server.client()
        for begin in range(0, KEYS, 1000):
            pipe = client.pipeline(transaction=False)
            for i in range(begin, begin + 1000):
                pipe.set(f"key:{i}", value_of(i))
            pipe.execute()

    @classmethod
    def tearDownClass(cls):
        cls.server.__exit__()

    def info(self):
        return self.server.client().info("redbed")

    def test_a_pipeline_of_cold_keys_keeps_its_order(self):
        client = self.server.client()
        chance = random.Random(1)
        before = self.info()["fetches"]
        for _ in range(40):
            keys = [chance.randrange(KEYS) for _ in range(64)]
            pipe = client.pipeline(transaction=False)
            for n, i in enumerate(keys):
                pipe.get(f"key:{i}")
                if n % 8 == 0:
                    pipe.mget(f"key:{i}", f"key:{keys[0]}", "nobody")
                    pipe.ping()
            expected = []
            for n, i in enumerate(keys):
                expected.append(value_of(i))
                if n % 8 == 0:
                    expected += [[value_of(i), value_of(keys[0]), None], True]
            self.assertEqual(pipe.execute(), expected)
        # It was about the disk, and nothing is left behind.
        self.assertGreater(self.info()["fetches"], before + 1000)
        self.assertEqual(self.info()["reads_in_flight"], 0)

    def test_transactions_find_their_cold_keys(self):
        client = self.server.client()
        chance = random.Random(2)
        for _ in range(200):
            keys = [chance.randrange(KEYS) for _ in range(5)]
            pipe = client.pipeline(transaction=True)
            for i in keys:
                pipe.strlen(f"key:{i}")
            self.assertEqual(pipe.execute(), [600] * 5)

    def test_a_request_counts_once_however_often_it_runs(self):
        client = self.server.client()
        client.config_resetstat()
        for i in range(0, KEYS, 100):
            client.getrange(f"key:{i}", 0, 3)
        calls = client.info("commandstats")["cmdstat_getrange"]["calls"]
        self.assertEqual(calls, KEYS // 100)
        self.assertEqual(client.info("stats")["keyspace_hits"], KEYS // 100)

    def test_writers_and_readers_meet_on_cold_keys(self):
        """Each key has one writer, who knows what must be there; all others
        must see one of its versions whole, and never an older one again."""
        workers = 8
        failures = []
        written = set()

        def work(number):
            client = self.server.client()
            chance = random.Random(100 + number)
            versions = {}
            seen = {}
            try:
                for _ in range(1500):
                    i = chance.randrange(0, 4000) * workers
                    own = i + number
                    if chance.random() < 0.5:
                        versions[own] = versions.get(own, 0) + 1
                        client.set(f"key:{own}", value_of(own, versions[own]))
                        continue
                    if chance.random() < 0.5:
                        expected = value_of(own, versions.get(own, 0))
                        if client.get(f"key:{own}") != expected:
                            failures.append(f"key:{own} is not what was written")
                        continue
                    other = i + chance.randrange(workers)
                    found = client.get(f"key:{other}")
                    version = int(found.split(b":")[1])
                    if found != value_of(other, version):
                        failures.append(f"key:{other} is torn")
                    if version < seen.get(other, 0):
                        failures.append(f"key:{other} went back in time")
                    seen[other] = version
                for own, version in versions.items():
                    if client.get(f"key:{own}") != value_of(own, version):
                        failures.append(f"key:{own} is stale in the end")
            except Exception as e:  # Of a thread: told to the test.
                failures.append(repr(e))
            written.update(versions)

        threads = [threading.Thread(target=work, args=(n,))
                   for n in range(workers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        # The other tests want to find what setUpClass has written.
        client = self.server.client()
        for i in written:
            client.set(f"key:{i}", value_of(i))
        self.assertEqual(failures, [])

    def test_a_scan_finds_every_key_while_others_write(self):
        client = self.server.client()
        done = threading.Event()
        failures = []

        def write():
            writer = self.server.client()
            chance = random.Random(3)
            try:
                while not done.is_set():
                    i = chance.randrange(KEYS)
                    writer.set(f"key:{i}", value_of(i))
                    writer.set(f"other:{i}", value_of(i))
                    writer.delete(f"other:{chance.randrange(KEYS)}")
            except Exception as e:
                failures.append(repr(e))

        threads = [threading.Thread(target=write) for _ in range(2)]
        for thread in threads:
            thread.start()
        expected = {b"key:%d" % i for i in range(KEYS)}
        for count in (10_000, 100, 1):
            match = "key:*" if count > 1 else "key:1234*"
            found = set(client.scan_iter(match=match, count=count))
            self.assertEqual(found, {k for k in expected if count > 1 or
                                     k.startswith(b"key:1234")})
        self.assertEqual(set(client.keys("key:*")), expected)
        self.assertIsNotNone(client.randomkey())
        done.set()
        for thread in threads:
            thread.join()
        for batch in range(0, KEYS, 1000):
            client.delete(*(f"other:{i}" for i in range(batch, batch + 1000)))
        self.assertEqual(failures, [])

    def test_clients_may_leave_while_their_ranges_are_read(self):
        for command in (("KEYS", "*"), ("SCAN", "0", "COUNT", "4000"),
                        ("RANDOMKEY",)) * 10:
            client = self.server.client()
            connection = client.connection_pool.get_connection("KEYS")
            connection.send_command(*command)
            connection.disconnect()
        self.assertTrue(self.server.client().ping())

    def test_clients_may_leave_while_their_rows_are_read(self):
        for _ in range(30):
            client = self.server.client()
            connection = client.connection_pool.get_connection("GET")
            keys = [f"key:{random.randrange(KEYS)}" for _ in range(200)]
            connection.send_command("MGET", *keys)
            connection.disconnect()
        self.assertTrue(self.server.client().ping())

    def test_it_stops_and_reloads_with_reads_under_way(self):
        client = self.server.client()
        done = threading.Event()
        failures = []

        def read():
            reader = self.server.client()
            while not done.is_set():
                i = random.randrange(KEYS)
                if reader.get(f"key:{i}") != value_of(i):
                    failures.append(i)

        def scan():
            reader = self.server.client()
            while not done.is_set():
                for command in (("SCAN", "0", "COUNT", "1000"),
                                ("KEYS", "key:999*")):
                    reply = reader.execute_command(*command)
                    if command[0] == "KEYS" and len(reply) != 11:
                        failures.append(reply)

        threads = [threading.Thread(target=work)
                   for work in (read, read, scan, scan)]
        for thread in threads:
            thread.start()
        for _ in range(3):
            client.execute_command("DEBUG", "RELOAD")
        done.set()
        for thread in threads:
            thread.join()
        self.assertEqual(failures, [])
        self.assertEqual(client.dbsize(), KEYS)


if __name__ == "__main__":
    unittest.main()
