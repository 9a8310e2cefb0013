"""Requests and clients that do wrong: each is answered as Redis answers it,
and disturbs nobody else."""

import socket
import time
import unittest

import harness
from redis.exceptions import AuthenticationError, RedisError, ResponseError


def answer_of(port, request):
    """All that the server says until it closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as s:
        s.sendall(request)
        answer = b""
        while True:
            try:
                piece = s.recv(65536)
            except ConnectionResetError:
                return answer
            if not piece:
                return answer
            answer += piece


class Requests(harness.TestCase):

    def test_protocol_errors_have_redis_words_and_close(self):
        bystander = self.server.client()
        bystander.set("k", "v")
        for request, error in {
                b"*x\r\n": "invalid multibulk length",
                b"*2147483648\r\n": "invalid multibulk length",
                b"*1\r\n$x\r\n": "invalid bulk length",
                b"*1\r\n$-1\r\n": "invalid bulk length",
                b"*1\r\n$536870913\r\n": "invalid bulk length",
                b"*1\r\nPING\r\n": "expected '$', got 'P'",
                b"*1\r\n:1\r\n": "expected '$', got ':'",
                b"GET \"k\r\n": "unbalanced quotes in request",
                b"*" + b"1" * 70000: "too big mbulk count string",
                b"*1\r\n$" + b"1" * 70000: "too big bulk count string",
                b"x" * 70000: "too big inline request",
        }.items():
            text = f"-ERR Protocol error: {error}\r\n".encode()
            self.assertEqual(answer_of(self.server.port, request), text)
            # What came before is answered, what comes after is not read.
            before = b"PING\r\n*2\r\n$3\r\nGET\r\n$1\r\nk\r\n"
            self.assertEqual(
                answer_of(self.server.port, before + request),
                b"+PONG\r\n$1\r\nv\r\n" + text)
            self.assertEqual(bystander.get("k"), b"v")
        self.assertEqual(
            answer_of(self.server.port, b"*x\r\nSET k w\r\nPING\r\n"),
            b"-ERR Protocol error: invalid multibulk length\r\n")
        self.assertEqual(bystander.get("k"), b"v")

    def test_half_a_request_and_a_goodbye_do_nothing(self):
        for request in (b"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$5\r\nab", b"SET k v"):
            with socket.create_connection(
                    ("127.0.0.1", self.server.port)) as s:
                s.sendall(request)
                s.shutdown(socket.SHUT_WR)
                self.assertEqual(s.recv(100), b"")
        self.assertEqual(self.client.dbsize(), 0)

    def test_empty_requests_are_passed_over(self):
        self.assertEqual(
            answer_of(self.server.port,
                      b"\r\n\r\n*0\r\n*-1\r\n   \r\nPING\r\nQUIT\r\n"),
            b"+PONG\r\n+OK\r\n")

    def test_mistakes_are_answers_and_the_connection_goes_on(self):
        self.client.set("k", "abc")
        for words, error in {
                "NONSENSE a b": "unknown command 'NONSENSE', with args "
                                "beginning with: 'a' 'b' ",
                "GET": "wrong number of arguments for 'get' command",
                "INCR k": "value is not an integer or out of range",
                "SET k v EX 0": "invalid expire time in 'set' command",
                "SET k v NX XX": "syntax error",
                "SELECT 99": "DB index is out of range",
                "EXPIRE k x": "value is not an integer or out of range",
                "CONFIG SET nonsense 1": "Unknown option or number of "
                                         "arguments for CONFIG SET - "
                                         "'nonsense'",
        }.items():
            with self.assertRaises(ResponseError) as caught:
                self.client.execute_command(*words.split(" "))
            self.assertIn(error, str(caught.exception))
        self.assertEqual(self.client.get("k"), b"abc")


class Crowd(harness.TestCase):
    settings = {"maxclients": 5}

    def test_clients_too_many_are_told_so(self):
        self.client.close()
        self.client.connection_pool.disconnect()
        clients = [socket.create_connection(("127.0.0.1", self.server.port))
                   for _ in range(20)]
        answers = []
        for client in clients:
            client.settimeout(20)
            try:
                client.sendall(b"PING\r\n")
                answers.append(client.recv(100))
            except (ConnectionResetError, BrokenPipeError):
                answers.append(b"")
        served = answers.count(b"+PONG\r\n")
        self.assertLessEqual(served, 5)
        self.assertGreaterEqual(served, 1)
        told = answers.count(b"-ERR max number of clients reached\r\n")
        self.assertGreater(told, 0)
        for client in clients:
            client.close()
        deadline = time.monotonic() + 20
        while True:
            try:
                self.assertTrue(self.server.client().ping())
                return
            except RedisError:
                self.assertLess(time.monotonic(), deadline)
                time.sleep(0.02)


class DeafClient(harness.TestCase):

    def setUp(self):
        super().setUp()
        self.client.config_set("client-output-buffer-limit",
                               "normal 4194304 0 0")

    def test_it_is_cut_and_others_go_on(self):
        self.client.set("big", "x" * (1 << 20))
        deaf = socket.create_connection(("127.0.0.1", self.server.port))
        self.addCleanup(deaf.close)
        deaf.sendall(b"GET big\r\n" * 100)
        deadline = time.monotonic() + 30
        while len(self.client.client_list()) > 1:
            self.assertLess(time.monotonic(), deadline)
            self.assertEqual(self.client.strlen("big"), 1 << 20)
        stats = self.client.info("stats")
        self.assertEqual(stats["client_output_buffer_limit_disconnections"], 1)
        received = 0
        deaf.settimeout(20)
        try:
            while True:
                piece = deaf.recv(1 << 20)
                if not piece:
                    break
                received += len(piece)
        except ConnectionResetError:
            pass
        self.assertLess(received, 50 << 20)


class Password(harness.TestCase):

    def setUp(self):
        self.server = harness.Redbed(requirepass="secret")
        self.addCleanup(self.server.__exit__)
        self.server.launch()
        self.client = self.server.client(password="secret")
        deadline = time.monotonic() + harness.START_SECONDS
        while True:
            try:
                self.client.ping()
                break
            except harness.redis.exceptions.ConnectionError:
                self.assertLess(time.monotonic(), deadline, self.server.log())
                time.sleep(0.02)

    def test_without_it_nothing_is_done(self):
        self.client.set("k", "v")
        stranger = self.server.client()
        for words in (["GET", "k"], ["SET", "k", "w"], ["PING"], ["INFO"],
                      ["CONFIG", "SET", "requirepass", ""], ["FLUSHALL"],
                      ["SHUTDOWN", "NOSAVE"]):
            with self.assertRaises(AuthenticationError) as caught:
                stranger.execute_command(*words)
            self.assertIn("Authentication required", str(caught.exception))
        self.assertEqual(
            answer_of(self.server.port, b"GET k\r\nQUIT\r\n"),
            b"-NOAUTH Authentication required.\r\n+OK\r\n")
        self.assertEqual(self.client.get("k"), b"v")

    def test_a_wrong_one_is_refused(self):
        self.assertEqual(
            answer_of(self.server.port, b"AUTH wrong\r\nQUIT\r\n"),
            b"-WRONGPASS invalid username-password pair or user is "
            b"disabled.\r\n+OK\r\n")

    def test_strangers_may_send_little(self):
        self.assertEqual(
            answer_of(self.server.port, b"*11\r\n"),
            b"-ERR Protocol error: unauthenticated multibulk length\r\n")
        self.assertEqual(
            answer_of(self.server.port, b"*1\r\n$16385\r\n"),
            b"-ERR Protocol error: unauthenticated bulk length\r\n")


if __name__ == "__main__":
    unittest.main()
