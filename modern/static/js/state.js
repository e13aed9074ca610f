// What the page shows, in one frozen value that is replaced as a whole.

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
