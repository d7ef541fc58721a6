// How samples get in: checked one by one, logged together, then put into the head.
#include <bit>
#include <optional>
#include <utility>

#include "base/hash.h"
#include "tsdb/db_state.h"

namespace tributary::tsdb {
namespace {

// Larger records only cost memory when they are read back.
constexpr std::size_t kRecordBytes = 1U << 20;

bool same_bits(double a, double b) {
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

void refuse(Refusal reason, Sample sample, std::string_view packed, AppendResult& result) {
  ++result.refused[static_cast<std::size_t>(reason)];
  if (result.examples.size() < AppendResult::kExamplesMax) {
    result.examples.push_back({reason, sample, LabelsView(packed).to_string()});
  }
}

}  // namespace

// So that a sender whose first try was stored, but not answered, may repeat all of it.
std::optional<double> Db::State::stored_value(const HeadSeries& series, std::int64_t ms) {
  if (ms == series.last.timestamp_ms) return series.last.value;
  found_.clear();
  if (!head.read(series, ms, ms, found_) || found_.empty()) return std::nullopt;
  return found_.front().value;
}

HeadSeries* Db::State::find_or_create(std::string_view packed, std::optional<Refusal>& refused) {
  const std::uint64_t hash = hash64(packed);
  if (HeadSeries* const series = head.find(packed, hash)) return series;
  if (options.series_max > 0 && head.series() >= options.series_max) {
    refused = Refusal::series_limit;
    return nullptr;
  }
  if (options.series_per_metric_max > 0 &&
      head.series_of_metric(LabelsView(packed).get(kMetricName)) >= options.series_per_metric_max) {
    refused = Refusal::metric_series_limit;
    return nullptr;
  }
  HeadSeries* const series = head.create(packed, hash);
  created_.push_back(series);
  return series;
}

void Db::State::take_series(const WriteBatch& batch, const WriteBatch::Series& entry,
                            const Limits& limits, AppendResult& result) {
  const std::string_view packed = batch.packed(entry);
  HeadSeries* series = nullptr;
  std::optional<Refusal> refused;
  for (const Sample& sample : batch.samples(entry)) {
    if (sample.timestamp_ms > limits.ceiling_ms) {
      refuse(Refusal::in_the_future, sample, packed, result);
      continue;
    }
    if (sample.timestamp_ms < limits.floor_ms) {
      refuse(Refusal::too_old, sample, packed, result);
      continue;
    }
    if (series == nullptr && !refused) {
      series = find_or_create(packed, refused);
      if (series != nullptr) undo_.push_back({series, series->has_last, series->last});
    }
    if (series == nullptr) {
      refuse(*refused, sample, packed, result);
      continue;
    }
    if (series->has_last && sample.timestamp_ms <= series->last.timestamp_ms) {
      const std::optional<double> stored = stored_value(*series, sample.timestamp_ms);
      if (!stored) {
        refuse(Refusal::out_of_order, sample, packed, result);
      } else if (!same_bits(sample.value, *stored)) {
        refuse(Refusal::duplicate, sample, packed, result);
      } else {
        ++result.appended;
      }
      continue;
    }
    series->last = sample;
    series->has_last = true;
    accepted_.push_back({series, sample});
    ++result.appended;
  }
}

Result<void> Db::State::log_accepted() {
  std::vector<std::string_view> records;
  records_.clear();
  SeriesRecord series_record;
  for (const HeadSeries* const series : created_) {
    series_record.add(series->ref, series->packed);
    if (series_record.size() >= kRecordBytes) {
      records_.emplace_back(series_record.record());
      series_record.clear();
    }
  }
  if (!series_record.empty()) records_.emplace_back(series_record.record());
  SamplesRecord samples_record;
  for (const Accepted& accepted : accepted_) {
    samples_record.add(accepted.series->ref, accepted.sample);
    if (samples_record.size() >= kRecordBytes) {
      records_.emplace_back(samples_record.record());
      samples_record.clear();
    }
  }
  if (!samples_record.empty()) records_.emplace_back(samples_record.record());
  if (records_.empty()) return {};
  records.assign(records_.begin(), records_.end());
  return wal->log(records);
}

void Db::State::roll_back() {
  // Backwards, since a series may have come twice.
  for (auto undo = undo_.rbegin(); undo != undo_.rend(); ++undo) {
    undo->series->has_last = undo->had_last;
    undo->series->last = undo->last;
  }
  head.discard(created_);
}

Result<AppendResult> Db::State::append(const WriteBatch& batch) {
  AppendResult result;
  const std::lock_guard guard(write_mutex);
  if (closed) return Error(Code::unavailable, "database " + directory + " is closed");
  for (const MetricFamily& family : batch.metadata()) metadata.set(family);

  const std::int64_t now_ms = to_ms(clock.now());
  Limits limits{floor_ms, now_ms + to_ms(options.future_max)};
  if (options.retention > Duration::zero()) {
    limits.floor_ms = std::max(limits.floor_ms, now_ms - to_ms(options.retention));
  }
  accepted_.clear();
  undo_.clear();
  created_.clear();
  for (const WriteBatch::Series& entry : batch.series()) {
    take_series(batch, entry, limits, result);
  }
  if (auto logged = log_accepted(); !logged) {
    roll_back();
    wal_failures.fetch_add(1, std::memory_order_relaxed);
    return Error(Code::unavailable, "cannot write the log: " + logged.error().message());
  }
  head.publish(created_);
  for (const Accepted& accepted : accepted_) head.append(*accepted.series, accepted.sample);
  result.series_created = created_.size();
  for (std::size_t i = 0; i < kRefusals; ++i) refusals.refused[i] += result.refused[i];
  return result;
}

}  // namespace tributary::tsdb
