#include "tsdb/head_querier.h"

#include <algorithm>
#include <utility>

#include <boost/unordered/unordered_flat_set.hpp>

#include "base/hash.h"
#include "model/packed_labels.h"

namespace tributary::tsdb {
namespace {

class HeadSeriesList final : public SeriesList {
 public:
  HeadSeriesList(const Head& head, Head::Pin pin, Postings series, std::int64_t min_ms,
                 std::int64_t max_ms)
      : head_(head),
        pin_(std::move(pin)),
        series_(std::move(series)),
        min_ms_(min_ms),
        max_ms_(max_ms) {}

  std::size_t size() const override { return series_.size(); }
  LabelsView labels(std::size_t series) const override { return head_.labels(series_[series]); }
  Result<void> read(std::size_t series, SeriesSamples& out) const override {
    auto done = head_.read(series_[series], min_ms_, max_ms_, out);
    return done ? done : done.error().within("series " + labels(series).to_string());
  }

 private:
  const Head& head_;
  const Head::Pin pin_;
  const Postings series_;
  const std::int64_t min_ms_;
  const std::int64_t max_ms_;
};

class HeadStream final : public ChunkSeriesStream {
 public:
  HeadStream(const Head& head, std::int64_t min_ms, std::int64_t max_ms)
      : head_(head),
        pin_(head.pin()),
        series_(head.select({}, min_ms, max_ms)),
        min_ms_(min_ms),
        max_ms_(max_ms) {}

  Result<bool> next() override {
    chunks_.clear();
    // One that was truncated meanwhile has none.
    for (; chunks_.empty() && next_ < series_.size(); ++next_) {
      head_.chunks(series_[next_], min_ms_, max_ms_, chunks_, copies_);
    }
    return !chunks_.empty();
  }
  LabelsView labels() const override { return head_.labels(series_[next_ - 1]); }
  std::span<const Chunk> chunks() const override { return chunks_; }

 private:
  const Head& head_;
  const Head::Pin pin_;
  const Postings series_;
  const std::int64_t min_ms_;
  const std::int64_t max_ms_;
  std::size_t next_ = 0;
  std::vector<Chunk> chunks_;
  Head::ChunkCopies copies_;
};

class HeadQuerier final : public Querier {
 public:
  HeadQuerier(const Head& head, std::int64_t min_ms, std::int64_t max_ms)
      : head_(head), min_ms_(min_ms), max_ms_(max_ms) {}

  Result<std::unique_ptr<SeriesList>> select(std::span<const Matcher> matchers) const override {
    Head::Pin pin = head_.pin();
    Postings found = head_.select(matchers, min_ms_, max_ms_);
    return std::unique_ptr<SeriesList>(std::make_unique<HeadSeriesList>(
        head_, std::move(pin), std::move(found), min_ms_, max_ms_));
  }

  Result<std::vector<std::string>> label_names(std::span<const Matcher> matchers) const override {
    if (whole_head(matchers)) return head_.label_names();
    const Head::Pin pin = head_.pin();
    Texts names;
    for (const SeriesId id : head_.select_unsorted(matchers, min_ms_, max_ms_)) {
      for (const auto& [name, value] : head_.labels(id)) names.insert(name);
    }
    return sorted(names);
  }

  Result<std::vector<std::string>> label_values(std::string_view name,
                                                std::span<const Matcher> matchers) const override {
    if (whole_head(matchers)) return head_.label_values(name);
    const Head::Pin pin = head_.pin();
    Texts values;
    for (const SeriesId id : head_.select_unsorted(matchers, min_ms_, max_ms_)) {
      const std::string_view value = head_.labels(id).get(name);
      if (!value.empty()) values.insert(value);
    }
    return sorted(values);
  }

 private:
  struct TextHash {
    std::size_t operator()(std::string_view text) const { return hash64(text); }
  };
  // In the labels of pinned series.
  using Texts = boost::unordered_flat_set<std::string_view, TextHash>;

  static std::vector<std::string> sorted(const Texts& texts) {
    std::vector<std::string> out(texts.begin(), texts.end());
    std::sort(out.begin(), out.end());
    return out;
  }
  // The index alone answers where nothing narrows the series down.
  bool whole_head(std::span<const Matcher> matchers) const {
    return matchers.empty() && min_ms_ <= head_.min_ms() && max_ms_ >= head_.max_ms();
  }

  const Head& head_;
  const std::int64_t min_ms_;
  const std::int64_t max_ms_;
};

}  // namespace

std::unique_ptr<Querier> make_head_querier(const Head& head, std::int64_t min_ms,
                                           std::int64_t max_ms) {
  return std::make_unique<HeadQuerier>(head, min_ms, max_ms);
}

std::unique_ptr<ChunkSeriesStream> make_head_stream(const Head& head, std::int64_t min_ms,
                                                    std::int64_t max_ms) {
  return std::make_unique<HeadStream>(head, min_ms, max_ms);
}

}  // namespace tributary::tsdb
