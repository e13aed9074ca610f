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

  getAttribute(name) {
    return this.attributes[name] ?? null;
  }

  removeAttribute(name) {
    delete this.attributes[name];
  }

  append(...children) {
    this.children.push(...children);
    children.filter((child) => child instanceof Node).forEach((child) => (child.parent = this));
  }

  replaceChildren(...children) {
    this.children = [];
    this.append(...children);
  }

  replaceWith(node) {
    const siblings = this.parent.children;
    siblings[siblings.indexOf(this)] = node;
    node.parent = this.parent;
  }

  get lastElementChild() {
    return this.children.at(-1) ?? null;
  }

  focus() {
    document.activeElement = this;
  }

  scrollIntoView() {}

  /** All below that a class, a tag or an attribute fits, or a few of them one in another. */
  querySelectorAll(selector) {
    const [first, ...rest] = selector.split(" ");
    const found = this.below().filter((child) => child.fits(first));
    return rest.length === 0 ? found : found.flatMap((each) => each.querySelectorAll(rest.join(" ")));
  }

  querySelector(selector) {
    return this.querySelectorAll(selector)[0] ?? null;
  }

  fits(selector) {
    const attribute = /^\[([\w-]+)="?([^"]*?)"?\]$/.exec(selector);
    if (attribute) {
      return this.attributes[attribute[1]] === attribute[2];
    }
    const classes = (this.attributes.class ?? "").split(" ");
    return selector.startsWith(".") ? classes.includes(selector.slice(1)) : this.tag === selector;
  }

  below() {
    const nodes = this.children.filter((child) => child instanceof Node);
    return nodes.flatMap((child) => [child, ...child.below()]);
  }

  /** All elements below with a tag, in the order of the page. */
  all(tag) {
    return this.below().filter((child) => child.tag === tag);
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
