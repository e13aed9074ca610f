import assert from "node:assert/strict";
import { test } from "node:test";

import { readConfig } from "../../modern/static/js/config.js";
import { pageOf } from "./dom-stand-in.mjs";

const token = { querySelector: () => ({ content: "a-token" }) };

test("the workspace tells its conversation and the assistant of new ones", () => {
  const feedback = '{"4":{"rating":2,"comment":null}}';
  const dataset = { conversationId: "12", defaultAssistant: "table", feedback };
  const conversation = { dataset };
  assert.deepEqual(readConfig({ ...pageOf({ conversation }), ...token }), {
    csrfToken: "a-token",
    conversationId: 12,
    defaultAssistant: "table",
    feedback: { 4: { rating: 2, comment: null } },
  });
});

test("another page has no conversation", () => {
  const config = readConfig({ ...pageOf({}), ...token });
  assert.deepEqual([config.conversationId, config.defaultAssistant], [null, "guide"]);
});

test("what was read can't be changed", () => {
  assert.ok(Object.isFrozen(readConfig({ ...pageOf({}), ...token })));
});
