// Files: those that wait to be sent with the next message, and those that came with one.

import { button, element } from "./dom.js";

const UNITS = ["bytes", "KB", "MB"];

/** A size as people read it. */
export function sizeOf(bytes) {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  const size = bytes / 1024 ** power;
  return `${power === 0 ? size : size.toFixed(size < 10 ? 1 : 0)} ${UNITS[power]}`;
}

/** Links to the files that came with a message. */
export function fileLinks(attachments) {
  return element(
    "ul",
    { class: "files" },
    ...attachments.map(({ name, size, url }) =>
      element("li", {}, element("a", { href: url, download: "" }, name), ` (${sizeOf(size)})`),
    ),
  );
}

/** Take the files that are dropped onto a part of the page. */
export function takeDropped(place, onFiles) {
  place.addEventListener("dragover", (event) => {
    if (event.dataTransfer.types.includes("Files")) {
      event.preventDefault();
    }
  });
  place.addEventListener("drop", (event) => {
    if (event.dataTransfer.files.length > 0) {
      event.preventDefault(); // the browser would leave the page and show the file
      onFiles([...event.dataTransfer.files]);
    }
  });
}

/** Fill the list of the files that wait; each can be taken back. */
export function renderWaiting(list, files, onRemove) {
  list.replaceChildren(
    ...files.map((file) =>
      element(
        "li",
        {},
        `${file.name} (${sizeOf(file.size)}) `,
        button("Remove", () => onRemove(file), {
          class: "quiet",
          "aria-label": `Remove ${file.name}`,
        }),
      ),
    ),
  );
  list.hidden = files.length === 0;
}
