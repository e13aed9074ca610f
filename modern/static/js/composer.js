// The form in which a message is written.

const TOKEN_BYTES = 12;

/** What marks one message, so that sending it twice is not two messages. */
export function newToken(random = crypto.getRandomValues.bind(crypto)) {
  const bytes = random(new Uint8Array(TOKEN_BYTES));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Whether a key sends the message: Enter, but not with Shift and not amid composing a letter. */
export function sends({ key, shiftKey, isComposing }) {
  return key === "Enter" && !shiftKey && !isComposing;
}

/**
 * Wire the form up. `onSend(text, token)` says whether the message was taken; until it was, the
 * text stays and keeps its token, so that trying again can't send it twice.
 */
export function createComposer({ form, text, send, stop }, { onSend, onStop, onFiles }) {
  let token = newToken();

  async function submit() {
    const written = text.value.trim();
    if (written === "" || send.disabled) {
      return;
    }
    if (await onSend(written, token)) {
      text.value = "";
      token = newToken();
    }
    text.focus();
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  text.addEventListener("keydown", (event) => {
    if (sends(event)) {
      event.preventDefault();
      submit();
    }
  });
  text.addEventListener("input", () => {
    token = newToken();
  });
  stop.addEventListener("click", onStop);
  form.elements.file.addEventListener("change", ({ target }) => {
    onFiles([...target.files]);
    target.value = "";
  });

  return {
    busy(isBusy) {
      send.disabled = isBusy;
      stop.hidden = !isBusy;
    },
  };
}
