// What stands in a panel: the data drawn in its kind's way, or why there is nothing.

import type { Interval } from "../../../time/range";
import { Empty } from "../../../ui/empty";
import { ErrorNotice } from "../../../ui/error-notice";
import { Skeleton } from "../../../ui/skeleton";
import { interpolate } from "../model/interpolate";
import type { PlacedPanel } from "../model/layout";
import type { PanelData } from "../model/run";
import type { Panel } from "../model/types";
import type { PanelAnswer } from "../use-panel-data";
import { BarGauge, Gauge } from "./gauge";
import { Heatmap } from "./heatmap";
import { Stat } from "./stat";
import { TablePanel } from "./table-panel";
import { TextPanel } from "./text-panel";
import { TimeSeries } from "./time-series";
import { reduceAll } from "./values";

export interface BodyProps {
  placed: PlacedPanel;
  answer: PanelAnswer;
  title: string;
  /** In pixels. */
  height: number;
  /** Of the panel's title. */
  level: 2 | 3;
  /** Of several tables. */
  chosen: number;
  onChoose: (chosen: number) => void;
  syncKey: string;
  onSelect: (interval: Interval) => void;
}

export function Body(props: BodyProps) {
  const { placed, answer, height } = props;
  const { panel } = placed;
  if (panel.kind === "unsupported") return <Unsupported panel={panel} />;
  if (panel.kind === "text") {
    const text = interpolate(panel.options.content, placed.scope, "text");
    const level = props.level + (props.title === "" ? 0 : 1);
    return <TextPanel text={text} mode={panel.options.contentMode} level={level} />;
  }
  if (answer.queries.length === 0) {
    return (
      <Empty title="No query" height={height}>
        {panel.notes.length === 0 && <p>The panel asks for nothing.</p>}
        {panel.notes.map((note) => (
          <p key={note}>{note}</p>
        ))}
      </Empty>
    );
  }
  const { data, error } = answer;
  if (error !== undefined && !data)
    return <ErrorNotice error={error} onRetry={answer.reload} compact />;
  if (!data) return <Skeleton height={height} />;
  const isEmpty =
    panel.kind === "table"
      ? data.tables.every(({ rows }) => rows.length === 0)
      : data.series.every(({ values }) => values.length === 0);
  if (isEmpty)
    return <Empty title={panel.field.noValue || "No data in this range"} height={height} />;
  return <Drawn {...props} data={data} />;
}

function Drawn({
  placed,
  data,
  title,
  height,
  chosen,
  onChoose,
  syncKey,
  onSelect,
}: BodyProps & { data: PanelData }) {
  const { panel } = placed;
  switch (panel.kind) {
    case "stat":
      return <Stat panel={panel} values={reduceAll(panel, data)} />;
    case "gauge":
      return <Gauge values={reduceAll(panel, data)} />;
    case "bargauge":
      return <BarGauge values={reduceAll(panel, data)} />;
    case "heatmap":
      return <Heatmap data={data} title={title} unit={panel.options.unit || panel.field.unit} />;
    case "table":
      return <TablePanel tables={data.tables} {...{ panel, chosen, onChoose, title, height }} />;
    default:
      return (
        <TimeSeries
          panel={panel}
          data={data}
          title={title}
          height={height}
          syncKey={syncKey}
          onSelect={onSelect}
        />
      );
  }
}

function Unsupported({ panel }: { panel: Panel }) {
  return (
    <Empty title={`Panels of the type “${panel.plugin}” are not supported`}>
      <p>Grafana shows it. Here its queries can be looked at in Explore, by the panel's menu.</p>
    </Empty>
  );
}
