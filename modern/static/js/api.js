// Talk to the server. While routes move between two applications, either of them may answer any
// call: a list may be a bare array or a page, an error may be {"error"} or a Problem, and a
// signed-out call may be a 401 or a redirect that ends on the login page.

const LOGIN_PATH = "/auth/login";
const PER_PAGE = 100;
const MESSAGES = 50;

/** A call that the server refused, or that never reached it; the message is for people. */
export class ApiError extends Error {
  constructor(message, status) {
    super(message);
    this.name = "ApiError";
    this.status = status;
  }
}

/** The items of a list in either shape. */
export function itemsOf(body) {
  return Array.isArray(body) ? body : body.items;
}

/** What leads to the messages before these, or null; a bare array tells it by its length. */
export function olderThan(body, limit = MESSAGES) {
  if (!Array.isArray(body)) {
    return body.next_cursor ?? null;
  }
  return body.length === limit ? String(body[0].seq) : null;
}

/** The sentence of an error in either shape. */
export function errorText(body, status) {
  return body?.detail || body?.error || `The server answered with ${status}.`;
}

/** Whether the answer means that nobody is signed in any more. */
export function isSignedOut(response) {
  return (
    response.status === 401 ||
    (response.redirected && new URL(response.url).pathname === LOGIN_PATH)
  );
}

/** The calls that the page makes; `onSignedOut` is told before such a call fails. */
export function createApi({ csrfToken, onSignedOut, fetch = globalThis.fetch.bind(globalThis) }) {
  async function send(method, path, { body, headers = {} } = {}) {
    const options = { method, headers: { Accept: "application/json", ...headers } };
    if (method !== "GET") {
      options.headers["X-CSRFToken"] = csrfToken;
    }
    if (body !== undefined) {
      options.headers["Content-Type"] = "application/json";
      options.body = JSON.stringify(body);
    }
    return understood(await reached(fetch(path, options)));
  }

  async function understood(response) {
    if (isSignedOut(response)) {
      onSignedOut();
      throw new ApiError("Sign in to continue.", 401);
    }
    const body = await response.json().catch(() => null);
    if (!response.ok || body === null) {
      throw new ApiError(errorText(body, response.status), response.status);
    }
    return { body, etag: response.headers.get("ETag") };
  }

  const one = (id) => `/conversations/${id}`;

  return {
    async listConversations(status) {
      const found = [];
      for (let page = 1; ; page += 1) {
        const path = `/conversations?status=${status}&page=${page}&per_page=${PER_PAGE}`;
        const items = itemsOf((await send("GET", path)).body);
        found.push(...items);
        if (items.length < PER_PAGE) {
          return found;
        }
      }
    },

    async createConversation(assistantKey) {
      const sent = { body: { assistant_key: assistantKey } };
      return (await send("POST", "/conversations", sent)).body;
    },

    async freshConversation() {
      return (await send("POST", "/conversations/fresh")).body;
    },

    async changeConversation(id, changes) {
      const { etag } = await send("GET", one(id));
      const headers = { "If-Match": etag };
      return (await send("PATCH", one(id), { body: changes, headers })).body;
    },

    async deleteConversation(id) {
      await send("DELETE", one(id));
    },

    async listMessages(id, before = null) {
      const older = before === null ? "" : `&before=${before}`;
      const { body } = await send("GET", `${one(id)}/messages?limit=${MESSAGES}${older}`);
      return { items: itemsOf(body), older: olderThan(body) };
    },
  };
}

async function reached(answer) {
  try {
    return await answer;
  } catch {
    throw new ApiError("The server can't be reached. Try again.", 0);
  }
}
