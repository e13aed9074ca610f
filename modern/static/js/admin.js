// The admin area: what the buttons of accounts do, and the clean-up.

import { showNotice } from "./ui.js";

/** What the form of an account asks to change, as the server wants it. */
export function changesOf(form) {
  const fields = new FormData(form);
  return {
    display_name: fields.get("display_name"),
    role: fields.get("role"),
    monthly_quota: Number(fields.get("monthly_quota")),
    ...(fields.get("reset_usage") ? { reset_usage: true } : {}),
  };
}

/** Wire the pages of the admin area up. */
export function startAdmin(page, api, { confirm, reload }) {
  const notice = page.getElementById("notice");

  async function attempt(work, after = reload) {
    try {
      after(await work());
    } catch (error) {
      showNotice(notice, error.message);
    }
  }

  page.getElementById("accounts")?.addEventListener("click", ({ target }) => {
    const { action } = target.dataset;
    if (!action || (action === "delete" && !confirm("Delete this account and all it has?"))) {
      return;
    }
    attempt(() => api.actOnUser(userOf(target), action));
  });

  page.getElementById("accounts")?.addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(() => api.actOnUser(userOf(event.target), "update", changesOf(event.target)));
  });

  page.getElementById("cleanup")?.addEventListener("submit", (event) => {
    event.preventDefault();
    const wanted = {
      older_than_days: Number(event.target.elements.older_than_days.value),
      dry_run: event.submitter?.value !== "0",
    };
    attempt(
      () => api.cleanUp(wanted),
      ({ message }) => showNotice(notice, message),
    );
  });
}

function userOf(node) {
  return node.closest("[data-user-id]").dataset.userId;
}
