// What the series are: by metric, label, pair and memory; from each one goes deeper, label by
// label.
// ?by=metric&top=100, and while one looks into something ?in=name=value&in=..&label=..

import type { WorkspaceApi } from "../../api/client";
import type { NamedCount, TsdbStatus } from "../../api/types";
import { formatValue } from "../../format/units";
import { type Address, useAddress } from "../../ui/address";
import { Empty } from "../../ui/empty";
import { ErrorNotice } from "../../ui/error-notice";
import { Select } from "../../ui/field";
import { Skeleton } from "../../ui/skeleton";
import { type Column, Table } from "../../ui/table";
import { useLoad } from "../../ui/use-load";
import { exploreLink } from "../explore/state";
import { Bar } from "./bar";
import { Drill } from "./drill";
import { Section } from "./section";
import { type Chosen, selectorOf, splitPair } from "./selector";

const KINDS = [
  ["metric", "Series by metric"],
  ["label", "Values by label"],
  ["pair", "Series by label and value"],
  ["memory", "Memory by label"],
] as const;
type Kind = (typeof KINDS)[number][0];
const TOPS = ["20", "100", "1000"] as const;
type Top = (typeof TOPS)[number];
const HEIGHT = 520;

function readChosen(params: URLSearchParams): Chosen {
  return params.getAll("in").map(splitPair);
}

export function Cardinality({ api }: { api: WorkspaceApi }) {
  const address = useAddress();
  const chosen = readChosen(address.params);
  const label = address.params.get("label");
  if (chosen.length > 0 || label)
    return <Drill api={api} chosen={chosen} label={label} go={(to, of) => go(address, to, of)} />;
  return <TopList api={api} address={address} />;
}

function go(address: Address, chosen: Chosen, label: string | null) {
  address.set({ in: chosen.map(([name, value]) => `${name}=${value}`), label });
}

function TopList({ api, address }: { api: WorkspaceApi; address: Address }) {
  const asked = address.params.get("by");
  const kind: Kind = KINDS.find(([id]) => id === asked)?.[0] ?? "metric";
  const wanted = address.params.get("top");
  const top: Top = TOPS.find((count) => count === wanted) ?? "20";
  const answer = useLoad((signal) => api.tsdbStatus(Number(top), signal), [api, top]);
  const status = answer.data?.data;
  const choose = (row: NamedCount) => {
    if (kind === "metric") go(address, [["__name__", row.name]], null);
    else if (kind === "pair") go(address, [splitPair(row.name)], null);
    else go(address, [], row.name);
  };
  return (
    <Section
      title="Cardinality"
      note={status && summary(status)}
      actions={
        <>
          <Select
            label="Show"
            value={kind}
            options={[...KINDS]}
            onChange={(by) => address.set({ by: by === "metric" ? null : by })}
          />
          <Select
            label="Top"
            value={top}
            options={TOPS.map((count) => [count, count])}
            onChange={(count) => address.set({ top: count === "20" ? null : count })}
          />
        </>
      }
    >
      {answer.error !== undefined && (
        <ErrorNotice title="No cardinality" error={answer.error} onRetry={answer.reload} />
      )}
      {!status && answer.error === undefined && <Skeleton height={HEIGHT} />}
      {status && (
        <Table
          label={KINDS.find(([id]) => id === kind)?.[1] ?? ""}
          columns={columnsOf(kind, status)}
          rows={rowsOf(kind, status)}
          rowKey={(row) => row.name}
          sort={{ id: "value", descending: true }}
          filter
          height={HEIGHT}
          onChoose={choose}
          empty={<Empty title="The head holds no series: nobody has written lately" height={120} />}
        />
      )}
    </Section>
  );
}

function summary(status: TsdbStatus): string {
  const { numSeries, numLabelPairs, chunkCount } = status.headStats;
  const number = (value: number) => value.toLocaleString("en");
  return (
    `${number(numSeries)} series, ${number(numLabelPairs)} pairs of label and value, ` +
    `${number(chunkCount)} chunks in the head: the last two to three hours. ` +
    "Choose a row to look into it."
  );
}

function rowsOf(kind: Kind, status: TsdbStatus): NamedCount[] {
  switch (kind) {
    case "metric":
      return status.seriesCountByMetricName;
    case "label":
      return status.labelValueCountByLabelName;
    case "pair":
      return status.seriesCountByLabelValuePair;
    case "memory":
      return status.memoryInBytesByLabelName;
  }
}

function columnsOf(kind: Kind, status: TsdbStatus): Column<NamedCount>[] {
  const series = kind === "metric" || kind === "pair";
  const words = { metric: "Metric", label: "Label", pair: "Label and value", memory: "Label" };
  const counts = { metric: "Series", label: "Values", pair: "Series", memory: "Bytes" };
  const whole = series
    ? status.headStats.numSeries
    : rowsOf(kind, status).reduce((sum, row) => sum + row.value, 0);
  const chosen = (name: string): Chosen =>
    kind === "pair" ? [splitPair(name)] : [["__name__", name]];
  const columns: Column<NamedCount>[] = [
    { id: "name", header: words[kind], value: (row) => row.name },
    {
      id: "value",
      header: counts[kind],
      numeric: true,
      value: (row) => row.value,
      cell: (row) =>
        kind === "memory" ? formatValue(row.value, "bytes") : row.value.toLocaleString("en"),
      width: "120px",
    },
    {
      id: "share",
      header: series ? "Of all series" : "Of those shown",
      numeric: true,
      value: (row) => row.value,
      cell: (row) => <Bar share={whole > 0 ? row.value / whole : 0} />,
      width: "200px",
    },
  ];
  if (series)
    columns.push({
      id: "explore",
      header: "Explore",
      sortable: false,
      value: () => "",
      cell: (row) => <ExploreLink chosen={chosen(row.name)} />,
      width: "90px",
    });
  return columns;
}

export function ExploreLink({ chosen }: { chosen: Chosen }) {
  const selector = selectorOf(chosen);
  return (
    <a
      href={exploreLink({ expressions: [selector] })}
      aria-label={`Explore ${selector}`}
      onClick={(event) => event.stopPropagation()}
    >
      Explore
    </a>
  );
}
