// Sums and means of many native histograms, as sum, avg, sum_over_time and avg_over_time need them:
// compensated for rounding; a mean whose sum overflows goes on as a running mean.
//
// Threads: one at a time.
#pragma once

#include <optional>

#include "model/float_histogram.h"
#include "promql/histogram_math.h"

namespace tributary::promql {

// What a sum of histograms met on its way.
class SumNotes {
 public:
  // Some began anew, others did not.
  bool reset_collision() const { return reset_seen_ && continued_seen_; }
  bool bounds_reconciled() const { return bounds_reconciled_; }

 protected:
  void see(const FloatHistogram& histogram);
  void see(const Reconciled& reconciled) { bounds_reconciled_ |= reconciled.custom_bounds; }

 private:
  bool reset_seen_ = false;
  bool continued_seen_ = false;
  bool bounds_reconciled_ = false;
};

class HistogramSum : public SumNotes {
 public:
  explicit HistogramSum(const FloatHistogram& first);

  // False where exponential meets custom buckets: there is no sum then.
  bool add(const FloatHistogram& next);
  FloatHistogram take() &&;  // may have empty buckets

 private:
  FloatHistogram sum_;
  std::optional<Compensation> compensation_;
};

class HistogramMean : public SumNotes {
 public:
  explicit HistogramMean(const FloatHistogram& first);

  bool add(const FloatHistogram& next);
  FloatHistogram take() &&;

 private:
  bool add_to_sum(const FloatHistogram& next);
  bool add_to_mean(const FloatHistogram& next);

  FloatHistogram sum_;  // or the mean, once running
  std::optional<Compensation> compensation_;
  double count_ = 1;
  bool running_ = false;
};

}  // namespace tributary::promql
