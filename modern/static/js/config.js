// What the server wrote into the page for the script.

/** Read the page's settings; the ids and names are those of chat.html. */
export function readConfig(page) {
  const section = page.getElementById("conversation");
  return Object.freeze({
    csrfToken: page.querySelector('meta[name="csrf-token"]').content,
    conversationId: Number(section.dataset.conversationId),
    defaultAssistant: section.dataset.defaultAssistant || "guide",
  });
}
