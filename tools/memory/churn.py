#!/usr/bin/env python3
"""Does the server stay within maxmemory? Churns one and watches its memory.

  tools/memory/churn.py --program build/redbed --seconds 600 --out churn.csv

Starts a server of its own and sends it, from many connections at once, phases
of a few seconds each: overwrites of random sizes, cold and hot reads,
deletions, keys that expire, values that grow, pipelines of large replies.
Once a second it reads INFO and /proc, appends a line to --out, and at the end
prints how resident memory compares with maxmemory and with what INFO counts.
The first --warm-up seconds do not count. It judges nothing.
"""

import argparse
import csv
import os
import random
import selectors
import signal
import socket
import subprocess
import tempfile
import time

COLUMNS = ["second", "phase", "rss", "used", "active", "resident",
           "engine_active", "sealed", "clean", "index", "tables", "cache",
           "log", "unsettled", "expiry", "clients", "sum", "operations"]
NOISE = os.urandom(1 << 20)


def command(*words):
  parts = [b"*%d\r\n" % len(words)]
  for word in words:
    if not isinstance(word, bytes):
      word = str(word).encode()
    parts.append(b"$%d\r\n%s\r\n" % (len(word), word))
  return b"".join(parts)


class Client:
  """Sends a batch at once and counts replies by asking for a PING after it."""

  END = b"+PONG\r\n"

  def __init__(self, port):
    self.socket = socket.create_connection(("127.0.0.1", port))
    self.socket.setblocking(False)
    self.tail = b""
    self.out = b""

  def begin(self, requests):
    self.out = b"".join(requests) + command("PING")
    self.tail = b""

  def on_writable(self):
    sent = self.socket.send(self.out[:1 << 18])
    self.out = self.out[sent:]

  def on_readable(self):
    data = self.socket.recv(1 << 18)
    if not data:
      raise SystemExit("the server closed a connection")
    self.tail = (self.tail + data)[-len(self.END):]
    return not self.out and self.tail == self.END


class Churn:
  def __init__(self, options):
    self.keys = options.keys
    self.batch = options.batch
    self.random = random.Random(options.seed)

  def size(self):
    # As many small values as large ones, by octave: 10 B to 20 KB.
    return int(10 * 2000 ** self.random.random())

  def value(self):
    at = self.random.randrange(len(NOISE) - 20480)
    return NOISE[at:at + self.size()]

  def key(self):
    return b"key:%d" % self.random.randrange(self.keys)

  def hot_key(self):
    return b"key:%d" % (self.random.randrange(self.keys // 50))

  def overwrite(self):
    return command("SET", self.key(), self.value())

  def expire(self):
    return command("SET", b"dies:%d" % self.random.randrange(self.keys),
                   self.value(), "PX", self.random.randrange(500, 8000))

  def delete(self):
    return command("DEL", self.key())

  def read_cold(self):
    return command("GET", self.key())

  def read_hot(self):
    return command("GET", self.hot_key())

  def append(self):
    return command("APPEND", b"grows:%d" % self.random.randrange(self.keys),
                   self.value()[:200])

  def mixed(self):
    return self.random.choice((self.overwrite, self.expire, self.delete,
                               self.read_cold, self.read_hot, self.append))()

  PHASES = ("mixed", "overwrite", "read_cold", "expire", "read_hot", "delete",
            "append", "mixed")

  def batch_of(self, phase):
    make = getattr(self, phase)
    return [make() for _ in range(self.batch)]


def info(client):
  client.setblocking(True)
  client.sendall(command("INFO", "everything"))
  data = b""
  while b"\r\n" not in data:
    data += client.recv(1 << 16)
  head, _, data = data.partition(b"\r\n")
  while len(data) < int(head[1:]) + 2:
    data += client.recv(1 << 16)
  fields = {}
  for line in data.decode().splitlines():
    name, _, value = line.partition(":")
    fields[name] = value
  return fields


def resident(pid):
  with open(f"/proc/{pid}/status") as status:
    for line in status:
      if line.startswith("VmRSS"):
        return int(line.split()[1]) * 1024


def sample(pid, fields, second, phase, operations):
  number = lambda name: int(fields.get(name, 0))
  row = {"second": second, "phase": phase, "rss": resident(pid),
         "used": number("used_memory"), "active": number("allocator_active"),
         "resident": number("allocator_resident"),
         "engine_active": number("memory_active_bytes"),
         "sealed": number("memory_sealed_bytes"),
         "clean": number("memory_clean_bytes"),
         "index": number("memory_index_bytes"),
         "tables": number("memory_table_bytes"),
         "cache": number("memory_cache_bytes"),
         "log": number("memory_log_bytes"),
         "unsettled": number("memory_unsettled_bytes"),
         "expiry": number("memory_expiry_bytes"),
         "clients": number("memory_clients_bytes"), "operations": operations}
  row["sum"] = sum(row[name] for name in
                   ("engine_active", "sealed", "clean", "index", "tables",
                    "cache", "log", "unsettled", "expiry", "clients"))
  return row


def run(options, pid, writer):
  churn = Churn(options)
  watcher = socket.create_connection(("127.0.0.1", options.port))
  selector = selectors.DefaultSelector()
  clients = [Client(options.port) for _ in range(options.clients)]
  both = selectors.EVENT_READ | selectors.EVENT_WRITE
  phase = churn.PHASES[0]
  for client in clients:
    client.begin(churn.batch_of(phase))
    selector.register(client.socket, both, client)
  begin = time.monotonic()
  next_sample = begin + 1
  rows = []
  operations = 0
  while True:
    now = time.monotonic()
    if now - begin >= options.seconds:
      return rows
    turn = int((now - begin) / options.phase_seconds)
    phase = churn.PHASES[turn % len(churn.PHASES)]
    if now >= next_sample:
      next_sample = now + 1
      rows.append(sample(pid, info(watcher), round(now - begin, 1), phase,
                         operations))
      writer.writerow(rows[-1])
    for key, events in selector.select(timeout=0.2):
      client = key.data
      if events & selectors.EVENT_WRITE:
        client.on_writable()
        if not client.out:
          selector.modify(client.socket, selectors.EVENT_READ, client)
      if events & selectors.EVENT_READ and client.on_readable():
        operations += options.batch
        client.begin(churn.batch_of(phase))
        selector.modify(client.socket, both, client)


def report(rows, budget):
  def line(name, values):
    values = sorted(values)
    print("%-22s median %.3f   p99 %.3f   max %.3f" % (
        name, values[len(values) // 2], values[int(len(values) * 0.99)],
        values[-1]))

  print("%d samples, %d operations" % (len(rows), rows[-1]["operations"]))
  line("rss / maxmemory", [row["rss"] / budget for row in rows])
  line("used / maxmemory", [row["used"] / budget for row in rows])
  line("rss / used", [row["rss"] / row["used"] for row in rows])
  line("rss / allocator active", [row["rss"] / row["active"] for row in rows])
  line("active / used", [row["active"] / row["used"] for row in rows])
  line("used / sum of classes", [row["used"] / row["sum"] for row in rows])
  worst = max(rows, key=lambda row: row["rss"])
  print("at the maximum:", ", ".join(
      "%s %s" % (name, worst[name] if name in ("second", "phase") else
                 "%.1fM" % (worst[name] / (1 << 20)))
      for name in COLUMNS[:-1]))


def main():
  parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
  parser.add_argument("--program", default="build/redbed")
  parser.add_argument("--port", type=int, default=7399)
  parser.add_argument("--maxmemory-mb", type=int, default=256)
  parser.add_argument("--seconds", type=float, default=600)
  parser.add_argument("--warm-up", type=float, default=60)
  parser.add_argument("--phase-seconds", type=float, default=10)
  parser.add_argument("--clients", type=int, default=50)
  parser.add_argument("--batch", type=int, default=20)
  parser.add_argument("--keys", type=int, default=300_000)
  parser.add_argument("--seed", type=int, default=1)
  parser.add_argument("--out", default="churn.csv")
  parser.add_argument("settings", nargs="*",
                      help="more of the server's, after --")
  options = parser.parse_args()

  with tempfile.TemporaryDirectory(prefix="redbed-churn-") as directory:
    server = subprocess.Popen(
        [options.program, "--port", str(options.port), "--dir", directory,
         "--bind", "127.0.0.1", "--maxmemory", f"{options.maxmemory_mb}mb",
         "--logfile", os.path.join(directory, "server.log")] +
        options.settings)
    try:
      while True:
        try:
          socket.create_connection(("127.0.0.1", options.port)).close()
          break
        except ConnectionRefusedError:
          if server.poll() is not None:
            raise SystemExit("the server did not start")
          time.sleep(0.05)
      with open(options.out, "w", newline="", buffering=1) as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        rows = run(options, server.pid, writer)
    finally:
      server.send_signal(signal.SIGTERM)
      server.wait()
  report([row for row in rows if row["second"] >= options.warm_up],
         options.maxmemory_mb << 20)


if __name__ == "__main__":
  main()
