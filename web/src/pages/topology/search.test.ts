import { expect, test } from "vitest";
import { CENTRAL, fleet, WORKSPACE, WRITER } from "./fleet.testdata";
import { pictureOf } from "./picture";
import { choiceOf, find, shownAs, structureOf } from "./search";

const SHOWN = { brokenOnly: false, unconnected: false };
const TASK = "arn:aws:iam::300000000000:role/task";

test("shows a choice by what holds it, be it open or folded", () => {
  const open = pictureOf(fleet(2), SHOWN);
  const folded = pictureOf(fleet(2), { ...SHOWN, open: new Set([CENTRAL]) });

  expect(shownAs(`node:${TASK}`, open)).toBe(TASK);
  expect(shownAs(`node:${TASK}`, folded)).toBe("account:300000000000");
  expect(shownAs(`edge:${TASK} ${WRITER}`, folded)).toBe(
    `assume allowed account:300000000000 ${WRITER}`,
  );
  expect(shownAs("node:gone", open)).toBeUndefined();
  expect(shownAs(null, open)).toBeUndefined();
});

test("says in the address what was chosen", () => {
  const picture = pictureOf(fleet(2), { ...SHOWN, open: new Set([CENTRAL]) });

  for (const link of picture.links)
    expect(shownAs(choiceOf(link.id, picture), picture)).toBe(link.id);
  for (const box of picture.boxes) expect(shownAs(choiceOf(box.id, picture), picture)).toBe(box.id);
  expect(choiceOf("gone", picture)).toBeNull();
});

test("finds by name, account and what is folded away, with the lines there", () => {
  const topology = fleet(2);
  const picture = pictureOf(topology, { ...SHOWN, open: new Set([CENTRAL]) });

  expect(find("A300000000001", topology, picture)).toEqual(
    new Set(["account:300000000001", `assume allowed account:300000000001 ${WRITER}`]),
  );
  expect(find("metrics", topology, picture)?.has(WORKSPACE)).toBe(true);
  expect(find("nothing", topology, picture)?.size).toBe(0);
  expect(find(" ", topology, picture)).toBeUndefined();
});

test("is of the same structure while only rates change", () => {
  const before = fleet(2);
  const after = fleet(2);
  for (const edge of after.edges) if (edge.kind === "write") edge.samplesPerSecond = 99;

  const structure = structureOf(pictureOf(before, SHOWN));

  expect(structureOf(pictureOf(after, SHOWN))).toBe(structure);
  expect(structureOf(pictureOf(fleet(3), SHOWN))).not.toBe(structure);
});
