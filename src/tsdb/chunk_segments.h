// The files chunks/000001, 000002 ... of a block (hub-spec.md 5.2): chunks one after the other,
// each with its length, encoding and checksum. An index refers to a chunk by the number of its
// file, from 0, in the upper and its offset in the lower half of 64 bits.
//
// Threads: one writer; readers any number at once.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/buffered_file.h"
#include "base/disk.h"
#include "base/result.h"
#include "tsdb/chunk.h"

namespace tributary::tsdb {

class ChunkSegmentWriter {
 public:
  static constexpr std::uint64_t kSegmentBytesMax = 512ULL << 20;

  // In `directory`, which exists. The limit is another one in tests.
  ChunkSegmentWriter(Disk& disk, std::string directory,
                     std::uint64_t segment_bytes_max = kSegmentBytesMax);

  // Its reference.
  Result<std::uint64_t> append(ChunkEncoding encoding, std::string_view bytes);
  // Makes all of it durable. Nothing comes after.
  Result<void> finish();

 private:
  Result<void> cut();

  Disk& disk_;
  const std::string directory_;
  const std::uint64_t segment_bytes_max_;
  std::uint64_t segments_ = 0;
  std::unique_ptr<BufferedFile> file_;
};

class ChunkSegments {
 public:
  // Refuses files without the right header.
  static Result<ChunkSegments> open(Disk& disk, const std::string& directory);

  struct Found {
    ChunkEncoding encoding;
    std::string_view bytes;  // valid as long as the segments
  };
  // Corruption, naming file and offset, where the reference or the bytes there are damaged;
  // unsupported for encodings that are not read here.
  Result<Found> read(std::uint64_t ref) const;

  void release() const;
  std::uint64_t bytes() const;

 private:
  struct Segment {
    std::string path;
    std::unique_ptr<FileView> view;
  };

  std::vector<Segment> segments_;
};

}  // namespace tributary::tsdb
