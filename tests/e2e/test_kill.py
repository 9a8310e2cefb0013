"""kill -9 under pipelined load: no acknowledged write is lost, and no value
that a client has read is gone.

Each writer owns some counters and raises them one by one, in pipelines; what
was acknowledged, or read by anybody, is the least that must be there after
the restart. REDBED_KILLS sets how often the server dies.
"""

import os
import random
import threading
import time
import unittest

import harness
from redis.exceptions import RedisError

KILLS = int(os.environ.get("REDBED_KILLS", "8"))
WRITERS = 4
KEYS = 50


class Writer(threading.Thread):
    """Raises its keys and remembers the highest value it was promised."""

    def __init__(self, server, number, floor):
        super().__init__()
        self.server = server
        self.keys = [f"w{number}:{i}" for i in range(KEYS)]
        self.floor = floor  # key -> at least this after a restart

    def run(self):
        client = self.server.client(socket_timeout=30)
        rng = random.Random(self.keys[0])
        try:
            while True:
                pipe = client.pipeline(transaction=rng.random() < 0.3)
                keys = rng.sample(self.keys, 20)
                for key in keys:
                    pipe.incr(key)
                for key, value in zip(keys, pipe.execute()):
                    self.floor[key] = value
        except (RedisError, OSError):
            pass  # the server was killed


class Reader(threading.Thread):
    """Reads what others write; a value once read may never be gone."""

    def __init__(self, server, floor):
        super().__init__()
        self.server = server
        self.floor = floor

    def run(self):
        client = self.server.client(socket_timeout=30)
        rng = random.Random(7)
        try:
            while True:
                keys = [f"w{rng.randrange(WRITERS)}:{rng.randrange(KEYS)}"
                        for _ in range(20)]
                for key, value in zip(keys, client.mget(keys)):
                    seen = int(value or 0)
                    self.floor[key] = max(self.floor.get(key, 0), seen)
        except (RedisError, OSError):
            pass


def check(test, server, floors):
    """All that was promised is there."""
    client = server.client()
    for floor in filter(None, floors):
        keys = sorted(floor)
        for key, value in zip(keys, client.mget(keys)):
            test.assertGreaterEqual(int(value or 0), floor[key], key)


class Kill(harness.TestCase):

    def kill_and_check(self, rounds):
        floors = [{} for _ in range(WRITERS + 1)]
        rng = random.Random(99)
        for _ in range(rounds):
            threads = [Writer(self.server, i, floors[i])
                       for i in range(WRITERS)]
            threads.append(Reader(self.server, floors[WRITERS]))
            for thread in threads:
                thread.start()
            time.sleep(0.05 + rng.random() * 0.3)
            self.server.kill()
            for thread in threads:
                thread.join()
            self.server.start()
            check(self, self.server, floors)
        self.assertTrue(all(floors), "nothing was written")


class Always(Kill):
    settings = {"appendfsync": "always", "redbed_log_segment_bytes": "64kb",
                "redbed_generation_bytes": "64kb"}

    def test_nothing_acknowledged_is_lost(self):
        self.kill_and_check(KILLS)


class EverySecond(Kill):
    settings = {"appendfsync": "everysec"}

    def test_nothing_acknowledged_is_lost_by_a_kill(self):
        self.kill_and_check(max(2, KILLS // 4))


class No(Kill):
    settings = {"appendfsync": "no", "redbed_log_preallocate": "no"}

    def test_nothing_acknowledged_is_lost_by_a_kill(self):
        self.kill_and_check(max(2, KILLS // 4))


if __name__ == "__main__":
    unittest.main()
