"""What the end-to-end tests share: a redbed process of their own, on a free
port of 127.0.0.1 and in a directory that goes away afterwards.

    with harness.Redbed() as server:
        client = server.client()
        client.set("k", "v")
        server.kill()          # SIGKILL
        server.start()         # on the same directory
"""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest

import redis

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BINARY = os.environ.get("REDBED_BINARY", os.path.join(ROOT, "build", "redbed"))
START_SECONDS = 60


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Redbed:
    """A server; keyword arguments are settings, `_` standing for `-`, and a
    list being several words."""

    def __init__(self, **settings):
        self.directory = tempfile.mkdtemp(prefix="redbed-e2e-")
        self.data = os.path.join(self.directory, "data")
        self.log_path = os.path.join(self.directory, "server.log")
        self.port = free_port()
        self.settings = settings
        self.process = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *exception):
        self.stop()
        shutil.rmtree(self.directory, ignore_errors=True)

    def arguments(self):
        words = [BINARY, "--port", str(self.port), "--bind", "127.0.0.1",
                 "--dir", self.data]
        for name, value in self.settings.items():
            values = value if isinstance(value, list) else [value]
            words += ["--" + name.replace("_", "-"), *map(str, values)]
        return words

    def start(self):
        self.launch()
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise AssertionError("redbed ended: " + self.log())
            try:
                if self.client().ping():
                    return
            except redis.exceptions.RedisError:
                time.sleep(0.02)
        raise AssertionError("redbed does not answer: " + self.log())

    def launch(self):
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                self.arguments(), stdout=log, stderr=log, cwd=self.directory)

    def log(self):
        with open(self.log_path, errors="replace") as f:
            return f.read()

    def client(self, **options):
        return redis.Redis(port=self.port, **options)

    def cli(self, *words, **options):
        """redis-cli with these words; what it prints."""
        return subprocess.run(
            ["redis-cli", "-p", str(self.port), *words], check=True,
            capture_output=True, text=True, **options).stdout

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        """A clean shutdown; the exit code."""
        if self.process is None or self.process.poll() is not None:
            return None
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError("redbed ignores SIGTERM: " + self.log())


class TestCase(unittest.TestCase):
    """A test with one server, made by `settings`."""

    settings = {}

    def setUp(self):
        self.server = Redbed(**self.settings)
        self.addCleanup(self.server.__exit__)
        self.server.start()
        self.client = self.server.client()
