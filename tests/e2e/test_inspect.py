"""redbed-inspect on the data directories of a real server: printing, verify,
repair, and the server on what was repaired."""

import glob
import hashlib
import json
import os
import subprocess
import unittest

import redis

import harness

INSPECT = os.environ.get(
    "REDBED_INSPECT", os.path.join(harness.ROOT, "build", "redbed-inspect"))
KEYS = 2000


def inspect(*words):
    done = subprocess.run([INSPECT, *words], capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


def flip(path, offset):
    with open(path, "r+b") as f:
        f.seek(offset)
        byte = f.read(1)[0]
        f.seek(offset)
        f.write(bytes([byte ^ 0x10]))


def digests(directory):
    found = {}
    for name in os.listdir(directory):
        with open(os.path.join(directory, name), "rb") as f:
            found[name] = hashlib.sha256(f.read()).hexdigest()
    return found


class Inspect(harness.TestCase):

    settings = {"redbed_log_segment_bytes": "1mb"}

    def fill(self):
        """KEYS keys in a table, some of them again in the log."""
        pipe = self.client.pipeline(transaction=False)
        for i in range(KEYS):
            pipe.set(f"key:{i:05}", f"value {i} " + "." * 60)
        pipe.execute()
        self.client.execute_command("REDBED.FLUSH")
        for i in range(0, KEYS, 100):
            self.client.set(f"key:{i:05}", "newer")
        self.client.set("dies", "later", ex=100000)
        self.client.delete("key:00001")
        return self.everything()

    def everything(self):
        keys = sorted(self.client.scan_iter(count=1000))
        return dict(zip(keys, self.client.mget(keys) if keys else []))

    def files(self, pattern):
        return sorted(glob.glob(os.path.join(self.server.data, pattern)))

    def repair(self, *words):
        """Repairs into a new directory and starts the server on it."""
        new = os.path.join(self.server.directory, "repaired")
        before = digests(self.server.data)
        code, out, err = inspect("repair", self.server.data, new, *words)
        self.assertEqual(err, "")
        self.assertEqual(digests(self.server.data), before)
        code_after, out_after, _ = inspect("verify", new)
        self.assertEqual(code_after, 0, out_after)
        self.server.data = new
        self.server.start()
        self.assertEqual(self.client.dbsize(), len(self.everything()))
        return code, out

    def test_a_sound_directory_is_sound(self):
        self.fill()
        code, out, err = inspect("verify", self.server.data)
        self.assertEqual((code, out), (2, ""))
        self.assertIn("in use", err)
        self.assertEqual(len(err.splitlines()), 1)
        self.server.stop()
        before = digests(self.server.data)
        code, out, err = inspect("verify", self.server.data)
        self.assertEqual((code, err), (0, ""), out)
        self.assertTrue(out.splitlines()[-1].startswith("sound: "))
        self.assertEqual(digests(self.server.data), before)

    def test_after_a_kill_it_is_sound_too(self):
        self.fill()
        self.server.kill()
        code, out, _ = inspect("verify", self.server.data)
        self.assertEqual(code, 0, out)

    def test_every_file_can_be_printed(self):
        self.fill()
        self.server.stop()
        code, out, _ = inspect("log", self.files("wal-*")[-1])
        self.assertEqual(code, 0)
        self.assertIn('put database=0 key="dies" type="string"', out)
        self.assertIn('delete database=0 key="key:00001"', out)
        code, out, _ = inspect("table", self.files("*.sst")[-1], "--rows",
                               "--blocks")
        self.assertEqual(code, 0)
        self.assertEqual(
            sum(line.strip().startswith("row ") and '"key:' in line
                for line in out.splitlines()), KEYS)
        self.assertIn("block offset=0 ", out)
        code, out, _ = inspect("--json", "manifest", self.files("Manifest-*")[0])
        self.assertEqual(code, 0)
        things = [json.loads(line) for line in out.splitlines()]
        self.assertEqual(things[0]["thing"], "manifest")
        self.assertIn("table", {thing["thing"] for thing in things})

    def test_what_is_no_file_of_ours_is_refused(self):
        self.server.stop()
        for kind in ("log", "table", "blob", "manifest"):
            code, _, err = inspect(kind, self.server.log_path)
            self.assertEqual(code, 1)
            self.assertIn(self.server.log_path, err)
        self.assertEqual(inspect("log", "/nothing")[0], 2)
        self.assertEqual(inspect("verify", "/nothing")[0], 2)
        self.assertEqual(inspect("frobnicate")[0], 2)

    def test_a_damaged_large_value_costs_its_key_and_no_other(self):
        self.fill()
        large = {f"large:{i}".encode(): os.urandom(20000) for i in range(5)}
        self.client.mset(large)
        self.client.execute_command("REDBED.FLUSH")
        expected = self.everything()
        self.server.stop()
        [blob] = self.files("*.blob")
        code, out, _ = inspect("blob", blob, "--rows")
        self.assertEqual(code, 0, out)
        self.assertEqual(sum('key="large:' in line
                             for line in out.splitlines()), 5)
        code, out, _ = inspect("table", self.files("*.sst")[-1], "--rows")
        self.assertEqual((code, out.count("blob_offset=")), (0, 5))
        code, out, _ = inspect("manifest", self.files("Manifest-*")[0])
        self.assertEqual(code, 0)
        self.assertIn(os.path.basename(blob), out)
        self.assertEqual(inspect("verify", self.server.data)[0], 0)

        flip(blob, 30000)
        for words in (("blob", blob), ("verify", self.server.data)):
            code, out, _ = inspect(*words)
            self.assertEqual(code, 1)
            self.assertIn(blob, out)
        # The server starts, and only one key is an error.
        self.server.start()
        failed = []
        for key in large:
            try:
                self.assertEqual(self.client.get(key), large[key])
            except redis.exceptions.ResponseError:
                failed.append(key)
        self.assertEqual(len(failed), 1)
        self.server.stop()
        code, out = self.repair()
        self.assertEqual(code, 1)
        self.assertIn(blob, out)
        del expected[failed[0]]
        self.assertEqual(self.everything(), expected)

    def test_a_damaged_block_costs_its_rows_and_no_others(self):
        expected = self.fill()
        self.server.stop()
        table = max(self.files("*.sst"), key=os.path.getsize)
        flip(table, os.path.getsize(table) // 2)
        code, out, _ = inspect("verify", self.server.data)
        self.assertEqual(code, 1)
        self.assertIn(table, out)
        self.assertTrue(out.splitlines()[-1].startswith("damaged: "))

        code, out = self.repair()
        self.assertEqual(code, 1)
        self.assertEqual(out.count("lost: "), 1)
        self.assertIn(table, out)
        left = self.everything()
        lost = sorted(set(expected) - set(left))
        self.assertTrue(1 <= len(lost) <= 200, len(lost))
        self.assertEqual({key: expected[key] for key in left}, left)
        # Exactly those between the neighbours that are named. (The newer
        # values of some are in the log.)
        words = out.split()
        after = words[words.index("keys-after") + 2][5:-1].encode()
        before = words[words.index("keys-before") + 2][5:-1].encode()
        self.assertEqual(
            lost, sorted(key for key in expected
                         if after < key < before and key not in left))
        self.assertTrue(all(key in left for key in expected
                            if not after < key < before))

    def test_a_damaged_log_is_refused_and_saved(self):
        expected = self.fill()
        self.server.stop()
        segment = self.files("wal-*")[-1]
        _, out, _ = inspect("--json", "log", segment)
        frames = [json.loads(line) for line in out.splitlines()]
        at = [f["offset"] for f in frames
              if f["thing"] == "frame" and f["payload"] > 0]
        flip(segment, at[len(at) // 2] + 70)
        with self.assertRaisesRegex(AssertionError, os.path.basename(segment)):
            self.server.start()
        code, out, _ = inspect("verify", self.server.data)
        self.assertEqual(code, 1)
        self.assertIn(segment, out)
        code, out = self.repair()
        self.assertEqual(code, 1)
        self.assertIn(segment, out)
        left = self.everything()
        different = [key for key in expected | left
                     if expected.get(key) != left.get(key)]
        self.assertLessEqual(len(different), 1)

    def test_a_damaged_manifest_or_current_costs_nothing(self):
        expected = self.fill()
        self.server.stop()
        flip(self.files("CURRENT")[0], 20)
        manifest = self.files("Manifest-*")[0]
        flip(manifest, os.path.getsize(manifest) - 100)
        code, out, _ = inspect("verify", self.server.data)
        self.assertEqual(code, 1)
        self.assertIn("CURRENT", out)
        _, out = self.repair()
        self.assertEqual(self.everything(), expected)

    def test_databases_are_found_again_without_their_map(self):
        self.fill()
        self.client.flushall()
        self.client.set("after", "the flush")
        self.client.execute_command("REDBED.FLUSH")
        self.server.stop()
        # The map of databases has a table of its own: another key space.
        for table in self.files("*.sst"):
            _, out, _ = inspect("table", table, "--rows")
            if "databases" in out:
                os.remove(table)
        code, out = self.repair()
        self.assertEqual(code, 1)
        self.assertIn("now in SELECT 0", out)
        self.assertEqual(self.client.get("after"), b"the flush")
        self.client.flushall()
        self.assertEqual(self.client.dbsize(), 0)

    def test_a_copy_of_a_sound_directory_is_whole(self):
        expected = self.fill()
        self.server.stop()
        code, out = self.repair()
        self.assertEqual(code, 0, out)
        self.assertIn("nothing is lost", out)
        self.assertEqual(self.everything(), expected)
        self.assertGreater(self.client.ttl("dies"), 90000)


if __name__ == "__main__":
    unittest.main()
