#include "collector/exporters/prometheusremotewrite/compiled_run.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/check.h"
#include "base/hash.h"
#include "remote/snappy.h"
#include "remote/wire.h"
#include "remote/write_request.h"

namespace tributary::collector::prometheusremotewrite {
namespace {

constexpr std::size_t kMessageBytesMax = std::size_t{1} << 30;  // of our own

// What a column has for the series from `first` on, `count` of them.
template <class T>
std::span<const Sparse<T>> part_of(const std::vector<Sparse<T>>& column, std::size_t first,
                                   std::size_t count) {
  const auto before = [](const Sparse<T>& entry, std::size_t index) { return entry.index < index; };
  const auto begin = std::lower_bound(column.begin(), column.end(), first, before);
  return {begin, std::lower_bound(begin, column.end(), first + count, before)};
}

// The entry of a series, if any, for who asks in rising order.
template <class T>
const T* find(std::span<const Sparse<T>>& rest, std::uint32_t index) {
  while (!rest.empty() && rest.front().index < index) rest = rest.subspan(1);
  return !rest.empty() && rest.front().index == index ? &rest.front().value : nullptr;
}

}  // namespace

// The labels of each series as they stand on the wire.
class CompiledRun::Rows {
 public:
  explicit Rows(std::string message) : message_(std::move(message)) {
    remote::WireReader series(message_, "WriteRequest");
    while (series.next()) rows_.push_back(labels_of(series.bytes()));
    TRIBUTARY_CHECK(!series.fault());
  }
  Rows(const Rows&) = delete;
  Rows& operator=(const Rows&) = delete;

  auto begin() const { return rows_.begin(); }
  auto end() const { return rows_.end(); }
  std::string_view operator[](std::size_t index) const { return rows_[index]; }
  std::size_t size() const { return rows_.size(); }

 private:
  static std::string_view labels_of(std::string_view series) {
    constexpr std::uint32_t kLabels = 1;
    remote::WireReader reader(series, "TimeSeries");
    std::size_t end = 0;
    while (reader.next() && reader.field() == kLabels) {
      reader.bytes();
      end = reader.offset();
    }
    return series.substr(0, end);
  }

  std::string message_;
  std::vector<std::string_view> rows_;
};

// What a batch has of the run.
class CompiledRun::Columns {
 public:
  Columns(const CompiledRun& run, const Batch& batch, std::size_t first)
      : run_(run),
        batch_(batch),
        first_(static_cast<std::uint32_t>(first)),
        times_(part_of(batch.timestamps, first, run.received_)),
        histograms_(part_of(batch.histograms, first, run.received_)),
        exemplars_(part_of(batch.exemplars, first, run.received_)) {}

  // Whether fragments can say it all.
  bool is_plain() const {
    return histograms_.empty() && exemplars_.empty() &&
           remote::fits_time_slot(batch_.timestamp_ms) &&
           std::all_of(times_.begin(), times_.end(),
                       [](const auto& time) { return remote::fits_time_slot(time.value); });
  }
  remote::SampleTimes kind_of_times() const {
    return times_.empty() ? remote::SampleTimes::shared : remote::SampleTimes::own;
  }

  std::int64_t time() const { return batch_.timestamp_ms; }
  // A value for each series that is sent, in `room` where they do not lie so in the batch.
  std::span<const double> values(std::vector<double>& room) const;
  std::vector<std::int64_t> times() const;

  // Calls `take` with the samples, histograms and exemplars of each series that is sent.
  template <class Take>
  void for_each(Take take) const;

 private:
  const CompiledRun& run_;
  const Batch& batch_;
  std::uint32_t first_;
  std::span<const Sparse<std::int64_t>> times_;
  std::span<const Sparse<NativeHistogram>> histograms_;
  std::span<const Sparse<Exemplar>> exemplars_;
};

std::span<const double> CompiledRun::Columns::values(std::vector<double>& room) const {
  if (run_.is_constant_) {
    room.assign(run_.size_, 1);
    return room;
  }
  const auto all = std::span(batch_.values).subspan(first_, run_.received_);
  if (run_.sources_.empty()) return all;
  room.clear();
  for (const std::uint16_t source : run_.sources_) room.push_back(all[source]);
  return room;
}

std::vector<std::int64_t> CompiledRun::Columns::times() const {
  std::vector<std::int64_t> out(run_.size_, batch_.timestamp_ms);
  auto rest = times_;
  for (std::size_t i = 0; i < out.size() && !rest.empty(); ++i)
    if (const std::int64_t* own = find(rest, first_ + run_.source(i))) out[i] = *own;
  return out;
}

template <class Take>
void CompiledRun::Columns::for_each(Take take) const {
  auto times = times_;
  auto histograms = histograms_;
  auto exemplars = exemplars_;
  std::vector<Sample> samples;
  std::vector<remote::HistogramSample> histogram_samples;
  std::vector<Exemplar> own_exemplars;
  for (std::size_t i = 0; i < run_.size_; ++i) {
    samples.clear();
    histogram_samples.clear();
    own_exemplars.clear();
    const std::uint32_t index = first_ + run_.source(i);
    const std::int64_t* own_time = find(times, index);
    const std::int64_t time = own_time ? *own_time : batch_.timestamp_ms;
    if (const NativeHistogram* histogram = find(histograms, index)) {
      histogram_samples.push_back({time, *histogram});
    } else {
      samples.push_back({time, run_.is_constant_ ? 1 : batch_.values[index]});
    }
    for (; const Exemplar* exemplar = find(exemplars, index); exemplars = exemplars.subspan(1)) {
      own_exemplars.push_back(*exemplar);
      if (!exemplar->timestamp_ms) own_exemplars.back().timestamp_ms = time;
    }
    take(i, remote::SeriesRef{.labels = {},
                              .samples = samples,
                              .histograms = histogram_samples,
                              .exemplars = own_exemplars});
  }
}

CompiledRun::CompiledRun(const SeriesRun& run, const CompileOptions& options, RunNews& news)
    : received_(run.size()) {
  remote::WriteRequestEncoder encoder;
  std::set<const MetricFamily*> families;
  SeriesRunReader reader(run);
  for (std::uint16_t i = 0; reader.next(); ++i) {
    const Series series = reader.series();
    if (series.resource &&
        std::find(resources_.begin(), resources_.end(), series.resource) == resources_.end())
      resources_.push_back(series.resource);
    if (options.metadata && families.insert(series.family.get()).second) {
      if (auto metadata = translate_metadata(*series.family, options.translate))
        news.metadata.push_back(*std::move(metadata));
    }
    const Result<Labels> labels = translate(series, options.translate);
    if (labels) {
      encoder.add({.labels = labels->span(), .samples = {}});
      sources_.push_back(i);
    } else if (labels.error().code() != Code::unsupported && news.untranslatable++ == 0) {
      news.first_problem = labels.error().message();
    }
  }
  size_ = sources_.size();
  if (size_ == received_) sources_ = {};
  sources_.shrink_to_fit();
  resources_.shrink_to_fit();
  packed_ = remote::compress(encoder.finish());
  packed_.shrink_to_fit();
}

CompiledRun::CompiledRun(std::span<const Labels> constants)
    : size_(constants.size()), is_constant_(true) {
  remote::WriteRequestEncoder encoder;
  for (const Labels& labels : constants) encoder.add({.labels = labels.span(), .samples = {}});
  packed_ = remote::compress(encoder.finish());
}

CompiledRun::Rows CompiledRun::unpack() const {
  if (fragments_.empty()) {
    auto message = remote::uncompress(packed_, kMessageBytesMax);
    TRIBUTARY_CHECK(message.has_value());
    return Rows(*std::move(message));
  }
  std::string message;
  for (const remote::Fragment& fragment : fragments_) message += fragment.message();
  return Rows(std::move(message));
}

void CompiledRun::write(const Batch& batch, std::size_t first, RequestWriter& out) {
  if (size_ == 0) return;
  const Columns columns(*this, batch, first);
  const bool comes_again = std::exchange(last_time_ms_, batch.timestamp_ms).has_value();
  if (comes_again && columns.is_plain() &&
      lay_out(columns.kind_of_times(), out.fragment_bytes_max())) {
    write_fragments(columns, out);
  } else {
    write_plainly(columns, out);
  }
}

// False where it cannot be done. A layout with times of their own stays, and takes any.
bool CompiledRun::lay_out(remote::SampleTimes times, std::size_t fragment_bytes_max) {
  if (is_too_long_) return false;
  if (!fragments_.empty() &&
      (times == remote::SampleTimes::shared || fragments_[0].times() == times))
    return true;
  std::vector<remote::Fragment> fragments;
  remote::FragmentLayout layout(times, fragment_bytes_max);
  for (const std::string_view row : unpack()) {
    if (layout.add(row)) continue;
    if (!layout.empty()) fragments.push_back(layout.finish());
    is_too_long_ = !layout.add(row);
    if (is_too_long_) return false;
  }
  fragments.push_back(layout.finish());
  fragments.shrink_to_fit();
  fragments_ = std::move(fragments);
  packed_.clear();
  packed_.shrink_to_fit();
  return true;
}

void CompiledRun::write_fragments(const Columns& columns, RequestWriter& out) const {
  std::vector<double> room;
  std::span<const double> values = columns.values(room);
  std::vector<std::int64_t> own_times;
  if (columns.kind_of_times() == remote::SampleTimes::own) own_times = columns.times();
  std::span<const std::int64_t> times = own_times;
  for (const remote::Fragment& fragment : fragments_) {
    const std::size_t count = fragment.series();
    std::string& body = out.room_for({.message_bytes = fragment.message_bytes(),
                                      .bytes = fragment.bytes(),
                                      .series = count,
                                      .samples = count});
    if (times.empty()) {
      fragment.write(body, values.first(count), columns.time());
    } else {
      fragment.write(body, values.first(count), times.first(count));
      times = times.subspan(count);
    }
    values = values.subspan(count);
  }
}

void CompiledRun::write_plainly(const Columns& columns, RequestWriter& out) const {
  const Rows rows = unpack();
  remote::WriteRequestEncoder encoder;
  std::size_t series = 0, samples = 0;
  const auto finish = [&] {
    out.add(encoder.finish(), std::exchange(series, 0), std::exchange(samples, 0));
  };
  columns.for_each([&](std::size_t index, remote::SeriesRef data) {
    data.label_bytes = rows[index];
    if (series > 0 && encoder.size() + remote::encoded_size(data) > out.fragment_bytes_max())
      finish();
    encoder.add(data);
    ++series;
    samples += data.samples.size() + data.histograms.size();
  });
  finish();
}

std::vector<std::uint64_t> CompiledRun::hashes() const {
  std::vector<std::uint64_t> out;
  out.reserve(size_);
  for (const std::string_view row : unpack()) out.push_back(hash64(row));
  return out;
}

std::string CompiledRun::text_of(std::size_t series) const {
  std::vector<remote::LabelView> views;
  const Rows rows = unpack();
  if (!remote::decode_labels(rows[series], views)) return {};
  std::vector<Label> labels;
  for (const auto& [name, value] : views) labels.push_back({std::string(name), std::string(value)});
  return Labels(std::move(labels)).to_string();
}

std::size_t CompiledRun::resident_bytes() const {
  std::size_t bytes = sizeof *this + packed_.capacity() +
                      sources_.capacity() * sizeof(std::uint16_t) +
                      resources_.capacity() * sizeof(resources_[0]) +
                      fragments_.capacity() * sizeof(remote::Fragment);
  for (const remote::Fragment& fragment : fragments_) bytes += fragment.resident_bytes();
  return bytes;
}

}  // namespace tributary::collector::prometheusremotewrite
