import assert from "node:assert/strict";
import { test } from "node:test";

import { sizeOf } from "../../modern/static/js/attachments.js";
import { newToken, sends } from "../../modern/static/js/composer.js";
import { announced, grown, withMessage } from "../../modern/static/js/messages.js";

const START = { message_id: 9, seq: 4, user_message: { id: 8, created_at: "2026-11-23T09:30:00Z" } };

test("an answer grows event by event", () => {
  const events = [
    { event: "delta", data: { text: "Hello " } },
    { event: "delta", data: { text: "there." } },
    { event: "table", data: { columns: [], rows: [] } },
    { event: "done", data: { message_id: 9 } },
  ];
  const message = events.reduce(grown, announced(START));
  assert.deepEqual(
    [message.id, message.body, message.kind, message.state],
    [9, "Hello there.", "table", "complete"],
  );
});

test("an answer that breaks off keeps what there is", () => {
  const broken = grown({ ...announced(START), body: "Hel" }, { event: "error", data: {} });
  assert.deepEqual([broken.body, broken.state], ["Hel", "failed"]);
});

test("a message takes its place, or the last one", () => {
  assert.deepEqual(withMessage([{ id: 1 }, { id: 2 }], { id: 1, body: "x" }), [
    { id: 1, body: "x" },
    { id: 2 },
  ]);
  assert.deepEqual(withMessage([], { id: 3 }), [{ id: 3 }]);
});

test("a token is one that the server takes, and another each time", () => {
  assert.match(newToken(), /^[A-Za-z0-9_-]{8,64}$/);
  assert.notEqual(newToken(), newToken());
});

test("Enter sends, but not with Shift and not amid a letter", () => {
  assert.equal(sends({ key: "Enter" }), true);
  assert.equal(sends({ key: "Enter", shiftKey: true }), false);
  assert.equal(sends({ key: "Enter", isComposing: true }), false);
  assert.equal(sends({ key: "a" }), false);
});

test("sizes are told as people read them", () => {
  assert.deepEqual([0, 1, 1023, 1024, 1536, 20480, 5 << 20].map(sizeOf), [
    "0 bytes",
    "1 bytes",
    "1023 bytes",
    "1.0 KB",
    "1.5 KB",
    "20 KB",
    "5.0 MB",
  ]);
});
