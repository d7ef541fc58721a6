#include "tsdb/block_store.h"

#include <algorithm>
#include <utility>

namespace tributary::tsdb {
namespace {

bool before(const BlockPtr& a, const BlockPtr& b) {
  const BlockMeta& left = a->meta();
  const BlockMeta& right = b->meta();
  if (left.min_ms != right.min_ms) return left.min_ms < right.min_ms;
  return left.ulid < right.ulid;
}

}  // namespace

BlockStore::BlockStore(Disk& disk, std::string directory, Logger log)
    : disk_(disk),
      directory_(std::move(directory)),
      log_(std::move(log)),
      view_(std::make_shared<const BlockList>()) {}

Result<void> BlockStore::sweep(std::span<const std::string> names) {
  for (const std::string& name : names) {
    if (!name.ends_with(kBlockBeingMade) && !name.ends_with(kBlockBeingRemoved)) continue;
    if (!Ulid::parse(name.substr(0, name.find('.')))) continue;
    if (auto done = disk_.remove(directory_ + '/' + name); !done) return done;
    log_.info("removed what was left of a block", {{"name", name}});
  }
  return {};
}

Result<void> BlockStore::open() {
  TRIBUTARY_TRY(const auto names, disk_.list(directory_));
  if (auto done = sweep(names); !done) return done;
  BlockList found;
  for (const std::string& name : names) {
    if (!Ulid::parse(name)) continue;
    auto block = Block::open(disk_, directory_ + '/' + name);
    if (block) {
      found.push_back(*std::move(block));
      continue;
    }
    ++unreadable_;
    log_.error("a block is not read; its samples are missing from queries",
               {{"block", name}, {"error", block.error().message()}});
  }
  // Parents outlive their child where the process ended between the two steps.
  std::set<Ulid> compacted;
  for (const BlockPtr& block : found) {
    for (const BlockParent& parent : block->meta().parents) compacted.insert(parent.ulid);
  }
  BlockList kept;
  for (BlockPtr& block : found) {
    if (compacted.contains(block->meta().ulid) || block->meta().deletable) {
      remove_files(*block);
    } else {
      kept.push_back(std::move(block));
    }
  }
  std::sort(kept.begin(), kept.end(), before);
  const std::lock_guard lock(mutex_);
  view_ = std::make_shared<const BlockList>(std::move(kept));
  return {};
}

BlockView BlockStore::view() const {
  const std::lock_guard lock(mutex_);
  return view_;
}

std::int64_t BlockStore::end_ms() const {
  std::int64_t end_ms = INT64_MIN;
  const BlockView blocks = view();
  for (const BlockPtr& block : *blocks) end_ms = std::max(end_ms, block->meta().end_ms);
  return end_ms;
}

std::uint64_t BlockStore::bytes() const {
  std::uint64_t bytes = 0;
  const BlockView blocks = view();
  for (const BlockPtr& block : *blocks) bytes += block->bytes();
  return bytes;
}

Result<BlockPtr> BlockStore::load(const Ulid& ulid) const {
  return Block::open(disk_, directory_ + '/' + ulid.to_string());
}

void BlockStore::replace(const BlockPtr& added, std::span<const BlockPtr> removed) {
  {
    const std::lock_guard lock(mutex_);
    BlockList changed;
    for (const BlockPtr& block : *view_) {
      if (std::find(removed.begin(), removed.end(), block) == removed.end()) {
        changed.push_back(block);
      }
    }
    if (added) changed.push_back(added);
    std::sort(changed.begin(), changed.end(), before);
    view_ = std::make_shared<const BlockList>(std::move(changed));
  }
  for (const BlockPtr& block : removed) remove_files(*block);
}

Result<std::size_t> BlockStore::delete_series(std::span<const Matcher> matchers,
                                              Interval interval) {
  std::size_t series = 0;
  const BlockView blocks = view();
  for (const BlockPtr& block : *blocks) {
    if (!block->overlaps(interval.min_ms, interval.max_ms)) continue;
    TRIBUTARY_TRY(const std::size_t here, block->delete_series(disk_, matchers, interval));
    series += here;
  }
  return series;
}

// Under another name first: a block whose removal was begun is not a block any more.
void BlockStore::remove_files(const Block& block) {
  const std::string doomed = block.directory() + std::string(kBlockBeingRemoved);
  auto done = disk_.rename(block.directory(), doomed);
  if (done) done = disk_.remove(doomed);
  if (done) return;
  log_.warn("a block that is not needed any more stays until the next start",
            {{"block", block.directory()}, {"error", done.error().message()}});
}

void BlockStore::set_failed(std::span<const BlockPtr> blocks) {
  const std::lock_guard lock(mutex_);
  for (const BlockPtr& block : blocks) failed_.insert(block->meta().ulid);
}

std::vector<BlockMeta> BlockStore::metas(const BlockList& view) const {
  const std::lock_guard lock(mutex_);
  std::vector<BlockMeta> metas;
  metas.reserve(view.size());
  for (const BlockPtr& block : view) {
    BlockMeta& meta = metas.emplace_back(block->meta());
    meta.failed = meta.failed || failed_.contains(meta.ulid);
    meta.tombstones = block->tombstones()->intervals();
  }
  return metas;
}

}  // namespace tributary::tsdb
