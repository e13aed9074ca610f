import assert from "node:assert/strict";
import { test } from "node:test";

import { titleOf } from "../../modern/static/js/conversations.js";
import { endWith, instant } from "../../modern/static/js/messages.js";

const MOMENT = Date.UTC(2026, 10, 23, 9, 30, 0, 123);

for (const text of [
  "2026-11-23T09:30:00.123000Z",
  "2026-11-23T09:30:00.123000",
  "2026-11-23T10:30:00.123+01:00",
]) {
  test(`${text} names the same moment in every time zone`, () => {
    assert.equal(instant(text).getTime(), MOMENT);
  });
}

test("a conversation without a title has a name too", () => {
  assert.equal(titleOf({ title: null }), "Untitled");
  assert.equal(titleOf({ title: "Plans" }), "Plans");
});

for (const [name, messages, newest, expected] of [
  ["the same", [1, 2], [1, 2], true],
  ["the newest of more", [1, 2, 3], [2, 3], true],
  ["one more", [1, 2], [1, 2, 3], false],
  ["one that was changed", [1, 2], [1, 3], false],
  ["none any more", [1], [], false],
  ["the first ones", [], [1], false],
  ["none as before", [], [], true],
]) {
  test(`messages that are ${name} are ${expected ? "no news" : "news"}`, () => {
    const made = (ids) => ids.map((id) => ({ id, body: "Hello." }));
    assert.equal(endWith(made(messages), made(newest)), expected);
  });
}
