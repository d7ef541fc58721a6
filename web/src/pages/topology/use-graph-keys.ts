// Moving through the graph by keyboard: one stop of the tab key, arrow keys go to what lies next,
// Enter chooses, "o" opens and folds, "+", "-" and "0" zoom, Escape gives the choice up.

import { useEffect, useRef, useState } from "preact/hooks";
import type { Placed, Point, Rectangle } from "./geometry";
import { neighbour } from "./viewport";

interface Acts {
  chosen: string | undefined;
  revealAt: (target: Rectangle) => void;
  choose: (id: string | undefined) => void;
  toggle: (id: string) => void;
  zoom: (factor: number) => void;
  fit: () => void;
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

function around(place: Place): Rectangle {
  return { x: place.x - 60, y: place.y - 23, width: 120, height: 46 };
}

export function elementId(id: string): string {
  return `topology ${id}`.replaceAll(" ", "_");
}

export function useGraphKeys(placed: Placed, acts: Acts) {
  const { chosen, revealAt } = acts;
  const places = placesOf(placed);
  const [focused, setFocused] = useState<string>();
  const here = places.find((place) => place.id === (focused ?? chosen)) ?? places[0];

  // What is chosen elsewhere (the table, a link) comes into view.
  const before = useRef<string | undefined>(undefined);
  useEffect(() => {
    const place = places.find((one) => one.id === chosen);
    if (place && chosen !== before.current) revealAt(around(place));
    before.current = chosen;
  }, [chosen]);

  const go = (direction: "left" | "right" | "up" | "down") => {
    const next = here && neighbour(here, places, direction);
    const place = places.find((one) => one.id === next);
    if (!place) return;
    setFocused(place.id);
    document.getElementById(elementId(place.id))?.focus({ preventScroll: true });
    revealAt(placed.boxes.get(place.id) ?? around(place));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const direction = DIRECTIONS[event.key];
    if (direction) go(direction);
    else if (event.key === "o" && here) acts.toggle(here.id);
    else if (event.key === "Enter" || event.key === " ") acts.choose(here?.id);
    else if (event.key === "Escape" && chosen) acts.choose(undefined);
    else if (event.key === "+" || event.key === "=") acts.zoom(1.25);
    else if (event.key === "-") acts.zoom(0.8);
    else if (event.key === "0") acts.fit();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return { stop: here?.id, setFocused, onKeyDown };
}
