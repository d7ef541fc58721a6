// fieldConfig: how values are shown. Defaults hold for a panel, overrides for some of its fields.

import { type Json, number, object, objects, text } from "./json";
import type { Field, Mapping, Override, Threshold } from "./types";

const STYLES = ["line", "bars", "points"] as const;

function thresholdsOf(value: unknown): Threshold[] {
  return objects(object(value).steps)
    .map((step) => ({
      value: number(step.value) ?? Number.NEGATIVE_INFINITY,
      color: text(step.color, "text"),
    }))
    .sort((a, b) => a.value - b.value);
}

function result(options: Json): Pick<Mapping, "text" | "color"> {
  const shown = object(options.result);
  return {
    text: typeof shown.text === "string" ? shown.text : undefined,
    color: typeof shown.color === "string" ? shown.color : undefined,
  };
}

/** Grafana writes /x/flags or x. */
export function parseRegex(source: string): RegExp | undefined {
  const parts = /^\/(.*)\/([gimsuy]*)$/s.exec(source);
  try {
    if (parts) return new RegExp(parts[1] as string, (parts[2] as string).replace(/[gy]/g, ""));
    return new RegExp(`^(?:${source})$`);
  } catch {
    return undefined;
  }
}

const SPECIAL: Record<string, (value: number, shown: string) => boolean> = {
  true: (value) => value === 1,
  false: (value) => value === 0,
  null: (_, shown) => shown === "",
  nan: (_, shown) => shown === "NaN",
  "null+nan": (_, shown) => shown === "NaN" || shown === "",
  empty: (_, shown) => shown === "",
};

function mappingsOf(value: unknown): Mapping[] {
  return objects(value).flatMap((mapping): Mapping[] => {
    const options = object(mapping.options);
    switch (mapping.type) {
      case "value":
        return Object.entries(options).map(([key, shown]) => ({
          matches: (number, given) => given === key || (key !== "" && number === Number(key)),
          ...result({ result: shown }),
        }));
      case "range": {
        const from = number(options.from) ?? Number.NEGATIVE_INFINITY;
        const to = number(options.to) ?? Number.POSITIVE_INFINITY;
        return [{ matches: (value) => value >= from && value <= to, ...result(options) }];
      }
      case "regex": {
        const pattern = parseRegex(text(options.pattern));
        return pattern ? [{ matches: (_, given) => pattern.test(given), ...result(options) }] : [];
      }
      case "special": {
        const matches = SPECIAL[text(options.match)];
        return matches ? [{ matches, ...result(options) }] : [];
      }
      // As before Grafana 8.
      case 1:
      case 2:
        return mappingsOf(oldMapping(mapping));
      default:
        return [];
    }
  });
}

function oldMapping({ type, value, from, to, ...shown }: Json): Json[] {
  if (type === 2) return [{ type: "range", options: { from, to, result: shown } }];
  if (value === "null") return [{ type: "special", options: { match: "null", result: shown } }];
  return [{ type: "value", options: { [String(value)]: shown } }];
}

function cellOf(type: string): Field["cell"] {
  if (type === "gauge" || type === "color-text") return type;
  return type.startsWith("color-background") ? "color-background" : "auto";
}

function share(value: unknown): number {
  return Math.min(Math.max(number(value) ?? 0, 0), 100);
}

type Reader = (field: Field, value: unknown) => Partial<Field>;

// By the names that overrides have; the defaults hold the same values as nested objects.
const READERS: Record<string, Reader> = {
  unit: (_, value) => ({ unit: text(value, "short") }),
  decimals: (_, value) => ({ decimals: number(value) }),
  min: (_, value) => ({ min: number(value) }),
  max: (_, value) => ({ max: number(value) }),
  displayName: (_, value) => ({ displayName: text(value) }),
  noValue: (_, value) => ({ noValue: text(value) }),
  mappings: (_, value) => ({ mappings: mappingsOf(value) }),
  thresholds: (_, value) => ({
    thresholds: thresholdsOf(value),
    thresholdsInPercent: object(value).mode === "percentage",
  }),
  color: (_, value) => ({
    colorMode: text(object(value).mode),
    fixedColor: text(object(value).fixedColor),
  }),
  "custom.drawStyle": (field, value) => ({
    style: STYLES.find((style) => style === value) ?? field.style,
  }),
  "custom.fillOpacity": (_, value) => ({ fillOpacity: share(value) }),
  "custom.stacking": (_, value) => ({
    stacked: ["normal", "percent"].includes(text(object(value).mode)),
  }),
  "custom.scaleDistribution": (_, value) => ({ logarithmic: object(value).type === "log" }),
  "custom.thresholdsStyle": (_, value) => ({
    showThresholds: !["", "off"].includes(text(object(value).mode)),
  }),
  "custom.cellOptions": (_, value) => ({ cell: cellOf(text(object(value).type)) }),
  "custom.displayMode": (_, value) => ({ cell: cellOf(text(value)) }),
  "custom.hidden": (_, value) => ({ hidden: value === true }),
  "custom.hideFrom": (_, value) => ({ hidden: object(value).viz === true }),
  "custom.width": (_, value) => ({ width: number(value) }),
};

const PLAIN: Field = {
  unit: "short",
  displayName: "",
  noValue: "",
  thresholds: [],
  thresholdsInPercent: false,
  mappings: [],
  colorMode: "",
  fixedColor: "",
  style: "line",
  fillOpacity: 0,
  stacked: false,
  logarithmic: false,
  showThresholds: false,
  cell: "auto",
  hidden: false,
};

function read(field: Field, id: string, value: unknown): Field {
  const reader = READERS[id];
  return reader ? { ...field, ...reader(field, value) } : field;
}

/** `fieldConfig.defaults`. */
export function fieldOf(defaults: Json): Field {
  let field = PLAIN;
  for (const [id, value] of Object.entries(defaults)) field = read(field, id, value);
  for (const [id, value] of Object.entries(object(defaults.custom)))
    field = read(field, `custom.${id}`, value);
  return field;
}

/** `fieldConfig.overrides`. */
export function overridesOf(value: unknown): Override[] {
  return objects(value).map((override) => {
    const matcher = object(override.matcher);
    const properties = objects(override.properties);
    return {
      matcher: { id: text(matcher.id), options: matcher.options },
      apply: (field) =>
        properties.reduce((out, property) => read(out, text(property.id), property.value), field),
    };
  });
}

export interface FieldName {
  name: string;
  refId: string;
  isNumber: boolean;
}

function matches(matcher: Override["matcher"], field: FieldName): boolean {
  const wanted = text(matcher.options);
  switch (matcher.id) {
    case "byName":
      return field.name === wanted;
    case "byRegexp":
      return parseRegex(wanted)?.test(field.name) ?? false;
    case "byFrameRefID":
      return field.refId === wanted;
    case "byType":
      return (wanted === "number") === field.isNumber;
    default:
      return false;
  }
}

/** What holds for one field of a panel. */
export function fieldFor(panel: { field: Field; overrides: Override[] }, field: FieldName): Field {
  return panel.overrides.reduce(
    (out, override) => (matches(override.matcher, field) ? override.apply(out) : out),
    panel.field,
  );
}
