import assert from "node:assert/strict";
import { test } from "node:test";

import { fileLinks, renderWaiting, takeDropped } from "../../modern/static/js/attachments.js";
import { node } from "./dom-stand-in.mjs";

test("files of a message are links that load them", () => {
  const list = fileLinks([{ name: "a.csv", size: 1536, url: "/attachments/7" }]);
  assert.equal(list.textContent, "a.csv (1.5 KB)");
  assert.deepEqual(list.all("a")[0].attributes, { href: "/attachments/7", download: "" });
});

test("a file that waits can be taken back", () => {
  const removed = [];
  const list = node("ul");
  const file = { name: "a.csv", size: 3 };
  renderWaiting(list, [file], (each) => removed.push(each));
  const [remove] = list.all("button");
  remove.listeners.click();
  assert.deepEqual([list.hidden, removed], [false, [file]]);
  assert.equal(remove.attributes["aria-label"], "Remove a.csv");
});

test("without files there is no list", () => {
  const list = node("ul");
  renderWaiting(list, [], () => {});
  assert.equal(list.hidden, true);
});

test("files that are dropped are taken, and other things are left to the browser", () => {
  const place = node("section");
  const taken = [];
  takeDropped(place, (files) => taken.push(...files));
  let kept = 0;
  const drop = (files) => ({ dataTransfer: { files, types: [] }, preventDefault: () => (kept += 1) });
  place.listeners.drop(drop(["a.csv"]));
  place.listeners.drop(drop([]));
  assert.deepEqual([taken, kept], [["a.csv"], 1]);
});
