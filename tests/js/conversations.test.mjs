import assert from "node:assert/strict";
import { test } from "node:test";

import { renderConversations, renderHits } from "../../modern/static/js/conversations.js";
import { node } from "./dom-stand-in.mjs";

const PLANS = { id: 1, title: "Plans", status: "open", pinned: true, preview: "Use **bold** names" };
const OLD = { id: 2, title: null, status: "archived", pinned: false, preview: null };

function drawn(members = {}, actions = {}) {
  const list = node("ul");
  const state = { conversations: [PLANS, OLD], openId: 1, editingId: null, ...members };
  renderConversations(list, state, actions);
  return list;
}

test("each row leads to its conversation, and the open one is marked", () => {
  const links = drawn().all("a");
  assert.deepEqual(
    links.map((link) => [link.textContent, link.attributes.href, link.attributes["aria-current"]]),
    [
      ["Plans", "/chat?conversation=1", "page"],
      ["Untitled", "/chat?conversation=2", undefined],
    ],
  );
  assert.equal(drawn().children[0].attributes.class, "row current pinned");
});

test("a preview is read without its Markdown", () => {
  assert.deepEqual(
    drawn()
      .all("p")
      .map((each) => each.textContent),
    ["Use bold names"],
  );
});

test("what is archived can be reopened", () => {
  const asked = [];
  const list = drawn({}, { reopen: (id) => asked.push(id) });
  const [reopen] = list.all("button").filter((each) => each.textContent === "Reopen");
  reopen.listeners.click();
  assert.deepEqual(asked, [2]);
});

test("a row that is edited has a form in place of the link", () => {
  const asked = [];
  const list = drawn({ editingId: 1 }, { rename: (...named) => asked.push(named) });
  const [form] = list.all("form");
  form.all("input")[0].value = "COBOL";
  form.listeners.submit({ preventDefault() {} });
  assert.deepEqual(asked, [[1, "COBOL"]]);
});

test("a hit shows where its words stand", () => {
  const list = node("ul");
  renderHits(list, [{ conversation_id: 3, title: null, snippet: "…the mill…" }]);
  assert.equal(list.textContent, "Untitled…the mill…");
});
