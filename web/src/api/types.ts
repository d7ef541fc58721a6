// What the hub answers, declared once. Prometheus' own API first (docs/hub.md, "A workspace's
// calls"), then AMP's control plane, then what the hub adds.

/** [seconds since 1970, value as text: "1", "NaN", "+Inf"] */
export type Sample = [number, string];
export type Labels = Record<string, string>;

/** [boundaries, lower, upper, count]; boundaries: 0 open left, 1 open right, 2 open, 3 closed. */
export type HistogramBucket = [number, string, string, string];
export interface Histogram {
  count: string;
  sum: string;
  buckets?: HistogramBucket[];
}

export interface VectorItem {
  metric: Labels;
  value?: Sample;
  histogram?: [number, Histogram];
}
export interface MatrixItem {
  metric: Labels;
  values?: Sample[];
  histograms?: [number, Histogram][];
}
export interface QueryStats {
  timings: {
    evalTotalTime: number;
    execQueueTime: number;
    execTotalTime: number;
    innerEvalTime: number;
    queryPreparationTime: number;
    resultSortTime: number;
  };
  samples: {
    totalQueryableSamples: number;
    peakSamples: number;
    totalQueryableSamplesPerStep?: [number, number][];
  };
}
export type QueryData = { stats?: QueryStats } & (
  | { resultType: "vector"; result: VectorItem[] }
  | { resultType: "matrix"; result: MatrixItem[] }
  | { resultType: "scalar"; result: Sample }
  | { resultType: "string"; result: Sample }
);
export type MatrixData = Extract<QueryData, { resultType: "matrix" }>;

/** An answer of Prometheus' API that succeeded. */
export interface Success<T> {
  status: "success";
  data: T;
  warnings?: string[];
  infos?: string[];
}

export interface MetricMetadata {
  type: string;
  help: string;
  unit: string;
}

export interface NamedCount {
  name: string;
  value: number;
}
export interface TsdbStatus {
  headStats: {
    numSeries: number;
    numLabelPairs: number;
    chunkCount: number;
    minTime: number;
    maxTime: number;
  };
  seriesCountByMetricName: NamedCount[];
  labelValueCountByLabelName: NamedCount[];
  memoryInBytesByLabelName: NamedCount[];
  seriesCountByLabelValuePair: NamedCount[];
}

export interface BuildInfo {
  version: string;
  revision: string;
}

/** Of AMP: ListWorkspaces and DescribeWorkspace. */
export interface Workspace {
  workspaceId: string;
  alias?: string;
  arn: string;
  status: { statusCode: "CREATING" | "ACTIVE" | "DELETING" };
  createdAt: number;
  tags?: Record<string, string>;
}

// What the hub adds. Times are seconds since 1970, rates are of the last minute.

/** GET /workspaces/<id>/api/v1/status/activity */
export interface Activity {
  /** When counting began: the start of the hub. */
  since: number;
  ingest: { samplesPerSecond: number; requestsPerSecond: number; refusedPerSecond: number };
  query: { queriesPerSecond: number; running: number; waiting: number };
  series: { active: number; limit: number };
  /** Every limit by its name in the limits file; durations in seconds, 0 for none. */
  limits: Record<string, number>;
  /** By rate, the highest first. */
  writers: Writer[];
  refusals: Refusal[];
}
export interface Writer {
  account: string;
  /** ARN of the user or of the role. */
  principal: string;
  /** Of a role: the session's name. */
  session?: string;
  /** Of a role: ARN of who assumed it, in another account perhaps; absent where not known. */
  assumedBy?: string;
  userAgent?: string;
  samplesPerSecond: number;
  samplesTotal: number;
  refusedTotal: number;
  requestsTotal: number;
  lastWriteAt: number;
}
export interface Refusal {
  /**
   * As the label of tributary_hub_samples_refused_total ("out of order sample") or, where nothing
   * of a request was taken, of tributary_hub_writes_failed_total ("request too large").
   */
  reason: string;
  /** Samples; requests where nothing of them was taken. */
  total: number;
  lastAt: number;
  /** What the writer was told, the series included. */
  example: string;
  writer: string;
}

/** One thing that would have to be there for a request to be allowed. */
export interface Missing {
  side:
    | "identity_policy"
    | "permissions_boundary"
    | "session_policy"
    | "trust_policy"
    | "resource_policy"
    | "root_user";
  /** "role ecs-xaccount-task-role of account 111111111111" */
  holder: string;
  /** JSON, ready to be added. */
  statement: string;
  /** The statement that came nearest and why it did not match. */
  nearMiss?: string;
}

/** GET /denials */
export interface Denials {
  denials: Denial[];
}
export interface Denial {
  at: number;
  requestId: string;
  status: number;
  /** ARN; "" where nobody was recognised. */
  caller: string;
  account: string;
  action: string;
  resource: string;
  sourceIp: string;
  reason: string;
  missing: Missing[];
}

/** GET /topology */
export interface Topology {
  generatedAt: number;
  accounts: TopologyAccount[];
  nodes: TopologyNode[];
  edges: TopologyEdge[];
  documents: PolicyDocument[];
  /** There is too much to look at all of it. */
  truncated: boolean;
  /** How much was not looked at, at least: each may have been an edge. */
  leftOut: number;
}
export interface TopologyAccount {
  id: string;
  name: string;
  /** It may see the policies of all accounts. */
  monitoring: boolean;
  /** Its policies may be seen by the caller. */
  visible: boolean;
}
export interface TopologyNode {
  /** ARN; of a service its name: "ecs-tasks.amazonaws.com"; "*" of anyone. */
  id: string;
  /** anyone: whoever has an account on AWS. */
  kind: "service" | "user" | "role" | "workspace" | "anyone";
  account: string;
  name: string;
}
export interface TopologyEdge {
  id: string;
  /** assume: from may become the role `to`; write, query: from may do that in workspace `to`. */
  kind: "assume" | "write" | "query";
  from: string;
  to: string;
  state: "allowed" | "broken";
  action: string;
  missing: Missing[];
  /** Of a refusal for which no statement is missing. */
  reason?: string;
  /** Of write edges that carry something. */
  samplesPerSecond?: number;
  lastWriteAt?: number;
  /** In the documents of the topology, each of which is there once. */
  documents: number[];
}
export interface PolicyDocument {
  side: Missing["side"];
  /** "trust policy of role ECS-AMP-Central-Role of account 222222222222" */
  title: string;
  /** Absent where the caller may not see it. */
  document?: string;
  /** Absent because all of them together are too long. */
  leftOut?: boolean;
}

/** GET /dashboards */
export interface DashboardList {
  dashboards: DashboardEntry[];
}
export interface DashboardEntry {
  uid: string;
  title: string;
  tags: string[];
  /** Of the account that asks, or of the hub's --dashboards folder. */
  source: "uploaded" | "folder";
  updatedAt: number;
}
