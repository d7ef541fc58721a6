#include "collector/processors/filter/rules.h"

#include <re2/re2.h>

#include <algorithm>
#include <charconv>
#include <unordered_map>
#include <utility>

#include "base/json_text.h"
#include "base/strings.h"

namespace tributary::collector::filter {
namespace {

constexpr std::int64_t kPatternMemoryMax = 1 << 20;

RE2::Options options() {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kPatternMemoryMax);
  return options;
}

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

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

Result<void> check_pattern(const std::string& pattern) {
  const RE2 compiled(piece(pattern), options());
  if (compiled.ok()) return {};
  return Error(Code::invalid_argument, "pattern " + json_string(pattern) + ": " + compiled.error());
}

struct TextMatcher::Pattern {
  explicit Pattern(const std::string& text) : re(piece(text), options()) {}

  RE2 re;
};

TextMatcher::TextMatcher(MatchType type, std::string text) : text_(std::move(text)) {
  if (type == MatchType::regexp) pattern_ = std::make_unique<Pattern>(text_);
}
TextMatcher::~TextMatcher() = default;
TextMatcher::TextMatcher(TextMatcher&&) noexcept = default;

bool TextMatcher::matches(std::string_view text) const {
  if (!pattern_) return text == text_;
  return RE2::PartialMatch(piece(text), pattern_->re);
}

Rules::Rules(const MetricRules& config) {
  if (config.include) include_ = compile("include", *config.include);
  if (config.exclude) exclude_ = compile("exclude", *config.exclude);
}
Rules::~Rules() = default;

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

Rules::Verdict Rules::judge_name(std::string_view name) {
  if (include_ && !include_->names.empty() && !matches_name(*include_, name))
    return include_->names_rule;
  if (exclude_ && matches_name(*exclude_, name)) return exclude_->names_rule;
  return std::nullopt;
}

Rules::Verdict Rules::judge_resource(const Resource& resource) const {
  if (include_ && !matches_resource(*include_, resource)) return include_->attributes_rule;
  if (exclude_ && !exclude_->attributes.empty() && matches_resource(*exclude_, resource))
    return exclude_->attributes_rule;
  return std::nullopt;
}

RunMap Rules::map(const SeriesRunPtr& run) {
  static const Resource kNoResource;
  std::unordered_map<const MetricFamily*, Verdict> families;
  std::unordered_map<const Resource*, Verdict> resources;
  std::vector<std::uint32_t> dropped(names_.size());
  RunMap out;
  SeriesRunReader reader(*run);
  for (std::uint16_t i = 0; reader.next(); ++i) {
    const SeriesView series = reader.view();
    const auto [resource, new_resource] = resources.try_emplace(series.resource.get());
    if (new_resource)
      resource->second = judge_resource(series.resource ? *series.resource : kNoResource);
    const auto [family, new_family] = families.try_emplace(series.family.get());
    if (new_family) family->second = judge_name(series.family->name);
    const Verdict verdict = resource->second ? resource->second : family->second;
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

std::vector<std::string> Rules::unmatched() const {
  std::vector<std::string> out;
  for (const auto* condition : {&include_, &exclude_}) {
    if (!*condition) continue;
    for (const Name& name : (*condition)->names)
      if (!name.matched) out.push_back(name.matcher.text());
  }
  return out;
}

}  // namespace tributary::collector::filter
