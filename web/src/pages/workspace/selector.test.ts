import { expect, test } from "vitest";
import { byValue, linesOf, selectorOf, splitPair, valueCount } from "./selector";

test("quotes values and names", () => {
  expect(
    selectorOf([
      ["__name__", "up"],
      ["my.label", 'a"\\\n'],
    ]),
  ).toBe('{__name__="up","my.label"="a\\"\\\\\\n"}');
});

test("asks for a label to be there unless its value is chosen", () => {
  expect(selectorOf([], "job")).toBe('{job!=""}');
  expect(selectorOf([["job", "app"]], "job")).toBe('{job="app"}');
});

test("counts series by value, and values", () => {
  const up: [string, string][] = [["__name__", "up"]];

  expect(byValue(up, "job", 20)).toBe('topk(20, count by (job) ({__name__="up",job!=""}))');
  expect(valueCount(up, "a.b")).toBe('count(count by ("a.b") ({__name__="up","a.b"!=""}))');
});

test("splits a pair at its first sign", () => {
  expect(splitPair("path=/a=b")).toEqual(["path", "/a=b"]);
});

test("reads selectors line by line", () => {
  expect(linesOf(' up \n\n{job="a"}\n')).toEqual(["up", '{job="a"}']);
});
