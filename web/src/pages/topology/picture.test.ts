import { expect, test } from "vitest";
import { CENTRAL, edge, fleet, role, WORKSPACE, WRITER } from "./fleet.testdata";
import { place } from "./layout";
import { openAtFirst, pictureOf } from "./picture";

const ALL = { brokenOnly: false, unconnected: false };

test("shows every node of a few accounts", () => {
  const picture = pictureOf(fleet(2), ALL);

  expect(picture.boxes.map((box) => box.title)).toEqual(["task", "task", "writer", "metrics"]);
  expect(picture.links).toHaveLength(3);
  expect(picture.frames).toHaveLength(3);
});

test("folds many accounts and stacks those that look the same", () => {
  const picture = pictureOf(fleet(50, ["300000000007"]), ALL);

  const folded = picture.boxes.filter((box) => box.frame === undefined);
  expect(folded.map((box) => [box.kind, box.accounts.length, box.broken])).toEqual([
    ["stack", 49, 0],
    ["account", 1, 1],
  ]);
  expect(picture.links.map((link) => [link.state, link.edges.length])).toEqual([
    ["allowed", 49],
    ["broken", 1],
    ["allowed", 1],
  ]);
});

test("opens a stack into its accounts, and an account into its nodes", () => {
  const open = new Set(["stack:300000000000", CENTRAL]);

  const picture = pictureOf(fleet(50), { ...ALL, open });

  expect(picture.boxes.filter((box) => box.kind === "account")).toHaveLength(50);
  expect(picture.boxes.filter((box) => box.frame === CENTRAL)).toHaveLength(2);
  expect(picture.links.find((link) => link.kind === "write")?.samplesPerSecond).toBe(5);
});

test("shows only what is broken", () => {
  const picture = pictureOf(fleet(3, ["300000000001"]), { ...ALL, brokenOnly: true });

  expect(picture.boxes.map((box) => box.title)).toEqual(["task", "writer"]);
  expect(picture.links.map((link) => link.state)).toEqual(["broken"]);
});

test("leaves out nodes without edges unless they are asked for", () => {
  const topology = fleet(1);
  topology.nodes.push(role(CENTRAL, "unused"));

  expect(pictureOf(topology, ALL).unconnected).toBe(1);
  expect(pictureOf(topology, ALL).boxes).toHaveLength(3);
  expect(pictureOf(topology, { ...ALL, unconnected: true }).boxes).toHaveLength(4);
});

test("lets anyone stand by himself, outside of all accounts", () => {
  const topology = fleet(2);
  topology.nodes.push({ id: "*", kind: "anyone", account: "", name: "anyone" });
  topology.edges.push(edge("*", WRITER));

  const { boxes, links } = pictureOf(topology, ALL);

  const box = boxes.find((one) => one.id === "*");
  expect(box).toMatchObject({ kind: "anyone", detail: "whoever has an account" });
  expect(box?.frame).toBeUndefined();
  expect(links.some((link) => link.from === "*" && link.to === WRITER)).toBe(true);
});

test("opens at first what holds a workspace where not all fits", () => {
  expect(openAtFirst(fleet(2)).size).toBe(3);
  expect([...openAtFirst(fleet(20))]).toEqual([CENTRAL]);
});

test("places what is assumed to the right of who assumes it, and no box over another", () => {
  const picture = pictureOf(fleet(5), ALL);

  const placed = place(picture, (text) => text.length * 7);

  const x = (id: string) => placed.boxes.get(id)?.x ?? Number.NaN;
  expect(x(WRITER)).toBeGreaterThan(x("arn:aws:iam::300000000000:role/task"));
  expect(x(WORKSPACE)).toBeGreaterThan(x(WRITER));
  const frames = [...placed.frames.values()];
  for (const a of frames)
    for (const b of frames) {
      if (a === b) continue;
      const apart =
        a.x + a.width <= b.x ||
        b.x + b.width <= a.x ||
        a.y + a.height <= b.y ||
        b.y + b.height <= a.y;
      expect(apart).toBe(true);
    }
});
