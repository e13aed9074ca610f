import assert from "node:assert/strict";
import { test } from "node:test";

import { plain, render } from "../../modern/static/js/markdown.js";
import { isLive, renderMessages } from "../../modern/static/js/messages.js";
import { node } from "./dom-stand-in.mjs";

const ANSWER = {
  id: 4,
  sender: "assistant",
  state: "complete",
  body: "**Sum of visitors**",
  data: null,
  attachments: [],
  created_at: "2026-11-23T09:30:00Z",
};
const TABLE = {
  caption: "By month",
  columns: [
    { name: "month", kind: "text" },
    { name: "sum", kind: "number" },
  ],
  rows: [
    ["April", "2950"],
    ["May", null],
  ],
};

function drawn(message, onOlder = null, actions = { feedback: {} }) {
  const list = node("ol");
  renderMessages(list, [{ ...ANSWER, ...message }], onOlder, actions);
  return list;
}

const texts = (list, tag) => list.all(tag).map((each) => each.textContent);

test("an answer is Markdown, a question is text", () => {
  assert.deepEqual(texts(drawn({}), "strong"), ["Sum of visitors"]);
  const question = drawn({ sender: "user" });
  assert.deepEqual(texts(question, "strong"), []);
  assert.match(question.textContent, /\*\*Sum of visitors\*\*/);
});

test("a table has its heads, cells and caption", () => {
  const list = drawn({ data: TABLE });
  assert.deepEqual(texts(list, "th"), ["month", "sum"]);
  assert.deepEqual(texts(list, "td"), ["April", "2950", "May", ""]);
  assert.deepEqual(texts(list, "caption"), ["By month"]);
});

test("a caption that the text says already is left out", () => {
  assert.deepEqual(texts(drawn({ data: TABLE, body: "By month:" }), "caption"), []);
});

test("a star rates the answer", () => {
  const rated = [];
  const list = drawn({}, null, { feedback: {}, rate: (...both) => rated.push(both) });
  list.all("button")[3].listeners.click();
  assert.deepEqual(rated, [[4, 4]]);
});

test("a rating that was given before is shown, with its comment", () => {
  const said = [];
  const feedback = { 4: { rating: 2, comment: "Short." } };
  const list = drawn({}, null, { feedback, comment: (...both) => said.push(both) });
  const pressed = list.all("button").map(({ attributes }) => attributes["aria-pressed"]);
  assert.deepEqual(pressed.slice(0, 5), ["true", "true", "false", "false", "false"]);
  assert.equal(list.all("input")[0].value, "Short.");
  list.all("form")[0].listeners.submit({ preventDefault() {} });
  assert.deepEqual(said, [[4, "Short."]]);
});

test("what was not rated asks for no comment", () => {
  assert.equal(drawn({}).all("details")[0].attributes.hidden, "");
});

test("an answer is live for as long as the server waits for it", () => {
  const begun = Date.parse(ANSWER.created_at);
  assert.deepEqual([isLive(ANSWER, begun + 120_000), isLive(ANSWER, begun + 240_000)], [true, false]);
});

for (const [state, said] of [
  ["streaming", "Writing…"],
  ["failed", "This answer was not finished."],
]) {
  test(`an answer that is ${state} says so and can't be rated`, () => {
    const list = drawn({ state });
    assert.equal(texts(list, "p").at(-1), said);
    assert.deepEqual(list.all("button"), []);
  });
}

test("what is older can be asked for", () => {
  const [older] = drawn({}, () => {}).all("button");
  assert.equal(older.textContent, "Show older messages");
});

test("a link away is opened without telling where from", () => {
  const [paragraph] = render("[site](https://example.org/)");
  assert.equal(paragraph.all("a")[0].attributes.rel, "noopener noreferrer");
});

test("a cut text loses its marks too", () => {
  assert.equal(plain("**Attach** a [file](/help#x), `x.csv` or **a sec"), "Attach a file, x.csv or a sec");
});
