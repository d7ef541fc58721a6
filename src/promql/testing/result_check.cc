#include "promql/testing/result_check.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <vector>

#include "promql/testing/buckets.h"
#include "promql/testing/histogram_text.h"
#include "promql/testing/number_text.h"

namespace tributary::promql::testing {
namespace {

constexpr double kEpsilon = 1e-6;

bool same_buckets(Buckets a, Buckets b) {
  const auto empty = [](const auto& bucket) { return bucket.second == 0; };
  std::erase_if(a, empty);
  std::erase_if(b, empty);
  return std::ranges::equal(a, b, [](const auto& x, const auto& y) {
    return x.first == y.first && almost_equal(x.second, y.second);
  });
}

std::string points_text(const SeriesValue& series) {
  std::string out;
  for (const Sample& sample : series.floats) {
    out += ' ' + number_text(sample.value) + '@' + std::to_string(sample.timestamp_ms);
  }
  for (const HistogramSample& sample : series.histograms) {
    out += ' ' + to_text(*sample.histogram) + '@' + std::to_string(sample.timestamp_ms);
  }
  return out.empty() ? " nothing" : out;
}

std::string value_text(const Value& value) {
  switch (value.type) {
    case ValueType::scalar: return "scalar " + number_text(value.scalar);
    case ValueType::string: return "string \"" + value.string + '"';
    case ValueType::vector:
    case ValueType::matrix: break;
  }
  std::string out(to_string(value.type));
  for (const SeriesValue& series : value.series) {
    out += '\n' + series.labels.to_string() + points_text(series);
  }
  return out;
}

bool agrees(const SequenceValue& wanted, const FloatHistogram& got) {
  return wanted.histogram && almost_equal(*wanted.histogram, got) &&
         (!wanted.names_reset_hint || wanted.histogram->reset_hint == got.reset_hint);
}

Complaint check_points(const EvalCommand& wanted, const SeriesText& text, const SeriesValue& got) {
  std::size_t float_at = 0;
  std::size_t histogram_at = 0;
  std::int64_t time_ms = wanted.range.start_ms;
  const std::string has = text.labels.to_string() + " has" + points_text(got);
  for (const SequenceValue& value : text.values) {
    if (time_ms > wanted.range.end_ms) return "more points expected than there are steps";
    const std::string want = to_text(value) + " at " + std::to_string(time_ms);
    if (value.histogram) {
      if (histogram_at == got.histograms.size()) return "wanted " + want + ", " + has;
      const HistogramSample& sample = got.histograms[histogram_at++];
      if (sample.timestamp_ms != time_ms || !agrees(value, *sample.histogram)) {
        return "wanted " + want + ", " + has;
      }
    } else if (!value.omitted) {
      if (float_at == got.floats.size()) return "wanted " + want + ", " + has;
      const Sample& sample = got.floats[float_at++];
      if (sample.timestamp_ms != time_ms || !almost_equal(sample.value, value.value)) {
        return "wanted " + want + ", " + has;
      }
    }
    time_ms += wanted.range.step_ms;
  }
  if (float_at != got.floats.size() || histogram_at != got.histograms.size()) {
    return "more points than wanted: " + has;
  }
  return std::nullopt;
}

Complaint check_point(const SeriesText& text, const SeriesValue& got) {
  const std::string has = text.labels.to_string() + " has" + points_text(got);
  if (text.values.empty()) return "no value expected, " + has;
  const SequenceValue& value = text.values.front();
  if (got.floats.size() + got.histograms.size() != 1) return "not one value: " + has;
  const bool good = got.histograms.empty()
                        ? !value.histogram && almost_equal(value.value, got.floats[0].value)
                        : agrees(value, *got.histograms[0].histogram);
  if (good) return std::nullopt;
  return "wanted " + to_text(value) + ", " + has;
}

Complaint check_series(const EvalCommand& wanted, const Value& got) {
  std::vector<bool> seen(wanted.series.size(), false);
  for (std::size_t place = 0; place < got.series.size(); ++place) {
    const SeriesValue& series = got.series[place];
    // Where a script names a series twice, the last line counts.
    const auto found =
        std::find_if(wanted.series.rbegin(), wanted.series.rend(),
                     [&](const SeriesText& text) { return text.labels == series.labels; });
    if (found == wanted.series.rend()) {
      return "unexpected " + series.labels.to_string() + " with" + points_text(series);
    }
    const auto index = static_cast<std::size_t>(wanted.series.rend() - found) - 1;
    if (seen[index]) return "twice in the result: " + series.labels.to_string();
    seen[index] = true;
    if (wanted.ordered && index != place) {
      return series.labels.to_string() + " is at place " + std::to_string(place + 1) +
             ", wanted at " + std::to_string(index + 1);
    }
    Complaint complaint = got.type == ValueType::matrix ? check_points(wanted, *found, series)
                                                        : check_point(*found, series);
    if (complaint) return complaint;
  }
  for (std::size_t i = 0; i < seen.size(); ++i) {
    if (!seen[i]) return "missing " + wanted.series[i].labels.to_string();
  }
  return std::nullopt;
}

Complaint check_texts(const std::vector<TextPattern>& wanted, bool none_wanted,
                      const std::vector<std::string>& got, std::string_view kind) {
  if (none_wanted && !got.empty()) return "unexpected " + std::string(kind) + ": " + got.front();
  if (wanted.empty()) return std::nullopt;
  for (const TextPattern& pattern : wanted) {
    const auto fits = [&](const std::string& text) { return pattern.matches(text); };
    if (std::ranges::none_of(got, fits)) {
      std::string all;
      for (const std::string& text : got) all += "\n  " + text;
      return "wanted " + std::string(kind) + " \"" + pattern.text + "\", got" +
             (all.empty() ? " none" : all);
    }
  }
  for (const std::string& text : got) {
    const auto fits = [&](const TextPattern& pattern) { return pattern.matches(text); };
    if (std::ranges::none_of(wanted, fits)) return "unexpected " + std::string(kind) + ": " + text;
  }
  return std::nullopt;
}

}  // namespace

bool almost_equal(double a, double b) {
  if (is_stale_marker(a) || is_stale_marker(b)) return is_stale_marker(a) && is_stale_marker(b);
  if (std::isnan(a) && std::isnan(b)) return true;
  if (a == b) return true;
  constexpr double kSmallest = std::numeric_limits<double>::min();
  const double sum = std::abs(a) + std::abs(b);
  const double difference = std::abs(a - b);
  if (a == 0 || b == 0 || sum < kSmallest) return difference < kEpsilon * kSmallest;
  return difference / std::min(sum, std::numeric_limits<double>::max()) < kEpsilon;
}

bool almost_equal(const FloatHistogram& a, const FloatHistogram& b) {
  return a.schema == b.schema && almost_equal(a.count, b.count) && almost_equal(a.sum, b.sum) &&
         a.zero_threshold == b.zero_threshold && almost_equal(a.zero_count, b.zero_count) &&
         (!a.uses_custom_buckets() || a.custom_values == b.custom_values) &&
         same_buckets(spell_out(a.positive_spans, a.positive_counts),
                      spell_out(b.positive_spans, b.positive_counts)) &&
         same_buckets(spell_out(a.negative_spans, a.negative_counts),
                      spell_out(b.negative_spans, b.negative_counts));
}

Complaint check_value(const EvalCommand& wanted, const Value& got) {
  if (got.type == ValueType::string || wanted.string) {
    if (got.type == ValueType::string && got.string == wanted.string.value_or("")) return {};
    return "wanted string \"" + wanted.string.value_or("") + "\", got " + value_text(got);
  }
  if (got.type == ValueType::scalar || wanted.scalar) {
    if (got.type == ValueType::scalar && wanted.scalar &&
        almost_equal(*wanted.scalar, got.scalar)) {
      return std::nullopt;
    }
    return "wanted " + (wanted.scalar ? number_text(*wanted.scalar) : "no scalar") + ", got " +
           value_text(got);
  }
  if (got.type == ValueType::matrix) {
    if (wanted.ordered) return "wanted an ordered vector, got a matrix";
    if (Complaint complaint = check_sorted(got)) return complaint;
  }
  return check_series(wanted, got);
}

Complaint check_annotations(const EvalCommand& wanted, std::string_view query,
                            const Annotations& got) {
  if (Complaint complaint =
          check_texts(wanted.warnings, wanted.no_warnings, got.warnings(query, 0), "warning")) {
    return complaint;
  }
  return check_texts(wanted.infos, wanted.no_infos, got.infos(query, 0), "info");
}

Complaint check_failure(const EvalCommand& wanted, const Error& got) {
  if (!wanted.failure) return "failed: " + got.message();
  if (wanted.failure->matches(got.message())) return std::nullopt;
  return "wanted failure \"" + wanted.failure->text + "\", got: " + got.message();
}

Complaint check_sorted(const Value& matrix) {
  for (std::size_t i = 1; i < matrix.series.size(); ++i) {
    if (!(matrix.series[i - 1].labels < matrix.series[i].labels)) {
      return "not sorted: " + matrix.series[i - 1].labels.to_string() + " stands before " +
             matrix.series[i].labels.to_string();
    }
  }
  return std::nullopt;
}

Value vector_at(const Value& matrix, std::int64_t time_ms) {
  Value out;
  out.type = ValueType::vector;
  out.timestamp_ms = time_ms;
  const auto at = [time_ms](const auto& sample) { return sample.timestamp_ms == time_ms; };
  for (const SeriesValue& series : matrix.series) {
    SeriesValue point;
    point.labels = series.labels;
    std::ranges::copy_if(series.floats, std::back_inserter(point.floats), at);
    std::ranges::copy_if(series.histograms, std::back_inserter(point.histograms), at);
    if (!point.floats.empty() || !point.histograms.empty()) out.series.push_back(point);
  }
  return out;
}

}  // namespace tributary::promql::testing
