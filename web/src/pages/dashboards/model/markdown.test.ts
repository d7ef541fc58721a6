import { expect, test } from "vitest";
import { type Inline, parseInline, parseMarkdown } from "./markdown";

const text = (value: string): Inline => ({ kind: "text", text: value });

test("blocks are headings, paragraphs, lists, code and rules", () => {
  const source =
    "# Title #\nOne\ntwo\n\n- a\n- b\n1. c\n---\n```promql\nup\n# no heading\n```\nend";

  expect(parseMarkdown(source)).toEqual([
    { kind: "heading", level: 1, children: [text("Title")] },
    { kind: "paragraph", children: [text("One two")] },
    { kind: "list", ordered: false, items: [[text("a")], [text("b")]] },
    { kind: "list", ordered: true, items: [[text("c")]] },
    { kind: "rule" },
    { kind: "code", text: "up\n# no heading" },
    { kind: "paragraph", children: [text("end")] },
  ]);
});

test("emphasis, code and links stand within text", () => {
  expect(parseInline("a **b `c`** _d_ [e](https://x/y) snake_case_name")).toEqual([
    text("a "),
    { kind: "strong", children: [text("b "), { kind: "code", text: "c" }] },
    text(" "),
    { kind: "em", children: [text("d")] },
    text(" "),
    { kind: "link", href: "https://x/y", children: [text("e")] },
    text(" snake_case_name"),
  ]);
});

test("links that would run something stay text, and so does HTML", () => {
  for (const source of ["[x](javascript:alert(1))", "[x](data:text/html,x)", "[x](//evil/)"]) {
    expect(parseInline(source).every(({ kind }) => kind === "text")).toBe(true);
  }
  expect(parseInline("<img src=x onerror=alert(1)>")).toEqual([
    text("<img src=x onerror=alert(1)>"),
  ]);
});

test("code that is not closed ends with the text", () => {
  expect(parseMarkdown("```\nup")).toEqual([{ kind: "code", text: "up" }]);
});
