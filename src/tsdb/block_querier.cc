#include "tsdb/block_querier.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tsdb/index_matching.h"

namespace tributary::tsdb {
namespace {

bool overlaps(std::span<const ChunkRef> chunks, std::int64_t min_ms, std::int64_t max_ms) {
  return std::any_of(chunks.begin(), chunks.end(), [&](const ChunkRef& chunk) {
    return chunk.min_ms <= max_ms && chunk.max_ms >= min_ms;
  });
}

class BlockSeriesList final : public SeriesList {
 public:
  BlockSeriesList(std::shared_ptr<const Block> block, std::int64_t min_ms, std::int64_t max_ms)
      : block_(std::move(block)),
        tombstones_(block_->tombstones()),
        min_ms_(min_ms),
        max_ms_(max_ms) {}

  // Their labels are packed here, all in one run of bytes.
  Result<void> fill(std::span<const std::uint32_t> found) {
    const BlockMeta& meta = block_->meta();
    const bool all_of_it = min_ms_ <= meta.min_ms && max_ms_ >= meta.end_ms - 1;
    IndexReader::SeriesReader reader(block_->index());
    std::vector<ChunkRef> chunks;
    refs_.reserve(found.size());
    ends_.reserve(found.size());
    for (const std::uint32_t ref : found) {
      chunks.clear();
      const std::size_t before = labels_.size();
      auto done = reader.read(ref, &labels_, all_of_it ? nullptr : &chunks);
      if (!done) return done;
      if (!all_of_it && !overlaps(chunks, min_ms_, max_ms_)) {
        labels_.resize(before);
        continue;
      }
      refs_.push_back(ref);
      ends_.push_back(labels_.size());
    }
    return {};
  }

  std::size_t size() const override { return refs_.size(); }
  LabelsView labels(std::size_t series) const override {
    const std::size_t from = series == 0 ? 0 : ends_[series - 1];
    return LabelsView(std::string_view(labels_).substr(from, ends_[series] - from));
  }

  Result<void> read(std::size_t series, SeriesSamples& out) const override {
    const std::uint32_t ref = refs_[series];
    thread_local std::vector<ChunkRef> chunks;
    chunks.clear();
    if (auto done = IndexReader::SeriesReader(block_->index()).read(ref, nullptr, &chunks); !done) {
      return done;
    }
    const std::size_t floats = out.floats.size();
    const std::size_t histograms = out.histograms.size();
    for (const ChunkRef& chunk : chunks) {
      if (chunk.min_ms > max_ms_) break;
      if (chunk.max_ms < min_ms_) continue;
      TRIBUTARY_TRY(const ChunkSegments::Found found, block_->chunks().read(chunk.ref));
      if (auto done = read_chunk(found.encoding, found.bytes, min_ms_, max_ms_, out); !done) {
        return done.error().within("block " + block_->directory() + ", series " +
                                   labels(series).to_string());
      }
    }
    erase_deleted(tombstones_->of(ref), floats, histograms, out);
    return {};
  }

 private:
  const std::shared_ptr<const Block> block_;
  const std::shared_ptr<const Tombstones> tombstones_;
  const std::int64_t min_ms_;
  const std::int64_t max_ms_;
  std::vector<std::uint32_t> refs_;
  std::vector<std::size_t> ends_;
  std::string labels_;
};

class BlockQuerier final : public Querier {
 public:
  BlockQuerier(std::shared_ptr<const Block> block, std::int64_t min_ms, std::int64_t max_ms)
      : block_(std::move(block)), min_ms_(min_ms), max_ms_(max_ms) {}

  Result<std::unique_ptr<SeriesList>> select(std::span<const Matcher> matchers) const override {
    TRIBUTARY_TRY(const auto found, find_series(block_->index(), matchers));
    auto list = std::make_unique<BlockSeriesList>(block_, min_ms_, max_ms_);
    if (auto done = list->fill(found); !done) return done.error();
    return std::unique_ptr<SeriesList>(std::move(list));
  }

  Result<std::vector<std::string>> label_names(std::span<const Matcher> matchers) const override {
    if (matchers.empty()) return block_->index().label_names();
    std::set<std::string, std::less<>> names;
    auto done = for_each_series(matchers, [&names](LabelsView labels) {
      for (const auto& [name, value] : labels) {
        if (!names.contains(name)) names.emplace(name);
      }
    });
    if (!done) return done.error();
    return std::vector<std::string>(names.begin(), names.end());
  }

  Result<std::vector<std::string>> label_values(std::string_view name,
                                                std::span<const Matcher> matchers) const override {
    std::vector<std::string> values;
    if (matchers.empty()) {
      auto done = block_->index().for_each_value(name, {}, [&](std::string_view value, auto) {
        values.emplace_back(value);
        return true;
      });
      if (!done) return done.error();
      return values;
    }
    std::set<std::string, std::less<>> found;
    auto done = for_each_series(matchers, [&](LabelsView labels) {
      const std::string_view value = labels.get(name);
      if (!value.empty() && !found.contains(value)) found.emplace(value);
    });
    if (!done) return done.error();
    values.assign(found.begin(), found.end());
    return values;
  }

 private:
  template <class Visit>
  Result<void> for_each_series(std::span<const Matcher> matchers, Visit visit) const {
    TRIBUTARY_TRY(const auto found, find_series(block_->index(), matchers));
    IndexReader::SeriesReader reader(block_->index());
    std::string labels;
    for (const std::uint32_t ref : found) {
      labels.clear();
      if (auto done = reader.read(ref, &labels, nullptr); !done) return done;
      visit(LabelsView(labels));
    }
    return {};
  }

  const std::shared_ptr<const Block> block_;
  const std::int64_t min_ms_;
  const std::int64_t max_ms_;
};

}  // namespace

std::unique_ptr<Querier> make_block_querier(std::shared_ptr<const Block> block, std::int64_t min_ms,
                                            std::int64_t max_ms) {
  return std::make_unique<BlockQuerier>(std::move(block), min_ms, max_ms);
}

}  // namespace tributary::tsdb
