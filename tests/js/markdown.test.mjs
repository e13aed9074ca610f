import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { parse } from "../../modern/static/js/markdown.js";

const text = (value) => ({ type: "text", text: value });
const inlineOf = (source) => parse(source)[0].children;

describe("blocks", () => {
  test("paragraphs are parted by empty lines", () => {
    assert.deepEqual(
      parse("a\nb\n\n\nc").map(({ type, children }) => [type, children[0].text]),
      [
        ["paragraph", "a\nb"],
        ["paragraph", "c"],
      ],
    );
  });

  test("lists have items, which may go on in the next line", () => {
    const [list] = parse("- one\n  more\n- two");
    assert.deepEqual([list.ordered, list.items], [false, [[text("one\nmore")], [text("two")]]]);
    assert.equal(parse("1. one\n2. two")[0].ordered, true);
  });

  test("a fence holds its text as it is, also without an end", () => {
    assert.deepEqual(parse("```py\n**x**\n```\nafter")[0], { type: "code", text: "**x**" });
    assert.deepEqual(parse("```\nopen"), [{ type: "code", text: "open" }]);
  });

  test("quotes hold blocks, headings have a level", () => {
    assert.deepEqual(parse("> a\n> b"), [
      { type: "quote", children: [{ type: "paragraph", children: [text("a\nb")] }] },
    ]);
    assert.deepEqual(parse("## T ##"), [{ type: "heading", level: 2, children: [text("T")] }]);
  });
});

describe("spans", () => {
  test("strong, emphasis and code", () => {
    assert.deepEqual(inlineOf("a **b** *c* `*d*`"), [
      text("a "),
      { type: "strong", children: [text("b")] },
      text(" "),
      { type: "em", children: [text("c")] },
      text(" "),
      { type: "code", text: "*d*" },
    ]);
  });

  test("signs that mean nothing stay", () => {
    for (const plain of ["2 * 3 * 4", "a ** b", "[x] (y)", "<b>markup</b>", "`", "**"]) {
      assert.deepEqual(inlineOf(plain), [text(plain)]);
    }
  });

  for (const href of ["/help#x", "https://example.org/a?b=c", "mailto:a@example.org", "#top"]) {
    test(`${href} is a link`, () => {
      assert.deepEqual(inlineOf(`[go](${href})`), [{ type: "link", href, children: [text("go")] }]);
    });
  }

  for (const href of ["javascript:alert", "//evil.test", "/\\evil.test", "data:text/html,x", "vbscript:x"]) {
    test(`${href} is no link`, () => {
      assert.deepEqual(inlineOf(`[go](${href})`), [text(`[go](${href})`)]);
    });
  }
});

test("nothing hangs or is lost", () => {
  for (const odd of ["*".repeat(5000), "[".repeat(5000), "`".repeat(5000), "- ".repeat(3000)]) {
    assert.ok(parse(odd).length > 0);
  }
});
