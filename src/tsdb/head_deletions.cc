#include "tsdb/head_deletions.h"

#include <utility>
#include <vector>

#include "tsdb/chunk_rewriter.h"

namespace tributary::tsdb {
namespace {

std::span<const Interval> intervals_of(const HeadDeletions::View& deleted, LabelsView labels) {
  const auto found = deleted->find(labels.packed());
  return found == deleted->end() ? std::span<const Interval>() : found->second;
}

class RemainingList final : public SeriesList {
 public:
  RemainingList(std::unique_ptr<SeriesList> list, HeadDeletions::View deleted)
      : list_(std::move(list)), deleted_(std::move(deleted)) {}

  std::size_t size() const override { return list_->size(); }
  LabelsView labels(std::size_t series) const override { return list_->labels(series); }
  Result<void> read(std::size_t series, SeriesSamples& out) const override {
    const std::size_t floats = out.floats.size();
    const std::size_t histograms = out.histograms.size();
    if (auto done = list_->read(series, out); !done) return done;
    erase_deleted(intervals_of(deleted_, labels(series)), floats, histograms, out);
    return {};
  }

 private:
  const std::unique_ptr<SeriesList> list_;
  const HeadDeletions::View deleted_;
};

class RemainingQuerier final : public Querier {
 public:
  RemainingQuerier(std::unique_ptr<Querier> querier, HeadDeletions::View deleted)
      : querier_(std::move(querier)), deleted_(std::move(deleted)) {}

  Result<std::unique_ptr<SeriesList>> select(std::span<const Matcher> matchers) const override {
    TRIBUTARY_TRY(auto list, querier_->select(matchers));
    return std::unique_ptr<SeriesList>(std::make_unique<RemainingList>(std::move(list), deleted_));
  }
  Result<std::vector<std::string>> label_names(std::span<const Matcher> matchers) const override {
    return querier_->label_names(matchers);
  }
  Result<std::vector<std::string>> label_values(std::string_view name,
                                                std::span<const Matcher> matchers) const override {
    return querier_->label_values(name, matchers);
  }

 private:
  const std::unique_ptr<Querier> querier_;
  const HeadDeletions::View deleted_;
};

class RemainingStream final : public ChunkSeriesStream {
 public:
  RemainingStream(std::unique_ptr<ChunkSeriesStream> series, HeadDeletions::View deleted)
      : series_(std::move(series)), deleted_(std::move(deleted)) {}

  Result<bool> next() override {
    do {
      TRIBUTARY_TRY(const bool any, series_->next());
      if (!any) return false;
      if (auto done = leave_out(); !done) return done.error();
    } while (chunks_.empty());
    return true;
  }
  LabelsView labels() const override { return series_->labels(); }
  std::span<const Chunk> chunks() const override { return chunks_; }

 private:
  Result<void> leave_out() {
    chunks_.clear();
    rewriter_.clear();
    const std::span<const Interval> deleted = intervals_of(deleted_, series_->labels());
    for (const Chunk& chunk : series_->chunks()) {
      if (!touches(deleted, {chunk.min_ms, chunk.max_ms})) {
        chunks_.push_back(chunk);
      } else if (auto done =
                     rewriter_.rewrite({&chunk, 1}, {INT64_MIN, INT64_MAX}, deleted, chunks_);
                 !done) {
        return done;
      }
    }
    return {};
  }

  const std::unique_ptr<ChunkSeriesStream> series_;
  const HeadDeletions::View deleted_;
  std::vector<Chunk> chunks_;
  ChunkRewriter rewriter_;
};

}  // namespace

void HeadDeletions::add(std::span<const Deletion> deletions) {
  if (deletions.empty()) return;
  const std::lock_guard lock(mutex_);
  BySeries changed = view_ ? *view_ : BySeries();
  for (const Deletion& deletion : deletions) {
    add_interval(changed[deletion.packed_labels], deletion.interval);
  }
  view_ = std::make_shared<const BySeries>(std::move(changed));
}

void HeadDeletions::truncate(std::int64_t min_ms) {
  const std::lock_guard lock(mutex_);
  if (!view_) return;
  BySeries kept;
  for (const auto& [packed, intervals] : *view_) {
    Intervals remaining = intervals;
    std::erase_if(remaining,
                  [min_ms](const Interval& interval) { return interval.max_ms < min_ms; });
    if (!remaining.empty()) kept.emplace(packed, std::move(remaining));
  }
  view_ = kept.empty() ? nullptr : std::make_shared<const BySeries>(std::move(kept));
}

HeadDeletions::View HeadDeletions::view() const {
  const std::lock_guard lock(mutex_);
  return view_;
}

std::unique_ptr<Querier> without_deleted(std::unique_ptr<Querier> querier,
                                         HeadDeletions::View deleted) {
  if (!deleted) return querier;
  return std::make_unique<RemainingQuerier>(std::move(querier), std::move(deleted));
}

std::unique_ptr<ChunkSeriesStream> without_deleted(std::unique_ptr<ChunkSeriesStream> series,
                                                   HeadDeletions::View deleted) {
  if (!deleted) return series;
  return std::make_unique<RemainingStream>(std::move(series), std::move(deleted));
}

}  // namespace tributary::tsdb
