// What the server wrote into the page for the script.

/** Read the page's settings; the ids and names are those of the templates. */
export function readConfig(page) {
  const section = page.getElementById("conversation");
  return Object.freeze({
    csrfToken: page.querySelector('meta[name="csrf-token"]').content,
    conversationId: section ? Number(section.dataset.conversationId) : null,
    defaultAssistant: section?.dataset.defaultAssistant || "guide",
    feedback: JSON.parse(section?.dataset.feedback || "{}"),
  });
}
