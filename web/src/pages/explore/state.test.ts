import { expect, test } from "vitest";
import { toUrl, withChanges } from "../../ui/address";
import { type ExploreState, readState, writeState } from "./state";

const state: ExploreState = {
  expressions: ['rate(x{a="b&c"}[5m])', "", "up"],
  off: [2],
  view: "table",
  step: "15s",
  style: "area",
  stacked: true,
  logarithmic: true,
  unit: "bytes",
  visibility: { mode: "only", keys: new Set(["a", 'b{c="d"}']) },
};

test("what is written into the address is read back", () => {
  const url = toUrl("/", withChanges(new URLSearchParams(), writeState(state)));

  expect(readState(new URL(url, "http://hub").searchParams)).toEqual(state);
});

test("so many names as no address can hold are left out", () => {
  const keys = new Set(Array.from({ length: 21 }, (_, i) => String(i)));
  const written = withChanges(
    new URLSearchParams("hide=a"),
    writeState({ visibility: { mode: "hide", keys } }),
  );

  expect(written.toString()).toBe("");
});

test("an empty address is one empty query, and leaves no trace", () => {
  const empty = readState(new URLSearchParams());

  expect(empty.expressions).toEqual([""]);
  expect(empty.view).toBe("graph");
  expect(withChanges(new URLSearchParams(), writeState(empty)).toString()).toBe("");
});

test("an address by hand does no harm", () => {
  const odd = readState(
    new URLSearchParams("expr=up&off=7,x,-,0&view=cake&style=1&axis=&stacked=0"),
  );

  expect(odd).toMatchObject({ off: [0], view: "graph", style: "line", stacked: false });
});
