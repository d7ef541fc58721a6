// The picture as SVG: boxes, frames and lines that can be chosen by pointer and keyboard, panned
// and zoomed. One stop of the tab key; arrow keys go to what lies next.

import { useEffect, useRef, useState } from "preact/hooks";
import { Button } from "../../ui/button";
import type { Placed, Point } from "./geometry";
import styles from "./graph.module.css";
import { FrameShape, GraphBox, GraphLink } from "./graph-parts";
import type { Picture } from "./picture";
import { useViewport } from "./use-viewport";
import { neighbour } from "./viewport";
import type { Names } from "./words";

export interface GraphProps {
  picture: Picture;
  placed: Placed;
  names: Names;
  /** Id of the box or link that is chosen. */
  chosen: string | undefined;
  /** What the search found; absent while nobody searches. */
  found?: ReadonlySet<string>;
  onChoose: (id: string | undefined) => void;
  /** Opens or folds an account or a stack. */
  onToggle: (id: string) => void;
}

const DIRECTIONS: Record<string, "left" | "right" | "up" | "down"> = {
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowUp: "up",
  ArrowDown: "down",
};

interface Place extends Point {
  id: string;
}

// The middle of everything that can be chosen.
function placesOf(placed: Placed): Place[] {
  const boxes = [...placed.boxes].map(([id, box]) => ({
    id,
    x: box.x + box.width / 2,
    y: box.y + box.height / 2,
  }));
  const links = [...placed.links].map(([id, link]) => ({ id, ...link.label }));
  return [...boxes, ...links];
}

function elementId(id: string): string {
  return `topology ${id}`.replaceAll(" ", "_");
}

export function Graph(props: GraphProps) {
  const { picture, placed, chosen } = props;
  const { container, seen, change, fitAll, handlers, revealAt } = useViewport(placed);
  const places = placesOf(placed);
  const [focused, setFocused] = useState<string>();
  const stop = places.find((place) => place.id === (focused ?? chosen))?.id ?? places[0]?.id;

  const goTo = (id: string) => {
    setFocused(id);
    document.getElementById(elementId(id))?.focus({ preventScroll: true });
    const place = places.find((one) => one.id === id);
    if (place)
      revealAt(placed.boxes.get(id) ?? { x: place.x - 44, y: place.y - 9, width: 88, height: 18 });
  };
  const toggle = (id: string) => {
    const box = picture.boxes.find((one) => one.id === id);
    if (box?.kind === "stack") props.onToggle(box.id);
    else if (box) props.onToggle(box.frame ?? box.accounts[0] ?? "");
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const direction = DIRECTIONS[event.key];
    const here = places.find((place) => place.id === stop);
    if (direction && here) {
      const next = neighbour(here, places, direction);
      if (next) goTo(next);
    } else if (event.key === "o" && stop) toggle(stop);
    else if (event.key === "Enter" || event.key === " ") props.onChoose(stop);
    else if (event.key === "Escape" && chosen) props.onChoose(undefined);
    else if (event.key === "+" || event.key === "=") change(1.25);
    else if (event.key === "-") change(0.8);
    else if (event.key === "0") fitAll();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  // What is chosen elsewhere (the table, a link) comes into view.
  const chosenBefore = useRef<string | undefined>(undefined);
  useEffect(() => {
    if (chosen && chosen !== chosenBefore.current) {
      const place = places.find((one) => one.id === chosen);
      if (place) revealAt({ x: place.x - 60, y: place.y - 23, width: 120, height: 46 });
    }
    chosenBefore.current = chosen;
  }, [chosen]);

  const common = (id: string) => ({
    elementId: elementId(id),
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
        <Button kind="plain" label="Show all (0)" onClick={fitAll}>
          Fit
        </Button>
      </div>
    </div>
  );
}
