import { expect, test } from "vitest";
import { csv } from "./csv";

test("separators, quotes and lines within a cell are quoted", () => {
  expect(csv([["a,b", 'say "hi"', "two\nlines"]])).toBe('"a,b","say ""hi""","two\nlines"\r\n');
});

test("what a spreadsheet would run is text, and numbers are numbers", () => {
  const payload = "-2+3+cmd|' /C calc'!A0";
  expect(csv([["=1+1", "@a", payload, "+x"]])).toBe(`'=1+1,'@a,'${payload},'+x\r\n`);
  expect(csv([["-5", "+Inf", "-1.5e-7", "1e9"]])).toBe("-5,+Inf,-1.5e-7,1e9\r\n");
});
