// As much of a document as the modules need to make elements, for tests under Node.

class Node {
  constructor(tag) {
    Object.assign(this, { tag, attributes: {}, listeners: {}, children: [], dataset: {} });
  }

  setAttribute(name, value) {
    this.attributes[name] = String(value);
  }

  addEventListener(name, listener) {
    this.listeners[name] = listener;
  }

  append(...children) {
    this.children.push(...children);
  }

  replaceChildren(...children) {
    this.children = children;
  }

  /** All elements below with a tag, in the order of the page. */
  all(tag) {
    const below = this.children.filter((child) => child instanceof Node);
    return below.flatMap((child) => [...(child.tag === tag ? [child] : []), ...child.all(tag)]);
  }

  get textContent() {
    return this.children.map((child) => child.textContent ?? String(child)).join("");
  }

  set textContent(text) {
    this.children = [text];
  }
}

globalThis.document = { createElement: (tag) => new Node(tag) };

/** An element that stands alone. */
export const node = (tag = "div") => new Node(tag);

/** A page in which elements are found by their id. */
export const pageOf = (elements) => ({ getElementById: (id) => elements[id] ?? null });
