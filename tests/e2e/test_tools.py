"""Redis's own tools against redbed: redis-cli, redis-benchmark, --pipe."""

import os
import subprocess
import unittest

import harness

# The tests of redis-benchmark whose commands this server has.
BENCHMARKS = "ping_inline,ping_mbulk,set,get,incr,mset"


class Tools(harness.TestCase):

    def test_redis_cli_speaks_and_shows_replies(self):
        self.assertEqual(self.server.cli("set", "k", "v"), "OK\n")
        self.assertEqual(self.server.cli("get", "k"), "v\n")
        self.assertEqual(self.server.cli("-3", "get", "missing"), "\n")
        self.assertIn("redbed_version", self.server.cli("info", "server"))

    def test_redis_cli_scans_and_finds_big_keys(self):
        for i in range(300):
            self.client.set(f"user:{i}", "x" * i)
        listed = self.server.cli("--scan", "--pattern", "user:*").split()
        self.assertEqual(sorted(listed),
                         sorted(f"user:{i}" for i in range(300)))
        self.assertIn("user:299", self.server.cli("--bigkeys"))

    def test_redis_benchmark_runs_its_default_tests(self):
        done = subprocess.run(
            ["redis-benchmark", "-p", str(self.server.port), "-q", "-n",
             "20000", "-t", BENCHMARKS, "-P", "8", "-r", "1000"],
            check=True, capture_output=True, text=True)
        for name in ("PING_INLINE", "SET", "GET", "INCR", "MSET"):
            self.assertIn(name, done.stdout)
        self.assertNotIn("rror", done.stdout + done.stderr)

    def test_a_million_sets_go_through_the_pipe(self):
        count = int(os.environ.get("REDBED_PIPE_SETS", "1000000"))
        path = os.path.join(self.server.directory, "sets")
        with open(path, "w") as f:
            for i in range(count):
                f.write(f"SET key:{i} value:{i}\r\n")
        with open(path) as f:
            out = self.server.cli("--pipe", stdin=f)
        self.assertIn(f"errors: 0, replies: {count}", out)
        self.assertEqual(self.client.dbsize(), count)
        self.assertEqual(self.client.get(f"key:{count - 1}"),
                         f"value:{count - 1}".encode())
        self.server.kill()
        self.server.start()
        self.assertEqual(self.client.dbsize(), count)


if __name__ == "__main__":
    unittest.main()
