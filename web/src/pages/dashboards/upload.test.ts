import { expect, test } from "vitest";
import { BYTES_MAX, checkUpload, TOO_LONG, type Upload } from "./upload";

function checked(json: unknown): Upload {
  const result = checkUpload(JSON.stringify(json));
  if ("error" in result) throw new Error(result.error);
  return result.upload;
}

test("a model keeps its uid and loses Grafana's id", () => {
  const upload = checked({ id: 7, uid: "abc", title: "Mine" });

  expect(upload).toMatchObject({ uid: "abc", title: "Mine", notes: [] });
  expect(JSON.parse(upload.json)).toEqual({ uid: "abc", title: "Mine" });
});

test("a uid is made of the title where there is none that the hub takes", () => {
  expect(checked({ title: "My app: überblick!" }).uid).toBe("my-app-berblick");
  expect(checked({ title: "!!" }).uid).toBe("dashboard");
  expect(checked({ uid: "a/b", title: "x" }).uid).toBe("x");
});

test("a copy of a built-in one becomes another", () => {
  expect(checked({ uid: "tributary-hub", title: "Hub, ours" }).uid).toBe("hub-ours");
  expect(checked({ uid: "tributary-hub", title: "Tributary hub" }).uid).toBe("tributary-hub-own");
});

test("what Grafana's API answers is sent without its envelope", () => {
  const upload = checked({ meta: {}, dashboard: { uid: "in", title: "Inside" } });
  expect(JSON.parse(upload.json)).toEqual({ uid: "in", title: "Inside" });
});

test("what is shown is what is sent, whatever stands around it", () => {
  const both = { spec: { uid: "spec", title: "Spec" }, dashboard: { uid: "own", title: "Own" } };

  const { title, json } = checked(both);

  expect(JSON.parse(json).title).toBe(title);
});

test("what is sent is measured, not how the file is indented", () => {
  const panels = Array.from({ length: 5000 }, (_, id) => ({ id, gridPos: { x: 0, y: 0, w: 9 } }));
  const large = (more: object) => JSON.stringify({ title: "x", panels, ...more }, null, 10);

  const sent = checkUpload(large({}));

  expect(large({}).length).toBeGreaterThan(BYTES_MAX);
  expect(sent).toHaveProperty("upload");
  expect("upload" in sent && sent.upload.json.length).toBeLessThan(BYTES_MAX);
  expect(checkUpload(large({ more: "x".repeat(BYTES_MAX) }))).toEqual({ error: TOO_LONG });
});

test("what will not be shown is told beforehand", () => {
  const { notes } = checked({
    title: "x",
    panels: [
      { type: "nodeGraph", title: "Graph" },
      { type: "table", datasource: { type: "loki" }, targets: [{}] },
    ],
  });
  expect(notes).toHaveLength(2);
  expect(notes[0]).toBe("panel “Graph”: the type nodeGraph is not supported");
});

test("what is no dashboard is refused with a reason", () => {
  expect(checkUpload("{")).toEqual({ error: expect.stringMatching(/not JSON/) });
  expect(checkUpload("{}")).toEqual({ error: expect.stringMatching(/no "title"/) });
});
