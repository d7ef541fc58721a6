// Which series of a run stay: the conditions of `include` and `exclude` on metric names and on
// resource attributes. A metric is dropped by any of them (spec: collector-spec.md, 3.1).
//
// Threads: one user at a time (it remembers which names have matched).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "collector/pipeline/component.h"
#include "collector/processors/filter/config.h"
#include "model/series_run.h"

namespace tributary::collector::filter {

// Whether RE2 takes the pattern.
Result<void> check_pattern(const std::string& pattern);

// A text to compare with: equal, or an RE2 pattern that matches any part.
class TextMatcher {
 public:
  TextMatcher(MatchType type, std::string text);
  ~TextMatcher();
  TextMatcher(TextMatcher&&) noexcept;

  bool matches(std::string_view text) const;
  const std::string& text() const { return text_; }

 private:
  struct Pattern;

  std::string text_;
  std::unique_ptr<Pattern> pattern_;
};

class Rules {
 public:
  explicit Rules(const MetricRules& config);
  ~Rules();

  RunMap map(const SeriesRunPtr& run);

  // What may drop a series, by the numbers in RunMap::dropped: "exclude.metric_names".
  const std::vector<std::string>& names() const { return names_; }

  // The names of the configuration that no metric has matched so far.
  std::vector<std::string> unmatched() const;

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
  // By which rule something is dropped; nothing: it stays.
  using Verdict = std::optional<std::uint32_t>;

  Condition compile(const std::string& list, const MatchProperties& properties);
  static bool matches_name(Condition& condition, std::string_view name);
  static bool matches_resource(const Condition& condition, const Resource& resource);
  Verdict judge_name(std::string_view name);
  Verdict judge_resource(const Resource& resource) const;

  std::optional<Condition> include_;
  std::optional<Condition> exclude_;
  std::vector<std::string> names_;
};

}  // namespace tributary::collector::filter
