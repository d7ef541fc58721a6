import { Matcher } from "@prometheus-io/codemirror-promql/dist/esm/types";
import { EqlRegex, EqlSingle, Neq, NeqRegex } from "@prometheus-io/lezer-promql";
import { expect, test, vi } from "vitest";
import { Memory, selector } from "./completion-client";

test("values are looked up among what the matchers so far leave", () => {
  const matchers = [
    // What stands between the quotes: double ones, and single ones.
    new Matcher(EqlSingle, "a", String.raw`x\"y\\z`),
    new Matcher(EqlRegex, "code", String.raw`5\\d`),
    new Matcher(EqlSingle, "single", String.raw`say "it\'s"`),
    new Matcher(Neq, "b", "2"),
    new Matcher(EqlRegex, "c", "3.*"),
    new Matcher(NeqRegex, "d", "4"),
    new Matcher(EqlSingle, "unfinished", ""),
  ];

  expect(selector("up", matchers)).toBe(
    String.raw`{__name__="up",a="x\"y\\z",code=~"5\\d",single="say \"it's\"",b!="2",c=~"3.*",d!~"4"}`,
  );
  expect(selector(undefined)).toBe("");
});

test("an answer is asked for once a minute", async () => {
  let now = 0;
  const memory = new Memory(() => now);
  const ask = vi.fn(async () => 1);

  await memory.get("k", ask);
  await memory.get("k", ask);
  expect(ask).toHaveBeenCalledTimes(1);

  now = 60_000;
  await memory.get("k", ask);
  expect(ask).toHaveBeenCalledTimes(2);
});

test("a failure is not remembered", async () => {
  const memory = new Memory(() => 0);

  await expect(memory.get("k", () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(await memory.get("k", async () => 2)).toBe(2);
});

test("the oldest answers go when there are many", async () => {
  const memory = new Memory(() => 0);
  const ask = vi.fn(async () => 1);
  for (let i = 0; i <= 200; i++) memory.get(String(i), ask);

  memory.get("0", ask);
  expect(ask).toHaveBeenCalledTimes(202);
});
