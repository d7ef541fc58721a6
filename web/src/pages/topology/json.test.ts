import { expect, test } from "vitest";
import { prettyJson, tokens } from "./json";

test("tells keys from strings", () => {
  expect(tokens('{"a": "b", "n": -1.5e3, "t": true}').map((token) => token.kind)).toEqual([
    "punctuation",
    "key",
    "punctuation",
    "space",
    "string",
    "punctuation",
    "space",
    "key",
    "punctuation",
    "space",
    "number",
    "punctuation",
    "space",
    "key",
    "punctuation",
    "space",
    "word",
    "punctuation",
  ]);
});

test("loses no character of what is not JSON either", () => {
  for (const text of ['{"a":"\\"<b>"', "<script>", '"open', ""])
    expect(
      tokens(text)
        .map((token) => token.text)
        .join(""),
    ).toBe(text);
});

test("indents", () => {
  expect(prettyJson('{"a":[1]}')).toBe('{\n  "a": [\n    1\n  ]\n}');
  expect(prettyJson("no json")).toBe("no json");
});
