// Holds what a query gave to what a script expects of it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "promql/testing/script.h"
#include "promql/value.h"

namespace tributary::promql::testing {

// By a millionth of their size; NaNs are equal, staleness markers to themselves alone.
bool almost_equal(double a, double b);

// The same buckets that are not empty, all numbers almost equal.
bool almost_equal(const FloatHistogram& a, const FloatHistogram& b);

// Nothing, or what is wrong.
using Complaint = std::optional<std::string>;

Complaint check_value(const EvalCommand& wanted, const Value& got);
Complaint check_annotations(const EvalCommand& wanted, std::string_view query,
                            const Annotations& got);
Complaint check_failure(const EvalCommand& wanted, const Error& got);

// A matrix sorted by labels, each series once.
Complaint check_sorted(const Value& matrix);

// The values of `matrix` at a time, as a vector.
Value vector_at(const Value& matrix, std::int64_t time_ms);

}  // namespace tributary::promql::testing
