// What there is: series, label names and values, metadata of families.
#include <algorithm>
#include <charconv>
#include <iterator>
#include <memory>
#include <string>
#include <utility>

#include "base/json_text.h"
#include "base/strings.h"
#include "base/utf8.h"
#include "hub/workspaces/api_json.h"
#include "hub/workspaces/api_params.h"
#include "hub/workspaces/endpoints.h"
#include "tsdb/db.h"

namespace tributary::hub::workspaces {
namespace {

constexpr std::size_t kStopEvery = 1024;  // series between two looks at the stop

Error cancelled() { return Error(Code::cancelled, "context canceled"); }

// The series of several selectors as one sorted list, each once.
class Union {
 public:
  void add(std::unique_ptr<SeriesList> list) {
    for (std::size_t i = 0; i < list->size(); ++i) found_.push_back(list->labels(i));
    lists_.push_back(std::move(list));
  }
  void sort() {
    std::sort(found_.begin(), found_.end(), before);
    const auto same = [](LabelsView a, LabelsView b) { return !before(a, b) && !before(b, a); };
    found_.erase(std::unique(found_.begin(), found_.end(), same), found_.end());
  }
  const std::vector<LabelsView>& labels() const { return found_; }

 private:
  static bool before(LabelsView a, LabelsView b) {
    const auto less = [](const LabelView& x, const LabelView& y) {
      return std::pair(x.name, x.value) < std::pair(y.name, y.value);
    };
    return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(), less);
  }

  std::vector<std::unique_ptr<SeriesList>> lists_;
  std::vector<LabelsView> found_;
};

// What `list` gives for each selector, merged; for all series where there is none.
template <class List>
Result<Answer> merged(const ApiCall& call, const ApiContext& context, List list) {
  TRIBUTARY_TRY(const std::uint64_t limit, limit_parameter(call.params));
  TRIBUTARY_TRY(const TimeSpan span, time_span_parameters(call.params));
  TRIBUTARY_TRY(auto selectors, match_parameters(call.params));
  TRIBUTARY_TRY(const auto querier, context.db.querier(span.start_ms, span.end_ms));
  if (selectors.empty()) selectors.emplace_back();
  std::vector<std::string> texts;
  for (const Matchers& matchers : selectors) {
    if (call.stop.stop_requested()) return cancelled();
    TRIBUTARY_TRY(auto some, list(*querier, matchers));
    texts.insert(texts.end(), std::make_move_iterator(some.begin()),
                 std::make_move_iterator(some.end()));
  }
  if (selectors.size() > 1) {
    std::sort(texts.begin(), texts.end());
    texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
  }
  const auto warnings = truncate(texts, limit);
  std::string data;
  append_strings(data, texts);
  return success(data, warnings);
}

// U__my_2e_label: the escaped form of names that a URL or an old client cannot carry. One that is
// not well-formed stands for itself.
std::string unescape_name(std::string_view name) {
  constexpr std::string_view kPrefix = "U__";
  if (!name.starts_with(kPrefix)) return std::string(name);
  std::string out;
  std::string_view rest = name.substr(kPrefix.size());
  while (!rest.empty()) {
    if (rest.front() != '_') {
      out += rest.front();
      rest.remove_prefix(1);
      continue;
    }
    if (rest.starts_with("__")) {
      out += '_';
      rest.remove_prefix(2);
      continue;
    }
    const std::size_t end = rest.find('_', 1);
    if (end == std::string_view::npos) return std::string(name);
    std::uint32_t rune = 0;
    const char* const last = rest.data() + end;
    const auto [stop, error] = std::from_chars(rest.data() + 1, last, rune, 16);
    const bool surrogate = rune >= 0xd800 && rune <= 0xdfff;
    if (error != std::errc() || stop != last || rune > 0x10ffff || surrogate)
      return std::string(name);
    append_utf8(out, rune);
    rest.remove_prefix(end + 1);
  }
  return out;
}

Result<std::int64_t> count_parameter(const Params& params, std::string_view name) {
  const std::string_view text = parameter(params, name);
  if (text.empty()) return std::int64_t{-1};
  const auto value = parse_int64(text.starts_with('+') ? text.substr(1) : text);
  if (!value) return Error(Code::invalid_argument, std::string(name) + " must be a number");
  return *value;
}

}  // namespace

Result<Answer> answer_series(const ApiCall& call, const ApiContext& context) {
  if (parameters(call.params, "match[]").empty())
    return Error(Code::invalid_argument, "no match[] parameter provided");
  TRIBUTARY_TRY(const std::uint64_t limit, limit_parameter(call.params));
  TRIBUTARY_TRY(const TimeSpan span, time_span_parameters(call.params));
  const auto selectors = match_parameters(call.params);
  if (!selectors) return invalid_parameter("match[]", selectors.error().message());
  TRIBUTARY_TRY(const auto querier, context.db.querier(span.start_ms, span.end_ms));
  Union found;
  for (const Matchers& matchers : *selectors) {
    if (call.stop.stop_requested()) return cancelled();
    TRIBUTARY_TRY(auto list, querier->select(matchers));
    found.add(std::move(list));
  }
  if (selectors->size() > 1) found.sort();
  Answer answer{.status = 200, .content_type = "application/json"};
  begin_success(answer.body);
  answer.body += '[';
  std::size_t count = 0;
  for (const LabelsView& labels : found.labels()) {
    if (limit > 0 && count == limit) break;
    if (count % kStopEvery == 0 && call.stop.stop_requested()) return cancelled();
    if (count++ > 0) answer.body += ',';
    append_labels(answer.body, labels);
  }
  answer.body += ']';
  std::vector<std::string> warnings;
  if (count < found.labels().size()) warnings.emplace_back("results truncated due to limit");
  end_success(answer.body, warnings, {});
  return answer;
}

Result<Answer> answer_labels(const ApiCall& call, const ApiContext& context) {
  return merged(call, context, [](const Querier& querier, const Matchers& matchers) {
    return querier.label_names(matchers);
  });
}

Result<Answer> answer_label_values(std::string_view escaped_name, const ApiCall& call,
                                   const ApiContext& context) {
  const std::string name = unescape_name(escaped_name);
  if (name.empty() || !is_valid_utf8(name))
    return Error(Code::invalid_argument, "invalid label name: " + json_string(name));
  return merged(call, context, [&name](const Querier& querier, const Matchers& matchers) {
    return querier.label_values(name, matchers);
  });
}

// A family has one metadata here, so `limit_per_metric` never leaves anything out.
Result<Answer> answer_metadata(const ApiCall& call, const ApiContext& context) {
  TRIBUTARY_TRY(const std::int64_t limit, count_parameter(call.params, "limit"));
  if (auto done = count_parameter(call.params, "limit_per_metric"); !done) return done.error();
  std::string data = "{";
  std::int64_t count = 0;
  for (const MetricFamily& family : context.db.metadata(parameter(call.params, "metric"))) {
    if (limit >= 0 && count++ >= limit) break;
    if (data.size() > 1) data += ',';
    append_json_string(data, family.name);
    data += ":[{\"type\":\"";
    data += to_string(family.type);
    data += "\",\"help\":";
    append_json_string(data, family.help);
    data += ",\"unit\":";
    append_json_string(data, family.unit);
    data += "}]";
  }
  return success(data + "}");
}

}  // namespace tributary::hub::workspaces
