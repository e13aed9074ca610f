import assert from "node:assert/strict";
import { test } from "node:test";

import { createComposer } from "../../modern/static/js/composer.js";
import { node } from "./dom-stand-in.mjs";

function composer(onSend) {
  const file = node("input");
  const parts = {
    form: Object.assign(node("form"), { elements: { file } }),
    text: Object.assign(node("textarea"), { value: "Hello", focus() {} }),
    send: Object.assign(node("button"), { disabled: false }),
    stop: Object.assign(node("button"), { hidden: true }),
  };
  const files = [];
  const made = createComposer(parts, { onSend, onStop() {}, onFiles: (all) => files.push(...all) });
  const submit = () => parts.form.listeners.submit({ preventDefault() {} });
  return { ...parts, ...made, file, files, submit };
}

const settled = () => new Promise(setImmediate);

test("what was taken leaves the box, and the next message has another token", async () => {
  const sent = [];
  const form = composer(async (...message) => sent.push(message));
  form.submit();
  await settled();
  assert.equal(form.text.value, "");
  form.text.value = "Again";
  form.submit();
  await settled();
  assert.deepEqual(
    sent.map(([text]) => text),
    ["Hello", "Again"],
  );
  assert.notEqual(sent[0][1], sent[1][1]);
});

test("what was refused stays, and is sent again under the same token", async () => {
  const tokens = [];
  const form = composer(async (text, token) => {
    tokens.push(token);
    return false;
  });
  form.submit();
  await settled();
  form.submit();
  await settled();
  assert.equal(form.text.value, "Hello");
  assert.equal(tokens[0], tokens[1]);
});

test("a text that was changed is another message", async () => {
  const tokens = [];
  const form = composer(async (text, token) => {
    tokens.push(token);
    return false;
  });
  form.submit();
  await settled();
  form.text.listeners.input();
  form.submit();
  await settled();
  assert.notEqual(tokens[0], tokens[1]);
});

test("nothing is sent of blanks, or while an answer is written", async () => {
  const form = composer(() => assert.fail("sent"));
  form.text.value = " \n ";
  form.submit();
  form.busy(true);
  form.text.value = "Hello";
  form.submit();
  await settled();
  assert.equal(form.stop.hidden, false);
});

test("chosen files are handed on, and may be chosen again", () => {
  const form = composer(() => true);
  const target = { files: ["a.csv"], value: "a.csv" };
  form.file.listeners.change({ target });
  assert.deepEqual([form.files, target.value], [["a.csv"], ""]);
});
