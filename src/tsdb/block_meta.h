// What a block says of itself, meta.json (hub-spec.md 5.1), and the names of its directory. Fields
// that are not known here are ignored when read, and not written again.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "tsdb/ulid.h"

namespace tributary::tsdb {

inline constexpr std::string_view kBlockBeingMade = ".tmp-for-creation";
inline constexpr std::string_view kBlockBeingRemoved = ".tmp-for-deletion";

struct BlockParent {
  Ulid ulid;
  std::int64_t min_ms = 0;
  std::int64_t end_ms = 0;

  bool operator==(const BlockParent&) const = default;
};

struct BlockMeta {
  Ulid ulid;
  std::int64_t min_ms = 0;
  std::int64_t end_ms = 0;  // exclusive

  std::uint64_t samples = 0;
  std::uint64_t float_samples = 0;  // the two are 0 where an old writer counted samples alone
  std::uint64_t histogram_samples = 0;
  std::uint64_t series = 0;
  std::uint64_t chunks = 0;
  std::uint64_t tombstones = 0;

  unsigned level = 1;
  std::vector<Ulid> sources;  // the blocks of level 1 that it was made of; itself where it is one
  std::vector<BlockParent> parents;
  std::vector<std::string> hints;
  bool failed = false;     // a compaction with it failed: it is left alone
  bool deletable = false;  // it has nothing left that is not in another block

  bool operator==(const BlockMeta&) const = default;
};

std::string to_json(const BlockMeta& meta);
// `path` is for messages. Corruption where it does not decode; unsupported for another version and
// for Thanos' downsampled blocks.
Result<BlockMeta> parse_block_meta(std::string_view json, const std::string& path);

}  // namespace tributary::tsdb
