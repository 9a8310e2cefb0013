"""Memory: the classes of INFO are what the allocator has handed out, and the
process stays near maxmemory, also with a plan of many expiries, and follows it
down."""

import os
import time
import unittest

import harness

KEYS = 400_000
MAXMEMORY = 128 << 20
CLASSES = ("active", "sealed", "clean", "index", "table", "cache", "log",
           "unsettled", "expiry", "clients")


class Memory(harness.TestCase):
    settings = {"maxmemory": str(MAXMEMORY), "appendfsync": "everysec",
                "redbed_log_segment_bytes": "8mb"}

    def fill(self, **options):
        pipe = self.client.pipeline(transaction=False)
        for i in range(KEYS):
            pipe.set(f"key:{i:012d}", os.urandom(8) * 25, **options)
            if i % 1000 == 999:
                pipe.execute()

    def settled_info(self):
        """Once what was written is flushed."""
        deadline = time.monotonic() + 60
        while True:
            info = self.client.info("everything")
            if info["memory_sealed_bytes"] == 0 or time.monotonic() > deadline:
                return info
            time.sleep(0.1)

    def check(self):
        info = self.settled_info()
        counted = sum(info[f"memory_{name}_bytes"] for name in CLASSES)
        told = ", ".join(f"{name} {info[f'memory_{name}_bytes']}" for name in CLASSES)
        self.assertGreater(counted, 0.85 * info["used_memory"], told)
        self.assertLess(counted, 1.1 * info["used_memory"], told)
        self.assertLess(info["used_memory_rss"], 1.25 * MAXMEMORY, told)
        # Nor is half of it given away.
        self.assertGreater(info["used_memory"], 0.6 * MAXMEMORY, told)
        return info

    def test_is_counted_by_class_and_bounded(self):
        self.fill()
        self.check()

    def test_is_given_back_when_maxmemory_falls(self):
        self.fill()
        before = self.settled_info()
        self.client.config_set("maxmemory", MAXMEMORY // 4)
        # Without defragmentation nearly every page keeps a record or two.
        deadline = time.monotonic() + 60
        while True:
            info = self.client.info("everything")
            if info["used_memory_rss"] < 0.6 * before["used_memory_rss"]:
                break
            self.assertLess(time.monotonic(), deadline, info)
            time.sleep(0.1)
        self.assertGreater(info["active_defrag_key_hits"], 0)
        self.assertGreater(info["total_active_defrag_time"], 0)
        # What was moved is what it was.
        for i in range(0, KEYS, 37):
            value = self.client.get(f"key:{i:012d}")
            self.assertEqual(value, value[:8] * 25)
        self.client.config_set("activedefrag", "no")
        while self.client.info("memory")["active_defrag_running"] != 0:
            self.assertLess(time.monotonic(), deadline + 60)
            time.sleep(0.1)

    def test_the_plan_of_expiries_is_bounded_too(self):
        self.fill(ex=100_000)
        info = self.check()
        self.assertGreater(info["memory_expiry_bytes"], MAXMEMORY // 16)
        self.assertLess(info["memory_expiry_bytes"], MAXMEMORY // 6)


if __name__ == "__main__":
    unittest.main()
