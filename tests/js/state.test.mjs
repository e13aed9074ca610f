import assert from "node:assert/strict";
import { test } from "node:test";

import { createState, settled } from "../../modern/static/js/state.js";

test("a change keeps the other members and tells the listener", () => {
  const heard = [];
  const state = createState({ status: "open", openId: 1 }, (now) => heard.push(now));

  state.change({ openId: 2 });

  assert.deepEqual(state.get(), { status: "open", openId: 2 });
  assert.deepEqual(heard, [{ status: "open", openId: 2 }]);
});

test("what says the same is the old value still, and news is new", () => {
  const old = [{ id: 1, title: "Plans" }];

  assert.equal(settled(old, [{ id: 1, title: "Plans" }]), old);
  assert.deepEqual(settled(old, [{ id: 1, title: "COBOL" }]), [{ id: 1, title: "COBOL" }]);
});

test("a value that was read stays as it was", () => {
  const state = createState({ openId: 1 });
  const before = state.get();

  state.change({ openId: 2 });

  assert.equal(before.openId, 1);
  assert.throws(() => {
    before.openId = 3;
  }, TypeError);
});
