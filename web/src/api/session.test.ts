import { afterAll, beforeEach, expect, it, vi } from "vitest";
import { endedBecause, endSession, followOtherTabs, type Session, session } from "./session";
import { importSecret } from "./sigv4";

// No IndexedDB here: a browser that keeps nothing.
const otherTab = new BroadcastChannel("tributary-session");
const secret = await importSecret("secret");
const sessionOf = (accessKeyId: string): Session => ({
  credentials: { accessKeyId, secret, sessionToken: "token" },
  account: "222222222222",
  arn: "arn:aws:iam::222222222222:user/ann",
  expires: 0,
});
const arrived = () => new Promise((resolve) => setTimeout(resolve, 20));

followOtherTabs(Date.now);
beforeEach(() => {
  session.value = sessionOf("ASIANEW");
  endedBecause.value = "";
});
afterAll(() => otherTab.close());

it("ends in all tabs that have it", async () => {
  otherTab.postMessage({ ended: "ASIANEW", reason: "because" });
  await vi.waitFor(() => expect(session.value).toBe(null));
  expect(endedBecause.value).toBe("because");
});

it("outlives the end of another one that a tab still had", async () => {
  otherTab.postMessage({ ended: "ASIAOLD", reason: "Your session has expired." });
  await arrived();
  expect(session.value?.credentials.accessKeyId).toBe("ASIANEW");
});

it("stays in a browser that keeps nothing when another tab signs in", async () => {
  otherTab.postMessage({ started: true });
  await arrived();
  expect(session.value?.credentials.accessKeyId).toBe("ASIANEW");
});

it("tells the other tabs which one has ended", async () => {
  const heard = new Promise((resolve) => {
    otherTab.onmessage = ({ data }) => resolve(data);
  });
  endSession("");
  expect(await heard).toEqual({ ended: "ASIANEW", reason: "" });
});
