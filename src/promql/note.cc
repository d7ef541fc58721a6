// What the annotations say, word for word as in Prometheus (util/annotations/annotations.go).
#include <string>

#include "promql/annotations.h"
#include "promql/go_text.h"
#include "promql/string_literal.h"

namespace tributary::promql::note {
namespace {

Annotation warning(std::string text) { return {false, "PromQL warning: " + std::move(text), {}}; }

Annotation info(std::string text) { return {true, "PromQL info: " + std::move(text), {}}; }

std::string for_metric(std::string_view metric) {
  return metric.empty() ? std::string() : " for metric name " + quote(metric);
}

std::string_view to_string(HistogramOperation operation) {
  switch (operation) {
    case HistogramOperation::addition: return "addition";
    case HistogramOperation::subtraction: return "subtraction";
    case HistogramOperation::aggregation: return "aggregation";
  }
  return "unknown operation";
}

}  // namespace

Annotation invalid_quantile(double quantile) {
  return warning("quantile value should be between 0 and 1, got " + shortest_text(quantile));
}

Annotation invalid_ratio(double ratio, double capped_to) {
  return warning("ratio value should be between -1 and 1, got " + shortest_text(ratio) +
                 ", capping to " + shortest_text(capped_to));
}

Annotation bad_bucket_label(std::string_view metric, std::string_view label) {
  return warning("bucket label \"le\" is missing or has a malformed value of " + quote(label) +
                 for_metric(metric));
}

Annotation mixed_floats_histograms(std::string_view metric) {
  return warning("encountered a mix of histograms and floats for metric name " + quote(metric));
}

Annotation mixed_floats_histograms_in_aggregation() {
  return warning("encountered a mix of histograms and floats for aggregation");
}

Annotation mixed_classic_native_histograms(std::string_view metric) {
  return warning("vector contains a mix of classic and native histograms" + for_metric(metric));
}

Annotation histogram_not_counter(std::string_view metric) {
  return warning("this native histogram metric is not a counter: " + quote(metric));
}

Annotation histogram_not_gauge(std::string_view metric) {
  return warning("this native histogram metric is not a gauge: " + quote(metric));
}

Annotation mixed_exponential_custom_histograms(std::string_view metric) {
  return warning(
      "vector contains a mix of histograms with exponential and custom buckets schemas for metric "
      "name " +
      quote(metric));
}

Annotation incompatible_bucket_layout(std::string_view binary_operator) {
  return warning("incompatible bucket layout encountered for binary operator " +
                 std::string(binary_operator));
}

Annotation sort_in_range_query() {
  return warning(
      "sort is ineffective for range queries since results are always ordered by labels");
}

Annotation possible_non_counter(std::string_view metric) {
  return info("metric might not be a counter, name does not end in _total/_sum/_count/_bucket: " +
              quote(metric));
}

Annotation possible_non_counter_label(std::string_view metric, std::string_view type_label) {
  return info(
      "metric might not be a counter, __type__ label is not set to \"counter\" or \"histogram\", "
      "got " +
      quote(type_label) + ": " + quote(metric));
}

Annotation forced_monotonicity(std::string_view metric, const Annotation::Buckets& buckets) {
  Annotation annotation = info(
      "input to histogram_quantile needed to be fixed for monotonicity (see "
      "https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile)" +
      for_metric(metric));
  annotation.buckets = buckets;
  return annotation;
}

Annotation incompatible_types(std::string_view left, std::string_view binary_operator,
                              std::string_view right) {
  const std::string op(binary_operator);
  return info("incompatible sample types encountered for binary operator " + quote(op) + ": " +
              std::string(left) + " " + op + " " + std::string(right));
}

Annotation histogram_ignored_in_aggregation(std::string_view aggregation) {
  return info("ignored histogram in " + std::string(aggregation) + " aggregation");
}

Annotation histogram_ignored_in_mixed_range(std::string_view metric) {
  return info(
      "ignored histograms in a range containing both floats and histograms for metric name " +
      quote(metric));
}

Annotation quantile_is_nan(std::string_view metric) {
  return info("input to histogram_quantile has NaN observations, result is NaN" +
              for_metric(metric));
}

Annotation quantile_skewed_by_nan(std::string_view metric) {
  return info("input to histogram_quantile has NaN observations, result is skewed higher" +
              for_metric(metric));
}

Annotation fraction_without_nan(std::string_view metric) {
  return info(
      "input to histogram_fraction has NaN observations, which are excluded from all fractions" +
      for_metric(metric));
}

Annotation counter_reset_collision(HistogramOperation operation) {
  return warning("conflicting counter resets during histogram " +
                 std::string(to_string(operation)));
}

Annotation mismatched_custom_buckets(HistogramOperation operation) {
  return info("mismatched custom buckets were reconciled during " +
              std::string(to_string(operation)));
}

Annotation start_time_overlap(std::string_view metric) {
  Annotation annotation =
      warning("sample has start time that overlaps with previous sample timestamp for metric " +
              quote(metric));
  annotation.counts_repeats = true;
  return annotation;
}

}  // namespace tributary::promql::note
