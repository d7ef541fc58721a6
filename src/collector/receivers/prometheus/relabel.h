// Relabelling: a list of rules that rewrites a set of labels, or drops it. As in Prometheus
// (model/relabel); the rules for metric names are those of `__name__`.
//
// lowercase and uppercase change the case of ASCII letters only.
//
// Threads: pure.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "collector/receivers/prometheus/regex.h"
#include "model/labels.h"

namespace tributary::collector::prometheus {

// Which names are valid: any UTF-8, or Prometheus' classic character set.
enum class NameValidation : std::uint8_t { utf8, legacy };

bool is_valid_metric_name(std::string_view name, NameValidation validation);
bool is_valid_label_name(std::string_view name, NameValidation validation);

enum class RelabelAction : std::uint8_t {
  replace,
  keep,
  drop,
  keep_equal,
  drop_equal,
  hash_mod,
  label_map,
  label_drop,
  label_keep,
  lowercase,
  uppercase,
};

std::string_view to_string(RelabelAction action);

struct RelabelRule {
  static constexpr std::string_view kSeparator = ";";
  static constexpr std::string_view kReplacement = "$1";

  std::vector<std::string> source_labels;
  std::string separator{kSeparator};
  Regex regex;
  std::uint64_t modulus = 0;
  std::string target_label;
  std::string replacement{kReplacement};
  RelabelAction action = RelabelAction::replace;
  NameValidation names = NameValidation::utf8;

  bool operator==(const RelabelRule&) const = default;
};

// What is wrong with a rule, if anything.
Result<void> check(const RelabelRule& rule);

// Applies the rules in order. False where one of them drops the labels.
bool relabel(Labels& labels, std::span<const RelabelRule> rules);

}  // namespace tributary::collector::prometheus
