// PromQL as plainly as it can be said: one step at a time, straight from the samples, sets of
// labels in maps, every formula written out. Slow, and sure enough to judge the real evaluator by.
//
// Floats only. What is left out fails with Code::unsupported: native histograms, experimental
// parts, and queries whose answer PromQL leaves open (topk among equals).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"
#include "model/labels.h"
#include "promql/ast.h"
#include "promql/engine.h"
#include "promql/testing/memory_store.h"
#include "promql/testing/reference_vector.h"

namespace tributary::promql::testing {

using ReferenceMatrix = std::map<Labels, std::vector<Sample>>;
using ReferenceValue = std::variant<double, std::string, ReferenceVector, ReferenceMatrix>;

// Scalar, string, vector or matrix; not sorted, whatever the query asks for.
Result<ReferenceValue> reference_instant(const MemoryStore& store, const Expression& query,
                                         std::int64_t time_ms);

Result<ReferenceMatrix> reference_range(const MemoryStore& store, const Expression& query,
                                        const TimeRange& range);

}  // namespace tributary::promql::testing
