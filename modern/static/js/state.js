// What the page shows, in one frozen value that is replaced as a whole.

/** The old value where the new one says the same, so that nobody takes it for news. */
export function settled(old, now) {
  return JSON.stringify(old) === JSON.stringify(now) ? old : now;
}

/** Hold a value; `change` merges new members into it and then tells the listener. */
export function createState(initial, listener = () => {}) {
  let current = Object.freeze({ ...initial });
  return {
    get: () => current,
    change(members) {
      current = Object.freeze({ ...current, ...members });
      listener(current);
    },
  };
}
