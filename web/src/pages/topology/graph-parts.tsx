// The shapes of the graph: a box, a line with its label, the frame around an account.

import type { ComponentChildren } from "preact";
import {
  arrowHead,
  BOX_SIDES,
  clip,
  LABEL_SIDES,
  type Measure,
  type Placed,
  pathThrough,
  type Rectangle,
} from "./geometry";
import { Glyph } from "./glyph";
import styles from "./graph.module.css";
import { type Box, type Frame, isFolded, type Link } from "./picture";
import { edgeText, linkText, type Names } from "./words";

interface Common {
  measure: Measure;
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

export function GraphBox(
  props: { box: Box; at: Rectangle | undefined; onToggle: () => void } & Common,
) {
  const { box, at } = props;
  if (!at) return null;
  const folded = isFolded(box);
  const room = at.width - BOX_SIDES.left - BOX_SIDES.right / 2 - (folded ? BOX_SIDES.toggle : 0);
  const title = clip(box.title, room, "title", props.measure);
  const detail = clip(box.detail, room, "detail", props.measure);
  const broken = box.broken > 0 ? ` ${box.broken} broken` : "";
  // A name begins with what is seen, so that it can be spoken, and says what is cut off.
  const whole = title === box.title ? "" : `, ${box.title}`;
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
      <title>{`${box.title}\n${box.detail}`}</title>
      {/* biome-ignore lint/a11y/useSemanticElements: SVG has no buttons */}
      <g
        id={props.elementId}
        role="button"
        tabIndex={props.tabIndex}
        aria-pressed={props.chosen}
        aria-label={`${title} ${detail}${broken}${whole}`}
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
        <text class={styles.title} x={BOX_SIDES.left} y="19">
          {title}
        </text>{" "}
        <text class={styles.detail} x={BOX_SIDES.left} y="35">
          {detail}
        </text>{" "}
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

export function FrameShape(props: {
  frame: Frame;
  at: Rectangle | undefined;
  measure: Measure;
  onFold: () => void;
}) {
  const { frame, at } = props;
  if (!at) return null;
  return (
    <g class={styles.frame}>
      <rect x={at.x} y={at.y} width={at.width} height={at.height} rx="8" />
      <text x={at.x + 12} y={at.y + 20}>
        {clip(frame.title, at.width - 50, "title", props.measure)}
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
  const width = props.measure(text, "label") + LABEL_SIDES;
  return (
    <g
      class={classes(
        styles.link,
        styles[link.kind],
        styles[link.state],
        Boolean(link.samplesPerSecond) && styles.flowing,
        props.chosen && styles.chosen,
        props.dim && styles.dim,
      )}
    >
      <title>{`${what}\n${text}`}</title>
      {/* biome-ignore lint/a11y/useSemanticElements: SVG has no buttons */}
      <g
        id={props.elementId}
        role="button"
        tabIndex={props.tabIndex}
        aria-pressed={props.chosen}
        aria-label={`${text}, ${link.state}: ${what}`}
        class={styles.target}
        onFocus={props.onFocus}
        onClick={props.onChoose}
      >
        <path class={styles.hit} d={path} />
        <path class={styles.line} d={path} strokeWidth={strokeWidth(link)} />
        <path class={styles.head} d={arrowHead(at.points)} />
        <g transform={`translate(${at.label.x} ${at.label.y})`}>
          <rect class={styles.plate} x={-width / 2} y="-10" width={width} height="20" rx="10" />
          <text class={styles.label} y="4">
            {text}
          </text>
        </g>
      </g>
    </g>
  );
}
