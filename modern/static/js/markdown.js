// The Markdown of answers: read into a tree of plain values, and drawn as elements.
//
// Only what assistants write is understood; everything else stays the text that it is. No HTML of
// the text is ever read, and a link leads to this site, to the web, or to a mail program.

import { element } from "./dom.js";

const SAFE_LINK = /^(https?:\/\/|mailto:|\/(?![/\\])|#)/i;
const INLINE =
  /(?<code>`+)(?<coded>.+?)\k<code>(?!`)|\*\*(?<strong>\S(?:.*?\S)?)\*\*|\*(?<em>[^\s*](?:[^*]*[^\s*])?)\*|\[(?<label>[^\]]+)\]\((?<href>[^()\s]+)\)/s;

/** The blocks of a text: {type, …} with inline children as [{type, text | children}]. */
export function parse(text) {
  const lines = text.replace(/\r\n?/g, "\n").split("\n");
  const blocks = [];
  while (lines.length > 0) {
    if (lines[0].trim() === "") {
      lines.shift();
    } else {
      blocks.push(BLOCKS.map((read) => read(lines)).find(Boolean) ?? paragraph(lines));
    }
  }
  return blocks;
}

/** The text without the marks of Markdown, for a line that may be cut anywhere. */
export function plain(text) {
  return text.replace(/\[([^\]]+)\]\([^()\s]+\)/g, "$1").replace(/\*\*|`/g, "");
}

/** The text drawn as elements. */
export function render(text) {
  return parse(text).map(drawBlock);
}

const BLOCKS = [fence, heading, quote, list];

function fence(lines) {
  if (!/^```/.test(lines[0])) {
    return null;
  }
  lines.shift();
  const end = lines.findIndex((line) => /^```\s*$/.test(line));
  const code = lines.splice(0, end < 0 ? lines.length : end);
  lines.shift();
  return { type: "code", text: code.join("\n") };
}

function heading(lines) {
  const found = /^(#{1,6}) +(.*?)\s*#*$/.exec(lines[0]);
  if (!found) {
    return null;
  }
  lines.shift();
  return { type: "heading", level: found[1].length, children: inline(found[2]) };
}

function quote(lines) {
  const quoted = takeWhile(lines, (line) => /^>/.test(line));
  return quoted.length > 0
    ? { type: "quote", children: parse(quoted.map((line) => line.replace(/^> ?/, "")).join("\n")) }
    : null;
}

function list(lines) {
  const [marker, ordered] = [/^[-*] +/, /^\d{1,9}[.)] +/].flatMap((pattern, at) =>
    pattern.test(lines[0]) ? [pattern, at === 1] : [],
  );
  if (!marker) {
    return null;
  }
  const items = takeWhile(lines, (line) => marker.test(line) || /^ {2,}\S/.test(line));
  const joined = items.reduce(
    (found, line) =>
      marker.test(line)
        ? [...found, line.replace(marker, "")]
        : [...found.slice(0, -1), `${found.at(-1)}\n${line.trim()}`],
    [],
  );
  return { type: "list", ordered, items: joined.map(inline) };
}

function paragraph(lines) {
  const own = [
    lines.shift(),
    ...takeWhile(lines, (line) => line.trim() !== "" && !/^(```|#{1,6} |>|[-*] +\S)/.test(line)),
  ];
  return { type: "paragraph", children: inline(own.join("\n")) };
}

function takeWhile(lines, fits) {
  const end = lines.findIndex((line) => !fits(line));
  return lines.splice(0, end < 0 ? lines.length : end);
}

function inline(text) {
  const found = INLINE.exec(text);
  if (!found) {
    return text ? [{ type: "text", text }] : [];
  }
  const before = text.slice(0, found.index);
  const after = text.slice(found.index + found[0].length);
  return [...(before ? [{ type: "text", text: before }] : []), span(found), ...inline(after)];
}

function span({ 0: whole, groups }) {
  if (groups.code) {
    return { type: "code", text: groups.coded };
  }
  if (groups.strong) {
    return { type: "strong", children: inline(groups.strong) };
  }
  if (groups.em) {
    return { type: "em", children: inline(groups.em) };
  }
  return SAFE_LINK.test(groups.href)
    ? { type: "link", href: groups.href, children: inline(groups.label) }
    : { type: "text", text: whole };
}

const DRAWN = {
  paragraph: (block) => element("p", {}, ...drawAll(block.children)),
  // A message is no page: its headings do not belong among those of the page.
  heading: (block) => element("p", { class: "heading" }, ...drawAll(block.children)),
  quote: (block) => element("blockquote", {}, ...block.children.map(drawBlock)),
  code: (block) => element("pre", {}, element("code", {}, block.text)),
  list: (block) =>
    element(
      block.ordered ? "ol" : "ul",
      {},
      ...block.items.map((item) => element("li", {}, ...drawAll(item))),
    ),
};

function drawBlock(block) {
  return DRAWN[block.type](block);
}

function drawAll(spans) {
  return spans.map(({ type, text, href, children }) => {
    if (type === "text") {
      return text;
    }
    if (type === "link") {
      const away = href.startsWith("http") ? { rel: "noopener noreferrer", target: "_blank" } : {};
      return element("a", { href, ...away }, ...drawAll(children));
    }
    return type === "code" ? element("code", {}, text) : element(type, {}, ...drawAll(children));
  });
}
