#include "collector/processors/filter/rules.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/strings.h"
#include "collector/processors/filter/conditions.h"

namespace tributary::collector::filter {
namespace {

// The type that YAML gives a plain scalar; what stands in quotes is a string.
AttributeValue typed(const config::Node& node) {
  const std::string& text = node.text();
  if (node.quoted()) return text;
  if (text == "true" || text == "false") return text == "true";
  if (const auto integer = parse_int64(text)) return *integer;
  double number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error == std::errc() && stop == end) return number;
  return text;
}

}  // namespace

Rules::Rules(const Config& config) {
  if (config.metrics.include) include_ = compile("include", *config.metrics.include);
  if (config.metrics.exclude) exclude_ = compile("exclude", *config.metrics.exclude);
  config::Diagnostics checked_before;
  for (NamedCondition& one : read_conditions(config, checked_before)) {
    const bool looks_at_labels = one.condition.context() == OttlContext::datapoint;
    (looks_at_labels ? datapoint_conditions_ : metric_conditions_)
        .push_back({std::move(one.condition), static_cast<std::uint32_t>(names_.size())});
    names_.push_back(std::move(one.name));
  }
}

Rules::Condition Rules::compile(const std::string& list, const MatchProperties& properties) {
  Condition out;
  const auto rule = [&](const char* condition, bool is_there) {
    if (is_there) names_.push_back(list + condition);
    return static_cast<std::uint32_t>(names_.size() - (is_there ? 1 : 0));
  };
  out.names_rule = rule(".metric_names", !properties.metric_names.empty());
  out.attributes_rule = rule(".resource_attributes", !properties.resource_attributes.empty());
  for (const std::string& name : properties.metric_names)
    out.names.push_back({TextMatcher(properties.match_type, name)});
  for (const AttributeMatch& match : properties.resource_attributes) {
    Attribute attribute{match.key, std::nullopt, std::nullopt};
    if (match.value.is_scalar()) {
      if (properties.match_type == MatchType::regexp) {
        attribute.pattern.emplace(MatchType::regexp, match.value.text());
      } else {
        attribute.value = typed(match.value);
      }
    }
    out.attributes.push_back(std::move(attribute));
  }
  return out;
}

bool Rules::matches_name(Condition& condition, std::string_view name) {
  bool any = false;
  for (Name& candidate : condition.names) {
    if (any && candidate.matched) continue;  // nothing new to learn
    if (!candidate.matcher.matches(name)) continue;
    candidate.matched = true;
    any = true;
  }
  return any;
}

bool Rules::matches_resource(const Condition& condition, const Resource& resource) {
  const auto holds = [&](const Attribute& attribute) {
    const AttributeValue* value = resource.find(attribute.key);
    if (!value) return false;
    if (attribute.value) return *value == *attribute.value;
    if (!attribute.pattern) return true;
    const auto* text = std::get_if<std::string>(value);
    return text && attribute.pattern->matches(*text);
  };
  return std::all_of(condition.attributes.begin(), condition.attributes.end(), holds);
}

// What the lists say of a metric and its resource.
Rules::Verdict Rules::judge_lists(const SeriesView& series) {
  static const Resource kNoResource;
  const Resource& resource = series.resource ? *series.resource : kNoResource;
  if (include_ && !matches_resource(*include_, resource)) return include_->attributes_rule;
  if (exclude_ && !exclude_->attributes.empty() && matches_resource(*exclude_, resource))
    return exclude_->attributes_rule;
  const std::string& name = series.family->name;
  if (include_ && !include_->names.empty() && !matches_name(*include_, name))
    return include_->names_rule;
  if (exclude_ && matches_name(*exclude_, name)) return exclude_->names_rule;
  return std::nullopt;
}

Rules::Verdict Rules::judge_conditions(const SeriesView& series, std::span<Ottl> conditions) {
  for (Ottl& one : conditions) {
    if (!one.condition.holds(series)) continue;
    one.matched = true;
    return one.rule;
  }
  return std::nullopt;
}

RunMap Rules::map(const SeriesRunPtr& run) {
  std::vector<std::uint32_t> dropped(names_.size());
  RunMap out;
  SeriesRunReader reader(*run);
  const MetricFamily* family = nullptr;
  const Resource* resource = nullptr;
  const Scope* scope = nullptr;
  Verdict of_metric;  // the one that was judged last
  for (std::uint16_t i = 0; reader.next(); ++i) {
    const SeriesView series = reader.view();
    if (i == 0 || series.family.get() != family || series.resource.get() != resource ||
        series.scope.get() != scope) {
      family = series.family.get();
      resource = series.resource.get();
      scope = series.scope.get();
      of_metric = judge_lists(series);
      if (!of_metric) of_metric = judge_conditions(series, metric_conditions_);
    }
    const Verdict verdict = of_metric ? of_metric : judge_conditions(series, datapoint_conditions_);
    if (verdict) {
      ++dropped[*verdict];
    } else {
      out.gather.push_back(i);
    }
  }
  if (out.gather.size() == run->size()) return {run, {}, {}};
  for (std::uint32_t rule = 0; rule < dropped.size(); ++rule)
    if (dropped[rule] > 0) out.dropped.push_back({rule, dropped[rule]});
  if (!out.gather.empty()) out.run = select(*run, out.gather);
  return out;
}

std::vector<std::string> Rules::unmatched_names() const {
  std::vector<std::string> out;
  for (const auto* condition : {&include_, &exclude_}) {
    if (!*condition) continue;
    for (const Name& name : (*condition)->names)
      if (!name.matched) out.push_back(name.matcher.text());
  }
  return out;
}

std::vector<std::string> Rules::unmatched_conditions() const {
  std::vector<std::string> out;
  for (const auto* conditions : {&metric_conditions_, &datapoint_conditions_})
    for (const Ottl& one : *conditions)
      if (!one.matched) out.push_back(names_[one.rule]);
  return out;
}

}  // namespace tributary::collector::filter
