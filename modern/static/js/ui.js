// The small signs of what goes on: the notice, and which filter is chosen.

/** Say something to the person; a screen reader reads it out. */
export function showNotice(place, text) {
  place.textContent = text;
}

/** Mark the filter button of the status as pressed, and only that. */
export function pressFilter(buttons, status) {
  for (const button of buttons) {
    button.setAttribute("aria-pressed", String(button.dataset.status === status));
  }
}
