// The JSON of Prometheus' HTTP API, appended to a string (hub-spec.md 4.1).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "hub/workspaces/store.h"
#include "model/labels.h"
#include "model/sample.h"
#include "promql/value.h"

namespace tributary::hub::workspaces {

// Shortest text that reads back as the same number; scientific below 1e-6 and from 1e21 on.
void append_float(std::string& out, double value);
// Seconds with milliseconds where there are any: 1435781451.781.
void append_seconds(std::string& out, std::int64_t ms);
void append_labels(std::string& out, const Labels& labels);
void append_strings(std::string& out, const std::vector<std::string>& texts);
// {"resultType":"vector","result":[...]}
void append_value(std::string& out, const promql::Value& value);

Answer success(std::string data, const std::vector<std::string>& warnings = {});

// Prometheus' errorType and status for an error: the one table.
Answer failure(const Error& error);

}  // namespace tributary::hub::workspaces
