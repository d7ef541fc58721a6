#include "promql/testing/reference_vector.h"

#include <algorithm>
#include <utility>

namespace tributary::promql::testing {

Labels without_name(Labels labels) {
  labels.erase(kMetricName);
  return labels;
}

Labels group_of(const Labels& labels, const std::vector<std::string>& names, bool named) {
  std::vector<Label> kept;
  for (const Label& label : labels) {
    const bool is_named = std::ranges::find(names, label.name) != names.end();
    if (named ? is_named : !is_named && label.name != kMetricName) kept.push_back(label);
  }
  return Labels(std::move(kept));
}

void set_label(Labels& labels, std::string_view name, std::string_view value) {
  if (value.empty()) {
    labels.erase(name);
  } else {
    labels.set(name, value);
  }
}

Result<void> insert(ReferenceVector& out, const Labels& labels, double value) {
  if (out.emplace(labels, value).second) return {};
  return Error(Code::execution, "two series with the same labels: " + labels.to_string());
}

}  // namespace tributary::promql::testing
