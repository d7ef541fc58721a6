// A file that is to become a dashboard of the account: checked before the hub is asked.

import { builtIn } from "./built-in";
import type { Json } from "./model/json";
import { modelOf, parseDashboard } from "./model/parse";
import type { Dashboard } from "./model/types";

export interface Upload {
  uid: string;
  /** As it is sent: the model with this uid and without Grafana's own id. */
  json: string;
  title: string;
  /** What will not be shown as in Grafana. */
  notes: string[];
}
export type Checked = { upload: Upload } | { error: string };

/** As the hub's limit. */
export const BYTES_MAX = 1024 * 1024;
export const TOO_LONG = "the dashboard has more than 1 MiB, which is the most that it may have";
const UID = /^[A-Za-z0-9_-]{1,40}$/;

function uidFrom(title: string): string {
  const plain = title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 40);
  return plain || "dashboard";
}

function notesOf(dashboard: Dashboard): string[] {
  const notes = new Set(dashboard.notes);
  for (const { panels } of dashboard.sections) {
    for (const panel of panels) {
      const name = panel.title || panel.plugin;
      if (panel.kind === "unsupported")
        notes.add(`panel “${name}”: the type ${panel.plugin} is not supported`);
      for (const note of panel.notes) notes.add(`panel “${name}”: ${note}`);
    }
  }
  return [...notes];
}

export function checkUpload(text: string): Checked {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (failure) {
    return { error: `the file is not JSON: ${(failure as Error).message}` };
  }
  const parsed = parseDashboard(json);
  if ("error" in parsed) return parsed;
  const { dashboard } = parsed;
  const isOwn = UID.test(dashboard.uid) && !builtIn(dashboard.uid);
  const named = uidFrom(dashboard.title);
  const uid = isOwn ? dashboard.uid : builtIn(named) ? `${named.slice(0, 36)}-own` : named;
  const { id: _, ...model } = modelOf(json as Json);
  const sent = JSON.stringify({ ...model, uid });
  if (new TextEncoder().encode(sent).length > BYTES_MAX) return { error: TOO_LONG };
  return { upload: { uid, json: sent, title: dashboard.title, notes: notesOf(dashboard) } };
}
