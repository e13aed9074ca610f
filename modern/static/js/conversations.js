// The list of conversations, and the small form that renames one of them.

import { button, element } from "./dom.js";
import { plain } from "./markdown.js";

/** What a conversation is called in the list. */
export function titleOf(conversation) {
  return conversation.title || "Untitled";
}

/** Fill the list with the conversations of the state; `actions` do what its buttons say. */
export function renderConversations(list, state, actions) {
  list.replaceChildren(...state.conversations.map((each) => renderRow(each, state, actions)));
}

/** Fill the list with what a search found. */
export function renderHits(list, hits) {
  list.replaceChildren(
    ...hits.map(({ conversation_id, title, snippet }) =>
      element(
        "li",
        { class: "row" },
        element("a", linkAttributes(conversation_id, false), titleOf({ title })),
        element("p", { class: "preview" }, plain(snippet)),
      ),
    ),
  );
}

/** Put the focus back into a row that was drawn anew; without the row, nothing happens. */
export function focusRow(list, id, selector) {
  list.querySelector(`[data-id="${id}"] ${selector}`)?.focus();
}

function renderRow(conversation, state, actions) {
  const { id, pinned, preview } = conversation;
  const isCurrent = id === state.openId;
  const kinds = ["row", isCurrent && "current", pinned && "pinned"].filter(Boolean);
  const name =
    id === state.editingId
      ? renameForm(conversation, actions)
      : element("a", linkAttributes(id, isCurrent), titleOf(conversation));
  return element(
    "li",
    { class: kinds.join(" "), "data-id": id },
    name,
    ...(preview ? [element("p", { class: "preview" }, plain(preview))] : []),
    tools(conversation, actions),
  );
}

function linkAttributes(id, isCurrent) {
  const attributes = { href: `/chat?conversation=${id}` };
  return isCurrent ? { ...attributes, "aria-current": "page" } : attributes;
}

function tools({ id, status }, actions) {
  const filing =
    status === "archived"
      ? button("Reopen", () => actions.reopen(id))
      : button("Archive", () => actions.archive(id));
  return element(
    "div",
    { class: "tools" },
    button("Rename", () => actions.startRename(id), { "data-action": "rename" }),
    filing,
    button("Delete", () => actions.remove(id), { class: "danger" }),
  );
}

function renameForm({ id, title }, actions) {
  const input = element("input", { type: "text", "aria-label": "Title", maxlength: 200 });
  input.value = title ?? "";
  return element(
    "form",
    {
      class: "rename",
      onsubmit: (event) => {
        event.preventDefault();
        actions.rename(id, input.value);
      },
      onkeydown: (event) => event.key === "Escape" && actions.cancelRename(id),
    },
    input,
    element("button", { type: "submit" }, "Save"),
  );
}
