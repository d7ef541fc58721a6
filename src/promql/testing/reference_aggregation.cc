#include "promql/testing/reference_aggregation.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "promql/testing/number_text.h"
#include "promql/testing/reference_functions.h"

namespace tributary::promql::testing {
namespace {

using Group = std::vector<std::pair<Labels, double>>;

std::map<Labels, Group> groups_of(const Aggregation& node, const ReferenceVector& input) {
  std::map<Labels, Group> groups;
  for (const auto& [labels, number] : input) {
    groups[group_of(labels, node.grouping, !node.without)].emplace_back(labels, number);
  }
  return groups;
}

Result<double> aggregate(Aggregator op, const std::vector<double>& numbers, double parameter) {
  const auto through = [&numbers](std::string_view function) {
    ReferenceWindow window;
    for (const double number : numbers) window.samples.push_back({0, number});
    return *find_range_function(function)(window, {});
  };
  switch (op) {
    case Aggregator::sum: return through("sum_over_time");
    case Aggregator::avg: return through("avg_over_time");
    case Aggregator::count: return through("count_over_time");
    case Aggregator::min: return through("min_over_time");
    case Aggregator::max: return through("max_over_time");
    case Aggregator::stddev: return through("stddev_over_time");
    case Aggregator::stdvar: return through("stdvar_over_time");
    case Aggregator::group: return 1.0;
    case Aggregator::quantile: return reference_quantile(parameter, numbers);
    default: return Error(Code::unsupported, "this aggregation");
  }
}

// topk and bottomk of one group.
Result<void> add_best(Aggregator op, double parameter, Group group, ReferenceVector& out) {
  const auto wanted = static_cast<std::size_t>(std::max(parameter, 0.0));
  const bool top = op == Aggregator::topk;
  std::ranges::stable_sort(group, [top](const auto& a, const auto& b) {
    if (std::isnan(a.second) || std::isnan(b.second)) {
      return std::isnan(b.second) && !std::isnan(a.second);
    }
    return top ? a.second > b.second : a.second < b.second;
  });
  if (wanted > 0 && wanted < group.size()) {
    const double last = group[wanted - 1].second;
    const double next = group[wanted].second;
    if (last == next || (std::isnan(last) && std::isnan(next))) {
      return Error(Code::unsupported, "topk among equals");
    }
  }
  group.resize(std::min(group.size(), wanted));
  out.insert(group.begin(), group.end());
  return {};
}

std::string fixed_text(double number) {
  if (!std::isfinite(number)) return number_text(number);
  std::array<char, 512> text{};
  const auto end =
      std::to_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  return {text.data(), end.ptr};
}

}  // namespace

Result<ReferenceVector> reference_aggregate(const Aggregation& node, double parameter,
                                            const ReferenceVector& input) {
  ReferenceVector out;
  for (const auto& [labels, group] : groups_of(node, input)) {
    if (node.op == Aggregator::topk || node.op == Aggregator::bottomk) {
      if (auto done = add_best(node.op, parameter, group, out); !done) return done.error();
      continue;
    }
    std::vector<double> numbers;
    for (const auto& [element, number] : group) numbers.push_back(number);
    TRIBUTARY_TRY(out[labels], aggregate(node.op, numbers, parameter));
  }
  return out;
}

ReferenceVector reference_count_values(const Aggregation& node, const std::string& label,
                                       const ReferenceVector& input) {
  ReferenceVector out;
  for (const auto& [labels, group] : groups_of(node, input)) {
    for (const auto& [element, number] : group) {
      Labels counted = labels;
      counted.set(label, fixed_text(number));
      ++out[counted];
    }
  }
  return out;
}

}  // namespace tributary::promql::testing
