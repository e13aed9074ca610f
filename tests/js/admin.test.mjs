import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { startAdmin } from "../../modern/static/js/admin.js";
import { node, pageOf } from "./dom-stand-in.mjs";

mock.timers.enable({ apis: ["setTimeout"] });

function area({ api = {}, confirm = () => true } = {}) {
  const parts = { accounts: node("table"), cleanup: node("form"), notice: node("p") };
  const seen = { calls: [], reloads: 0 };
  const act = async (...call) => seen.calls.push(call);
  startAdmin(pageOf(parts), { actOnUser: act, cleanUp: act, ...api }, {
    confirm,
    reload: () => (seen.reloads += 1),
  });
  const press = (action) =>
    parts.accounts.listeners.click({
      target: { dataset: { action }, closest: () => ({ dataset: { userId: "7" } }) },
    });
  return { ...parts, seen, press };
}

const settled = () => new Promise(setImmediate);

test("a button acts on the account of its row and the page is shown anew", async () => {
  const { seen, press } = area();
  press("toggle");
  await settled();
  assert.deepEqual([seen.calls, seen.reloads], [[["7", "toggle"]], 1]);
});

test("deleting asks first", async () => {
  const { seen, press } = area({ confirm: () => false });
  press("delete");
  await settled();
  assert.deepEqual([seen.calls, seen.reloads], [[], 0]);
});

test("a refusal is told and the page stays", async () => {
  const refuse = async () => {
    throw new Error("This is the last administrator.");
  };
  const { notice, seen, press } = area({ api: { actOnUser: refuse } });
  press("toggle");
  await settled();
  assert.deepEqual([notice.textContent, seen.reloads], ["This is the last administrator.", 0]);
});

for (const [value, dry] of [
  ["1", true],
  ["0", false],
]) {
  test(`the button with ${value} makes dry_run ${dry}`, async () => {
    const { cleanup, seen } = area();
    const target = { elements: { older_than_days: { value: "30" } } };
    cleanup.listeners.submit({ preventDefault() {}, target, submitter: { value } });
    await settled();
    assert.deepEqual(seen.calls, [[{ older_than_days: 30, dry_run: dry }]]);
  });
}
