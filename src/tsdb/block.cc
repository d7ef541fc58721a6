#include "tsdb/block.h"

#include <algorithm>
#include <utility>

#include "tsdb/chunk_rewriter.h"
#include "tsdb/index_matching.h"

namespace tributary::tsdb {
namespace {

class BlockStream final : public ChunkSeriesStream {
 public:
  BlockStream(BlockPtr block, std::int64_t min_ms, std::int64_t max_ms)
      : block_(std::move(block)),
        tombstones_(block_->tombstones()),
        reader_(block_->index()),
        min_ms_(min_ms),
        max_ms_(max_ms) {}
  ~BlockStream() override { block_->release(); }
  BlockStream(const BlockStream&) = delete;
  BlockStream& operator=(const BlockStream&) = delete;

  Result<bool> next() override {
    if (!started_) {
      TRIBUTARY_TRY(all_, block_->index().postings({}, {}));
      started_ = true;
    }
    while (at_ < all_.size()) {
      // What was read already is not read again.
      if (++since_release_ == kSeriesPerRelease) {
        block_->release();
        since_release_ = 0;
      }
      if (auto done = read(all_[at_++]); !done) {
        at_ = all_.size();
        return done.error();
      }
      if (!chunks_.empty()) return true;
    }
    return false;
  }

  LabelsView labels() const override { return LabelsView(labels_); }
  std::span<const Chunk> chunks() const override { return chunks_; }

 private:
  static constexpr std::size_t kSeriesPerRelease = 50'000;

  Result<void> read(std::uint32_t ref) {
    labels_.clear();
    refs_.clear();
    chunks_.clear();
    rewriter_.clear();
    if (auto done = reader_.read(ref, &labels_, &refs_); !done) return done;
    const std::span<const Interval> deleted = tombstones_->of(ref);
    for (const ChunkRef& chunk : refs_) {
      const Interval stretch{chunk.min_ms, chunk.max_ms};
      if (chunk.min_ms > max_ms_ || chunk.max_ms < min_ms_ || covers(deleted, stretch)) continue;
      TRIBUTARY_TRY(const ChunkSegments::Found found, block_->chunks().read(chunk.ref));
      const Chunk whole{found.encoding, chunk.min_ms, chunk.max_ms, found.bytes};
      if (!touches(deleted, stretch)) {
        chunks_.push_back(whole);
      } else if (auto done =
                     rewriter_.rewrite({&whole, 1}, {INT64_MIN, INT64_MAX}, deleted, chunks_);
                 !done) {
        return done.error().within(block_->directory());
      }
    }
    return {};
  }

  const BlockPtr block_;
  const std::shared_ptr<const Tombstones> tombstones_;
  IndexReader::SeriesReader reader_;
  const std::int64_t min_ms_;
  const std::int64_t max_ms_;
  bool started_ = false;
  PostingsView all_;
  std::size_t at_ = 0;
  std::size_t since_release_ = 0;
  std::string labels_;
  std::vector<ChunkRef> refs_;
  std::vector<Chunk> chunks_;
  ChunkRewriter rewriter_;
};

Result<Tombstones> read_tombstones(Disk& disk, const std::string& path) {
  if (!disk.exists(path)) return Tombstones();
  TRIBUTARY_TRY(const std::string bytes, disk.read(path));
  return Tombstones::decode(bytes, path);
}

}  // namespace

Block::Block(BlockMeta meta, std::string directory, IndexReader index, ChunkSegments chunks,
             Tombstones tombstones)
    : meta_(std::move(meta)),
      directory_(std::move(directory)),
      index_(std::move(index)),
      chunks_(std::move(chunks)),
      tombstones_(std::make_shared<const Tombstones>(std::move(tombstones))) {}

Result<BlockPtr> Block::open(Disk& disk, const std::string& directory) {
  const std::string meta_path = directory + "/meta.json";
  TRIBUTARY_TRY(const std::string json, disk.read(meta_path));
  TRIBUTARY_TRY(BlockMeta meta, parse_block_meta(json, meta_path));
  TRIBUTARY_TRY(IndexReader index, IndexReader::open(disk, directory + "/index"));
  TRIBUTARY_TRY(ChunkSegments chunks, ChunkSegments::open(disk, directory + "/chunks"));
  TRIBUTARY_TRY(Tombstones tombstones, read_tombstones(disk, directory + "/tombstones"));
  return BlockPtr(new Block(std::move(meta), directory, std::move(index), std::move(chunks),
                            std::move(tombstones)));
}

std::shared_ptr<const Tombstones> Block::tombstones() const {
  const std::lock_guard lock(tombstones_mutex_);
  return tombstones_;
}

void Block::release() const {
  index_.release();
  chunks_.release();
}

Result<std::size_t> Block::delete_series(Disk& disk, std::span<const Matcher> matchers,
                                         Interval interval) {
  const std::lock_guard one(delete_mutex_);
  TRIBUTARY_TRY(const std::vector<std::uint32_t> refs, find_series(index_, matchers));
  Tombstones changed = *tombstones();
  IndexReader::SeriesReader reader(index_);
  std::vector<ChunkRef> chunks;
  std::size_t series = 0;
  for (const std::uint32_t ref : refs) {
    chunks.clear();
    if (auto done = reader.read(ref, nullptr, &chunks); !done) return done.error();
    std::erase_if(chunks, [&](const ChunkRef& chunk) {
      return chunk.max_ms < interval.min_ms || chunk.min_ms > interval.max_ms;
    });
    if (chunks.empty()) continue;
    changed.add(ref, {std::max(interval.min_ms, chunks.front().min_ms),
                      std::min(interval.max_ms, chunks.back().max_ms)});
    ++series;
  }
  if (series == 0) return series;
  if (auto done = disk.replace(directory_ + "/tombstones", changed.encode()); !done) {
    return done.error();
  }
  const std::lock_guard lock(tombstones_mutex_);
  tombstones_ = std::make_shared<const Tombstones>(std::move(changed));
  return series;
}

std::unique_ptr<ChunkSeriesStream> stream_block(BlockPtr block, std::int64_t min_ms,
                                                std::int64_t max_ms) {
  return std::make_unique<BlockStream>(std::move(block), min_ms, max_ms);
}

}  // namespace tributary::tsdb
