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
  if (body?.errors?.length > 0) {
    return body.errors[0].msg;
  }
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
  async function send(method, path, { body, form, headers = {} } = {}) {
    const options = { method, headers: { Accept: "application/json", ...headers } };
    if (method !== "GET") {
      options.headers["X-CSRFToken"] = csrfToken;
    }
    if (body !== undefined) {
      options.headers["Content-Type"] = "application/json";
      options.body = JSON.stringify(body);
    }
    if (form !== undefined) {
      options.body = form; // the browser writes the type with its boundary
    }
    return understood(await reached(fetch(path, options)));
  }

  async function understood(response) {
    refuseSignedOut(response);
    const body = await response.json().catch(() => null);
    if (!response.ok || body === null) {
      throw new ApiError(errorText(body, response.status), response.status);
    }
    return { body, etag: response.headers.get("ETag") };
  }

  function refuseSignedOut(response) {
    if (isSignedOut(response)) {
      onSignedOut();
      throw new ApiError("Sign in to continue.", 401);
    }
  }

  /** A call that is answered by a stream; what is no stream is a refusal. */
  async function openStream(path, options) {
    const response = await reached(fetch(path, options));
    refuseSignedOut(response);
    if (!response.headers.get("Content-Type")?.startsWith("text/event-stream")) {
      throw new ApiError(
        errorText(await response.json().catch(() => null), response.status),
        response.status,
      );
    }
    return response;
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

    /** A conversation, and what says later whether it is still as it was seen now. */
    async seeConversation(id) {
      const { body, etag } = await send("GET", one(id));
      return { conversation: body, etag };
    },

    async changeConversation(id, changes, seen = null) {
      const etag = seen ?? (await send("GET", one(id))).etag;
      const headers = { "If-Match": etag };
      return (await send("PATCH", one(id), { body: changes, headers })).body;
    },

    async deleteConversation(id) {
      await send("DELETE", one(id));
    },

    async clearConversation(id) {
      return (await send("POST", `${one(id)}/clear`)).body;
    },

    async search(words) {
      return itemsOf((await send("GET", `/conversations/search?q=${encodeURIComponent(words)}`)).body);
    },

    sendMessage(conversationId, { text, token, files }, signal) {
      const body = {
        conversation_id: conversationId,
        text,
        client_token: token,
        attachment_ids: files.map(({ id }) => id),
      };
      const headers = { "X-CSRFToken": csrfToken, "Content-Type": "application/json" };
      const options = { method: "POST", headers, body: JSON.stringify(body), signal };
      return openStream("/chat/messages", options);
    },

    /** What becomes of the messages after a `seq`, as it happens. */
    watchMessages(id, seq, signal) {
      return openStream(`${one(id)}/events`, { headers: { "Last-Event-ID": String(seq) }, signal });
    },

    async upload(conversationId, file) {
      const form = new FormData();
      form.append("conversation_id", conversationId);
      form.append("file", file);
      return (await send("POST", "/attachments", { form })).body;
    },

    async removeAttachment(id) {
      await send("DELETE", `/attachments/${id}`);
    },

    async rate(messageId, rating, comment = null) {
      const body = { message_id: messageId, rating, comment };
      return (await send("POST", "/feedback", { body })).body;
    },

    /** Enrol with an assistant, or leave it. */
    async enrol(key, wanted) {
      const method = wanted ? "POST" : "DELETE";
      return (await send(method, `/assistants/${encodeURIComponent(key)}/enrolment`)).body;
    },

    async changePassword(current, wanted) {
      const body = { current_password: current, new_password: wanted };
      return (await send("POST", "/auth/update-password", { body })).body;
    },

    async signOutElsewhere() {
      return (await send("DELETE", "/auth/sessions")).body;
    },

    async actOnUser(id, action, changes) {
      const sent = changes === undefined ? {} : { body: changes };
      const { body } = await send("POST", `/admin/users/${id}/${action}`, sent);
      return accepted(body);
    },

    async cleanUp(wanted) {
      return accepted((await send("POST", "/admin/cleanup", { body: wanted })).body);
    },

    async listMessages(id, before = null) {
      const older = before === null ? "" : `&before=${before}`;
      const { body } = await send("GET", `${one(id)}/messages?limit=${MESSAGES}${older}`);
      return { items: itemsOf(body), older: olderThan(body) };
    },
  };
}

/** A body, unless it is how legacy says that somebody may not do this. */
function accepted(body) {
  if (body.success === false) {
    throw new ApiError("This is for administrators.", 403);
  }
  return body;
}

async function reached(answer) {
  try {
    return await answer;
  } catch (error) {
    if (error.name === "AbortError") {
      throw error;
    }
    throw new ApiError("The server can't be reached. Try again.", 0);
  }
}
