// How samples get in: checked one by one, logged together, then put into the head.
#include <algorithm>
#include <bit>
#include <optional>
#include <utility>

#include "base/check.h"
#include "base/hash.h"
#include "tsdb/db_state.h"

namespace tributary::tsdb {
namespace {

// Larger records only cost memory when they are read back.
constexpr std::size_t kRecordBytes = 1U << 20;

// How far ahead the memory of a series is asked for.
constexpr std::size_t kPrefetch = 12;

bool same_bits(double a, double b) {
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

void refuse(Refusal reason, Sample sample, std::string_view packed, AppendResult& result) {
  ++result.refused[static_cast<std::size_t>(reason)];
  if (result.examples.size() < AppendResult::kExamplesMax) {
    result.examples.push_back({reason, sample, LabelsView(packed).to_string(), {}});
  }
}

// The record under way, the next one where it is full.
template <class Record>
Record& room(std::vector<Record>& records, std::size_t& used) {
  if (used > 0 && records[used - 1].size() < kRecordBytes) return records[used - 1];
  if (used == records.size()) records.emplace_back();
  records[used].clear();
  return records[used++];
}

}  // namespace

// So that a sender whose first try was stored, but not answered, may repeat all of it.
std::optional<double> Db::State::stored_value(SeriesId id, std::int64_t ms) {
  for (auto accepted = accepted_.rbegin(); accepted != accepted_.rend(); ++accepted) {
    if (accepted->series == id && accepted->sample.timestamp_ms == ms) {
      return accepted->sample.value;
    }
  }
  const HeadSeries& series = head.series(id);
  if (series.open_count > 0 && ms == series.open_max_ms()) return series.last_value;
  found_.clear();
  if (!head.read(id, ms, ms, found_) || found_.floats.empty()) return std::nullopt;
  return found_.floats.front().value;
}

SeriesId Db::State::recognise(std::uint64_t raw_hash) const {
  if (before_ == kNoSeries) return kNoSeries;
  const SeriesId id = head.series(before_).follower;
  if (!head.is_live(id) || head.series(id).raw_hash != raw_hash) return kNoSeries;
  return id;
}

Db::State::Found Db::State::find_or_create(const WriteBatch& batch, const WriteBatch::Series& entry,
                                           LabelParser* parser, bool may_create) {
  if (entry.raw.empty()) return find_or_create(batch.packed(entry), may_create);
  const std::uint64_t raw_hash = hash64(entry.raw, raw_seed_);
  if (const SeriesId known = recognise(raw_hash); known != kNoSeries) return {known, {}, {}};
  TRIBUTARY_CHECK(parser != nullptr);
  packed_.clear();
  if (auto parsed = parser->parse(entry.raw, packed_); !parsed) {
    return {kNoSeries, Refusal::invalid_labels, parsed.error().message()};
  }
  Found found = find_or_create(packed_, may_create);
  if (found.series != kNoSeries) head.series(found.series).raw_hash = raw_hash;
  return found;
}

Db::State::Found Db::State::find_or_create(std::string_view packed, bool may_create) {
  const std::uint64_t hash = hash64(packed);
  if (const SeriesId known = head.find(packed, hash); known != kNoSeries) return {known, {}, {}};
  if (!may_create) return {};
  if (options.series_max > 0 && head.series() >= options.series_max) {
    return {kNoSeries, Refusal::series_limit, {}};
  }
  if (options.series_per_metric_max > 0 &&
      head.series_of_metric(LabelsView(packed).get(kMetricName)) >= options.series_per_metric_max) {
    return {kNoSeries, Refusal::metric_series_limit, {}};
  }
  const SeriesId id = head.create(packed, hash);
  created_.push_back(id);
  room(series_records_, series_records_used_).add(head.series(id).ref, packed);
  return {id, {}, {}};
}

void Db::State::accept(SeriesId id, Sample sample) {
  HeadSeries& series = head.series(id);
  undo_.push_back({id, series.has_last, series.last_ms});
  series.last_ms = sample.timestamp_ms;
  series.has_last = true;
  room(samples_records_, samples_records_used_).add(series.ref, sample);
  accepted_.push_back({id, sample});
}

void Db::State::take_series(const WriteBatch& batch, const WriteBatch::Series& entry,
                            LabelParser* parser, const Limits& limits, AppendResult& result) {
  const std::span<const Sample> samples = batch.samples(entry);
  const auto in_time = [&limits](const Sample& sample) {
    return sample.timestamp_ms >= limits.floor_ms && sample.timestamp_ms <= limits.ceiling_ms;
  };
  const bool may_create = std::any_of(samples.begin(), samples.end(), in_time);
  const Found found = find_or_create(batch, entry, parser, may_create);
  if (found.refused == Refusal::invalid_labels) {
    result.refused[static_cast<std::size_t>(Refusal::invalid_labels)] += samples.size();
    if (result.examples.size() < AppendResult::kExamplesMax) {
      result.examples.push_back({Refusal::invalid_labels, {}, {}, found.detail});
    }
    return;
  }
  const std::string_view packed = found.series != kNoSeries ? head.series(found.series).packed()
                                  : entry.raw.empty()       ? batch.packed(entry)
                                                            : std::string_view(packed_);
  if (found.series != kNoSeries) {
    if (before_ != kNoSeries) head.series(before_).follower = found.series;
    before_ = found.series;
  }
  for (const Sample& sample : samples) {
    if (!in_time(sample)) {
      refuse(sample.timestamp_ms > limits.ceiling_ms ? Refusal::in_the_future : Refusal::too_old,
             sample, packed, result);
      continue;
    }
    if (found.series == kNoSeries) {
      refuse(*found.refused, sample, packed, result);
      continue;
    }
    const HeadSeries& series = head.series(found.series);
    if (series.has_last && sample.timestamp_ms <= series.last_ms) {
      const std::optional<double> stored = stored_value(found.series, sample.timestamp_ms);
      if (!stored) {
        refuse(Refusal::out_of_order, sample, packed, result);
      } else if (!same_bits(sample.value, *stored)) {
        refuse(Refusal::duplicate, sample, packed, result);
      } else {
        ++result.appended;
      }
      continue;
    }
    accept(found.series, sample);
    ++result.appended;
  }
}

Result<void> Db::State::log_accepted() {
  records_.clear();
  for (std::size_t i = 0; i < series_records_used_; ++i) {
    records_.push_back(series_records_[i].record());
  }
  for (std::size_t i = 0; i < samples_records_used_; ++i) {
    records_.push_back(samples_records_[i].record());
  }
  return records_.empty() ? Result<void>() : wal->log(records_);
}

void Db::State::roll_back() {
  // Backwards, since a series may have come twice.
  for (auto undo = undo_.rbegin(); undo != undo_.rend(); ++undo) {
    head.series(undo->series).has_last = undo->had_last;
    head.series(undo->series).last_ms = undo->last_ms;
  }
  head.discard(created_);
}

Result<AppendResult> Db::State::append(const WriteBatch& batch, LabelParser* parser) {
  AppendResult result;
  const std::lock_guard guard(write_mutex);
  if (closed) return Error(Code::unavailable, "database " + directory + " is closed");
  for (const MetricFamily& family : batch.metadata()) metadata.set(family);

  const std::int64_t now_ms = to_ms(clock.now());
  Limits limits{floor_ms, now_ms + to_ms(options.future_max)};
  if (options.retention > Duration::zero()) {
    limits.floor_ms = std::max(limits.floor_ms, now_ms - to_ms(options.retention));
  }
  before_ = kNoSeries;
  accepted_.clear();
  undo_.clear();
  created_.clear();
  series_records_used_ = 0;
  samples_records_used_ = 0;
  for (const WriteBatch::Series& entry : batch.series()) {
    take_series(batch, entry, parser, limits, result);
  }
  if (auto logged = log_accepted(); !logged) {
    roll_back();
    wal_failures.fetch_add(1, std::memory_order_relaxed);
    return Error(Code::unavailable, "cannot write the log: " + logged.error().message());
  }
  head.publish(created_);
  {
    Head::Appender appender(head);
    for (std::size_t i = 0; i < accepted_.size(); ++i) {
      if (i + 2 * kPrefetch < accepted_.size()) {
        head.prefetch_series(accepted_[i + 2 * kPrefetch].series);
        head.prefetch_tail(accepted_[i + kPrefetch].series);
      }
      appender.append(accepted_[i].series, accepted_[i].sample);
    }
  }
  result.series_created = created_.size();
  for (std::size_t i = 0; i < kRefusals; ++i) refusals.refused[i] += result.refused[i];
  return result;
}

}  // namespace tributary::tsdb
