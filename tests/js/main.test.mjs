import assert from "node:assert/strict";
import { test } from "node:test";

import { node, pageOf } from "./dom-stand-in.mjs";

const IDS = [
  "new-conversation assistant search conversation-list list-empty conversation conversation-title",
  "pin clear message-log message-list messages-empty text waiting-files usage notice composer send",
  "stop conversations",
]
  .join(" ")
  .split(" ");
const LISTED = { id: 7, title: "Plans", status: "open", pinned: false, preview: null };
const SAID = { sender: "user", kind: "text", body: "Hello?", data: null, state: "complete" };
const QUESTION = { ...SAID, id: 1, seq: 1, attachments: [], created_at: "2026-11-23T09:30:00Z" };
const ANSWER = { ...QUESTION, id: 2, seq: 2, sender: "assistant", body: "Hello." };
const USAGE = { used: 1, limit: 200 };

const json = (body, headers = {}) => new Response(JSON.stringify(body), { headers });

function stream(...events) {
  const told = events.map(([id, name, data]) =>
    `id: ${id}\nevent: ${name}\ndata: ${JSON.stringify(data)}\n\n`,
  );
  return new Response(told.join(""), { headers: { "Content-Type": "text/event-stream" } });
}

/** Open the workspace over a server that answers as `answers` says, by method and path. */
async function workspace(answers) {
  const parts = Object.fromEntries(IDS.map((id) => [id, node(id === "message-list" ? "ol" : "div")]));
  parts.conversation.dataset = { conversationId: "7", assistant: "guide", feedback: "{}" };
  parts.search.elements = { q: node("input") };
  parts.composer.elements = { file: node("input") };
  parts.text.value = "";
  const page = { ...pageOf(parts), querySelectorAll: () => [] };
  const listeners = {};
  const addEventListener = (name, listener) => (listeners[name] = listener);
  const querySelector = () => ({ content: "token" });
  Object.assign(document, page, { querySelector, addEventListener, hidden: false });
  const asked = [];
  globalThis.window = {
    location: { assign: (place) => asked.push(`go ${place}`) },
    matchMedia: () => ({ matches: false }),
    addEventListener,
    confirm: () => true,
    history: { pushState() {} },
  };
  globalThis.fetch = async (path, { method = "GET", headers = {}, body } = {}) => {
    asked.push([method, path.split("?")[0], headers["Last-Event-ID"] ?? body].filter(Boolean).join(" "));
    const answer = answers[`${method} ${path.split("?")[0]}`];
    return answer();
  };
  workspaces += 1;
  await import(`../../modern/static/js/main.js?workspace=${workspaces}`);
  return { parts, asked, listeners };
}

let workspaces = 0;

async function until(holds) {
  for (let attempts = 0; !holds(); attempts += 1) {
    assert.ok(attempts < 1000, "what was waited for did not come");
    await new Promise((done) => setImmediate(done));
  }
}

const BASE = {
  "GET /conversations": () => json([LISTED]),
  "GET /conversations/7/messages": () => json([QUESTION, ANSWER]),
};

test("the workspace shows the conversations and the messages of the open one", async () => {
  const { parts } = await workspace(BASE);
  await until(() => parts["message-list"].children.length === 2);
  await until(() => parts["conversation-list"].children.length === 1);
  assert.match(parts["conversation-list"].textContent, /^Plans/);
  assert.match(parts["message-list"].textContent, /Hello\?.*Hello\./s);
  assert.equal(parts["messages-empty"].hidden, true);
});

test("an answer is shown as it is written", async () => {
  const started = { conversation_id: 7, user_message: QUESTION, message_id: 2, seq: 2 };
  let answered = false;
  const { parts, asked } = await workspace({
    ...BASE,
    "GET /conversations/7/messages": () => json(answered ? [QUESTION, ANSWER] : []),
    "POST /chat/messages": () => {
      answered = true;
      return stream(
        ["2.0", "start", started],
        ["2.1", "delta", { text: "Hello." }],
        ["2.2", "done", { message_id: 2, state: "complete", usage: USAGE }],
      );
    },
  });
  await until(() => asked.length === 2);
  parts.text.value = "Hello?";
  parts.composer.listeners.submit({ preventDefault() {} });
  await until(() => parts.usage.textContent !== "");
  await until(() => parts["message-log"].getAttribute("aria-busy") === "false");
  assert.match(parts["message-list"].textContent, /Hello\?.*Hello\./s);
  assert.deepEqual([parts.text.value, parts.send.disabled], ["", false]);
});

test("an answer that is streamed elsewhere is watched from where it is", async () => {
  const writing = { ...ANSWER, state: "streaming", body: "", created_at: new Date().toISOString() };
  let done = false;
  const { parts, asked } = await workspace({
    ...BASE,
    "GET /conversations/7/messages": () => json([QUESTION, done ? ANSWER : writing]),
    "GET /conversations/7/events": () => {
      done = true;
      return stream(["1", "start", writing], ["2", "done", ANSWER]);
    },
  });
  await until(() => parts["message-list"].textContent.includes("Hello."));
  assert.ok(asked.includes("GET /conversations/7/events 1"));
  assert.doesNotMatch(parts["message-list"].textContent, /Writing/);
});

test("where nobody tells of it, it is looked at again", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const writing = { ...ANSWER, state: "streaming", body: "", created_at: new Date().toISOString() };
  let looks = 0;
  const { parts } = await workspace({
    ...BASE,
    "GET /conversations/7/messages": () => json([QUESTION, (looks += 1) > 1 ? ANSWER : writing]),
    "GET /conversations/7/events": () => new Response("", { status: 502 }),
  });
  await until(() => {
    context.mock.timers.tick(1000);
    return parts["message-list"].textContent.includes("Hello.");
  });
  assert.equal(looks, 2);
});

test("a title is changed as of when its editing began, and a refusal shows what is there", async () => {
  const { parts, asked } = await workspace({
    ...BASE,
    "GET /conversations/7": () => json({ ...LISTED, title: "Newer" }, { ETag: '"7-3"' }),
    "PATCH /conversations/7": () =>
      new Response('{"error":"This conversation was changed elsewhere."}', { status: 412 }),
  });
  const list = parts["conversation-list"];
  await until(() => list.querySelector("[data-action=rename]"));
  list.querySelector("[data-action=rename]").listeners.click();
  await until(() => list.querySelector("form"));
  assert.equal(list.querySelector("input").value, "Newer");
  list.querySelector("form").listeners.submit({ preventDefault() {} });
  await until(() => parts.notice.textContent !== "");
  assert.equal(parts.notice.textContent, "This conversation was changed elsewhere.");
  assert.equal(list.querySelector("form"), null);
  assert.equal(asked.filter((each) => each === "GET /conversations").length, 2);
});

test("who is signed out is led to the login", async () => {
  const { asked } = await workspace({ ...BASE, "GET /conversations": () => new Response("", { status: 401 }) });
  await until(() => asked.includes("go /auth/login?next=/chat"));
});

const seen = (version) => json(LISTED, { ETag: `"7-${version}"` });
const looks = (asked, path = "/conversations/7") =>
  asked.filter((each) => each === `GET ${path}`).length;

for (const event of ["focus", "visibilitychange"]) {
  test(`what was said elsewhere is shown to whom comes back (${event})`, async () => {
    let said = [];
    const { parts, listeners } = await workspace({
      ...BASE,
      "GET /conversations/7": () => seen(said.length),
      "GET /conversations/7/messages": () => json(said),
    });
    await until(() => parts["messages-empty"].hidden === false);
    said = [QUESTION, ANSWER];
    listeners[event]();
    await until(() => parts["message-list"].children.length === 2);
    assert.match(parts["message-list"].textContent, /Hello\./);
  });
}

test("who comes back to what is as it was finds all of it untouched", async () => {
  const { parts, asked, listeners } = await workspace({
    ...BASE,
    "GET /conversations/7": () => seen(3),
  });
  const drawn = () => [parts["message-list"].children[0], parts["conversation-list"].children[0]];
  await until(() => drawn().every(Boolean));
  const before = drawn();
  listeners.focus();
  await until(() => looks(asked, "/conversations/7/messages") === 2);
  listeners.focus();
  await until(() => looks(asked) === 2);
  await new Promise((done) => setTimeout(done, 20));
  assert.deepEqual(drawn().map((each, at) => each === before[at]), [true, true]);
  assert.equal(looks(asked, "/conversations/7/messages"), 2);
});

test("nobody looks again at a page that is hidden, or amid the change of a title", async () => {
  const { parts, asked, listeners } = await workspace({
    ...BASE,
    "GET /conversations/7": () => seen(3),
  });
  const list = parts["conversation-list"];
  await until(() => list.querySelector("[data-action=rename]"));
  document.hidden = true;
  listeners.visibilitychange();
  document.hidden = false;
  list.querySelector("[data-action=rename]").listeners.click();
  await until(() => list.querySelector("form"));
  listeners.focus();
  await new Promise((done) => setTimeout(done, 20));
  assert.equal(looks(asked), 1); // which the change of the title began with
});

test("a row of the list outlives the words of an answer", async () => {
  const started = { conversation_id: 7, user_message: QUESTION, message_id: 2, seq: 2 };
  const { parts, asked } = await workspace({
    ...BASE,
    "POST /chat/messages": () =>
      stream(["2.0", "start", started], ["2.1", "done", { message_id: 2, usage: USAGE }]),
  });
  const list = parts["conversation-list"];
  await until(() => list.children.length === 1 && looks(asked, "/conversations/7/messages") === 1);
  const [row] = list.children;
  parts.text.value = "Hello?";
  parts.composer.listeners.submit({ preventDefault() {} });
  await until(() => looks(asked, "/conversations/7/messages") === 2);
  assert.equal(list.children[0], row);
});
