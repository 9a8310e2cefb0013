"""The npm packages redis and ioredis against a server (node/clients.mjs).

The packages are those of node/package-lock.json, installed beside it.
"""

import os
import subprocess
import unittest

import harness

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "node")
INSTALLED = os.path.join(FOLDER, "node_modules", ".package-lock.json")
WANTED = os.path.join(FOLDER, "package-lock.json")


def install():
    """npm ci, unless what is there is as new as what is wanted."""
    if (os.path.exists(INSTALLED) and
            os.path.getmtime(INSTALLED) >= os.path.getmtime(WANTED)):
        return
    done = subprocess.run(
        ["npm", "ci", "--no-audit", "--no-fund"], cwd=FOLDER,
        capture_output=True, text=True)
    if done.returncode != 0:
        raise AssertionError("npm ci: " + done.stdout + done.stderr)


class NodeClients(harness.TestCase):

    def test_redis_and_ioredis_in_both_protocols(self):
        install()
        done = subprocess.run(
            ["node", "clients.mjs", str(self.server.port)], cwd=FOLDER,
            capture_output=True, text=True, timeout=300)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(done.stdout.count(": ok\n"), 4, done.stdout)


if __name__ == "__main__":
    unittest.main()
