// Warnings and infos that a query gives beside its result: "PromQL warning: ..." where the result
// may not be what was meant, "PromQL info: ..." where something deserves a look (Prometheus,
// util/annotations). Equal texts are one annotation, at the latest place; some kinds gather details
// over their repeats.
//
// Threads: one at a time; parts of a query gather their own and are merged in order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "promql/ast.h"

namespace tributary::promql {

struct Annotation {
  // Where the buckets of a classic histogram had to be made to rise, over all repeats.
  struct Buckets {
    std::int64_t min_time_ms = 0;
    std::int64_t max_time_ms = 0;
    double min_bound = 0;
    double max_bound = 0;
    double difference_max = 0;
  };

  bool is_info = false;  // else a warning
  std::string text;      // as Prometheus words it, "PromQL info: " in front, no place at the end
  std::optional<Buckets> buckets;
  bool counts_repeats = false;  // the text tells how often it happened
  std::uint64_t count = 1;
};

class Annotations {
 public:
  void add(Position position, Annotation annotation);
  void merge(const Annotations& other);

  bool empty() const { return notes_.empty(); }

  // Complete texts for the API, in the order they first came, with their details and "
  // (line:column)" at the end, where `query` is the expression's text; at most `limit` (0: all),
  // then one that says how many were left out. Without `query`: the texts alone.
  std::vector<std::string> warnings(std::string_view query, std::size_t limit = 10) const;
  std::vector<std::string> infos(std::string_view query, std::size_t limit = 10) const;

 private:
  struct Note {
    Position position;
    Annotation annotation;
  };

  std::vector<std::string> texts(bool infos, std::string_view query, std::size_t limit) const;

  std::vector<Note> notes_;
  std::unordered_map<std::string, std::size_t> by_text_;  // indexes of notes_
};

// The annotations that there are. An empty metric name is left out where Prometheus does so.
namespace note {

enum class HistogramOperation : std::uint8_t { addition, subtraction, aggregation };

Annotation invalid_quantile(double quantile);
Annotation invalid_ratio(double ratio, double capped_to);
Annotation bad_bucket_label(std::string_view metric, std::string_view label);
Annotation mixed_floats_histograms(std::string_view metric);
Annotation mixed_floats_histograms_in_aggregation();
Annotation mixed_classic_native_histograms(std::string_view metric);
Annotation histogram_not_counter(std::string_view metric);
Annotation histogram_not_gauge(std::string_view metric);
Annotation mixed_exponential_custom_histograms(std::string_view metric);
Annotation incompatible_bucket_layout(std::string_view binary_operator);
Annotation sort_in_range_query();
Annotation possible_non_counter(std::string_view metric);
Annotation possible_non_counter_label(std::string_view metric, std::string_view type_label);
Annotation forced_monotonicity(std::string_view metric, const Annotation::Buckets& buckets);
Annotation incompatible_types(std::string_view left, std::string_view binary_operator,
                              std::string_view right);  // "float" or "histogram"
Annotation histogram_ignored_in_aggregation(std::string_view aggregation);
Annotation histogram_ignored_in_mixed_range(std::string_view metric);
Annotation quantile_is_nan(std::string_view metric);
Annotation quantile_skewed_by_nan(std::string_view metric);
Annotation fraction_without_nan(std::string_view metric);
Annotation counter_reset_collision(HistogramOperation operation);
Annotation mismatched_custom_buckets(HistogramOperation operation);
Annotation start_time_overlap(std::string_view metric);

}  // namespace note

}  // namespace tributary::promql
