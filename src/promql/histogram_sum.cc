#include "promql/histogram_sum.h"

#include <utility>

namespace tributary::promql {

void SumNotes::see(const FloatHistogram& histogram) {
  reset_seen_ |= histogram.reset_hint == ResetHint::yes;
  continued_seen_ |= histogram.reset_hint == ResetHint::no;
}

HistogramSum::HistogramSum(const FloatHistogram& first) : sum_(first) { see(first); }

bool HistogramSum::add(const FloatHistogram& next) {
  see(next);
  if (!compensation_) compensation_.emplace(sum_);
  const auto reconciled = promql::add(sum_, next, *compensation_);
  if (!reconciled) return false;
  see(*reconciled);
  return true;
}

FloatHistogram HistogramSum::take() && {
  if (compensation_) promql::add(sum_, *compensation_);
  return std::move(sum_);
}

HistogramMean::HistogramMean(const FloatHistogram& first) : sum_(first) { see(first); }

bool HistogramMean::add(const FloatHistogram& next) {
  see(next);
  ++count_;
  if (!compensation_) compensation_.emplace(sum_);
  return running_ ? add_to_mean(next) : add_to_sum(next);
}

bool HistogramMean::add_to_sum(const FloatHistogram& next) {
  FloatHistogram before = sum_;
  Compensation compensation_before = *compensation_;
  const auto reconciled = promql::add(sum_, next, *compensation_);
  if (!reconciled) return false;
  see(*reconciled);
  if (!has_infinity(sum_)) return true;

  sum_ = std::move(before);
  compensation_ = std::move(compensation_before);
  divide(sum_, count_ - 1);
  divide(*compensation_, count_ - 1);
  running_ = true;
  return add_to_mean(next);
}

bool HistogramMean::add_to_mean(const FloatHistogram& next) {
  const double weight = (count_ - 1) / count_;
  multiply(sum_, weight);
  multiply(*compensation_, weight);
  FloatHistogram share = next;
  divide(share, count_);
  const auto reconciled = promql::add(sum_, share, *compensation_);
  if (reconciled) see(*reconciled);
  return reconciled.has_value();
}

FloatHistogram HistogramMean::take() && {
  if (!running_) {
    divide(sum_, count_);
    if (compensation_) divide(*compensation_, count_);
  }
  if (compensation_) promql::add(sum_, *compensation_);
  return std::move(sum_);
}

}  // namespace tributary::promql
