// Writes a block's index (version 2, hub-spec.md 5.5): which series it has, where their chunks are,
// and which series have which label.
//
// Symbols stand first in the file and are known last. So series go to a temporary file beside it as
// they come, their labels as numbers, and into the index when all have been seen. In memory are the
// distinct labels, and four bytes for each label of each series while the index is put together.
//
// Threads: one at a time.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "base/buffered_file.h"
#include "base/disk.h"
#include "base/hash.h"
#include "base/result.h"
#include "model/packed_labels.h"

namespace tributary::tsdb {

struct ChunkRef {
  std::int64_t min_ms = 0;
  std::int64_t max_ms = 0;
  std::uint64_t ref = 0;
};

class IndexWriter {
 public:
  static Result<std::unique_ptr<IndexWriter>> create(Disk& disk, std::string path);

  // A series after those added before, in the order of labels; its chunks in the order of time,
  // none overlapping another, at least one.
  Result<void> add(LabelsView labels, std::span<const ChunkRef> chunks);
  // Writes the index, durably, and removes the temporary file.
  Result<void> finish();

  std::uint64_t series() const { return series_; }

 private:
  // A name with a value, among the distinct ones.
  struct Pair {
    std::string_view name;
    std::string_view value;
    std::uint32_t series = 0;  // that have it
  };
  struct TextHash {
    std::size_t operator()(std::string_view text) const { return hash64(text); }
  };
  // Where a pair stands in the finished index.
  struct Place {
    std::uint32_t name = 0;  // ordinals of symbols
    std::uint32_t value = 0;
    std::uint64_t first = 0;  // of its series in `postings_`
    std::uint64_t filled = 0;
  };

  IndexWriter(Disk& disk, std::string path) : disk_(disk), path_(std::move(path)) {}

  std::string series_path() const { return path_ + ".series"; }
  std::uint32_t pair_of(std::string_view packed_label, const LabelView& label);
  std::string_view keep(std::string_view bytes);

  Result<void> write_symbols();
  Result<void> write_all_series();
  Result<void> write_series(std::string_view record);
  Result<void> write_postings();
  Result<void> write_list(std::span<const std::uint32_t> refs);
  Result<void> write_offsets(std::span<const std::uint32_t> order,
                             std::span<const std::uint64_t> offsets);
  Result<void> pad(std::uint64_t alignment);

  Disk& disk_;
  const std::string path_;
  std::unique_ptr<BufferedFile> series_file_;
  std::uint64_t series_ = 0;
  std::string record_;
  std::string labels_before_ = std::string(1, '\0');  // of the series before, and its pairs
  std::vector<std::uint32_t> pairs_before_;

  std::deque<std::string> arena_;
  boost::unordered_flat_map<std::string_view, std::uint32_t, TextHash> pair_by_text_;
  std::vector<Pair> pairs_;

  // While finishing.
  std::unique_ptr<BufferedFile> file_;
  std::vector<Place> places_;
  std::vector<std::uint32_t> postings_;
  std::vector<std::uint32_t> all_series_;
  std::uint64_t symbols_at_ = 0;
  std::uint64_t series_at_ = 0;
  std::uint64_t postings_at_ = 0;
  std::uint64_t offsets_at_ = 0;
};

}  // namespace tributary::tsdb
