// The small signs of what goes on, and the settings, which are little more than that.

// How long a notice stays, so that it covers nothing for good.
const NOTICE_MS = 10_000;

let leaving;

/** Say something to the person; a screen reader reads it out. */
export function showNotice(place, text) {
  place.textContent = text;
  clearTimeout(leaving);
  leaving = setTimeout(() => {
    place.textContent = "";
  }, NOTICE_MS);
}

/** Mark the filter button of the status as pressed, and only that. */
export function pressFilter(buttons, status) {
  for (const button of buttons) {
    button.setAttribute("aria-pressed", String(button.dataset.status === status));
  }
}

/** Offer the example questions for an assistant; a chosen one waits in the box to be sent. */
export function showSuggestions(lists, assistant) {
  for (const list of lists) {
    list.hidden = list.dataset.assistant !== assistant;
  }
}

/** Say how much of the month is used. */
export function showUsage(place, { used, limit }) {
  place.textContent = limit === null ? "" : `${used} of ${limit} messages this month`;
}

/** Wire the settings up: the password, and signing out elsewhere. */
export function startSettings(page, api) {
  const notice = page.getElementById("notice");
  const form = page.getElementById("password-form");

  async function say(work) {
    try {
      showNotice(notice, (await work()).message);
      return true;
    } catch (error) {
      showNotice(notice, error.message);
      return false;
    }
  }

  form?.addEventListener("submit", async (event) => {
    event.preventDefault();
    const { current_password: current, new_password: wanted } = form.elements;
    if (await say(() => api.changePassword(current.value, wanted.value))) {
      form.reset();
    }
  });
  page.getElementById("enrolments")?.addEventListener("click", async ({ target }) => {
    const { key } = target.dataset;
    if (key) {
      const wanted = target.getAttribute("aria-pressed") !== "true";
      await say(async () => {
        const { name, enrolled } = await api.enrol(key, wanted);
        target.setAttribute("aria-pressed", String(enrolled));
        return { message: enrolled ? `${name} is offered first.` : `${name} is left.` };
      });
    }
  });
  page.getElementById("sign-out-elsewhere")?.addEventListener("click", () => {
    say(() => api.signOutElsewhere());
  });
}
