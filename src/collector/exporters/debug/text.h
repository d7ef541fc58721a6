// A batch as text, in the two layouts of the OpenTelemetry Collector's debug exporter: one line per
// data point (normal), or one line per fact (detailed). Spec: collector-spec.md, 5.1.
//
// Pure functions, no threads.
#pragma once

#include <string>

#include "model/batch.h"

namespace tributary::collector::debug {

std::string normal_text(const Batch& batch);
std::string detailed_text(const Batch& batch);

// As Go prints a float64 with %v and with %f.
std::string go_float(double value);
std::string go_fixed(double value);
// 2026-01-02 03:04:05.6 +0000 UTC
std::string go_time(std::int64_t ms);

}  // namespace tributary::collector::debug
