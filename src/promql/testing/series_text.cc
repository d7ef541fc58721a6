#include "promql/testing/series_text.h"

#include <cctype>
#include <memory>
#include <utility>

#include "base/duration.h"
#include "base/strings.h"
#include "model/sample.h"
#include "promql/string_literal.h"
#include "promql/testing/histogram_text.h"
#include "promql/testing/number_text.h"

namespace tributary::promql::testing {
namespace {

constexpr std::string_view kStarts = "@st";
constexpr std::uint64_t kRepeatsMax = 1'000'000;

Error bad(std::string_view what, std::string_view text) {
  return Error(Code::invalid_argument, std::string(what) + ": \"" + std::string(text) + '"');
}

bool is_name(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == ':';
}

// Takes a series' name and labels off the front of `text`.
class LabelsReader {
 public:
  explicit LabelsReader(std::string_view& text) : text_(text) {}

  Result<Labels> read() {
    const std::string_view name = take_name();
    if (!name.empty()) add(kMetricName, name);
    if (take('{')) {
      if (auto done = read_braces(); !done) return done.error();
    } else if (name.empty()) {
      return bad("no series", text_);
    }
    return Labels(std::move(labels_));
  }

 private:
  Result<void> read_braces() {
    skip_blanks();
    while (!take('}')) {
      if (auto done = read_label(); !done) return done;
      skip_blanks();
      if (!take(',') && !text_.starts_with('}')) return bad("no comma between labels", text_);
      skip_blanks();
    }
    return {};
  }

  // name="value", "name"="value", or "metric name".
  Result<void> read_label() {
    std::string name(take_name());
    if (name.empty()) {
      TRIBUTARY_TRY(name, take_string());
    }
    skip_blanks();
    if (!take('=')) {
      add(kMetricName, name);
      return {};
    }
    skip_blanks();
    TRIBUTARY_TRY(const std::string value, take_string());
    add(name, value);
    return {};
  }

  Result<std::string> take_string() {
    const char quote = text_.empty() ? '\0' : text_.front();
    if (quote != '"' && quote != '\'' && quote != '`') return bad("no quoted string", text_);
    std::size_t end = 1;
    while (end < text_.size() && text_[end] != quote) {
      end += text_[end] == '\\' && quote != '`' ? 2 : 1;
    }
    if (end >= text_.size()) return bad("unterminated string", text_);
    auto value = unquote(text_.substr(0, end + 1));
    if (!value) return bad("bad string", text_);
    text_.remove_prefix(end + 1);
    return *std::move(value);
  }

  std::string_view take_name() {
    std::size_t end = 0;
    while (end < text_.size() && is_name(text_[end])) ++end;
    const std::string_view name = text_.substr(0, end);
    text_.remove_prefix(end);
    return name;
  }

  bool take(char c) {
    if (!text_.starts_with(c)) return false;
    text_.remove_prefix(1);
    return true;
  }

  void skip_blanks() { text_ = trim(text_); }

  void add(std::string_view name, std::string_view value) {
    if (!value.empty()) labels_.push_back({std::string(name), std::string(value)});
  }

  std::string_view& text_;
  std::vector<Label> labels_;
};

// Takes `x<count>` off the end of `item`; 0 where there is none.
Result<std::uint64_t> take_repeats(std::string_view& item) {
  const std::size_t x = item.rfind('x');
  if (x == std::string_view::npos) return std::uint64_t{0};
  const auto count = parse_uint64(item.substr(x + 1));
  if (!count || *count > kRepeatsMax) return bad("bad number of repetitions", item);
  item = item.substr(0, x);
  return *count;
}

SequenceValue histogram_value(FloatHistogram histogram, bool names_reset_hint) {
  return {.histogram = std::make_shared<const FloatHistogram>(std::move(histogram)),
          .names_reset_hint = names_reset_hint};
}

// `item` has no repetitions any more: {{..}}, {{..}}+{{..}} or {{..}}-{{..}}.
Result<void> add_histograms(std::string_view item, std::uint64_t repeats,
                            std::vector<SequenceValue>& out) {
  const std::size_t end = item.find("}}");
  if (end == std::string_view::npos) return bad("no }}", item);
  TRIBUTARY_TRY(const HistogramText base, parse_histogram(item.substr(0, end + 2)));
  item.remove_prefix(end + 2);
  if (item.empty()) {
    out.insert(out.end(), repeats + 1, histogram_value(base.histogram, base.names_reset_hint));
    return {};
  }
  const double sign = item.front() == '-' ? -1 : 1;
  TRIBUTARY_TRY(const HistogramText change, parse_histogram(item.substr(1)));
  FloatHistogram value = base.histogram;
  out.push_back(histogram_value(value, change.names_reset_hint));
  for (std::uint64_t i = 0; i < repeats; ++i) {
    TRIBUTARY_TRY(value, combine(value, change.histogram, sign));
    out.push_back(histogram_value(value, change.names_reset_hint));
  }
  return {};
}

// Where the second number of `1e-3-2.5` begins; npos where there is one only.
std::size_t find_change(std::string_view item) {
  for (std::size_t i = 1; i < item.size(); ++i) {
    const bool exponent = item[i - 1] == 'e' || item[i - 1] == 'E';
    if ((item[i] == '+' || item[i] == '-') && !exponent) return i;
  }
  return std::string_view::npos;
}

Result<void> add_numbers(std::string_view item, std::uint64_t repeats,
                         std::vector<SequenceValue>& out) {
  const std::size_t sign = find_change(item);
  const auto base = item == "stale" ? kStaleMarker : parse_number(item.substr(0, sign));
  const auto change = sign == std::string_view::npos ? 0 : parse_number(item.substr(sign));
  if (!base || !change) return bad("bad value", item);
  double value = *base;
  for (std::uint64_t i = 0; i <= repeats; ++i) {
    out.push_back({.value = value});
    if (sign != std::string_view::npos) value += *change;
  }
  return {};
}

Result<void> add_item(std::string_view item, std::vector<SequenceValue>& out) {
  const std::string_view whole = item;
  // An x before the last }} would be inside a histogram.
  const std::size_t close = item.starts_with("{{") ? item.rfind("}}") : 0;
  if (close == std::string_view::npos) return bad("no }}", item);
  std::string_view tail = item.substr(close);
  const std::size_t head = item.size() - tail.size();
  TRIBUTARY_TRY(const std::uint64_t repeats, take_repeats(tail));
  item = item.substr(0, head + tail.size());
  const bool repeated = item.size() < whole.size();
  if (item == "_") {
    out.insert(out.end(), repeated ? repeats : 1, SequenceValue{.omitted = true});
    return {};
  }
  if (item.starts_with("{{")) return add_histograms(item, repeats, out);
  return add_numbers(item, repeats, out);
}

// The end of the first item of `text`: the first blank outside {{ }}.
std::size_t item_end(std::string_view text) {
  std::size_t end = 0;
  while (end < text.size() && text[end] != ' ' && text[end] != '\t') {
    if (text.substr(end).starts_with("{{")) {
      const std::size_t close = text.find("}}", end);
      if (close == std::string_view::npos) return text.size();
      end = close + 1;
    }
    ++end;
  }
  return end;
}

// -30s, +1m, 0, 59999ms.
std::optional<std::int64_t> parse_offset(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  const auto duration = parse_prometheus_duration(text);
  if (!duration) return std::nullopt;
  const std::int64_t ms = std::chrono::duration_cast<std::chrono::milliseconds>(*duration).count();
  return negative ? -ms : ms;
}

Result<void> add_offsets(std::string_view item, std::vector<std::optional<std::int64_t>>& out) {
  const std::string_view whole = item;
  TRIBUTARY_TRY(const std::uint64_t repeats, take_repeats(item));
  if (item == "_") {
    out.insert(out.end(), whole == item ? 1 : repeats, std::nullopt);
    return {};
  }
  const std::size_t sign = find_change(item);
  const auto base = parse_offset(item.substr(0, sign));
  const auto change = sign == std::string_view::npos ? 0 : parse_offset(item.substr(sign));
  if (!base || !change) return bad("bad start time", whole);
  for (std::uint64_t i = 0; i <= repeats; ++i) {
    out.push_back(*base + static_cast<std::int64_t>(i) * *change);
  }
  return {};
}

}  // namespace

std::string to_text(const SequenceValue& value) {
  if (value.omitted) return "_";
  return value.histogram ? to_text(*value.histogram) : number_text(value.value);
}

Result<SeriesText> parse_series(std::string_view line) {
  std::string_view rest = trim(line);
  SeriesText out;
  TRIBUTARY_TRY(out.labels, LabelsReader(rest).read());
  while (!(rest = trim(rest)).empty()) {
    const std::size_t end = item_end(rest);
    if (auto done = add_item(rest.substr(0, end), out.values); !done) return done.error();
    rest.remove_prefix(end);
  }
  return out;
}

bool is_starts_line(std::string_view line) {
  line = trim(line);
  return line.substr(0, line.find_first_of(" \t")).ends_with(kStarts);
}

Result<StartsText> parse_starts(std::string_view line) {
  std::string_view rest = trim(line);
  StartsText out;
  TRIBUTARY_TRY(out.labels, LabelsReader(rest).read());
  rest.remove_prefix(std::min(kStarts.size(), rest.size()));
  for (const std::string_view item : words(rest)) {
    if (auto done = add_offsets(item, out.offsets_ms); !done) return done.error();
  }
  return out;
}

}  // namespace tributary::promql::testing
