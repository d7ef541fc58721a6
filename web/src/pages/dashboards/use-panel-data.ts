// A panel's answers: asked for once it is in sight, and anew when its queries or the range change.
// Out of sight nothing is asked, and what was answered stays.

import { useEffect, useMemo, useRef } from "preact/hooks";
import type { WorkspaceApi } from "../../api/client";
import type { Interval } from "../../time/range";
import { type Loaded, useLoad } from "../../ui/use-load";
import type { PlacedPanel } from "./model/layout";
import { type PanelData, type PlannedQuery, plan, run } from "./model/run";

export interface PanelContext {
  api: WorkspaceApi;
  interval: Interval;
  /** Called with 1 when something begins to load and -1 when it ends. */
  onBusy: (change: 1 | -1) => void;
}

interface Asked {
  api: WorkspaceApi;
  queries: PlannedQuery[];
  key: string;
}

export interface PanelAnswer extends Loaded<PanelData> {
  queries: PlannedQuery[];
}

// A heatmap's cell has to be seen, so it has fewer of them.
const PIXELS_PER_CELL = 8;

export function usePanelData(
  placed: PlacedPanel,
  context: PanelContext,
  sight: { visible: boolean; width: number },
): PanelAnswer {
  const { panel, scope } = placed;
  const { api, interval } = context;
  const width = panel.kind === "heatmap" ? sight.width / PIXELS_PER_CELL : sight.width;
  const isDrawn = panel.kind !== "unsupported" && panel.kind !== "text";
  const queries = useMemo(
    () => plan(panel, scope, interval, width),
    [panel, scope, interval, width],
  );
  const key = useMemo(() => JSON.stringify([api.workspace.workspaceId, queries]), [api, queries]);
  const asked = useRef<Asked | undefined>(undefined);
  if (isDrawn && sight.visible && sight.width > 0 && asked.current?.key !== key)
    asked.current = { api, queries, key };

  const now = asked.current;
  const answer = useLoad(
    (signal) =>
      now && now.queries.length > 0 ? run(panel, now.queries, now.api, signal) : undefined,
    [now?.key],
  );
  const isBusy = answer.loading && now !== undefined && now.queries.length > 0;
  useEffect(() => {
    if (!isBusy) return;
    context.onBusy(1);
    return () => context.onBusy(-1);
  }, [isBusy]);
  return { ...answer, queries };
}
