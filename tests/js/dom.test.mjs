import assert from "node:assert/strict";
import { test } from "node:test";

import { button, element } from "../../modern/static/js/dom.js";
import "./dom-stand-in.mjs";

test("an element has its attributes and children", () => {
  const made = element("p", { class: "hint" }, "Hello ", element("em", {}, "you"));
  assert.deepEqual([made.tag, made.attributes], ["p", { class: "hint" }]);
  assert.equal(made.textContent, "Hello you");
});

test("text stays text, whatever it looks like", () => {
  assert.deepEqual(element("p", {}, "<b>bold</b>").children, ["<b>bold</b>"]);
});

test("a function is a listener and no attribute", () => {
  const heard = [];
  const made = button("Go", () => heard.push("click"), { class: "quiet" });
  made.listeners.click();
  assert.deepEqual(heard, ["click"]);
  assert.deepEqual(made.attributes, { type: "button", class: "quiet" });
});
