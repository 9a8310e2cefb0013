// The two client libraries of Node.js as their users use them: connect,
// pipeline, transaction, expiry, scan, disconnect. Prints a line for each round
// that went well; the first one that does not ends the process with a failure.
//
//   node clients.mjs PORT

import assert from "node:assert/strict";
import { once } from "node:events";

import { Redis } from "ioredis";
import { createClient, WatchError } from "redis";

const port = Number(process.argv[2]);
const KEYS = 1000;

function protocolOf(clientInfo) {
  return Number(/\bresp=(\d)/.exec(clientInfo)[1]);
}

async function untilGone(exists) {
  const deadline = Date.now() + 20_000;
  while ((await exists()) !== 0) {
    assert.ok(Date.now() < deadline, "the key does not expire");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

// --- redis

async function redisRound(protocol) {
  const client = createClient({
    socket: { host: "127.0.0.1", port },
    RESP: protocol,
  });
  client.on("error", (error) => {
    throw error;
  });
  await client.connect();
  const info = await client.sendCommand(["CLIENT", "INFO"]);
  assert.equal(protocolOf(String(info)), protocol);
  await client.flushAll();

  // What is asked for in one turn goes out as one pipeline.
  const names = Array.from({ length: KEYS }, (_, i) => `redis:${i}`);
  await Promise.all(names.map((name, i) => client.set(name, String(i))));
  assert.deepEqual(await client.mGet(names.slice(0, 2)), ["0", "1"]);
  assert.equal(await client.get("missing"), null);
  await assert.rejects(client.sendCommand(["SET", "k"]), /wrong number/);

  const replies = await client
    .multi()
    .incrBy("counter", 5)
    .get("redis:7")
    .del("redis:0")
    .exec();
  assert.deepEqual(replies, [5, "7", 1]);

  await client.watch("redis:1");
  const other = await client.duplicate().connect();
  await other.set("redis:1", "taken");
  await other.close();
  await assert.rejects(client.multi().set("redis:1", "mine").exec(), WatchError);
  assert.equal(await client.get("redis:1"), "taken");

  await client.set("dying", "v", { expiration: { type: "PX", value: 50 } });
  await untilGone(() => client.exists("dying"));
  await client.expire("redis:2", 100);
  const left = await client.ttl("redis:2");
  assert.ok(left > 90 && left <= 100);

  const seen = new Set();
  for await (const page of client.scanIterator({
    MATCH: "redis:*",
    COUNT: 100,
  })) {
    for (const name of page) seen.add(name);
  }
  assert.deepEqual(seen, new Set(names.slice(1)));
  await client.close();
}

// --- ioredis

async function ioredisRound(protocol) {
  const client = new Redis({ host: "127.0.0.1", port, protocol });
  client.on("error", (error) => {
    throw error;
  });
  await once(client, "ready");
  const info = await client.call("CLIENT", "INFO");
  assert.equal(protocolOf(info), protocol);
  await client.flushall();

  const names = Array.from({ length: KEYS }, (_, i) => `ioredis:${i}`);
  const pipeline = client.pipeline();
  names.forEach((name, i) => pipeline.set(name, i));
  pipeline.get("ioredis:7").call("SET", "k");
  const replies = await pipeline.exec();
  assert.deepEqual(replies[0], [null, "OK"]);
  assert.deepEqual(replies[KEYS], [null, "7"]);
  assert.match(replies[KEYS + 1][0].message, /wrong number/);
  assert.equal(await client.get("missing"), null);

  assert.deepEqual(
    await client
      .multi()
      .incrby("counter", 5)
      .get("ioredis:7")
      .del("ioredis:0")
      .exec(),
    [
      [null, 5],
      [null, "7"],
      [null, 1],
    ],
  );

  await client.watch("ioredis:1");
  const other = client.duplicate();
  await other.set("ioredis:1", "taken");
  await other.quit();
  assert.equal(await client.multi().set("ioredis:1", "mine").exec(), null);
  assert.equal(await client.get("ioredis:1"), "taken");

  await client.set("dying", "v", "PX", 50);
  await untilGone(() => client.exists("dying"));
  await client.expire("ioredis:2", 100);
  const left = await client.ttl("ioredis:2");
  assert.ok(left > 90 && left <= 100);

  const seen = new Set();
  for await (const page of client.scanStream({
    match: "ioredis:*",
    count: 100,
  })) {
    for (const name of page) seen.add(name);
  }
  assert.deepEqual(seen, new Set(names.slice(1)));

  const ended = once(client, "end");
  assert.equal(await client.quit(), "OK");
  await ended;
}

for (const protocol of [3, 2]) {
  await redisRound(protocol);
  console.log(`redis, RESP${protocol}: ok`);
  await ioredisRound(protocol);
  console.log(`ioredis, RESP${protocol}: ok`);
}
