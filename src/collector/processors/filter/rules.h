// Which series of a run stay: the conditions of `include` and `exclude` on metric names and on
// resource attributes, and OTTL conditions. Any of them drops a series (spec: collector-spec.md,
// 3.1).
//
// Threads: one user at a time (it remembers which of them have matched).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "collector/pipeline/component.h"
#include "collector/processors/filter/config.h"
#include "collector/processors/filter/ottl.h"
#include "collector/processors/filter/text_matcher.h"
#include "model/series_run.h"

namespace tributary::collector::filter {

class Rules {
 public:
  explicit Rules(const Config& config);

  RunMap map(const SeriesRunPtr& run);

  // What may drop a series, by the numbers in RunMap::dropped: "exclude.metric_names", or
  // "metric: name == \"up\"".
  const std::vector<std::string>& names() const { return names_; }

  // The names and conditions of the configuration that no metric has matched so far.
  std::vector<std::string> unmatched_names() const;
  std::vector<std::string> unmatched_conditions() const;

 private:
  struct Attribute {
    std::string key;
    std::optional<AttributeValue> value;  // strict
    std::optional<TextMatcher> pattern;   // regexp
  };
  struct Name {
    TextMatcher matcher;
    bool matched = false;
  };
  struct Condition {
    std::vector<Name> names;
    std::vector<Attribute> attributes;
    std::uint32_t names_rule = 0;
    std::uint32_t attributes_rule = 0;
  };
  struct Ottl {
    OttlCondition condition;
    std::uint32_t rule = 0;
    bool matched = false;
  };
  // By which rule something is dropped; nothing: it stays.
  using Verdict = std::optional<std::uint32_t>;

  Condition compile(const std::string& list, const MatchProperties& properties);
  static bool matches_name(Condition& condition, std::string_view name);
  static bool matches_resource(const Condition& condition, const Resource& resource);
  Verdict judge_lists(const SeriesView& series);
  Verdict judge_conditions(const SeriesView& series, std::span<Ottl> conditions);

  std::optional<Condition> include_;
  std::optional<Condition> exclude_;
  std::vector<Ottl> metric_conditions_;  // on metrics and what is around them
  std::vector<Ottl> datapoint_conditions_;
  std::vector<std::string> names_;
};

}  // namespace tributary::collector::filter
