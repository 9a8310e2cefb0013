"""A value of 512 MB, the most that proto-max-bulk-len allows."""

import os
import socket
import unittest

import harness

PIECE_BYTES = 1 << 20
PIECES = 512
KEY = "large"
# The server's most, while a value is taken in; and what clients have.
NEEDED_BYTES = 3 << 30


def available_bytes():
    with open("/proc/meminfo") as lines:
        for line in lines:
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) << 10
    return 0


class LargeValue(harness.TestCase):
    """Sent and received in pieces: redis-py would hold it several times."""

    def setUp(self):
        super().setUp()
        self.piece = os.urandom(PIECE_BYTES - 8)

    def piece_at(self, i):
        """Numbered, so that none can be taken for another."""
        return b"%08d" % i + self.piece

    def put(self):
        with socket.create_connection(("127.0.0.1", self.server.port)) as s:
            s.sendall(b"*3\r\n$3\r\nSET\r\n$%d\r\n%s\r\n$%d\r\n" % (
                len(KEY), KEY.encode(), PIECES * PIECE_BYTES))
            for i in range(PIECES):
                s.sendall(self.piece_at(i))
            s.sendall(b"\r\n")
            self.assertEqual(s.recv(100), b"+OK\r\n")

    def check_all(self):
        with socket.create_connection(("127.0.0.1", self.server.port)) as s:
            with s.makefile("rb") as reply:
                s.sendall(b"GET %s\r\n" % KEY.encode())
                self.assertEqual(reply.readline(),
                                 b"$%d\r\n" % (PIECES * PIECE_BYTES))
                for i in range(PIECES):
                    # Not assertEqual, which would print both.
                    self.assertTrue(
                        reply.read(PIECE_BYTES) == self.piece_at(i), i)
                self.assertEqual(reply.read(2), b"\r\n")

    def check_some(self):
        """In ranges, without a copy of all of it for the reply."""
        for i in (0, 1, PIECES // 2, PIECES - 1):
            found = self.client.getrange(
                KEY, i * PIECE_BYTES, (i + 1) * PIECE_BYTES - 1)
            self.assertTrue(found == self.piece_at(i), i)

    @unittest.skipIf(available_bytes() < NEEDED_BYTES, "too little memory")
    def test_lives_and_goes_like_any_other(self):
        self.put()
        self.assertEqual(self.client.strlen(KEY), PIECES * PIECE_BYTES)
        self.check_some()
        self.server.stop()
        self.server.start()
        self.check_all()
        self.assertEqual(self.client.delete(KEY), 1)
        self.assertIsNone(self.client.get(KEY))
        self.assertEqual(self.client.dbsize(), 0)

    def test_one_byte_more_is_refused(self):
        with socket.create_connection(("127.0.0.1", self.server.port)) as s:
            s.sendall(b"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$%d\r\n" % (
                PIECES * PIECE_BYTES + 1))
            self.assertEqual(
                s.recv(100), b"-ERR Protocol error: invalid bulk length\r\n")


if __name__ == "__main__":
    unittest.main()
