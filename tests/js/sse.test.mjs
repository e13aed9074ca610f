import assert from "node:assert/strict";
import { test } from "node:test";

import { createParser, eventsOf } from "../../modern/static/js/sse.js";

function read(...pieces) {
  const events = [];
  const parser = createParser((event) => events.push(event));
  pieces.forEach(parser.feed);
  return events;
}

test("an event has its fields", () => {
  assert.deepEqual(read("id: 4.0\nevent: delta\ndata: x\n\n"), [
    { id: "4.0", event: "delta", data: "x" },
  ]);
});

test("an event may come in any pieces", () => {
  const text = "id: 1\r\nevent: done\r\ndata: a: b\r\n\r\n";
  for (let cut = 0; cut <= text.length; cut += 1) {
    assert.deepEqual(read(text.slice(0, cut), text.slice(cut)), [
      { id: "1", event: "done", data: "a: b" },
    ]);
  }
});

test("lines of data are joined, comments and fields without data say nothing", () => {
  assert.deepEqual(read(": hello\n\nretry: 5\n\ndata: a\ndata\ndata:b\n\n"), [
    { event: "message", data: "a\n\nb" },
  ]);
});

test("what has no end yet is not told", () => {
  assert.deepEqual(read("data: a\n"), []);
});

test("the events of an answer come with their data read", async () => {
  const response = new Response('event: start\ndata: {"seq":2}\n\nevent: done\ndata: null\n\n');
  const found = [];
  for await (const event of eventsOf(response)) {
    found.push(event);
  }
  assert.deepEqual(found, [
    { event: "start", data: { seq: 2 } },
    { event: "done", data: null },
  ]);
});
