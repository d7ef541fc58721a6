// The hub under test and what the tests may do to it (tests/system/console_rig.py).

import { appendFileSync, readFileSync } from "node:fs";

export interface Person {
  key: string;
  secret: string;
}

interface Description {
  url: string;
  control: string;
  workspace: string;
  accounts: { workload: string; central: string; payments: string };
  people: { administrator: Person; workload: Person; viewer: Person; stranger: Person };
  reader: { role: string; externalId: string };
  markup: string;
  wideSeries: number;
}

function read(): Description {
  const path = process.env.CONSOLE_RIG;
  if (!path) throw new Error("CONSOLE_RIG is not set: see tests/system/console_rig.py");
  return JSON.parse(readFileSync(path, "utf8")) as Description;
}

export const rig = read();

async function change<T>(name: string, args: object = {}): Promise<T> {
  const answer = await fetch(`${rig.control}/${name}`, {
    method: "POST",
    body: JSON.stringify(args),
  });
  const body = await answer.json();
  if (!answer.ok) throw new Error(`${name}: ${body.error}`);
  return body as T;
}

/** A link that signs in once; options are those of `tributary-hub console-link`. */
export async function link(account = rig.accounts.central, ...options: string[]): Promise<string> {
  return (await change<{ url: string }>("link", { account, options })).url;
}

export const stopHub = () => change("stop");
export const startHub = () => change("start");
/** A user of the monitoring account with these actions and no others. */
export const makePerson = (name: string, actions: string[]) =>
  change<Person>("person", { name, actions });
export const deactivate = (name: string, person: Person) =>
  change("deactivate", { name, key: person.key });
/** Takes the central role's permission to write away; `attach` gives it back. */
export const detachWritePolicy = () => change("detach");
export const attachWritePolicy = () => change("attach");

/** Writes [labels, [[milliseconds, value], ...]] as the monitoring account's administrator. */
export const write = (series: unknown[]) => change("write", { series });

/** A number that the run ends with: "12 panels complete in 640 ms". */
export function figure(text: string): void {
  const file = process.env.CONSOLE_FIGURES;
  if (file) appendFileSync(file, `${text}\n`);
  else console.info(`figure ${text}`);
}
