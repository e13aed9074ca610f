import assert from "node:assert/strict";
import { mock, test } from "node:test";

import {
  pressFilter,
  showNotice,
  showSuggestions,
  showUsage,
  startSettings,
} from "../../modern/static/js/ui.js";
import { node, pageOf } from "./dom-stand-in.mjs";

mock.timers.enable({ apis: ["setTimeout"] });

test("a notice is text", () => {
  const place = node("p");
  showNotice(place, "<b>Saved.</b>");
  assert.equal(place.textContent, "<b>Saved.</b>");
});

test("a notice leaves, but not before the one after it was read", () => {
  const place = node("p");
  showNotice(place, "Archived.");
  mock.timers.tick(9_000);
  showNotice(place, "Reopened.");
  mock.timers.tick(9_000);
  assert.equal(place.textContent, "Reopened.");
  mock.timers.tick(1_000);
  assert.equal(place.textContent, "");
});

test("examples are those of the assistant", () => {
  const lists = ["guide", "table"].map((assistant) =>
    Object.assign(node("ul"), { dataset: { assistant } }),
  );
  showSuggestions(lists, "table");
  assert.deepEqual(
    lists.map(({ hidden }) => hidden),
    [true, false],
  );
});

test("exactly the filter of the status is pressed", () => {
  const buttons = ["open", "archived"].map((status) =>
    Object.assign(node("button"), { dataset: { status } }),
  );
  pressFilter(buttons, "archived");
  assert.deepEqual(
    buttons.map(({ attributes }) => attributes["aria-pressed"]),
    ["false", "true"],
  );
});

test("usage is told where there is a limit", () => {
  const place = node("span");
  showUsage(place, { used: 3, limit: 200 });
  assert.equal(place.textContent, "3 of 200 messages this month");
  showUsage(place, { used: 3, limit: null });
  assert.equal(place.textContent, "");
});

function settings(changePassword) {
  const form = Object.assign(node("form"), {
    resets: 0,
    elements: { current_password: { value: "old" }, new_password: { value: "new" } },
    reset: () => (form.resets += 1),
  });
  const notice = node("p");
  startSettings(pageOf({ notice, "password-form": form }), { changePassword });
  return { form, notice, submit: () => form.listeners.submit({ preventDefault() {} }) };
}

test("a password that was changed leaves the form empty", async () => {
  const sent = [];
  const { form, notice, submit } = settings(async (...both) => {
    sent.push(both);
    return { message: "Your password is changed." };
  });
  await submit();
  assert.deepEqual([sent, form.resets], [[["old", "new"]], 1]);
  assert.equal(notice.textContent, "Your password is changed.");
});

test("a refusal is told and the form stays", async () => {
  const { form, notice, submit } = settings(async () => {
    throw new Error("The current password is wrong.");
  });
  await submit();
  assert.deepEqual([notice.textContent, form.resets], ["The current password is wrong.", 0]);
});
