// Calls of the hub, signed. One function per endpoint; what they answer is in types.ts.

import { hubNow, learnClock, offsetMs } from "./clock";
import { endsSession, HubError, hubError, isAbort, unreachable } from "./errors";
import { endSession, session } from "./session";
import { queryString, type SigningCredentials, sign } from "./sigv4";
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

export { HubError } from "./errors";

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
  /** Those of the session where absent. */
  credentials?: SigningCredentials;
}

async function sendOnce(call: Call, credentials: SigningCredentials): Promise<Response> {
  const { path, region, signal, query = [], service = "aps" } = call;
  const method = call.method ?? (call.form ? "POST" : "GET");
  const body = call.form ? queryString(call.form) : call.json;
  const request = { method, path, query, host: location.host, body, region, service };
  const headers = await sign(request, credentials, new Date(hubNow()));
  if (call.form) headers["content-type"] = "application/x-www-form-urlencoded";
  if (call.json !== undefined) headers["content-type"] = "application/json";
  const url = query.length > 0 ? `${path}?${queryString(query)}` : path;
  return fetch(url, { method, body, headers, signal, credentials: "omit", cache: "no-store" });
}

/** Signs and sends; the answer, whatever its status. */
export async function send(call: Call): Promise<Response> {
  const credentials = call.credentials ?? session.value?.credentials;
  if (!credentials) throw new HubError("Nobody is signed in.", 0, "SignedOut");
  try {
    const signedBy = offsetMs.peek();
    const response = await sendOnce(call, credentials);
    learnClock(response.headers.get("date"));
    // A clock that was wrong, as this answer or another one meanwhile has told, made the signature
    // so; nothing has been done by the first attempt.
    const corrected = offsetMs.peek() !== signedBy;
    return response.status === 403 && corrected ? await sendOnce(call, credentials) : response;
  } catch (failure) {
    throw isAbort(failure) ? failure : unreachable();
  }
}

/** As `send`, but what is not 2xx is thrown; the end of a session ends it here, too. */
async function accepted(call: Call): Promise<Response> {
  const signer = session.value;
  const response = await send(call);
  if (response.ok) return response;
  const error = hubError(response.status, await response.text(), response.headers);
  if (signer && signer === session.value && endsSession(error)) {
    endSession(`Your session has ended. The hub said: ${error.message}`);
  }
  throw error;
}

export async function request<T>(call: Call): Promise<T> {
  const response = await accepted(call);
  if (response.status === 204) return undefined as T;
  try {
    return (await response.json()) as T;
  } catch (failure) {
    if (isAbort(failure)) throw failure;
    throw new HubError("The hub's answer broke off or is not JSON.", response.status, "BadAnswer");
  }
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

  /** `more`: other parameters, such as lookback_delta. */
  query(query: string, time: number, stats = false, signal?: AbortSignal, more: Query = []) {
    const form: Query = [["query", query], ["time", String(time)], ...more];
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
  /** Without start and end in `query` all of them, for ever. */
  async deleteSeries(matchers: string[], query: Query = []): Promise<void> {
    const path = `/workspaces/${this.workspace.workspaceId}/api/v1/admin/tsdb/delete_series`;
    const form: Query = [...matchers.map((m): [string, string] => ["match[]", m]), ...query];
    await accepted({ path, form, region: this.region });
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
