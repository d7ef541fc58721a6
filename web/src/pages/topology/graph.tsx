// The picture as SVG: boxes, frames and lines that can be chosen by pointer and keyboard, panned
// and zoomed. One stop of the tab key; arrow keys go to what lies next.

import { useEffect } from "preact/hooks";
import { Button } from "../../ui/button";
import type { Measure, Placed } from "./geometry";
import styles from "./graph.module.css";
import { FrameShape, GraphBox, GraphLink } from "./graph-parts";
import type { Picture } from "./picture";
import { elementId, useGraphKeys } from "./use-graph-keys";
import { useViewport } from "./use-viewport";
import type { Names } from "./words";

export interface GraphProps {
  picture: Picture;
  placed: Placed;
  names: Names;
  measure: Measure;
  /** Id of the box or link that is chosen. */
  chosen: string | undefined;
  /** What the search found; absent while nobody searches. */
  found?: ReadonlySet<string>;
  onChoose: (id: string | undefined) => void;
  /** Opens or folds an account or a stack. */
  onToggle: (id: string) => void;
}

export function Graph(props: GraphProps) {
  const { picture, placed, chosen } = props;
  const { container, seen, change, fitAll, handlers, revealAt } = useViewport(placed);
  const toggle = (id: string) => {
    const box = picture.boxes.find((one) => one.id === id);
    if (box?.kind === "stack") props.onToggle(box.id);
    else if (box) props.onToggle(box.frame ?? box.accounts[0] ?? "");
  };
  const { stop, setFocused, onKeyDown } = useGraphKeys(placed, {
    chosen,
    revealAt,
    choose: props.onChoose,
    toggle,
    zoom: change,
    fit: fitAll,
  });
  // The first that the search finds comes into view.
  const first = props.found && picture.boxes.find((box) => props.found?.has(box.id))?.id;
  useEffect(() => {
    const at = first === undefined ? undefined : placed.boxes.get(first);
    if (at) revealAt(at);
  }, [first, placed]);

  const common = (id: string) => ({
    elementId: elementId(id),
    measure: props.measure,
    chosen: id === chosen,
    dim: props.found !== undefined && !props.found.has(id),
    tabIndex: id === stop ? 0 : -1,
    onFocus: () => setFocused(id),
    onChoose: () => props.onChoose(id),
  });
  return (
    <div class={styles.graph}>
      <div
        ref={container}
        class={styles.canvas}
        role="application"
        aria-label="Accounts, roles and workspaces. Arrow keys move, Enter shows what is chosen."
        {...handlers}
        onKeyDown={onKeyDown}
      >
        {/* biome-ignore lint/a11y/noSvgWithoutTitle: it would be a tooltip everywhere */}
        <svg class={styles.svg}>
          <g transform={`translate(${seen.x} ${seen.y}) scale(${seen.scale})`}>
            {picture.frames.map((frame) => (
              <FrameShape
                key={frame.account}
                frame={frame}
                measure={props.measure}
                at={placed.frames.get(frame.account)}
                onFold={() => props.onToggle(frame.account)}
              />
            ))}
            {picture.links.map((link) => (
              <GraphLink
                key={link.id}
                link={link}
                at={placed.links.get(link.id)}
                names={props.names}
                {...common(link.id)}
              />
            ))}
            {picture.boxes.map((box) => (
              <GraphBox
                key={box.id}
                box={box}
                at={placed.boxes.get(box.id)}
                onToggle={() => toggle(box.id)}
                {...common(box.id)}
              />
            ))}
          </g>
        </svg>
      </div>
      <div class={styles.zoom} role="toolbar" aria-label="Zoom">
        <Button kind="plain" label="Zoom in (+)" onClick={() => change(1.25)}>
          +
        </Button>
        <Button kind="plain" label="Zoom out (-)" onClick={() => change(0.8)}>
          −
        </Button>
        <Button kind="plain" label="Fit all (0)" onClick={fitAll}>
          Fit
        </Button>
      </div>
    </div>
  );
}
