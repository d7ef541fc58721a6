#include "tsdb/block_builder.h"

#include <algorithm>
#include <utility>

#include "tsdb/tombstones.h"

namespace tributary::tsdb {

BlockBuilder::BlockBuilder(Disk& disk, std::string parent, BlockMeta meta)
    : disk_(disk),
      parent_(std::move(parent)),
      final_(parent_ + '/' + meta.ulid.to_string()),
      directory_(final_ + std::string(kBlockBeingMade)),
      meta_(std::move(meta)) {}

BlockBuilder::~BlockBuilder() {
  if (finished_) return;
  chunks_.reset();
  index_.reset();
  // What cannot be removed now is when the database is opened again.
  static_cast<void>(disk_.remove(directory_).has_value());
}

Result<std::unique_ptr<BlockBuilder>> BlockBuilder::create(Disk& disk, std::string parent,
                                                           BlockMeta meta) {
  std::unique_ptr<BlockBuilder> builder(new BlockBuilder(disk, std::move(parent), std::move(meta)));
  const std::string chunks = builder->directory_ + "/chunks";
  if (auto done = disk.remove(builder->directory_); !done) return done.error();
  if (auto done = disk.make_directory(chunks); !done) return done.error();
  builder->chunks_.emplace(disk, chunks);
  TRIBUTARY_TRY(builder->index_, IndexWriter::create(disk, builder->directory_ + "/index"));
  return builder;
}

Result<void> BlockBuilder::append(const Chunk& chunk) {
  TRIBUTARY_TRY(const std::uint64_t ref, chunks_->append(chunk.encoding, chunk.bytes));
  refs_.push_back({chunk.min_ms, chunk.max_ms, ref});
  const unsigned samples = chunk_samples(chunk.bytes);
  meta_.samples += samples;
  (chunk.encoding == ChunkEncoding::xor_floats ? meta_.float_samples : meta_.histogram_samples) +=
      samples;
  ++meta_.chunks;
  return {};
}

// Chunks that overlap nothing, lie in the block's time and are long enough stay as they are.
Result<void> BlockBuilder::settle(std::span<const Chunk> chunks) {
  const Interval kept{meta_.min_ms, meta_.end_ms - 1};
  settled_.clear();
  rewriter_.clear();
  for (std::size_t from = 0; from < chunks.size();) {
    std::int64_t max_ms = chunks[from].max_ms;
    std::size_t to = from + 1;
    for (; to < chunks.size() && chunks[to].min_ms <= max_ms; ++to) {
      max_ms = std::max(max_ms, chunks[to].max_ms);
    }
    const bool inside = chunks[from].min_ms >= kept.min_ms && max_ms <= kept.max_ms;
    if (to == from + 1 && inside) {
      settled_.push_back(chunks[from]);
    } else if (chunks[from].min_ms <= kept.max_ms && max_ms >= kept.min_ms) {
      auto done = rewriter_.rewrite(chunks.subspan(from, to - from), kept, {}, settled_);
      if (!done) return done;
    }
    from = to;
  }
  return rewriter_.join_short(settled_);
}

Result<void> BlockBuilder::add(LabelsView labels, std::span<const Chunk> chunks) {
  if (auto done = settle(chunks); !done) {
    return done.error().within("series " + labels.to_string());
  }
  if (settled_.empty()) return {};
  refs_.clear();
  for (const Chunk& chunk : settled_) {
    if (auto done = append(chunk); !done) return done;
  }
  return index_->add(labels, refs_);
}

Result<std::optional<BlockMeta>> BlockBuilder::finish() {
  if (meta_.samples == 0) return std::optional<BlockMeta>();
  if (auto done = chunks_->finish(); !done) return done.error();
  if (auto done = index_->finish(); !done) return done.error();
  meta_.series = index_->series();
  const auto write = [this](std::string_view name, std::string_view bytes) -> Result<void> {
    TRIBUTARY_TRY(const auto file, BufferedFile::create(disk_, directory_ + std::string(name)));
    if (auto done = file->append(bytes); !done) return done;
    return file->sync();
  };
  if (auto done = write("/tombstones", Tombstones().encode()); !done) return done.error();
  if (auto done = write("/meta.json", to_json(meta_)); !done) return done.error();
  if (auto done = disk_.sync_directory(directory_ + "/chunks"); !done) return done.error();
  if (auto done = disk_.sync_directory(directory_); !done) return done.error();
  if (auto done = disk_.rename(directory_, final_); !done) return done.error();
  finished_ = true;
  if (auto done = disk_.sync_directory(parent_); !done) return done.error();
  return std::optional(meta_);
}

Result<BlockJob::Step> BlockJob::run(std::size_t series_max, std::stop_token stop) {
  for (std::size_t taken = 0; taken < series_max && !stop.stop_requested(); ++taken) {
    TRIBUTARY_TRY(const bool any, series_->next());
    if (!any) {
      series_.reset();
      TRIBUTARY_TRY(made_, builder_->finish());
      builder_.reset();
      return Step::done;
    }
    if (auto done = builder_->add(series_->labels(), series_->chunks()); !done) {
      return done.error();
    }
  }
  return Step::more;
}

}  // namespace tributary::tsdb
