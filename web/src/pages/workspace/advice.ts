// What helps against a refusal, by the reason as the hub names it.

const ADVICE: [RegExp, string][] = [
  [
    /out.of.order/,
    "Two writers send the same series, or one sends late: tell them apart by a label, or widen " +
      "out_of_order_window.",
  ],
  [
    /duplicate/,
    "Two writers send the same series at the same time with other values: tell them apart by a " +
      "label.",
  ],
  [/too.old/, "Older than what is kept: the writer was away for long, or its clock is behind."],
  [/future/, "The writer's clock is ahead of the hub's: see future_max."],
  [
    /series.limit.of.the.metric|metric.series/,
    "One metric has too many series: look for the label that grows under Cardinality.",
  ],
  [
    /series.limit/,
    "The workspace is full: see Cardinality for what fills it, or raise active_series_max.",
  ],
  [/rate/, "Faster than ingestion_rate: writers wait and try again; raise it or write less often."],
  [
    /label/,
    "Names and values of labels have limits: see labels_per_series_max and label_*_bytes_max.",
  ],
  [/histogram/, "The writer's histogram does not add up: update the library that exposes it."],
];

export function adviceFor(reason: string): string {
  const words = reason.toLowerCase();
  return ADVICE.find(([pattern]) => pattern.test(words))?.[1] ?? "";
}
