// How samples get in: checked one by one, logged together, then put into the head.
#include <algorithm>
#include <bit>
#include <optional>
#include <utility>

#include "base/check.h"
#include "base/hash.h"
#include "model/float_histogram.h"
#include "tsdb/db_state.h"
#include "tsdb/histogram_check.h"

namespace tributary::tsdb {
namespace {

// How far ahead the memory of a series is asked for.
constexpr std::size_t kPrefetch = 12;

bool same_bits(double a, double b) {
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

// The first few of all, and the first of each reason.
bool is_example(Refusal reason, const AppendResult& result) {
  return result.examples.size() < AppendResult::kExamplesMax ||
         result.refused[static_cast<std::size_t>(reason)] == 0;
}

void refuse(Refusal reason, Sample sample, std::string_view packed, AppendResult& result) {
  if (is_example(reason, result)) {
    result.examples.push_back({reason, sample, LabelsView(packed).to_string(), {}});
  }
  ++result.refused[static_cast<std::size_t>(reason)];
}

void refuse(Refusal reason, std::uint64_t samples, std::string_view packed,
            const std::string& detail, AppendResult& result) {
  if (samples == 0) return;
  if (is_example(reason, result)) {
    std::string series = packed.empty() ? std::string() : LabelsView(packed).to_string();
    result.examples.push_back({reason, {}, std::move(series), detail});
  }
  result.refused[static_cast<std::size_t>(reason)] += samples;
}

bool same_histogram(const NativeHistogram& a, const FloatHistogram& b) {
  FloatHistogram left = to_float(a);
  // What it says of resets, the chunk knows better.
  left.reset_hint = b.reset_hint;
  if (is_stale_marker(left) && is_stale_marker(b)) return true;
  return left == b;
}

}  // namespace

// So that a sender whose first try was stored, but not answered, may repeat all of it.
std::optional<bool> Db::State::is_stored(SeriesId id, Sample sample,
                                         const NativeHistogram* histogram) {
  const std::int64_t ms = sample.timestamp_ms;
  for (auto at = accepted_.rbegin(); at != accepted_.rend(); ++at) {
    if (at->series != id || at->sample.timestamp_ms != ms) continue;
    if (histogram == nullptr || at->histogram == nullptr) {
      return histogram == at->histogram && same_bits(at->sample.value, sample.value);
    }
    return *histogram == *at->histogram;
  }
  for (const Late& late : late_) {
    if (late.series != id || late.sample.timestamp_ms != ms) continue;
    return histogram == nullptr && same_bits(late.sample.value, sample.value);
  }
  const HeadSeries& series = head.series(id);
  if (series.open_count > 0 && ms == series.open_max_ms() && !series.has_open_histograms()) {
    return histogram == nullptr && same_bits(series.last_value, sample.value);
  }
  found_.clear();
  if (!head.read(id, ms, ms, found_)) return std::nullopt;
  if (!found_.floats.empty()) {
    return histogram == nullptr && same_bits(found_.floats.front().value, sample.value);
  }
  if (found_.histograms.empty()) return std::nullopt;
  return histogram != nullptr && same_histogram(*histogram, *found_.histograms.front().histogram);
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
  return {id, {}, {}};
}

void Db::State::accept(SeriesId id, Sample sample, const NativeHistogram* histogram) {
  HeadSeries& series = head.series(id);
  undo_.push_back({id, series.has_last, series.last_ms});
  series.last_ms = sample.timestamp_ms;
  series.has_last = true;
  // Records have samples of one type; those of a series must be replayed in order.
  const auto type = static_cast<std::uint8_t>(histogram == nullptr ? RecordType::samples
                                                                   : record_type_of(*histogram));
  if (series.pending != 0 && series.pending != type) borders_.push_back(accepted_.size());
  series.pending = type & 0xf;
  accepted_.push_back({id, sample, histogram});
}

void Db::State::take_sample(SeriesId id, Sample sample, const Limits& limits,
                            AppendResult& result) {
  const HeadSeries& series = head.series(id);
  const std::int64_t ms = sample.timestamp_ms;
  if (!limits.in_time(ms)) {
    refuse(ms > limits.ceiling_ms ? Refusal::in_the_future : Refusal::too_old, sample,
           series.packed(), result);
    return;
  }
  if (!series.has_last || ms > series.last_ms) {
    // As Prometheus: where a series of histograms ends, the marker is one too.
    if (is_stale_marker(sample.value) && series.has_open_histograms()) {
      NativeHistogram& marker = stale_markers_.emplace_back();
      marker.is_float = series.open_encoding == ChunkEncoding::float_histogram;
      marker.sum = kStaleMarker;
      accept(id, {ms, 0}, &marker);
    } else {
      accept(id, sample, nullptr);
    }
    ++result.appended;
    return;
  }
  if (const std::optional<bool> same = is_stored(id, sample, nullptr); same) {
    if (*same) {
      ++result.appended;
    } else {
      refuse(Refusal::duplicate, sample, series.packed(), result);
    }
  } else if (ms >= limits.late_floor_ms) {
    late_.push_back({id, sample});
    ++result.appended;
    ++result.late;
  } else {
    refuse(limits.late_floor_ms == INT64_MAX ? Refusal::out_of_order : Refusal::too_old, sample,
           series.packed(), result);
  }
}

void Db::State::take_histogram(SeriesId id, const WriteBatch::Histogram& point,
                               const Limits& limits, AppendResult& result) {
  const HeadSeries& series = head.series(id);
  const std::int64_t ms = point.timestamp_ms;
  const Sample at{ms, 0};
  if (!limits.in_time(ms)) {
    refuse(ms > limits.ceiling_ms ? Refusal::in_the_future : Refusal::too_old, at, series.packed(),
           result);
  } else if (auto good = check_histogram(point.histogram); !good) {
    refuse(Refusal::invalid_histogram, 1, series.packed(), good.error().message(), result);
  } else if (!series.has_last || ms > series.last_ms) {
    accept(id, at, &point.histogram);
    ++result.appended;
    ++result.histograms;
  } else if (const std::optional<bool> same = is_stored(id, at, &point.histogram); !same) {
    refuse(Refusal::out_of_order, at, series.packed(), result);
  } else if (*same) {
    ++result.appended;
    ++result.histograms;
  } else {
    refuse(Refusal::duplicate, at, series.packed(), result);
  }
}

void Db::State::take_exemplars(const WriteBatch& batch, const WriteBatch::Series& entry,
                               SeriesId id, AppendResult& result) {
  for (const WriteBatch::Exemplar& exemplar : batch.exemplars(entry)) {
    using Verdict = ExemplarStore::Verdict;
    const Verdict verdict =
        id == kNoSeries
            ? Verdict::out_of_order
            : exemplars.judge(head.series(id).packed(), batch.packed(exemplar), exemplar.sample);
    if (verdict == Verdict::news) exemplars_at_.push_back({id, &exemplar});
    const bool good = verdict == Verdict::news || verdict == Verdict::repeated;
    ++(good ? result.exemplars : result.exemplars_refused);
  }
}

void Db::State::take_series(const WriteBatch& batch, const WriteBatch::Series& entry,
                            LabelParser* parser, const Limits& limits, AppendResult& result) {
  const std::span<const Sample> samples = batch.samples(entry);
  const std::span<const WriteBatch::Histogram> histograms = batch.histograms(entry);
  const bool may_create =
      std::any_of(samples.begin(), samples.end(),
                  [&](const Sample& sample) { return limits.in_time(sample.timestamp_ms); }) ||
      std::any_of(histograms.begin(), histograms.end(), [&](const WriteBatch::Histogram& point) {
        return limits.in_time(point.timestamp_ms) && check_histogram(point.histogram);
      });
  const Found found = find_or_create(batch, entry, parser, may_create);
  const SeriesId id = found.series;
  if (id == kNoSeries) {
    refuse_all(batch, entry, found, limits, result);
  } else {
    if (before_ != kNoSeries) head.series(before_).follower = id;
    before_ = id;
    // In the order of their times, should both be there.
    std::size_t next = 0;
    for (const Sample& sample : samples) {
      while (next < histograms.size() && histograms[next].timestamp_ms < sample.timestamp_ms) {
        take_histogram(id, histograms[next++], limits, result);
      }
      take_sample(id, sample, limits, result);
    }
    while (next < histograms.size()) take_histogram(id, histograms[next++], limits, result);
  }
  if (entry.exemplars.count > 0) take_exemplars(batch, entry, id, result);
}

void Db::State::refuse_all(const WriteBatch& batch, const WriteBatch::Series& entry,
                           const Found& found, const Limits& limits, AppendResult& result) {
  if (found.refused == Refusal::invalid_labels) {
    refuse(Refusal::invalid_labels, entry.samples.count + entry.histograms.count, {}, found.detail,
           result);
    return;
  }
  const std::string_view packed =
      entry.raw.empty() ? batch.packed(entry) : std::string_view(packed_);
  const auto refuse_one = [&](Sample at) {
    if (limits.in_time(at.timestamp_ms)) return refuse(*found.refused, at, packed, result);
    refuse(at.timestamp_ms > limits.ceiling_ms ? Refusal::in_the_future : Refusal::too_old, at,
           packed, result);
  };
  for (const Sample& sample : batch.samples(entry)) refuse_one(sample);
  for (const WriteBatch::Histogram& point : batch.histograms(entry)) {
    const auto good = check_histogram(point.histogram);
    if (limits.in_time(point.timestamp_ms) && !good) {
      refuse(Refusal::invalid_histogram, 1, packed, good.error().message(), result);
    } else {
      refuse_one({point.timestamp_ms, 0});
    }
  }
}

// A record of each type, of accepted samples between two borders.
void Db::State::encode_samples(std::size_t first, std::size_t end) {
  SamplesRecord& floats = samples_record_;
  for (std::size_t i = first; i < end; ++i) {
    const Accepted& accepted = accepted_[i];
    const SeriesRef ref = head.series(accepted.series).ref;
    if (accepted.histogram == nullptr) {
      floats.add(ref, accepted.sample);
      records_.take(floats, RecordList::When::full);
    } else {
      HistogramsRecord& record =
          histogram_records_[static_cast<std::size_t>(record_type_of(*accepted.histogram)) -
                             static_cast<std::size_t>(RecordType::histograms)];
      record.add(ref, accepted.sample.timestamp_ms, *accepted.histogram);
      records_.take(record, RecordList::When::full);
    }
  }
  records_.take(floats, RecordList::When::now);
  for (HistogramsRecord& record : histogram_records_) {
    records_.take(record, RecordList::When::now);
  }
}

Result<void> Db::State::log_accepted(const WriteBatch& batch) {
  records_.clear();
  SeriesRecord series;
  for (const SeriesId id : created_) {
    series.add(head.series(id).ref, head.series(id).packed());
    records_.take(series, RecordList::When::full);
  }
  records_.take(series, RecordList::When::now);
  std::size_t first = 0;
  for (const std::size_t border : borders_) encode_samples(std::exchange(first, border), border);
  encode_samples(first, accepted_.size());
  ExemplarsRecord news;
  for (const auto& [id, exemplar] : exemplars_at_) {
    news.add(head.series(id).ref, exemplar->sample, batch.packed(*exemplar));
    records_.take(news, RecordList::When::full);
  }
  records_.take(news, RecordList::When::now);
  if (!records_.empty()) {
    if (auto done = wal->log(records_.views()); !done) return done;
  }
  return log_late();
}

// After the log of what they need: series.
Result<void> Db::State::log_late() {
  if (late_.empty()) return {};
  if (!late_wal) {
    if (auto done = open_late_wal(); !done) return done;
  }
  records_.clear();
  for (const Late& late : late_) {
    samples_record_.add(head.series(late.series).ref, late.sample);
    records_.take(samples_record_, RecordList::When::full);
  }
  records_.take(samples_record_, RecordList::When::now);
  return late_wal->log(records_.views());
}

void Db::State::roll_back() {
  // Backwards, since a series may have come twice.
  for (auto undo = undo_.rbegin(); undo != undo_.rend(); ++undo) {
    HeadSeries& series = head.series(undo->series);
    series.has_last = undo->had_last;
    series.last_ms = undo->last_ms;
    series.pending = 0;
  }
  head.discard(created_);
}

void Db::State::apply(const WriteBatch& batch) {
  head.publish(created_);
  Head::Appender appender(head);
  for (std::size_t i = 0; i < accepted_.size(); ++i) {
    if (i + 2 * kPrefetch < accepted_.size()) {
      head.prefetch_series(accepted_[i + 2 * kPrefetch].series);
      head.prefetch_tail(accepted_[i + kPrefetch].series);
    }
    const auto& [id, sample, histogram] = accepted_[i];
    head.series(id).pending = 0;
    if (histogram == nullptr) {
      appender.append(id, sample);
    } else {
      appender.append(id, sample.timestamp_ms, *histogram);
    }
  }
  for (const auto& [id, sample] : late_) appender.append_late(id, sample);
  for (const auto& [id, exemplar] : exemplars_at_) {
    exemplars.add(head.series(id).packed(), batch.packed(*exemplar), exemplar->sample);
  }
}

Db::State::Limits Db::State::limits() const {
  const std::int64_t now_ms = to_ms(clock.now());
  Limits limits{.floor_ms = floor_ms,
                .ceiling_ms = now_ms + to_ms(options.future_max),
                .late_floor_ms = INT64_MAX};
  if (options.retention > Duration::zero()) {
    limits.floor_ms = std::max(limits.floor_ms, now_ms - to_ms(options.retention));
  }
  if (options.out_of_order_window > Duration::zero() && head.samples() > 0) {
    limits.late_floor_ms = head.max_ms() - to_ms(options.out_of_order_window);
  }
  return limits;
}

Result<AppendResult> Db::State::append(const WriteBatch& batch, LabelParser* parser) {
  AppendResult result;
  const std::lock_guard guard(write_mutex);
  if (closed) return Error(Code::unavailable, "database " + directory + " is closed");
  for (const MetricFamily& family : batch.metadata()) metadata.set(family);

  before_ = kNoSeries;
  accepted_.clear();
  borders_.clear();
  late_.clear();
  undo_.clear();
  created_.clear();
  stale_markers_.clear();
  exemplars_at_.clear();
  const Limits limits = this->limits();
  for (const WriteBatch::Series& entry : batch.series()) {
    take_series(batch, entry, parser, limits, result);
  }
  if (auto logged = log_accepted(batch); !logged) {
    roll_back();
    wal_failures.fetch_add(1, std::memory_order_relaxed);
    return Error(Code::unavailable, "cannot write the log: " + logged.error().message());
  }
  apply(batch);
  result.series_created = created_.size();
  refusals.late += result.late;
  for (std::size_t i = 0; i < kRefusals; ++i) refusals.refused[i] += result.refused[i];
  return result;
}

}  // namespace tributary::tsdb
