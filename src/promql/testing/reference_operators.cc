#include "promql/testing/reference_operators.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <string>
#include <utility>

namespace tributary::promql::testing {
namespace {

Error failed(std::string_view what) { return Error(Code::execution, std::string(what)); }

// What `op` gives, and for a comparison whether it holds.
std::pair<double, bool> compute(BinaryOperator op, double a, double b) {
  switch (op) {
    case BinaryOperator::add: return {a + b, true};
    case BinaryOperator::subtract: return {a - b, true};
    case BinaryOperator::multiply: return {a * b, true};
    case BinaryOperator::divide: return {a / b, true};
    case BinaryOperator::modulo: return {std::fmod(a, b), true};
    case BinaryOperator::power: return {std::pow(a, b), true};
    case BinaryOperator::atan2: return {std::atan2(a, b), true};
    case BinaryOperator::equal: return {a, a == b};
    case BinaryOperator::not_equal: return {a, a != b};
    case BinaryOperator::less: return {a, a < b};
    case BinaryOperator::less_equal: return {a, a <= b};
    case BinaryOperator::greater: return {a, a > b};
    case BinaryOperator::greater_equal: return {a, a >= b};
    default: return {std::numeric_limits<double>::quiet_NaN(), false};
  }
}

Result<ReferenceVector> with_scalar(const Binary& node, const ReferenceVector& vector,
                                    double number, bool number_is_left) {
  const bool keeps_name = is_comparison(node.op) && !node.return_bool;
  ReferenceVector out;
  for (const auto& [labels, element] : vector) {
    auto [result, holds] =
        number_is_left ? compute(node.op, number, element) : compute(node.op, element, number);
    if (is_comparison(node.op)) result = node.return_bool ? (holds ? 1 : 0) : element;
    if (!holds && !node.return_bool) continue;
    auto done = insert(out, keeps_name ? labels : without_name(labels), result);
    if (!done) return done.error();
  }
  return out;
}

Labels signature(const Binary& node, const Labels& labels) {
  return group_of(labels, node.matching->labels, node.matching->on);
}

ReferenceVector set_operation(const Binary& node, const ReferenceVector& left,
                              const ReferenceVector& right) {
  std::set<Labels> lefts;
  std::set<Labels> rights;
  for (const auto& [labels, number] : left) lefts.insert(signature(node, labels));
  for (const auto& [labels, number] : right) rights.insert(signature(node, labels));
  ReferenceVector out;
  for (const auto& [labels, number] : left) {
    const bool there = rights.contains(signature(node, labels));
    const bool stays =
        node.op == BinaryOperator::set_or || there == (node.op == BinaryOperator::set_and);
    if (stays) out.emplace(labels, number);
  }
  if (node.op != BinaryOperator::set_or) return out;
  for (const auto& [labels, number] : right) {
    if (!lefts.contains(signature(node, labels))) out.emplace(labels, number);
  }
  return out;
}

Labels result_labels(const Binary& node, const Labels& many, const Labels& one) {
  const VectorMatching& matching = *node.matching;
  const bool keeps_name = is_comparison(node.op) && !node.return_bool;
  Labels labels = keeps_name ? many : without_name(many);
  if (matching.cardinality == Cardinality::one_to_one) {
    const Labels all = labels;
    for (const Label& label : all) {
      const bool named = std::ranges::find(matching.labels, label.name) != matching.labels.end();
      if (named != matching.on) labels.erase(label.name);
    }
  }
  for (const std::string& name : matching.include) set_label(labels, name, one.get(name));
  return labels;
}

Result<ReferenceVector> matched(const Binary& node, const ReferenceVector& left,
                                const ReferenceVector& right) {
  if (left.empty() || right.empty()) return ReferenceVector();
  const bool swapped = node.matching->cardinality == Cardinality::one_to_many;
  const bool one_to_one = node.matching->cardinality == Cardinality::one_to_one;
  std::map<Labels, std::pair<Labels, double>> ones;
  for (const auto& [labels, number] : swapped ? left : right) {
    if (!ones.emplace(signature(node, labels), std::pair(labels, number)).second) {
      return failed("many-to-many matching not allowed");
    }
  }
  std::set<std::pair<Labels, Labels>> seen;
  ReferenceVector out;
  for (const auto& [labels, number] : swapped ? right : left) {
    const Labels group = signature(node, labels);
    const auto found = ones.find(group);
    if (found == ones.end()) continue;
    const auto& [one_labels, one] = found->second;
    auto [result, holds] = swapped ? compute(node.op, one, number) : compute(node.op, number, one);
    if (node.return_bool) result = holds ? 1 : 0;
    const Labels named = result_labels(node, labels, one_labels);
    if (!seen.emplace(group, one_to_one ? Labels() : named).second) {
      return failed("multiple matches for labels");
    }
    if (!holds && !node.return_bool) continue;
    if (auto done = insert(out, named, result); !done) return done.error();
  }
  return out;
}

}  // namespace

double reference_binary(BinaryOperator op, double left, double right) {
  const auto [result, holds] = compute(op, left, right);
  return is_comparison(op) ? (holds ? 1.0 : 0.0) : result;
}

Result<ReferenceVector> reference_binary(const Binary& node, double left,
                                         const ReferenceVector& right) {
  return with_scalar(node, right, left, true);
}

Result<ReferenceVector> reference_binary(const Binary& node, const ReferenceVector& left,
                                         double right) {
  return with_scalar(node, left, right, false);
}

Result<ReferenceVector> reference_binary(const Binary& node, const ReferenceVector& left,
                                         const ReferenceVector& right) {
  if (is_set_operator(node.op)) return set_operation(node, left, right);
  return matched(node, left, right);
}

}  // namespace tributary::promql::testing
