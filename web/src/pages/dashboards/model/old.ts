// What panels of Grafana before 8 say in other words than those of today.

import { type Json, object, objects, text, texts } from "./json";
import type { PanelKind } from "./types";

export function oldKind(panel: Json): PanelKind | undefined {
  if (panel.type === "graph") return "timeseries";
  if (panel.type !== "singlestat") return undefined;
  return object(panel.gauge).show === true ? "gauge" : "stat";
}

/** As fieldConfig.defaults. */
export function oldDefaults(panel: Json): Json {
  const axis = objects(panel.yaxes)[0] ?? {};
  const gauge = object(panel.gauge);
  const colors = texts(panel.colors);
  const levels = text(panel.thresholds).split(",").filter(Boolean);
  const isRange = panel.mappingType === 2;
  const maps = objects(isRange ? panel.rangeMaps : panel.valueMaps);
  return {
    unit: text(axis.format, text(panel.format, "short")),
    decimals: panel.decimals,
    min: axis.min ?? gauge.minValue,
    max: axis.max ?? gauge.maxValue,
    thresholds: { steps: [null, ...levels].map((value, at) => ({ value, color: colors[at] })) },
    mappings: maps.map((map) => ({ ...map, type: isRange ? 2 : 1 })),
    custom: {
      drawStyle: panel.bars === true ? "bars" : panel.lines === false ? "points" : "line",
      fillOpacity: (Number(panel.fill) || 0) * 10,
      stacking: { mode: panel.stack === true ? "normal" : "none" },
      scaleDistribution: { type: Number(axis.logBase ?? 1) > 1 ? "log" : "linear" },
    },
  };
}

/** As options. */
export function oldOptions(panel: Json): Json {
  const legend = object(panel.legend);
  const isName = panel.valueName === "name";
  return {
    reduceOptions: { calcs: isName ? [] : [text(panel.valueName, "avg")] },
    textMode: isName ? "name" : "auto",
    colorMode: panel.colorBackground ? "background" : panel.colorValue ? "value" : "none",
    graphMode: object(panel.sparkline).show === true ? "area" : "none",
    legend: { showLegend: legend.show, displayMode: legend.alignAsTable ? "table" : "list" },
  };
}
