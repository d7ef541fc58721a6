import { expect, it } from "vitest";
import { tokenIn } from "./link";
import { isOver } from "./session";

it("finds a link's token in what is behind the #", () => {
  expect(tokenIn("#link=abc_-1")).toBe("abc_-1");
  expect(tokenIn("#main")).toBe("");
  expect(tokenIn("")).toBe("");
});

it("knows when a session is over, if it has an end", () => {
  expect(isOver({ expires: 100 }, 99_999)).toBe(false);
  expect(isOver({ expires: 100 }, 100_000)).toBe(true);
  expect(isOver({ expires: 0 }, 1e15)).toBe(false);
});
