#include "promql/testing/histogram_text.h"

#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "base/strings.h"
#include "promql/testing/buckets.h"
#include "promql/testing/number_text.h"

namespace tributary::promql::testing {
namespace {

constexpr std::string_view kOpen = "{{";
constexpr std::string_view kClose = "}}";

Error bad(std::string_view what, std::string_view text) {
  return Error(Code::invalid_argument,
               "histogram: " + std::string(what) + " in \"" + std::string(text) + '"');
}

std::optional<std::vector<double>> parse_list(std::string_view text) {
  if (!text.starts_with('[') || !text.ends_with(']')) return std::nullopt;
  std::vector<double> values;
  for (const std::string_view word : words(text.substr(1, text.size() - 2))) {
    const auto value = parse_number(word);
    if (!value) return std::nullopt;
    values.push_back(*value);
  }
  return values;
}

std::optional<ResetHint> parse_hint(std::string_view text) {
  if (text == "unknown") return ResetHint::unknown;
  if (text == "reset") return ResetHint::yes;
  if (text == "not_reset") return ResetHint::no;
  if (text == "gauge") return ResetHint::gauge;
  return std::nullopt;
}

// Splits "a:1 b:[2 3]" at the blanks outside brackets.
std::vector<std::string_view> items(std::string_view text) {
  std::vector<std::string_view> out;
  while (!(text = trim(text)).empty()) {
    const std::size_t open = text.find('[');
    std::size_t end = std::min(text.find(' '), text.size());
    if (open < end) end = std::min(text.find(']', open), text.size() - 1) + 1;
    out.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return out;
}

struct Description {
  HistogramText out;
  std::int32_t offset = 0;
  std::int32_t negative_offset = 0;

  bool set(std::string_view key, std::string_view value) {
    FloatHistogram& h = out.histogram;
    if (key == "schema") return set_integer(value, h.schema);
    if (key == "offset") return set_integer(value, offset);
    if (key == "n_offset") return set_integer(value, negative_offset);
    if (key == "sum") return set_number(value, h.sum);
    if (key == "count") return set_number(value, h.count);
    if (key == "z_bucket") return set_number(value, h.zero_count);
    if (key == "z_bucket_w") return set_number(value, h.zero_threshold);
    if (key == "custom_values") return set_list(value, h.custom_values);
    if (key == "buckets") return set_list(value, h.positive_counts);
    if (key == "n_buckets") return set_list(value, h.negative_counts);
    if (key != "counter_reset_hint") return false;
    const auto hint = parse_hint(value);
    if (hint) h.reset_hint = *hint;
    out.names_reset_hint = true;
    return hint.has_value();
  }

  static bool set_integer(std::string_view text, std::int32_t& value) {
    const auto number = parse_int64(text);
    if (number) value = static_cast<std::int32_t>(*number);
    return number.has_value();
  }
  static bool set_number(std::string_view text, double& value) {
    const auto number = parse_number(text);
    if (number) value = *number;
    return number.has_value();
  }
  static bool set_list(std::string_view text, std::vector<double>& values) {
    auto list = parse_list(text);
    if (list) values = *std::move(list);
    return list.has_value();
  }
};

std::vector<BucketSpan> one_span(std::int32_t offset, std::size_t size) {
  if (size == 0) return {};
  return {{offset, static_cast<std::uint32_t>(size)}};
}

std::string list_text(std::span<const double> values) {
  std::string out = "[";
  for (const double value : values) {
    if (out.size() > 1) out += ' ';
    out += number_text(value);
  }
  return out + ']';
}

void add_buckets(std::string& out, std::string_view prefix, std::span<const BucketSpan> spans,
                 std::span<const double> counts) {
  Buckets buckets = spell_out(spans, counts);
  std::erase_if(buckets, [](const auto& bucket) { return bucket.second == 0; });
  if (buckets.empty()) return;
  const std::int32_t first = buckets.begin()->first;
  std::vector<double> values;
  for (std::int32_t i = first; i <= buckets.rbegin()->first; ++i) {
    const auto found = buckets.find(i);
    values.push_back(found == buckets.end() ? 0 : found->second);
  }
  if (first != 0) out += ' ' + std::string(prefix) + "offset:" + std::to_string(first);
  out += ' ' + std::string(prefix) + "buckets:" + list_text(values);
}

Buckets add_side(const Buckets& base, const Buckets& other, double sign) {
  Buckets sum = base;
  for (const auto& [index, count] : other) sum[index] += sign * count;
  return sum;
}

ResetHint combined_hint(ResetHint a, ResetHint b) {
  if (a == b) return a;
  return a == ResetHint::gauge || b == ResetHint::gauge ? ResetHint::gauge : ResetHint::unknown;
}

}  // namespace

Result<HistogramText> parse_histogram(std::string_view text) {
  if (text.size() < kOpen.size() + kClose.size() || !text.starts_with(kOpen) ||
      !text.ends_with(kClose)) {
    return bad("no {{ and }}", text);
  }
  Description description;
  const std::string_view inner = text.substr(2, text.size() - 4);
  for (const std::string_view item : items(inner)) {
    const std::size_t colon = item.find(':');
    if (colon == std::string_view::npos ||
        !description.set(item.substr(0, colon), item.substr(colon + 1))) {
      return bad("bad item \"" + std::string(item) + '"', text);
    }
  }
  FloatHistogram& h = description.out.histogram;
  h.positive_spans = one_span(description.offset, h.positive_counts.size());
  h.negative_spans = one_span(description.negative_offset, h.negative_counts.size());
  return std::move(description.out);
}

std::string to_text(const FloatHistogram& histogram) {
  const FloatHistogram& h = histogram;
  std::string out;
  const auto add = [&out](std::string_view key, double value) {
    if (value != 0) out += ' ' + std::string(key) + ':' + number_text(value);
  };
  add("schema", h.schema);
  add("count", h.count);
  add("sum", h.sum);
  add("z_bucket", h.zero_count);
  add("z_bucket_w", h.zero_threshold);
  if (h.uses_custom_buckets()) out += " custom_values:" + list_text(h.custom_values);
  if (h.reset_hint == ResetHint::yes) out += " counter_reset_hint:reset";
  if (h.reset_hint == ResetHint::no) out += " counter_reset_hint:not_reset";
  if (h.reset_hint == ResetHint::gauge) out += " counter_reset_hint:gauge";
  add_buckets(out, "", h.positive_spans, h.positive_counts);
  add_buckets(out, "n_", h.negative_spans, h.negative_counts);
  return "{{" + (out.empty() ? out : out.substr(1)) + "}}";
}

Result<FloatHistogram> combine(const FloatHistogram& base, const FloatHistogram& other,
                               double sign) {
  const int steps = other.schema - base.schema;
  if (base.uses_custom_buckets() != other.uses_custom_buckets() || steps < 0 ||
      base.custom_values != other.custom_values || base.zero_threshold != other.zero_threshold) {
    return Error(Code::invalid_argument,
                 "histogram: " + to_text(base) + " does not go with " + to_text(other));
  }
  FloatHistogram sum = base;
  sum.reset_hint = combined_hint(base.reset_hint, other.reset_hint);
  sum.count += sign * other.count;
  sum.sum += sign * other.sum;
  sum.zero_count += sign * other.zero_count;
  pack(add_side(spell_out(base.positive_spans, base.positive_counts),
                coarsen(spell_out(other.positive_spans, other.positive_counts), steps), sign),
       sum.positive_spans, sum.positive_counts);
  pack(add_side(spell_out(base.negative_spans, base.negative_counts),
                coarsen(spell_out(other.negative_spans, other.negative_counts), steps), sign),
       sum.negative_spans, sum.negative_counts);
  return sum;
}

}  // namespace tributary::promql::testing
