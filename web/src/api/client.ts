// Calls of the hub, signed. One function per endpoint; what they answer is in types.ts.

import { endSession, session } from "./session";
import { queryString, sign } from "./sigv4";
import type {
  Activity,
  BuildInfo,
  DashboardList,
  Denials,
  Labels,
  MatrixData,
  MetricMetadata,
  QueryData,
  Success,
  Topology,
  TsdbStatus,
  Workspace,
} from "./types";

/** A refusal or failure in the hub's words, or of the way to it. */
export class HubError extends Error {
  constructor(
    message: string,
    /** 0 where nothing was answered. */
    readonly status: number,
    /** AWS' code or Prometheus' errorType. */
    readonly code: string,
    /** x-tributary-denial: which statement is missing on which side. */
    readonly denial = "",
    readonly requestId = "",
  ) {
    super(message);
  }
}

export type Query = [string, string][];

export interface Call {
  method?: "GET" | "POST" | "PUT" | "DELETE";
  path: string;
  query?: Query;
  form?: Query;
  json?: string;
  region: string;
  service?: "aps" | "sts";
  signal?: AbortSignal;
}

/** Seconds that the hub's clock is ahead of this one's; learned from its answers. */
const clockOffset = 0;

/** Signs and sends; the answer, whatever its status. */
export async function send(call: Call): Promise<Response> {
  const current = session.value;
  if (!current) throw new HubError("nobody is signed in", 0, "SignedOut");
  const method = call.method ?? (call.form ? "POST" : "GET");
  const body = call.form ? queryString(call.form) : call.json;
  const signed = await sign(
    {
      method,
      path: call.path,
      query: call.query,
      host: location.host,
      body,
      region: call.region,
      service: call.service ?? "aps",
    },
    current.credentials,
    new Date(Date.now() + clockOffset * 1000),
  );
  const type = call.form ? "application/x-www-form-urlencoded" : "application/json";
  const query = call.query?.length ? `?${queryString(call.query)}` : "";
  try {
    return await fetch(call.path + query, {
      method,
      body,
      headers: body === undefined ? signed : { ...signed, "content-type": type },
      signal: call.signal,
      credentials: "omit",
      cache: "no-store",
    });
  } catch (failure) {
    if (failure instanceof DOMException && failure.name === "AbortError") throw failure;
    throw new HubError("the hub does not answer: is it running?", 0, "Unreachable");
  }
}

async function refusal(response: Response): Promise<HubError> {
  const text = await response.text();
  let fields: Record<string, unknown> = {};
  try {
    fields = JSON.parse(text);
  } catch {
    // Not JSON: the text itself is shown.
  }
  const first = (...names: string[]) =>
    names.map((name) => fields[name]).find((value) => typeof value === "string") as
      | string
      | undefined;
  return new HubError(
    first("error", "message", "Message") ?? (text.slice(0, 300) || response.statusText),
    response.status,
    response.headers.get("x-amzn-errortype") ?? first("errorType", "code", "__type") ?? "",
    response.headers.get("x-tributary-denial") ?? "",
    response.headers.get("x-amzn-requestid") ?? "",
  );
}

/** As `send`, but what is not 2xx is thrown; the end of a session ends it here, too. */
export async function request<T>(call: Call): Promise<T> {
  const response = await send(call);
  if (response.ok) return (await response.json()) as T;
  const error = await refusal(response);
  if (/expired|InvalidClientTokenId|security token.*invalid/i.test(error.message)) {
    endSession(error.message);
  }
  throw error;
}

/** The region in an ARN: that of a workspace is the one its calls are signed for. */
export function regionOf(arn: string): string {
  return arn.split(":")[3] || "us-east-1";
}

/** Prometheus' API of one workspace. */
export class WorkspaceApi {
  readonly region: string;
  constructor(readonly workspace: Workspace) {
    this.region = regionOf(workspace.arn);
  }

  private call<T>(path: string, rest: Omit<Call, "path" | "region">): Promise<Success<T>> {
    const prefix = `/workspaces/${this.workspace.workspaceId}/api/v1/`;
    return request({ ...rest, path: prefix + path, region: this.region });
  }

  query(query: string, time: number, stats = false, signal?: AbortSignal) {
    const form: Query = [
      ["query", query],
      ["time", String(time)],
    ];
    if (stats) form.push(["stats", "true"]);
    return this.call<QueryData>("query", { form, signal });
  }
  queryRange(
    range: { query: string; start: number; end: number; step: number },
    stats = false,
    signal?: AbortSignal,
  ) {
    const form: Query = Object.entries(range).map(([key, value]) => [key, String(value)]);
    if (stats) form.push(["stats", "true"]);
    return this.call<MatrixData>("query_range", { form, signal });
  }
  labelNames(query: Query = [], signal?: AbortSignal) {
    return this.call<string[]>("labels", { query, signal });
  }
  labelValues(name: string, query: Query = [], signal?: AbortSignal) {
    return this.call<string[]>(`label/${encodeURIComponent(name)}/values`, { query, signal });
  }
  series(matchers: string[], query: Query = [], signal?: AbortSignal) {
    const form: Query = [...matchers.map((m): [string, string] => ["match[]", m]), ...query];
    return this.call<Labels[]>("series", { form, signal });
  }
  metadata(query: Query = [], signal?: AbortSignal) {
    return this.call<Record<string, MetricMetadata[]>>("metadata", { query, signal });
  }
  buildInfo(signal?: AbortSignal) {
    return this.call<BuildInfo>("status/buildinfo", { signal });
  }
  tsdbStatus(limit = 20, signal?: AbortSignal) {
    return this.call<TsdbStatus>("status/tsdb", { query: [["limit", String(limit)]], signal });
  }
  activity(signal?: AbortSignal) {
    return this.call<Activity>("status/activity", { signal });
  }
  /** Answers 204. */
  async deleteSeries(matchers: string[]): Promise<void> {
    const path = `/workspaces/${this.workspace.workspaceId}/api/v1/admin/tsdb/delete_series`;
    const form: Query = matchers.map((m) => ["match[]", m]);
    const response = await send({ path, form, region: this.region });
    if (!response.ok) throw await refusal(response);
  }
}

// Any region does for what belongs to the account.
const REGION = "us-east-1";

/** The account's workspaces in every region in which the caller may list them. */
export async function listWorkspaces(signal?: AbortSignal): Promise<Workspace[]> {
  const query: Query = [["regions", "all"]];
  const answer = await request<{ workspaces: Workspace[] }>({
    path: "/workspaces",
    query,
    region: REGION,
    signal,
  });
  return answer.workspaces;
}

export function topology(signal?: AbortSignal): Promise<Topology> {
  return request({ path: "/topology", region: REGION, signal });
}

export function denials(signal?: AbortSignal): Promise<Denials> {
  return request({ path: "/denials", region: REGION, signal });
}

export function listDashboards(signal?: AbortSignal): Promise<DashboardList> {
  return request({ path: "/dashboards", region: REGION, signal });
}
export function getDashboard(uid: string, signal?: AbortSignal): Promise<unknown> {
  return request({ path: `/dashboards/${encodeURIComponent(uid)}`, region: REGION, signal });
}
export function putDashboard(uid: string, json: string): Promise<unknown> {
  const path = `/dashboards/${encodeURIComponent(uid)}`;
  return request({ method: "PUT", path, json, region: REGION });
}
export function deleteDashboard(uid: string): Promise<unknown> {
  return request({
    method: "DELETE",
    path: `/dashboards/${encodeURIComponent(uid)}`,
    region: REGION,
  });
}
