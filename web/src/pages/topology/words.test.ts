import { expect, test } from "vitest";
import { fleet, WRITER } from "./fleet.testdata";
import { pictureOf } from "./picture";
import { ageText, edgeText, linkText, namesOf, rateText } from "./words";

test("writes rates with few digits", () => {
  expect([undefined, 0, 0.25, 3.14, 12, 345.6, 1234].map(rateText)).toEqual([
    "",
    "0/s",
    "0.25/s",
    "3.1/s",
    "12/s",
    "346/s",
    "1.234 k/s",
  ]);
});

test("writes ages in one unit", () => {
  expect([-3, 5, 300, 10_000, 500_000].map(ageText)).toEqual(["0 s", "5 s", "5 min", "3 h", "6 d"]);
});

test("says on a line what it is, how many, and how fast", () => {
  const broken = fleet(2, ["300000000000", "300000000001"]);
  const open = new Set<string>();

  const lines = pictureOf(broken, { open, brokenOnly: false, unconnected: false }).links;
  const all = pictureOf(fleet(1), { brokenOnly: false, unconnected: false }).links;

  expect(lines.map(linkText)).toEqual(["✕ assume", "✕ assume"]);
  expect(all.map(linkText)).toEqual(["assume", "write 5/s"]);
});

test("says an edge as a sentence", () => {
  const topology = fleet(1);
  const [assume] = topology.edges;

  expect(assume && edgeText(namesOf(topology), assume)).toBe(
    "role task of 300000000000 assumes role writer of 222222222222",
  );
  expect(edgeText(new Map(), { ...topology.edges[0], to: WRITER } as never)).toContain(WRITER);
});
