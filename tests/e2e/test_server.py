"""The server as a whole: where it listens, how it ends, what it keeps over
restarts, and its settings while it works."""

import os
import random
import shutil
import signal
import socket
import time
import unittest

import harness
import test_kill
from redis.exceptions import RedisError

SMALL = {"redbed_log_segment_bytes": "64kb", "redbed_generation_bytes": "64kb",
         "redbed_table_bytes": "64kb"}
# How long something may take that should take less than a second.
PATIENCE_SECONDS = 60


def ipv6_works():
    try:
        with socket.socket(socket.AF_INET6) as s:
            s.bind(("::1", 0))
        return True
    except OSError:
        return False


class Listening(unittest.TestCase):

    def start(self, **settings):
        server = harness.Redbed(**settings)
        self.addCleanup(server.__exit__)
        server.start()
        return server

    def test_on_a_unix_socket(self):
        path = os.path.join("/tmp", f"redbed-e2e-{os.getpid()}.sock")
        server = self.start(unixsocket=path, unixsocketperm="700")
        client = harness.redis.Redis(unix_socket_path=path)
        self.assertTrue(client.set("k", "v"))
        self.assertEqual(server.client().get("k"), b"v")
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o700)
        # What a killed server leaves behind is in nobody's way.
        server.kill()
        server.start()
        self.assertEqual(client.get("k"), b"v")
        server.stop()
        self.assertFalse(os.path.exists(path))

    def test_on_several_addresses(self):
        server = self.start(bind=["127.0.0.1", "127.0.0.2", "-192.0.2.1"])
        for host in ("127.0.0.1", "127.0.0.2"):
            self.assertTrue(harness.redis.Redis(host, server.port).ping())
        with self.assertRaises(OSError):
            socket.create_connection(("127.0.0.3", server.port), timeout=20)

    @unittest.skipUnless(ipv6_works(), "no IPv6 on this machine")
    def test_on_ipv6(self):
        server = self.start(bind=["127.0.0.1", "::1"])
        client = harness.redis.Redis("::1", server.port)
        self.assertTrue(client.client_info()["addr"].startswith("[::1]:"))


class Ending(harness.TestCase):
    settings = SMALL

    def ends_with(self, end):
        for i in range(200):
            self.client.set(f"k{i}", "v" * 100)
        self.client.set("dies", "later", ex=1000)
        digest = self.digest()
        end()
        self.assertEqual(self.server.process.wait(60), 0, self.server.log())
        self.server.start()
        self.client = self.server.client()
        self.assertEqual(self.digest(), digest)
        self.assertEqual(self.client.dbsize(), 201)

    def digest(self):
        return [self.client.get(f"k{i}") for i in range(200)] + [
            self.client.execute_command("EXPIRETIME", "dies")]

    def test_by_a_signal(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            self.ends_with(lambda: self.server.process.send_signal(number))

    def test_by_a_command(self):
        for words in ([], ["NOSAVE"], ["SAVE"], ["NOW", "FORCE"]):
            def end():
                try:
                    self.client.execute_command("SHUTDOWN", *words)
                except RedisError:
                    pass  # the connection ended
            self.ends_with(end)

    def test_by_a_signal_under_load_loses_nothing(self):
        floors = [{} for _ in range(4)]
        for _ in range(3):
            writers = [test_kill.Writer(self.server, i, floors[i])
                       for i in range(4)]
            for writer in writers:
                writer.start()
            while self.server.client().dbsize() < 4 * test_kill.KEYS:
                pass
            self.assertEqual(self.server.stop(), 0)
            for writer in writers:
                writer.join()
            self.server.start()
            test_kill.check(self, self.server, floors)

    def test_a_client_that_does_not_read_cannot_prevent_it(self):
        self.client.set("big", "x" * (1 << 20))
        with socket.create_connection(("127.0.0.1", self.server.port)) as deaf:
            deaf.sendall(b"GET big\r\n" * 64)
            self.client.ping()
            self.assertEqual(self.server.stop(), 0)


class Restarts(harness.TestCase):
    settings = dict(SMALL, enable_debug_command="yes")

    def digest(self):
        return self.client.execute_command("DEBUG", "DIGEST")

    def fill(self):
        rng = random.Random(5)
        for db in (0, 3, 9):
            with self.server.client(db=db).pipeline(transaction=False) as pipe:
                for i in range(500):
                    pipe.set(f"k{rng.randrange(10**6)}", rng.randbytes(60),
                             ex=rng.choice([None, 10000]))
                pipe.execute()

    def again(self, how):
        if how == "kill":
            self.server.kill()
        else:
            self.assertEqual(self.server.stop(), 0)
        self.server.start()
        self.client = self.server.client()

    def test_the_digest_stays(self):
        self.fill()
        digest = self.digest()
        self.assertNotIn(digest, (b"0" * 40, "0" * 40))
        for how in ("kill", "stop", "stop", "kill"):
            self.again(how)
            self.assertEqual(self.digest(), digest)

    def test_debug_reload_and_loadaof_keep_all(self):
        self.fill()
        digest = self.digest()
        for words in (["RELOAD"], ["LOADAOF"], ["RELOAD", "NOSAVE"]):
            other = self.server.client()
            other.ping()
            self.assertIn(self.client.execute_command("DEBUG", *words),
                          (b"OK", "OK", True))
            self.assertEqual(self.digest(), digest)
            self.assertTrue(other.set("more", words[0]))
            digest = self.digest()
        self.again("kill")
        self.assertEqual(self.digest(), digest)

    def test_reload_under_load_loses_nothing(self):
        floors = [{} for _ in range(3)]
        writers = [test_kill.Writer(self.server, i, floors[i])
                   for i in range(3)]
        for writer in writers:
            writer.start()
        for _ in range(10):
            self.client.execute_command("DEBUG", "RELOAD")
        self.server.kill()
        for writer in writers:
            writer.join()
        self.server.start()
        test_kill.check(self, self.server, floors)

    def test_databases_swapped_and_emptied_stay_so(self):
        for db in range(4):
            self.server.client(db=db).mset({f"d{db}:{i}": db
                                            for i in range(db + 1)})
        for how in ("kill", "stop"):
            self.client.swapdb(0, 2)
            self.server.client(db=1).flushdb()
            self.again(how)
            sizes = [self.server.client(db=db).dbsize() for db in range(4)]
            self.assertEqual(sizes, [3, 0, 1, 4] if how == "kill"
                             else [1, 0, 3, 4])
            self.server.client(db=1).set("d1:0", 1)
            self.again(how)
            self.assertEqual(self.server.client(db=1).keys(), [b"d1:0"])
        self.client.execute_command("REDBED.FLUSH")
        self.client.flushall()
        self.again("kill")
        self.client.execute_command("REDBED.COMPACT")
        self.again("stop")
        for db in range(4):
            self.assertEqual(self.server.client(db=db).dbsize(), 0)
            self.assertEqual(self.server.client(db=db).keys(), [])

    def test_a_scan_goes_on_after_a_clean_restart(self):
        names = {f"scan:{i}".encode() for i in range(1000)}
        self.client.mset({name: 1 for name in names})
        cursor, seen = self.client.scan(0, count=100)
        while cursor != 0:
            self.again("stop")
            cursor, page = self.client.scan(cursor, count=300)
            seen += page
        self.assertEqual(len(seen), len(names))
        self.assertEqual(set(seen), names)

    def test_a_scan_goes_on_after_a_kill_and_misses_nothing(self):
        names = {f"scan:{i}".encode() for i in range(1000)}
        self.client.mset({name: 1 for name in names})
        cursor, seen = self.client.scan(0, count=300)
        self.again("kill")
        pages = 0
        while cursor != 0:
            cursor, page = self.client.scan(cursor, count=300)
            seen += page
            pages += 1
            self.assertLess(pages, 100)
        self.assertEqual(set(seen), names)


class Expiry(harness.TestCase):
    settings = SMALL

    def wait_until_empty(self):
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self.client.dbsize() > 0:
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.05)

    def fill(self, px):
        with self.client.pipeline(transaction=False) as pipe:
            for i in range(2000):
                pipe.set(f"short:{i}", "v" * 50, px=px)
            pipe.execute()

    def test_keys_in_memory_die_untouched(self):
        self.fill(300)
        self.wait_until_empty()

    def test_keys_in_tables_die_untouched_after_a_restart(self):
        self.fill(1500)
        self.client.execute_command("REDBED.COMPACT")
        self.server.kill()
        self.server.start()
        self.client = self.server.client()
        self.wait_until_empty()
        self.assertEqual(self.client.keys(), [])

    def test_keys_that_died_while_the_server_was_down_are_gone(self):
        self.fill(200)
        self.client.execute_command("REDBED.FLUSH")
        self.server.stop()
        time.sleep(0.3)
        self.server.start()
        self.client = self.server.client()
        self.assertEqual(self.client.keys(), [])
        self.assertIsNone(self.client.get("short:1"))
        self.assertEqual(self.client.ttl("short:2"), -2)
        self.wait_until_empty()


class Settings(harness.TestCase):
    settings = dict(SMALL, appendfsync="always")

    def test_appendfsync_changes_under_load_and_loses_nothing(self):
        floors = [{} for _ in range(4)]
        writers = [test_kill.Writer(self.server, i, floors[i])
                   for i in range(4)]
        for writer in writers:
            writer.start()
        rng = random.Random(11)
        for _ in range(30):
            policy = rng.choice(["always", "everysec", "no"])
            self.assertTrue(self.client.config_set("appendfsync", policy))
            self.assertEqual(self.client.config_get("appendfsync"),
                             {"appendfsync": policy})
            time.sleep(0.02)
        self.server.kill()
        for writer in writers:
            writer.join()
        self.server.start()
        test_kill.check(self, self.server, floors)

    def test_a_bad_value_changes_nothing(self):
        for name, value in (("appendfsync", "sometimes"), ("maxclients", "x"),
                            ("redbed-log-depth", "3"), ("port", "1000000")):
            before = self.client.config_get(name)
            with self.assertRaises(RedisError):
                self.client.config_set(name, value)
            self.assertEqual(self.client.config_get(name), before)


class Rewrite(unittest.TestCase):

    def test_puts_the_settings_into_the_file(self):
        server = harness.Redbed()
        self.addCleanup(server.__exit__)
        path = os.path.join(server.directory, "redbed.conf")
        shutil.copy(os.path.join(harness.ROOT, "conf", "redbed.conf"), path)
        with open(path) as f:
            comments = [line for line in f if line.startswith("#")]
        arguments = server.arguments()
        server.arguments = lambda: [arguments[0], path, *arguments[1:]]
        server.start()
        client = server.client()
        client.config_set("appendfsync", "everysec")
        client.config_set("maxclients", 123)
        client.config_set("slowlog-log-slower-than", 77)
        client.config_rewrite()
        wanted = client.config_get("*")
        self.assertEqual(server.stop(), 0)
        with open(path) as f:
            after = f.readlines()
        self.assertIn("appendfsync everysec\n", after)
        self.assertIn("maxclients 123\n", after)
        kept = [line for line in after if line in comments]
        self.assertEqual(len(kept), len(comments))
        # The file alone says it all now, where the data lies too.
        server.arguments = lambda: [arguments[0], path]
        server.start()
        self.assertEqual(server.client().config_get("*"), wanted)
        server.client().config_rewrite()
        with open(path) as f:
            self.assertEqual(f.readlines(), after)

    def test_without_a_file_it_is_an_error(self):
        with harness.Redbed() as server:
            with self.assertRaises(RedisError) as caught:
                server.client().config_rewrite()
            self.assertIn("without a config file", str(caught.exception))


class BackgroundWork(harness.TestCase):
    settings = SMALL

    def test_flushes_and_compactions_under_load_lose_nothing(self):
        floors = [{} for _ in range(4)]
        rng = random.Random(3)
        for restart in range(4):
            writers = [test_kill.Writer(self.server, i, floors[i])
                       for i in range(4)]
            for writer in writers:
                writer.start()
            client = self.server.client()
            for i in range(10):
                client.mset({f"fill:{rng.randrange(5000)}": rng.randbytes(200)
                             for _ in range(100)})
                command = "COMPACT" if i % 4 == 3 else "FLUSH"
                client.execute_command("REDBED." + command)
            size = client.dbsize()
            if restart % 2 == 0:
                self.server.kill()
            else:
                self.assertEqual(self.server.stop(), 0)
            for writer in writers:
                writer.join()
            self.server.start()
            client = self.server.client()
            test_kill.check(self, self.server, floors)
            self.assertGreaterEqual(client.dbsize(), size)
            self.assertEqual(client.dbsize(), len(client.keys()))


class Size(harness.TestCase):

    def test_a_value_of_100_mb_comes_back(self):
        value = random.Random(1).randbytes(100 << 20)
        self.assertTrue(self.client.set("big", value))
        self.assertEqual(self.client.strlen("big"), len(value))
        self.assertTrue(self.client.get("big") == value)
        self.server.kill()
        self.server.start()
        self.assertTrue(self.server.client().get("big") == value)
        self.server.client().execute_command("REDBED.FLUSH")
        self.server.kill()
        self.server.start()
        self.assertTrue(self.server.client().get("big") == value)

    def test_a_value_beyond_the_limit_is_refused(self):
        with socket.create_connection(("127.0.0.1", self.server.port)) as s:
            s.settimeout(20)
            s.sendall(b"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$536870913\r\n")
            self.assertEqual(
                s.recv(100), b"-ERR Protocol error: invalid bulk length\r\n")

    def test_a_pipeline_of_10000_commands(self):
        pipe = self.client.pipeline(transaction=False)
        for i in range(5000):
            pipe.set(f"p:{i}", i)
            pipe.get(f"p:{i}")
        replies = pipe.execute()
        self.assertEqual(replies[0::2], [True] * 5000)
        self.assertEqual(replies[1::2], [str(i).encode() for i in range(5000)])


class Atoms(harness.TestCase):
    """A transaction of 10,000 writes is there whole, or not at all."""
    settings = {"redbed_log_segment_bytes": "64kb"}
    KEYS = [f"t:{i}" for i in range(10000)]

    def test_a_large_transaction_survives_kill_9_whole(self):
        rng = random.Random(21)
        acknowledged = 0
        for round_number in range(1, 7):
            with socket.create_connection(
                    ("127.0.0.1", self.server.port)) as s:
                s.settimeout(PATIENCE_SECONDS)
                request = ["MULTI"] + [f"SET {key} {round_number}"
                                       for key in self.KEYS] + ["EXEC"]
                s.sendall(("\r\n".join(request) + "\r\n").encode())
                if round_number % 3 == 0:
                    received = b""
                    while b"*10000\r\n" not in received:
                        received += s.recv(1 << 16)
                    acknowledged = round_number
                else:
                    time.sleep(rng.random() * 0.05)
                self.server.kill()
            self.server.start()
            values = set(self.server.client().mget(self.KEYS))
            self.assertEqual(len(values), 1, values)
            value = int(values.pop() or 0)
            self.assertGreaterEqual(value, acknowledged)
            self.assertLessEqual(value, round_number)


if __name__ == "__main__":
    unittest.main()
