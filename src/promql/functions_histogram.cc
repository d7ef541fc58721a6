// histogram_count, histogram_avg, ...: a native histogram in, a float out.
#include <array>
#include <cmath>

#include "promql/functions.h"
#include "promql/histogram_math.h"
#include "promql/quantile.h"

namespace tributary::promql::functions {
namespace {

template <auto measure>
Result of_histogram(const Point& sample, std::int64_t, Scalars, FunctionNotes&) {
  if (sample.histogram == nullptr) return std::nullopt;
  return of(measure(*sample.histogram));
}

constexpr std::array kHistogram = {
    Named{"histogram_avg", of_histogram<[](const FloatHistogram& h) { return h.sum / h.count; }>},
    Named{"histogram_count", of_histogram<[](const FloatHistogram& h) { return h.count; }>},
    Named{"histogram_stddev",
          of_histogram<[](const FloatHistogram& h) { return std::sqrt(histogram_variance(h)); }>},
    Named{"histogram_stdvar", of_histogram<histogram_variance>},
    Named{"histogram_sum", of_histogram<[](const FloatHistogram& h) { return h.sum; }>},
};

bool noted(const std::optional<Reconciled>& reconciled, note::HistogramOperation operation,
           FunctionNotes& notes) {
  if (!reconciled) {
    notes.annotations.add(notes.position,
                          note::mixed_exponential_custom_histograms(notes.metric_name));
    return false;
  }
  if (reconciled->custom_bounds) {
    notes.annotations.add(notes.position, note::mismatched_custom_buckets(operation));
  }
  return true;
}

}  // namespace

std::span<const Named> histogram() { return kHistogram; }

bool add_noted(FloatHistogram& histogram, const FloatHistogram& other, FunctionNotes& notes) {
  return noted(add(histogram, other), note::HistogramOperation::addition, notes);
}

bool subtract_noted(FloatHistogram& histogram, const FloatHistogram& other, FunctionNotes& notes) {
  return noted(subtract(histogram, other), note::HistogramOperation::subtraction, notes);
}

}  // namespace tributary::promql::functions
