// The messages of the open conversation.

import { button, element } from "./dom.js";

const SENDERS = { user: "You", assistant: "Assistant", system: "System" };

/** The moment that a time of the server names; without an offset it is UTC. */
export function instant(text) {
  return new Date(/(Z|[+-]\d\d:\d\d)$/.test(text) ? text : `${text}Z`);
}

/** Fill the list; `onOlder` is null where there is nothing older to show. */
export function renderMessages(list, messages, onOlder) {
  const older = onOlder
    ? [element("li", { class: "older" }, button("Show older messages", onOlder, { class: "quiet" }))]
    : [];
  list.replaceChildren(...older, ...messages.map(renderMessage));
}

function renderMessage(message) {
  const when = instant(message.created_at);
  return element(
    "li",
    { class: `message ${message.sender}` },
    element(
      "header",
      {},
      element("span", {}, SENDERS[message.sender] ?? message.sender),
      element("time", { datetime: when.toISOString() }, when.toLocaleString()),
    ),
    element("p", { class: "body" }, message.body),
  );
}
