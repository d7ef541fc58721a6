// Panning and zooming of an element by pointer and wheel, and its size.

import { useEffect, useRef, useState } from "preact/hooks";
import type { Rectangle } from "./geometry";
import { fitTo, pan, reveal, type Size, type Viewport, zoom } from "./viewport";

/** Pixels that a pointer may move and still only have clicked. */
const CLICK_SLACK = 4;

export function useViewport(drawing: Size) {
  const container = useRef<HTMLDivElement>(null);
  const [view, setView] = useState<Size>({ width: 0, height: 0 });
  const [seen, setSeen] = useState<Viewport>({ scale: 1, x: 0, y: 0 });
  const touched = useRef(false);
  const drag = useRef<{ x: number; y: number; moved: boolean } | undefined>(undefined);

  useEffect(() => {
    const element = container.current;
    if (!element) return;
    const observer = new ResizeObserver(() =>
      setView({ width: element.clientWidth, height: element.clientHeight }),
    );
    observer.observe(element);
    // Preact's handlers of wheel are passive; this one keeps the browser from zooming the page.
    const onWheel = (event: WheelEvent) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      touched.current = true;
      const box = element.getBoundingClientRect();
      const factor = Math.exp(-event.deltaY / 300);
      setSeen((now) => zoom(now, factor, event.clientX - box.left, event.clientY - box.top));
    };
    element.addEventListener("wheel", onWheel, { passive: false });
    return () => {
      observer.disconnect();
      element.removeEventListener("wheel", onWheel);
    };
  }, []);

  // Where nobody has moved it, all of it is shown.
  useEffect(() => {
    if (!touched.current) setSeen(fitTo(drawing, view));
  }, [drawing.width, drawing.height, view.width, view.height]);

  const handlers = {
    onPointerDown: (event: PointerEvent) => {
      if (event.button === 0) drag.current = { x: event.clientX, y: event.clientY, moved: false };
    },
    onPointerMove: (event: PointerEvent) => {
      const from = drag.current;
      if (!from) return;
      const dx = event.clientX - from.x;
      const dy = event.clientY - from.y;
      if (!from.moved && Math.hypot(dx, dy) < CLICK_SLACK) return;
      if (!from.moved) container.current?.setPointerCapture(event.pointerId);
      touched.current = true;
      drag.current = { x: event.clientX, y: event.clientY, moved: true };
      setSeen((now) => pan(now, dx, dy, drawing, view));
    },
    onPointerUp: () => {
      drag.current = undefined;
    },
    onPointerCancel: () => {
      drag.current = undefined;
    },
  };

  return {
    container,
    seen,
    handlers,
    change: (factor: number) => {
      touched.current = true;
      setSeen((now) => zoom(now, factor, view.width / 2, view.height / 2));
    },
    fitAll: () => {
      touched.current = false;
      setSeen(fitTo(drawing, view));
    },
    revealAt: (target: Rectangle) => {
      if (view.width > 0) setSeen((now) => reveal(now, target, view));
    },
  };
}
