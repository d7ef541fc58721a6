// Vectors of ReferenceEvaluator, and what it does with their labels.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/labels.h"

namespace tributary::promql::testing {

using ReferenceVector = std::map<Labels, double>;

Labels without_name(Labels labels);
// The labels that `names` names, or all others but the metric's name.
Labels group_of(const Labels& labels, const std::vector<std::string>& names, bool named);
// An empty value takes the label away.
void set_label(Labels& labels, std::string_view name, std::string_view value);
// Fails with Code::execution where there is a value with these labels.
Result<void> insert(ReferenceVector& out, const Labels& labels, double value);

}  // namespace tributary::promql::testing
