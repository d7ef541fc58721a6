#include <array>
#include <string>
#include <utility>
#include <vector>

#include "promql/go_text.h"
#include "promql/histogram_buckets.h"

namespace tributary::promql {
namespace {

// More empty buckets than this between two others are not written out.
constexpr std::int64_t kGapMax = 1000;

void append_field(std::string_view name, const std::string& value, std::string& out) {
  if (!out.empty()) out += ' ';
  out += std::string(name) + ":" + value;
}

void append_number(std::string_view name, double value, std::string& out) {
  if (value != 0) append_field(name, shortest_text(value), out);
}

std::string listed(const std::vector<double>& values) {
  std::string out;
  for (const double value : values) out += (out.empty() ? "" : " ") + shortest_text(value);
  return "[" + out + "]";
}

// One run of buckets without empty ones at its ends.
void append_side(BucketCursor cursor, std::string_view offset, std::string_view counts,
                 std::string& out) {
  std::vector<double> run;
  std::int64_t first = 0;
  while (cursor.next()) {
    if (cursor.count() == 0) continue;
    if (run.empty()) first = cursor.index();
    const std::int64_t gap = cursor.index() - first - static_cast<std::int64_t>(run.size());
    if (gap < 0 || gap > kGapMax) break;
    run.insert(run.end(), static_cast<std::size_t>(gap), 0);
    run.push_back(cursor.count());
  }
  if (run.empty()) return;
  if (first != 0) append_field(offset, std::to_string(first), out);
  append_field(counts, listed(run), out);
}

}  // namespace

std::string test_expression(const FloatHistogram& histogram) {
  std::string out;
  if (histogram.schema != 0) append_field("schema", std::to_string(histogram.schema), out);
  append_number("count", histogram.count, out);
  append_number("sum", histogram.sum, out);
  append_number("z_bucket", histogram.zero_count, out);
  append_number("z_bucket_w", histogram.zero_threshold, out);
  if (histogram.uses_custom_buckets()) {
    append_field("custom_values", listed(histogram.custom_values), out);
  }
  constexpr std::array<const char*, 4> kHints = {nullptr, "reset", "not_reset", "gauge"};
  if (const char* hint = kHints[static_cast<std::size_t>(histogram.reset_hint)]) {
    append_field("counter_reset_hint", hint, out);
  }
  append_side(positive_buckets(histogram), "offset", "buckets", out);
  append_side(negative_buckets(histogram), "n_offset", "n_buckets", out);
  return "{{" + out + "}}";
}

}  // namespace tributary::promql
