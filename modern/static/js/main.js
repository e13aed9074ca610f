// Starts what the page at hand needs: the workspace, the settings, or the admin area.

import { startAdmin } from "./admin.js";
import { createApi } from "./api.js";
import { renderWaiting, takeDropped } from "./attachments.js";
import { createComposer } from "./composer.js";
import { readConfig } from "./config.js";
import { focusRow, renderConversations, renderHits } from "./conversations.js";
import {
  announced,
  endWith,
  grown,
  isLive,
  redrawMessage,
  renderMessages,
  showRating,
  withMessage,
} from "./messages.js";
import { eventsOf, resumed } from "./sse.js";
import { createState, settled } from "./state.js";
import { pressFilter, showNotice, showSuggestions, showUsage, startSettings } from "./ui.js";

const LOGIN = "/auth/login?next=/chat";
// The list shows something that is not so any more.
const OUTDATED = new Set([404, 412]);
// What the list of conversations is drawn from.
const LISTED = ["conversations", "hits", "openId", "editingId"];
// How long until another look at an answer whose end nobody can tell this page of.
const LOOK_AGAIN_MS = 1000;

const config = readConfig(document);
const api = createApi({
  csrfToken: config.csrfToken,
  onSignedOut: () => window.location.assign(LOGIN),
});

if (config.conversationId !== null) {
  startWorkspace();
} else {
  startSettings(document, api);
  startAdmin(document, api, {
    confirm: (question) => window.confirm(question),
    reload: () => window.location.reload(),
  });
}

function startWorkspace() {
  const find = (id) => document.getElementById(id);
  const page = {
    create: find("new-conversation"),
    assistant: find("assistant"),
    search: find("search"),
    filters: document.querySelectorAll(".filters button"),
    list: find("conversation-list"),
    listEmpty: find("list-empty"),
    section: find("conversation"),
    title: find("conversation-title"),
    pin: find("pin"),
    clear: find("clear"),
    exports: document.querySelectorAll("#exports a"),
    log: find("message-log"),
    messages: find("message-list"),
    messagesEmpty: find("messages-empty"),
    suggestions: document.querySelectorAll("#messages-empty .suggestions"),
    text: find("text"),
    waiting: find("waiting-files"),
    usage: find("usage"),
    notice: find("notice"),
  };

  const state = createState(
    {
      status: "open",
      conversations: [],
      hits: null,
      loaded: false,
      openId: config.conversationId,
      editingId: null,
      editingSeen: null,
      messages: [],
      read: false,
      older: null,
      files: [],
      writing: null,
    },
    draw,
  );

  const composer = createComposer(
    { form: find("composer"), text: page.text, send: find("send"), stop: find("stop") },
    {
      onSend: say,
      onStop: () => state.get().writing?.abort(),
      onFiles: (files) => files.forEach(attach),
    },
  );

  let drawn = {};

  function draw(now) {
    pressFilter(page.filters, now.status);
    // Not at each word of an answer: a row that is drawn anew loses the click that began on it.
    if (LISTED.some((name) => now[name] !== drawn[name])) {
      drawList(now);
    }
    drawn = now;
    const shown = now.hits ?? now.conversations;
    page.listEmpty.textContent = now.hits === null ? "No conversations here yet." : "Nothing found.";
    page.listEmpty.hidden = !now.loaded || shown.length > 0;
    const open = now.conversations.find(({ id }) => id === now.openId);
    if (open) {
      page.title.textContent = open.title || "New conversation";
      page.pin.setAttribute("aria-pressed", String(open.pinned));
    }
    page.messagesEmpty.hidden = !now.read || now.messages.length > 0;
    showSuggestions(page.suggestions, page.section.dataset.assistant);
    renderWaiting(page.waiting, now.files, removeFile);
    composer.busy(now.writing !== null);
    // An answer is read out once it is whole, not word by word.
    page.log.setAttribute("aria-busy", String(now.writing !== null));
  }

  function drawList(now) {
    if (now.hits === null) {
      renderConversations(page.list, now, actions);
    } else {
      renderHits(page.list, now.hits);
    }
  }

  const actions = {
    feedback: { ...config.feedback },

    // The title is changed as of now: what others do to it meanwhile is not overwritten.
    startRename: (id) =>
      attempt(async () => {
        const { conversation, etag } = await api.seeConversation(id);
        const { conversations } = state.get();
        const renewed = conversations.map((each) =>
          each.id === id ? { ...each, title: conversation.title } : each,
        );
        state.change({ conversations: renewed, editingId: id, editingSeen: etag });
        focusRow(page.list, id, "input");
      }),

    cancelRename(id) {
      state.change({ editingId: null });
      focusRow(page.list, id, "[data-action=rename]");
    },

    async rename(id, title) {
      await perform("Renamed.", async () => {
        const { editingSeen } = state.get();
        await api.changeConversation(id, { title }, editingSeen).catch((error) => {
          state.change(OUTDATED.has(error.status) ? { editingId: null } : {});
          throw error;
        });
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
        const made = await api.createConversation(page.assistant.value);
        state.change({ status: "open", hits: null });
        await open(made);
      });
      page.create.disabled = false;
      page.text.focus();
    },

    async filter(status) {
      state.change({ status, conversations: [], hits: null, loaded: false, editingId: null });
      await attempt(loadConversations);
    },

    pin: () =>
      perform("Saved.", () => {
        const pinned = page.pin.getAttribute("aria-pressed") !== "true";
        return api.changeConversation(state.get().openId, { pinned });
      }),

    async clear() {
      if (!window.confirm("Delete all messages and files of this conversation?")) {
        return;
      }
      await perform("Cleared.", async () => {
        await api.clearConversation(state.get().openId);
        await loadMessages();
      });
    },

    async search(words) {
      await attempt(async () => {
        const hits = words === "" ? null : await api.search(words);
        state.change({ hits, loaded: true, editingId: null });
      });
    },

    rate: (id, rating) =>
      attempt(async () => {
        const comment = actions.feedback[id]?.comment ?? null;
        showNotice(page.notice, (await api.rate(id, rating, comment)).message);
        actions.feedback[id] = { rating, comment };
        showRating(page.messages, id, rating);
      }),

    comment: (id, comment) =>
      attempt(async () => {
        const { rating } = actions.feedback[id];
        showNotice(page.notice, (await api.rate(id, rating, comment)).message);
        actions.feedback[id] = { rating, comment };
      }),
  };

  // Saying something, and being answered.

  /** Send a message and show the answer as it is written; false if it was not taken. */
  async function say(text, token) {
    const { openId, files } = state.get();
    const writing = new AbortController();
    state.change({ writing });
    showNotice(page.notice, "");
    let taken = false;
    try {
      const answer = await api.sendMessage(openId, { text, token, files }, writing.signal);
      taken = true;
      state.change({ files: [] });
      await follow(openId, eventsOf(answer));
    } catch (error) {
      if (error.name !== "AbortError") {
        showNotice(page.notice, error.message || "The connection was lost.");
      }
    }
    state.change({ writing: null });
    if (taken) {
      await attempt(loadConversations);
      await attempt(loadMessages);
    }
    return taken;
  }

  /** Show the events of an answer in the conversation that it belongs to, if that is open. */
  async function follow(conversationId, events) {
    let answer = null;
    for await (const event of events) {
      if (event.event === "start") {
        answer = announced(event.data);
        show(conversationId, event.data.user_message);
      } else {
        answer = grown(answer, event);
      }
      if (event.event === "done") {
        showUsage(page.usage, event.data.usage);
      } else if (event.event === "error") {
        showNotice(page.notice, event.data.message);
      }
      show(conversationId, answer);
    }
  }

  function show(conversationId, message) {
    if (conversationId !== state.get().openId) {
      return;
    }
    state.change({ messages: withMessage(state.get().messages, message) });
    redrawMessage(page.messages, message, actions);
    page.messages.lastElementChild?.scrollIntoView({ block: "nearest" });
  }

  async function attach(file) {
    await attempt(async () => {
      const kept = await api.upload(state.get().openId, file);
      state.change({ files: [...state.get().files, kept] });
    });
  }

  async function removeFile({ id }) {
    await attempt(async () => {
      await api.removeAttachment(id);
      state.change({ files: state.get().files.filter((file) => file.id !== id) });
    });
  }

  // What is there.

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
    const listed = await api.listConversations(state.get().status);
    // An answer that comes after a newer question would show what is not so any more.
    if (thisLoad === latestLoad) {
      state.change({ conversations: settled(state.get().conversations, listed), loaded: true });
    }
  }

  async function loadMessages() {
    const { openId } = state.get();
    const { items, older } = await api.listMessages(openId);
    if (openId !== state.get().openId) {
      return;
    }
    if (!state.get().read || !endWith(state.get().messages, items)) {
      showMessages(openId, items, older);
      page.messages.lastElementChild?.scrollIntoView({ block: "nearest" });
    }
    const unfinished = items.find((each) => each.state === "streaming");
    if (unfinished && state.get().writing === null) {
      watch(openId, unfinished);
    }
  }

  let seen = null;

  /**
   * Show what was said meanwhile in another window or on another device, when somebody comes back
   * to this one. It asks for the conversation's tag only, and keeps no connection open.
   */
  async function lookAgain() {
    const { openId, writing, editingId } = state.get();
    if (document.hidden || writing !== null || editingId !== null) {
      return;
    }
    const { etag } = await api.seeConversation(openId);
    if (etag !== seen) {
      seen = etag;
      await loadConversations();
      await loadMessages();
    }
  }

  let watching = null;

  /**
   * Be told of the end of an answer that was stopped here, or is streamed to another page. Only
   * for as long: a server has a thread less for others while somebody listens.
   */
  async function watch(id, unfinished) {
    watching?.abort();
    const stop = new AbortController();
    watching = stop;
    const open = (seq) =>
      isLive(unfinished) ? api.watchMessages(id, seq, stop.signal) : null;
    try {
      for await (const { data } of resumed(open, unfinished.seq - 1)) {
        show(id, data);
        if (data.state !== "streaming") {
          await attempt(loadConversations);
          await attempt(loadMessages);
          return;
        }
      }
    } catch {
      if (!stop.signal.aborted && isLive(unfinished)) {
        setTimeout(() => attempt(loadMessages), LOOK_AGAIN_MS);
      }
    }
  }

  function showMessages(id, items, older) {
    const showOlder = async () => {
      const earlier = await api.listMessages(id, older);
      showMessages(id, [...earlier.items, ...items], earlier.older);
    };
    state.change({ messages: items, read: true, older });
    renderMessages(page.messages, items, older && (() => attempt(showOlder)), actions);
  }

  /** Show a conversation in place of the present one, under its own address. */
  async function open({ id, title, assistant_key }) {
    window.history.pushState(null, "", `/chat?conversation=${id}`);
    page.section.dataset.conversationId = id;
    page.section.dataset.assistant = assistant_key;
    page.title.textContent = title || "New conversation";
    for (const link of page.exports) {
      link.href = `/conversations/${id}/export?${link.href.split("?")[1]}`;
    }
    watching?.abort();
    state.change({ openId: id, files: [] });
    await loadMessages();
  }

  page.create.addEventListener("click", actions.create);
  page.pin.addEventListener("click", actions.pin);
  page.clear.addEventListener("click", actions.clear);
  page.search.addEventListener("submit", (event) => {
    event.preventDefault();
    actions.search(page.search.elements.q.value.trim());
  });
  page.search.elements.q.addEventListener("search", ({ target }) => {
    if (target.value === "") {
      actions.search("");
    }
  });
  takeDropped(page.section, (files) => files.forEach(attach));
  for (const button of page.filters) {
    button.addEventListener("click", () => actions.filter(button.dataset.status));
  }
  page.messagesEmpty.addEventListener("click", ({ target }) => {
    if (target.type === "button") {
      page.text.value = target.textContent;
      page.text.focus();
    }
  });
  // On a small window the messages come first.
  find("conversations").open = !window.matchMedia("(max-width: 720px)").matches;
  window.addEventListener("popstate", () => window.location.reload());
  window.addEventListener("focus", () => attempt(lookAgain));
  document.addEventListener("visibilitychange", () => attempt(lookAgain));

  attempt(loadConversations);
  attempt(loadMessages);
}
