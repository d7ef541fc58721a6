#include "tsdb/histogram_check.h"

#include <cmath>
#include <cstdio>
#include <limits>
#include <span>
#include <string>
#include <utility>

#include "model/float_histogram.h"
#include "model/sample.h"

namespace tributary::tsdb {
namespace {

constexpr std::int32_t kSchemaMin = -4;
constexpr std::int32_t kSchemaMax = 8;

Error invalid(std::string message) { return Error(Code::invalid_argument, std::move(message)); }

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%g", value);
  return text;
}

Result<void> check_spans(std::span<const BucketSpan> spans, std::size_t buckets) {
  std::uint64_t wanted = 0;
  std::int64_t index = 0;
  for (std::size_t i = 0; i < spans.size(); ++i) {
    if (i > 0 && spans[i].offset < 0) {
      return invalid("span number " + std::to_string(i + 1) + " with offset " +
                     std::to_string(spans[i].offset) +
                     ": histogram has a span whose offset is negative");
    }
    wanted += spans[i].length;
    index += spans[i].offset;
    index += spans[i].length;
    if (!std::in_range<std::int32_t>(index)) {
      return invalid("span number " + std::to_string(i + 1) + " ends at bucket " +
                     std::to_string(index) + ": bucket indexes have 32 bits");
    }
  }
  if (wanted == buckets) return {};
  return invalid("spans need " + std::to_string(wanted) + " buckets, have " +
                 std::to_string(buckets) +
                 " buckets: histogram spans specify different number of buckets than provided");
}

Result<void> check_bounds(std::span<const double> bounds, std::span<const BucketSpan> spans) {
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    if (std::isnan(bounds[i])) return invalid("histogram custom bounds must not be NaN");
    if (i > 0 && bounds[i] <= bounds[i - 1]) {
      return invalid("previous bound is " + std::to_string(bounds[i - 1]) + " and current is " +
                     std::to_string(bounds[i]) +
                     ": histogram custom bounds must be in strictly increasing order");
    }
  }
  if (!bounds.empty() && bounds.back() == std::numeric_limits<double>::infinity()) {
    return invalid(
        "last +Inf bound must not be explicitly defined: histogram custom bounds must be finite");
  }
  std::int64_t length = 0;
  for (const BucketSpan& span : spans) length += std::int64_t{span.offset} + span.length;
  if (!spans.empty() && spans.front().offset < 0) {
    return invalid("span number 1 with offset " + std::to_string(spans.front().offset) +
                   ": histogram has a span whose offset is negative");
  }
  if (static_cast<std::int64_t>(bounds.size()) + 1 >= length) return {};
  return invalid("only " + std::to_string(bounds.size()) +
                 " custom bounds defined which is insufficient to cover total span length of " +
                 std::to_string(length) + ": histogram custom bounds are too few");
}

Error negative_bucket(std::size_t i, const std::string& count) {
  return invalid("bucket number " + std::to_string(i + 1) + " has observation count of " + count +
                 ": histogram has a bucket whose observation count is negative");
}

Result<void> check_deltas(std::span<const std::int64_t> deltas, std::uint64_t& sum) {
  std::int64_t count = 0;
  for (std::size_t i = 0; i < deltas.size(); ++i) {
    count = static_cast<std::int64_t>(static_cast<std::uint64_t>(count) +
                                      static_cast<std::uint64_t>(deltas[i]));
    if (count < 0) return negative_bucket(i, std::to_string(count));
    sum += static_cast<std::uint64_t>(count);
  }
  return {};
}

Result<void> check_counts(std::span<const double> counts) {
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] < 0) return negative_bucket(i, number(counts[i]));
  }
  return {};
}

Result<void> check_layout(const NativeHistogram& histogram, std::size_t positive_buckets,
                          std::size_t negative_buckets) {
  if (histogram.schema == kCustomBucketsSchema) {
    if (auto done = check_spans(histogram.positive_spans, positive_buckets); !done) {
      return done.error().within("custom buckets");
    }
    if (auto done = check_bounds(histogram.custom_values, histogram.positive_spans); !done) {
      return done.error().within("custom buckets");
    }
    if (histogram.zero_count != 0 || histogram.zero_count_float != 0) {
      return invalid("custom buckets: must have zero count of 0");
    }
    if (histogram.zero_threshold != 0) {
      return invalid("custom buckets: must have zero threshold of 0");
    }
    if (!histogram.negative_spans.empty()) {
      return invalid("custom buckets: must not have negative spans");
    }
    if (negative_buckets > 0) return invalid("custom buckets: must not have negative buckets");
    return {};
  }
  if (histogram.schema < kSchemaMin || histogram.schema > kSchemaMax) {
    return invalid(
        "histogram has an invalid schema, which must be between -4 and 8 for exponential buckets, "
        "or -53 for custom buckets, got schema " +
        std::to_string(histogram.schema));
  }
  if (auto done = check_spans(histogram.positive_spans, positive_buckets); !done) {
    return done.error().within("positive side");
  }
  if (auto done = check_spans(histogram.negative_spans, negative_buckets); !done) {
    return done.error().within("negative side");
  }
  if (!histogram.custom_values.empty()) {
    return invalid("histogram with exponential schema must not have custom bounds");
  }
  return {};
}

Result<void> check_float(const NativeHistogram& histogram) {
  if (auto done = check_counts(histogram.negative_counts); !done) {
    return done.error().within("negative side");
  }
  if (auto done = check_counts(histogram.positive_counts); !done) {
    return done.error().within("positive side");
  }
  if (histogram.zero_count_float < 0) {
    return invalid("zero bucket has observation count of " + number(histogram.zero_count_float) +
                   ": histogram has a bucket whose observation count is negative");
  }
  if (histogram.count_float < 0) {
    return invalid("observation count is " + number(histogram.count_float) +
                   ": histogram's observation count is negative");
  }
  return {};
}

Result<void> check_integers(const NativeHistogram& histogram) {
  std::uint64_t sum = histogram.zero_count;
  if (auto done = check_deltas(histogram.negative_deltas, sum); !done) {
    return done.error().within("negative side");
  }
  if (auto done = check_deltas(histogram.positive_deltas, sum); !done) {
    return done.error().within("positive side");
  }
  const std::string found = std::to_string(sum) +
                            " observations found in buckets, but the Count field is " +
                            std::to_string(histogram.count) + ": ";
  // Observations of NaN stand in no bucket.
  if (std::isnan(histogram.sum)) {
    if (sum <= histogram.count) return {};
    return invalid(found +
                   "histogram's observation count should be at least the number of observations "
                   "found in the buckets");
  }
  if (sum == histogram.count) return {};
  return invalid(found +
                 "histogram's observation count should equal the number of observations found in "
                 "the buckets (in absence of NaN)");
}

}  // namespace

Result<void> check_histogram(const NativeHistogram& histogram) {
  if (is_stale_marker(histogram.sum)) return {};  // nothing else of it is kept
  const auto layout = histogram.is_float ? check_layout(histogram, histogram.positive_counts.size(),
                                                        histogram.negative_counts.size())
                                         : check_layout(histogram, histogram.positive_deltas.size(),
                                                        histogram.negative_deltas.size());
  if (!layout) return layout;
  return histogram.is_float ? check_float(histogram) : check_integers(histogram);
}

}  // namespace tributary::tsdb
