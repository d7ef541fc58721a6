// The JSON of Prometheus' HTTP API, appended to a string (hub-spec.md 4.1). The results of range
// queries have millions of numbers, so nothing here allocates for a number.
//
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "hub/workspaces/store.h"
#include "model/labels.h"
#include "model/packed_labels.h"
#include "model/sample.h"
#include "promql/value.h"

namespace tributary::hub::workspaces {

// Shortest text that reads back as the same number; scientific below 1e-6 and from 1e21 on.
void append_float(std::string& out, double value);
// Seconds with milliseconds where there are any: 1435781451.781.
void append_seconds(std::string& out, std::int64_t ms);
void append_int(std::string& out, std::int64_t value);
void append_labels(std::string& out, const Labels& labels);
void append_labels(std::string& out, LabelsView labels);
void append_strings(std::string& out, const std::vector<std::string>& texts);
// {"count":"42","sum":"34.5","buckets":[[0,"0.5","1","21"],...]}, empty buckets left out.
void append_histogram(std::string& out, const FloatHistogram& histogram);
// "resultType":"vector","result":[...]
void append_value(std::string& out, const promql::Value& value);

// What the `stats` of a query are made of beside those of the engine.
struct QueryTimes {
  Duration queued{};
  Duration evaluated{};
};
// The steps that `stats.samples_per_step` counts: the first one's time and the distance.
struct StepTimes {
  std::int64_t start_ms = 0;
  std::int64_t step_ms = 0;
};
// "stats":{"timings":{...},"samples":{...}}
void append_stats(std::string& out, const promql::QueryStats& stats, const QueryTimes& times,
                  const StepTimes& steps);

Answer success(std::string_view data, const std::vector<std::string>& warnings = {},
               const std::vector<std::string>& infos = {});
// For data that is large: what comes before it and after it, so that it is not copied.
void begin_success(std::string& out);
void end_success(std::string& out, const std::vector<std::string>& warnings,
                 const std::vector<std::string>& infos);

// Prometheus' errorType and status for an error: the one table.
Answer failure(const Error& error);

}  // namespace tributary::hub::workspaces
