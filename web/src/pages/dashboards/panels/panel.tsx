// A panel's frame: title, what is noteworthy, its menu; below them the body.

import { useMemo, useState } from "preact/hooks";
import type { Interval } from "../../../time/range";
import { Dialog } from "../../../ui/dialog";
import { download } from "../../../ui/download";
import { Menu, type MenuItem } from "../../../ui/menu";
import { exploreLink } from "../../explore/state";
import { interpolate } from "../model/interpolate";
import type { PlacedPanel } from "../model/layout";
import { ownRange } from "../model/run";
import { type PanelAnswer, type PanelContext, usePanelData } from "../use-panel-data";
import { useSight } from "../use-visible";
import { Body } from "./body";
import { panelCsv } from "./csv";
import styles from "./panel.module.css";

export interface PanelProps {
  placed: PlacedPanel;
  context: PanelContext;
  /** Pixels of the whole panel. */
  height: number;
  /** Of its title. */
  level: 2 | 3;
  syncKey: string;
  onSelect: (interval: Interval) => void;
}

const HEAD = 32;
const PADDING = 10;

// Columns of the grid up to which a panel shares a line with another in a narrow window.
const SMALL = 6;
const FIGURES = ["stat", "gauge", "bargauge"];

function classesOf({ panel, grid }: PlacedPanel): string {
  const isSmall = grid.w <= SMALL && FIGURES.includes(panel.kind);
  const more = [panel.transparent && styles.transparent, isSmall && styles.small];
  return [styles.panel, ...more].filter(Boolean).join(" ");
}

export function PanelFrame(props: PanelProps) {
  const { placed, context, height, level, syncKey, onSelect } = props;
  const { panel, scope, grid } = placed;
  const sight = useSight();
  const answer = usePanelData(placed, context, sight);
  const title = useMemo(() => interpolate(panel.title, scope, "text"), [panel, scope]);
  const hasHead = title !== "" || panel.targets.length > 0;
  const [chosen, onChoose] = useState(0);
  const inner = height - PADDING - (hasHead ? HEAD : PADDING);
  return (
    <article
      class={classesOf(placed)}
      ref={sight.element}
      aria-label={title || panel.plugin}
      aria-busy={answer.loading}
      style={{
        "--x": grid.x + 1,
        "--y": grid.y + 1,
        "--w": grid.w,
        "--h": grid.h,
        height: `${height}px`,
      }}
    >
      {hasHead && (
        <Head {...{ placed, title, answer, level, chosen }} interval={context.interval} />
      )}
      <div class={styles.body} style={{ height: `${inner}px` }}>
        <Body
          {...{ placed, answer, title, level, height: inner, chosen, onChoose, syncKey, onSelect }}
        />
      </div>
    </article>
  );
}

interface HeadProps {
  placed: PlacedPanel;
  title: string;
  answer: PanelAnswer;
  level: 2 | 3;
  /** Of several tables. */
  chosen: number;
  /** The dashboard's. */
  interval: Interval;
}

function Head(props: HeadProps) {
  const { placed, title, answer, level } = props;
  const Heading = level === 2 ? "h2" : "h3";
  const { panel, scope } = placed;
  const [open, setOpen] = useState(false);
  const description = interpolate(panel.description, scope, "text");
  const { data, error, queries } = answer;
  const warnings = [...panel.notes, ...(data?.warnings ?? [])];
  if (error !== undefined && data) warnings.push(`not refreshed: ${(error as Error).message}`);
  return (
    <header class={styles.head}>
      <Heading title={title}>{title}</Heading>
      {description && <Hint text={description} sign="i" label="What it shows" />}
      {warnings.length > 0 && <Hint text={warnings.join("\n")} sign="!" label="Notes" warning />}
      {answer.loading && data && <span class={styles.loading} aria-hidden="true" />}
      {queries.length > 0 && (
        <div class={styles.menu}>
          <Menu
            label={`Menu of ${title || "the panel"}`}
            kind="quiet"
            items={items(props, setOpen)}
          >
            <span aria-hidden="true">⋯</span>
          </Menu>
        </div>
      )}
      <Dialog title={`Queries of ${title}`} open={open} onClose={() => setOpen(false)} wide>
        {queries.map(({ refId, query, step, isInstant }) => (
          <div key={refId} class={styles.query}>
            <strong>{refId}</strong> {isInstant ? "at the end of the range" : `every ${step} s`}
            <pre>{query}</pre>
          </div>
        ))}
      </Dialog>
    </header>
  );
}

function items(
  { placed: { panel, scope }, title, answer: { queries, data }, chosen, interval }: HeadProps,
  setOpen: (open: boolean) => void,
): MenuItem[] {
  const { field, kind } = panel;
  const explore = exploreLink(
    {
      expressions: queries.map(({ query }) => query),
      view: kind === "table" ? "table" : "graph",
      unit: field.unit === "short" ? "" : field.unit,
      stacked: field.stacked,
      logarithmic: field.logarithmic,
    },
    ownRange(panel, interval),
  );
  const name = interpolate(title || "panel", scope, "text").replace(/[^\w.-]+/g, "-");
  const out: MenuItem[] = [
    { label: "Explore", href: explore },
    { label: "Show queries", onSelect: () => setOpen(true) },
  ];
  if (data)
    out.push({
      label: "Download CSV",
      onSelect: () => download(`${name}.csv`, "text/csv", panelCsv(panel, data, chosen)),
    });
  return out;
}

interface HintProps {
  text: string;
  sign: string;
  label: string;
  warning?: boolean;
}

/** Seen on hover and on focus, read out with the sign. */
function Hint({ text, sign, label, warning }: HintProps) {
  return (
    <span class={warning ? `${styles.hint} ${styles.warning}` : styles.hint}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: keys reach what a pointer hovers. */}
      <span class={styles.sign} tabIndex={0} role="note" aria-label={`${label}: ${text}`}>
        {sign}
      </span>
      <span class={styles.bubble} aria-hidden="true">
        {text}
      </span>
    </span>
  );
}
