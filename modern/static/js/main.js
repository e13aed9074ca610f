// The workspace page: what each button does, and what is drawn when the state changes.

import { createApi } from "./api.js";
import { readConfig } from "./config.js";
import { focusRow, renderConversations } from "./conversations.js";
import { renderMessages } from "./messages.js";
import { createState } from "./state.js";
import { pressFilter, showNotice } from "./ui.js";

const LOGIN = "/auth/login?next=/chat";
// The list shows something that is not so any more.
const OUTDATED = new Set([404, 412]);

const config = readConfig(document);
const page = {
  create: document.getElementById("new-conversation"),
  filters: document.querySelectorAll(".filters button"),
  list: document.getElementById("conversation-list"),
  listEmpty: document.getElementById("list-empty"),
  section: document.getElementById("conversation"),
  title: document.getElementById("conversation-title"),
  messages: document.getElementById("message-list"),
  messagesEmpty: document.getElementById("messages-empty"),
  notice: document.getElementById("notice"),
};

const api = createApi({
  csrfToken: config.csrfToken,
  onSignedOut: () => window.location.assign(LOGIN),
});

const state = createState(
  {
    status: "open",
    conversations: [],
    loaded: false,
    openId: config.conversationId,
    editingId: null,
  },
  draw,
);

function draw(now) {
  pressFilter(page.filters, now.status);
  renderConversations(page.list, now, actions);
  page.listEmpty.hidden = !now.loaded || now.conversations.length > 0;
  const open = now.conversations.find(({ id }) => id === now.openId);
  if (open) {
    page.title.textContent = open.title || "New conversation";
  }
}

const actions = {
  startRename(id) {
    state.change({ editingId: id });
    focusRow(page.list, id, "input");
  },

  cancelRename(id) {
    state.change({ editingId: null });
    focusRow(page.list, id, "[data-action=rename]");
  },

  async rename(id, title) {
    await perform("Renamed.", async () => {
      await api.changeConversation(id, { title });
      state.change({ editingId: null });
    });
    focusRow(page.list, id, "a");
  },

  archive: (id) => perform("Archived.", () => api.changeConversation(id, { status: "archived" })),

  reopen: (id) => perform("Reopened.", () => api.changeConversation(id, { status: "open" })),

  async remove(id) {
    if (!window.confirm("Delete this conversation?")) {
      return;
    }
    await perform("Deleted.", async () => {
      await api.deleteConversation(id);
      if (id === state.get().openId) {
        await open(await api.freshConversation());
      }
    });
  },

  async create() {
    page.create.disabled = true;
    await perform("Created.", async () => {
      const made = await api.createConversation(config.defaultAssistant);
      state.change({ status: "open" });
      await open(made);
    });
    page.create.disabled = false;
  },

  async filter(status) {
    state.change({ status, conversations: [], loaded: false, editingId: null });
    await attempt(loadConversations);
  },
};

/** Do something, load the list again, and then say that it is done. */
async function perform(done, work) {
  await attempt(async () => {
    await work();
    await loadConversations();
    showNotice(page.notice, done);
  });
}

async function attempt(work) {
  try {
    await work();
  } catch (error) {
    if (OUTDATED.has(error.status)) {
      await loadConversations().catch(() => {});
    }
    showNotice(page.notice, error.message);
  }
}

let latestLoad = 0;

async function loadConversations() {
  latestLoad += 1;
  const thisLoad = latestLoad;
  const conversations = await api.listConversations(state.get().status);
  // An answer that comes after a newer question would show what is not so any more.
  if (thisLoad === latestLoad) {
    state.change({ conversations, loaded: true });
  }
}

async function loadMessages() {
  const { openId } = state.get();
  const { items, older } = await api.listMessages(openId);
  if (openId === state.get().openId) {
    showMessages(openId, items, older);
  }
}

function showMessages(id, items, older) {
  const showOlder = async () => {
    const earlier = await api.listMessages(id, older);
    showMessages(id, [...earlier.items, ...items], earlier.older);
  };
  renderMessages(page.messages, items, older && (() => attempt(showOlder)));
  page.messagesEmpty.hidden = items.length > 0;
}

/** Show a conversation in place of the present one, under its own address. */
async function open({ id, title }) {
  window.history.pushState(null, "", `/chat?conversation=${id}`);
  page.section.dataset.conversationId = id;
  page.title.textContent = title || "New conversation";
  state.change({ openId: id });
  await loadMessages();
}

page.create.addEventListener("click", actions.create);
for (const button of page.filters) {
  button.addEventListener("click", () => actions.filter(button.dataset.status));
}
window.addEventListener("popstate", () => window.location.reload());

attempt(loadConversations);
attempt(loadMessages);
