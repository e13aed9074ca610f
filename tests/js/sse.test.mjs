import assert from "node:assert/strict";
import { test } from "node:test";

import { createParser, eventsOf, resumed } from "../../modern/static/js/sse.js";

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

async function heard(...streams) {
  const asked = [];
  const open = async (id) => {
    asked.push(id);
    const stream = streams.shift();
    return stream === undefined ? null : new Response(stream);
  };
  const found = [];
  for await (const { id, data } of resumed(open, 3, async () => {})) {
    found.push([id, data]);
  }
  return { asked, found };
}

test("a stream that ended is opened again where it was", async () => {
  const broken = new ReadableStream({ start: (controller) => controller.error(new Error("lost")) });
  const { asked, found } = await heard("id: 4\ndata: 1\n\n", broken, "id: 5\ndata: 2\n\n");
  assert.deepEqual(asked, [3, "4", "4", "5"]);
  assert.deepEqual(found, [
    ["4", 1],
    ["5", 2],
  ]);
});

test("a stream that is given up is not opened again", async () => {
  const abort = new DOMException("", "AbortError");
  const given = new ReadableStream({ start: (controller) => controller.error(abort) });
  await assert.rejects(heard(given, "id: 4\ndata: 1\n\n"), { name: "AbortError" });
});
