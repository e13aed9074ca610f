// Server-Sent Events out of the body of an answer (WHATWG HTML §9.2.6): EventSource can't POST.

/** Read a stream piece by piece; `onEvent` gets {id, event, data}, the data as it stands. */
export function createParser(onEvent) {
  let rest = "";
  let fields = {};

  function line(text) {
    if (text === "") {
      if (fields.data !== undefined) {
        onEvent({ event: "message", ...fields });
      }
      fields = {};
    } else if (!text.startsWith(":")) {
      const [, name, value = ""] = /^([^:]*)(?:: ?(.*))?$/s.exec(text);
      fields[name] = name === "data" && "data" in fields ? `${fields.data}\n${value}` : value;
    }
  }

  return {
    feed(text) {
      const lines = (rest + text).split(/\r\n|\n|\r(?=.)/s);
      rest = lines.pop();
      lines.forEach(line);
    },
  };
}

const RETRY_MS = 1000;
const sleep = (duration) => new Promise((done) => setTimeout(done, duration));

/**
 * The events of a stream that is opened again where it broke off, as EventSource would; but that
 * could not say where to begin. `open` gets the last id, and may return null for “no more”.
 */
export async function* resumed(open, lastId, wait = sleep) {
  let id = lastId;
  for (let response = await open(id); response !== null; response = await open(id)) {
    try {
      for await (const event of eventsOf(response)) {
        id = event.id ?? id;
        yield event;
      }
    } catch (error) {
      if (error.name === "AbortError") {
        throw error;
      }
    }
    await wait(RETRY_MS);
  }
}

/** The events of an answer, as they come; their data is read as JSON. */
export async function* eventsOf(response) {
  const found = [];
  const parser = createParser((event) => found.push({ ...event, data: JSON.parse(event.data) }));
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) {
        return;
      }
      parser.feed(value);
      yield* found.splice(0);
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}
