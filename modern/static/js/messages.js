// The messages of the open conversation.

import { fileLinks } from "./attachments.js";
import { button, element } from "./dom.js";
import { render } from "./markdown.js";
import { settled } from "./state.js";

const SENDERS = { user: "You", assistant: "Assistant", system: "System" };
const SHORT = { dateStyle: "medium", timeStyle: "short" };
const RATINGS = [1, 2, 3, 4, 5];
// After two minutes the server gives an answer up; some more for clocks that differ.
const TURN_MS = 180_000;

/** The moment that a time of the server names; without an offset it is UTC. */
export function instant(text) {
  return new Date(/(Z|[+-]\d\d:\d\d)$/.test(text) ? text : `${text}Z`);
}

/** A message with what an event of its answer adds to it. */
export function grown(message, { event, data }) {
  switch (event) {
    case "delta":
      return { ...message, body: message.body + data.text };
    case "table":
      return { ...message, kind: "table", data };
    case "done":
      return { ...message, state: "complete" };
    case "error":
      return { ...message, state: "failed" };
    default:
      return message;
  }
}

/** The answer that an event announces, before there is any of it. */
export function announced({ message_id, seq, user_message }) {
  return {
    id: message_id,
    seq,
    sender: "assistant",
    kind: "text",
    body: "",
    data: null,
    state: "streaming",
    attachments: [],
    created_at: user_message.created_at,
  };
}

/** The messages with one of them in the place of the one with its id, or at the end. */
export function withMessage(messages, message) {
  return messages.some(({ id }) => id === message.id)
    ? messages.map((each) => (each.id === message.id ? message : each))
    : [...messages, message];
}

/** Whether the newest of these messages are those, word for word. */
export function endWith(messages, newest) {
  const end = messages.slice(Math.max(0, messages.length - newest.length));
  return (messages.length === 0) === (newest.length === 0) && settled(end, newest) === end;
}

/** Fill the list; `onOlder` is null where there is nothing older to show. */
export function renderMessages(list, messages, onOlder, actions) {
  const older = onOlder
    ? [element("li", { class: "older" }, button("Show older messages", onOlder, { class: "quiet" }))]
    : [];
  list.replaceChildren(...older, ...messages.map((each) => renderMessage(each, actions)));
}

/** Draw one message anew, and leave the others alone. */
export function redrawMessage(list, message, actions) {
  const old = list.querySelector(`[data-message-id="${message.id}"]`);
  const drawn = renderMessage(message, actions);
  if (old) {
    old.replaceWith(drawn);
  } else {
    list.append(drawn);
  }
}

/** Fill as many stars of an answer as were given, and offer to say why. */
export function showRating(list, id, rating) {
  const answer = list.querySelector(`[data-message-id="${id}"]`);
  for (const star of answer?.querySelectorAll(".star") ?? []) {
    star.setAttribute("aria-pressed", String(Number(star.dataset.rating) <= rating));
  }
  answer?.querySelector(".comment").removeAttribute("hidden");
}

/** Whether somebody may still be writing an answer, by the time when it was begun. */
export function isLive({ created_at }, now = Date.now()) {
  return now - instant(created_at).getTime() < TURN_MS;
}

function renderMessage(message, actions) {
  const when = instant(message.created_at);
  return element(
    "li",
    { class: `message ${message.sender} ${message.state}`, "data-message-id": message.id },
    element(
      "header",
      {},
      element("span", {}, SENDERS[message.sender] ?? message.sender),
      element("time", { datetime: when.toISOString() }, when.toLocaleString([], SHORT)),
    ),
    body(message),
    ...(message.data?.rows ? [table(message.data, message.body)] : []),
    ...(message.attachments.length > 0 ? [fileLinks(message.attachments)] : []),
    ...footer(message, actions),
  );
}

function body({ sender, body: text }) {
  return sender === "assistant"
    ? element("div", { class: "body" }, ...render(text))
    : element("p", { class: "body" }, text);
}

function table({ caption, columns, rows }, text) {
  const kinds = columns.map(({ kind }) => kind);
  const cell = (value, at) => element("td", { class: kinds[at] }, value ?? "");
  return element(
    "div",
    { class: "scroll", tabindex: 0, role: "region", "aria-label": caption || "Table" },
    element(
      "table",
      {},
      // What the text above says need not be read twice.
      ...(caption && !text.includes(caption) ? [element("caption", {}, caption)] : []),
      element(
        "thead",
        {},
        element("tr", {}, ...columns.map(({ name, kind }) => heading(name, kind))),
      ),
      element("tbody", {}, ...rows.map((row) => element("tr", {}, ...row.map(cell)))),
    ),
  );
}

function heading(name, kind) {
  return element("th", { scope: "col", class: kind }, name);
}

function footer(message, actions) {
  if (message.state === "streaming") {
    return [element("p", { class: "hint" }, "Writing…")];
  }
  if (message.state === "failed") {
    return [element("p", { class: "error" }, "This answer was not finished.")];
  }
  return message.sender === "assistant" && actions ? [ratings(message, actions)] : [];
}

function ratings({ id }, actions) {
  const { rating: given = 0, comment } = actions.feedback[id] ?? {};
  const stars = RATINGS.map((rating) =>
    button("★", () => actions.rate(id, rating), {
      "aria-label": `Rate this answer ${rating} of 5`,
      "aria-pressed": rating <= given,
      class: "star",
      "data-rating": rating,
    }),
  );
  return element(
    "div",
    { class: "ratings" },
    element("div", { role: "group", "aria-label": "Rating" }, ...stars),
    commentForm(id, given, comment, actions),
  );
}

function commentForm(id, given, comment, actions) {
  const input = element("input", { type: "text", "aria-label": "Comment", maxlength: 1000 });
  input.value = comment ?? "";
  const onsubmit = (event) => {
    event.preventDefault();
    actions.comment(id, input.value);
  };
  const hidden = given === 0 ? { hidden: "" } : {};
  return element(
    "details",
    { class: "comment", ...hidden },
    element("summary", {}, "Comment"),
    element("form", { onsubmit }, input, element("button", { class: "quiet" }, "Save")),
  );
}
