// Whether an element is in sight or nearly so, and how wide it is.

import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

export interface Sight {
  element: RefObject<HTMLDivElement | null>;
  visible: boolean;
  /** In pixels, rounded so that a small change of the window asks nothing anew; 0 until known. */
  width: number;
}

const MARGIN = "240px 0px";
const WIDTH_STEP = 100;

export function useSight(): Sight {
  const element = useRef<HTMLDivElement>(null);
  const [visible, setVisible] = useState(false);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const target = element.current;
    if (!target) return;
    const seen = new IntersectionObserver(
      (entries) => setVisible(entries.some((entry) => entry.isIntersecting)),
      { rootMargin: MARGIN },
    );
    const sized = new ResizeObserver(([entry]) => {
      const pixels = entry?.contentRect.width ?? 0;
      if (pixels > 0) setWidth(Math.ceil(pixels / WIDTH_STEP) * WIDTH_STEP);
    });
    seen.observe(target);
    sized.observe(target);
    return () => {
      seen.disconnect();
      sized.disconnect();
    };
  }, []);
  return { element, visible, width };
}
