import assert from "node:assert/strict";
import { test } from "node:test";

import { titleOf } from "../../modern/static/js/conversations.js";
import { instant } from "../../modern/static/js/messages.js";

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
