// The shapes of the graph: a box, a line with its label, the frame around an account.

import type { ComponentChildren } from "preact";
import { arrowHead, LABEL_WIDTH, type Placed, pathThrough, type Rectangle } from "./geometry";
import { Glyph } from "./glyph";
import styles from "./graph.module.css";
import type { Box, Frame, Link } from "./picture";
import { edgeText, linkText, type Names } from "./words";

interface Common {
  elementId: string;
  chosen: boolean;
  dim: boolean;
  tabIndex: number;
  onFocus: () => void;
  onChoose: () => void;
}

function classes(...names: (string | undefined | false)[]): string {
  return names.filter(Boolean).join(" ");
}

/** As much of the text as fits, at about so many pixels for a character. */
function clip(text: string, width: number, perCharacter: number): string {
  const room = Math.max(3, Math.floor(width / perCharacter));
  return text.length <= room ? text : `${text.slice(0, room - 1)}…`;
}

export function GraphBox(
  props: { box: Box; at: Rectangle | undefined; onToggle: () => void } & Common,
) {
  const { box, at } = props;
  if (!at) return null;
  const folded = box.kind === "account" || box.kind === "stack";
  const room = at.width - 40 - (folded ? 24 : 0);
  const broken = box.broken > 0 ? `, ${box.broken} broken` : "";
  return (
    <g
      transform={`translate(${at.x} ${at.y})`}
      class={classes(
        styles.box,
        styles[box.kind],
        props.chosen && styles.chosen,
        props.dim && styles.dim,
      )}
    >
      {/* biome-ignore lint/a11y/useSemanticElements: SVG has no buttons */}
      <g
        id={props.elementId}
        role="button"
        tabIndex={props.tabIndex}
        aria-pressed={props.chosen}
        aria-label={`${box.title}, ${box.detail}${broken}`}
        class={styles.target}
        onFocus={props.onFocus}
        onClick={props.onChoose}
      >
        {box.kind === "stack" && (
          <rect class={styles.shape} x="5" y="-5" width={at.width} height={at.height} rx="5" />
        )}
        <rect class={styles.shape} width={at.width} height={at.height} rx="5" />
        <g transform="translate(10 15)" class={styles.glyph}>
          <Glyph kind={box.kind} />
        </g>
        <text class={styles.title} x="34" y="19">
          {clip(box.title, room, 7.2)}
        </text>
        <text class={styles.detail} x="34" y="35">
          {clip(box.detail, room, 5.9)}
        </text>
        <title>{`${box.title}\n${box.detail}`}</title>
        {box.broken > 0 && <Badge count={box.broken} x={at.width} />}
      </g>
      {folded && (
        <Toggle label={`Open ${box.title}`} onToggle={props.onToggle}>
          <rect x={at.width - 30} y="11" width="24" height="24" rx="4" />
          <path d={`M${at.width - 23} 23h10M${at.width - 18} 18v10`} />
        </Toggle>
      )}
    </g>
  );
}

// For the pointer; the keyboard has "o" and the panel.
function Toggle(props: { label: string; onToggle: () => void; children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: SVG has no buttons
    <g
      class={styles.toggle}
      role="button"
      tabIndex={-1}
      aria-label={props.label}
      onClick={props.onToggle}
      onKeyDown={(event) => {
        if (event.key === "Enter") props.onToggle();
      }}
    >
      {props.children}
    </g>
  );
}

function Badge({ count, x }: { count: number; x: number }) {
  return (
    <g class={styles.badge}>
      <circle cx={x} cy="0" r="9" />
      <text x={x} y="4">
        {count > 99 ? "99+" : count}
      </text>
    </g>
  );
}

export function FrameShape(props: { frame: Frame; at: Rectangle | undefined; onFold: () => void }) {
  const { frame, at } = props;
  if (!at) return null;
  return (
    <g class={styles.frame}>
      <rect x={at.x} y={at.y} width={at.width} height={at.height} rx="8" />
      <text x={at.x + 12} y={at.y + 20}>
        {clip(frame.title, at.width - 52, 6.8)}
        <title>{frame.title}</title>
      </text>
      <Toggle label={`Fold ${frame.title}`} onToggle={props.onFold}>
        <rect x={at.x + at.width - 30} y={at.y + 4} width="24" height="24" rx="4" />
        <path d={`M${at.x + at.width - 23} ${at.y + 16}h10`} />
      </Toggle>
    </g>
  );
}

/** Pixels wide, by what flows. */
function strokeWidth(link: Link): number {
  const rate = link.samplesPerSecond ?? 0;
  return rate > 0 ? Math.min(2 + Math.log10(1 + rate) / 2, 5) : 1.5;
}

export function GraphLink(
  props: { link: Link; at: ReturnType<Placed["links"]["get"]>; names: Names } & Common,
) {
  const { link, at } = props;
  if (!at) return null;
  const path = pathThrough(at.points);
  const first = link.edges[0];
  const text = linkText(link);
  const what =
    link.edges.length === 1 && first ? edgeText(props.names, first) : `${link.edges.length} edges`;
  return (
    // biome-ignore lint/a11y/useSemanticElements: SVG has no buttons
    <g
      id={props.elementId}
      role="button"
      tabIndex={props.tabIndex}
      aria-pressed={props.chosen}
      aria-label={`${link.state}: ${what}, ${text}`}
      class={classes(
        styles.link,
        styles.target,
        styles[link.kind],
        styles[link.state],
        Boolean(link.samplesPerSecond) && styles.flowing,
        props.chosen && styles.chosen,
        props.dim && styles.dim,
      )}
      onFocus={props.onFocus}
      onClick={props.onChoose}
    >
      <path class={styles.hit} d={path} />
      <path class={styles.line} d={path} strokeWidth={strokeWidth(link)} />
      <path class={styles.head} d={arrowHead(at.points)} />
      <g transform={`translate(${at.label.x} ${at.label.y})`}>
        <rect
          class={styles.plate}
          x={-LABEL_WIDTH / 2}
          y="-10"
          width={LABEL_WIDTH}
          height="20"
          rx="10"
        />
        <text class={styles.label} y="4">
          {clip(text, LABEL_WIDTH + 6, 6)}
        </text>
      </g>
      <title>{`${what}\n${text}`}</title>
    </g>
  );
}
