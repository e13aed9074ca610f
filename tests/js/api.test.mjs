import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { createApi, errorText, isSignedOut, itemsOf, olderThan } from "../../modern/static/js/api.js";

/** A server that gives the answers in turn and remembers what it was asked. */
function serving(...answers) {
  const asked = [];
  let signedOut = 0;
  const fetch = async (path, options) => {
    asked.push({ path, ...options });
    const answer = answers.shift();
    if (answer instanceof Error) {
      throw answer;
    }
    return answer;
  };
  const api = createApi({ csrfToken: "token", onSignedOut: () => (signedOut += 1), fetch });
  return { api, asked, timesSignedOut: () => signedOut };
}

function json(body, { status = 200, headers = {} } = {}) {
  return new Response(JSON.stringify(body), { status, headers });
}

/** An answer as fetch gives it after following a redirect. */
function redirected(url, status = 200) {
  const response = new Response("<!doctype html>", { status });
  Object.defineProperties(response, { redirected: { value: true }, url: { value: url } });
  return response;
}

const many = (count, start = 1) => Array.from({ length: count }, (_, at) => ({ seq: start + at }));

describe("either application may answer", () => {
  test("a list is an array or a page", () => {
    assert.deepEqual(itemsOf([1, 2]), [1, 2]);
    assert.deepEqual(itemsOf({ items: [1, 2], page: 1 }), [1, 2]);
  });

  test("an error is {error} or a Problem", () => {
    assert.equal(errorText({ error: "No." }, 400), "No.");
    assert.equal(errorText({ detail: "No.", title: "Bad" }, 422), "No.");
    assert.equal(errorText(null, 502), "The server answered with 502.");
  });

  test("signed out is a 401 or the login page", () => {
    assert.equal(isSignedOut(json({}, { status: 401 })), true);
    assert.equal(isSignedOut(redirected("http://host/auth/login?next=/chat")), true);
    assert.equal(isSignedOut(redirected("http://host/auth/login", 405)), true);
    assert.equal(isSignedOut(redirected("http://host/chat")), false);
    assert.equal(isSignedOut(json([])), false);
  });

  test("older messages are behind the cursor, or behind a full array", () => {
    assert.equal(olderThan({ items: [], next_cursor: "7" }), "7");
    assert.equal(olderThan({ items: [], next_cursor: null }), null);
    assert.equal(olderThan(many(50, 7)), "7");
    assert.equal(olderThan(many(49)), null);
    assert.equal(olderThan([]), null);
  });

  for (const status of [200, 201]) {
    test(`a create may answer ${status}`, async () => {
      const { api } = serving(json({ id: 8 }, { status }));
      assert.deepEqual(await api.createConversation("guide"), { id: 8 });
    });
  }
});

describe("calls", () => {
  test("a list is fetched to its end", async () => {
    const { api, asked } = serving(json(many(100)), json({ items: many(1) }));

    assert.equal((await api.listConversations("archived")).length, 101);
    assert.deepEqual(
      asked.map(({ path }) => path),
      [1, 2].map((page) => `/conversations?status=archived&page=${page}&per_page=100`),
    );
  });

  test("only unsafe calls carry the token", async () => {
    const { api, asked } = serving(json([]), json({ success: true }));
    await api.listConversations("open");
    await api.deleteConversation(3);

    assert.deepEqual(
      asked.map(({ method, headers }) => [method, headers["X-CSRFToken"]]),
      [["GET", undefined], ["DELETE", "token"]],
    );
  });

  test("a change is based on the tag of the newest version", async () => {
    const { api, asked } = serving(
      json({}, { headers: { ETag: '"3-7"' } }),
      json({ id: 3, title: "New" }),
    );

    assert.equal((await api.changeConversation(3, { title: "New" })).title, "New");
    assert.deepEqual([asked[0].method, asked[0].path], ["GET", "/conversations/3"]);
    assert.equal(asked[1].method, "PATCH");
    assert.equal(asked[1].headers["If-Match"], '"3-7"');
    assert.equal(asked[1].body, '{"title":"New"}');
  });

  test("messages before a place are asked for", async () => {
    const { api, asked } = serving(json({ items: many(2), next_cursor: null }));

    assert.deepEqual(await api.listMessages(3, "9"), { items: many(2), older: null });
    assert.equal(asked[0].path, "/conversations/3/messages?limit=50&before=9");
  });
});

describe("failures", () => {
  test("a refusal has the server's sentence and status", async () => {
    const { api } = serving(json({ error: "Changed elsewhere." }, { status: 412 }));

    await assert.rejects(api.deleteConversation(3), {
      name: "ApiError",
      message: "Changed elsewhere.",
      status: 412,
    });
  });

  test("a page where JSON was due is a failure", async () => {
    const { api } = serving(new Response("<h1>Bad Gateway</h1>", { status: 502 }));

    await assert.rejects(api.freshConversation(), { message: "The server answered with 502." });
  });

  test("a server that can't be reached is a sentence", async () => {
    const { api } = serving(new TypeError("fetch failed"));

    await assert.rejects(api.freshConversation(), {
      message: "The server can't be reached. Try again.",
      status: 0,
    });
  });

  test("who is signed out is told so once a call", async () => {
    const { api, timesSignedOut } = serving(redirected("http://host/auth/login", 405));

    await assert.rejects(api.deleteConversation(3), { status: 401 });
    assert.equal(timesSignedOut(), 1);
  });
});
