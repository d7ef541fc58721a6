#include "tsdb/chunk_segments.h"

#include <cstdio>
#include <utility>

#include "base/crc32c.h"
#include "tsdb/encoding.h"

namespace tributary::tsdb {
namespace {

constexpr std::string_view kHeader("\x85\xbd\x40\xdd\x01\0\0\0", 8);
constexpr std::size_t kCrcBytes = 4;

std::string segment_name(std::uint64_t number) {
  char name[24];
  std::snprintf(name, sizeof name, "%06llu", static_cast<unsigned long long>(number));
  return name;
}

}  // namespace

ChunkSegmentWriter::ChunkSegmentWriter(Disk& disk, std::string directory,
                                       std::uint64_t segment_bytes_max)
    : disk_(disk), directory_(std::move(directory)), segment_bytes_max_(segment_bytes_max) {}

Result<void> ChunkSegmentWriter::cut() {
  if (file_) {
    if (auto done = file_->sync(); !done) return done;
  }
  TRIBUTARY_TRY(file_, BufferedFile::create(disk_, directory_ + '/' + segment_name(++segments_)));
  return file_->append(kHeader);
}

Result<std::uint64_t> ChunkSegmentWriter::append(ChunkEncoding encoding, std::string_view bytes) {
  const std::size_t size_max = kVarintBytesMax + 1 + bytes.size() + kCrcBytes;
  if (!file_ ||
      (file_->position() > kHeader.size() && file_->position() + size_max > segment_bytes_max_)) {
    if (auto done = cut(); !done) return done.error();
  }
  const std::uint64_t ref = (segments_ - 1) << 32 | file_->position();
  char front[kVarintBytesMax + 1];
  char* at = store_uvarint(front, bytes.size());
  *at++ = static_cast<char>(encoding);
  const std::string_view encoding_byte(at - 1, 1);
  char crc[kCrcBytes];
  store_be32(crc, crc32c_extend(crc32c(encoding_byte), bytes));
  for (const std::string_view part : {std::string_view(front, static_cast<std::size_t>(at - front)),
                                      bytes, std::string_view(crc, sizeof crc)}) {
    if (auto done = file_->append(part); !done) return done.error();
  }
  return ref;
}

Result<void> ChunkSegmentWriter::finish() {
  if (!file_) return {};
  auto done = file_->sync();
  file_.reset();
  return done;
}

Result<ChunkSegments> ChunkSegments::open(Disk& disk, const std::string& directory) {
  ChunkSegments out;
  TRIBUTARY_TRY(const auto names, disk.list(directory));
  for (const std::string& name : names) {
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    const std::string path = directory + '/' + name;
    TRIBUTARY_TRY(auto view, disk.map(path));
    const std::string_view bytes = view->bytes();
    if (bytes.size() < kHeader.size() || !bytes.starts_with(kHeader.substr(0, 4))) {
      return Error(Code::corruption, path + " is not a file of chunks");
    }
    if (bytes[4] != kHeader[4]) {
      return Error(Code::unsupported, path + ": chunks of format version " +
                                          std::to_string(static_cast<unsigned char>(bytes[4])) +
                                          ", wanted 1");
    }
    out.segments_.push_back({path, std::move(view)});
  }
  return out;
}

Result<ChunkSegments::Found> ChunkSegments::read(std::uint64_t ref) const {
  const std::uint64_t number = ref >> 32;
  const std::uint64_t offset = ref & 0xffff'ffff;
  if (number >= segments_.size()) {
    return Error(Code::corruption, "chunk in segment " + segment_name(number + 1) +
                                       ", where the block has " + std::to_string(segments_.size()));
  }
  const Segment& segment = segments_[number];
  const auto damaged = [&](std::string_view what) {
    return Error(Code::corruption, segment.path + ": chunk at offset " + std::to_string(offset) +
                                       ' ' + std::string(what));
  };
  const std::string_view all = segment.view->bytes();
  if (offset < kHeader.size() || offset >= all.size()) return damaged("is outside the file");
  Decoder decoder(all.substr(offset));
  const std::uint64_t size = decoder.uvarint();
  const std::uint8_t number_of_encoding = decoder.byte();
  const std::string_view bytes = decoder.bytes(size);
  const std::string_view crc = decoder.bytes(kCrcBytes);
  if (!decoder.ok()) return damaged("reaches beyond the end of the file");
  const std::string_view checked(bytes.data() - 1, bytes.size() + 1);
  if (crc32c(checked) != load_be32(crc.data())) return damaged("has a checksum mismatch");
  const auto encoding = chunk_encoding(number_of_encoding);
  if (!encoding) {
    return Error(Code::unsupported, segment.path + ": chunk at offset " + std::to_string(offset) +
                                        " has the encoding " +
                                        name_of_encoding(number_of_encoding));
  }
  return Found{*encoding, bytes};
}

void ChunkSegments::release() const {
  for (const Segment& segment : segments_) segment.view->release();
}

std::uint64_t ChunkSegments::bytes() const {
  std::uint64_t total = 0;
  for (const Segment& segment : segments_) total += segment.view->bytes().size();
  return total;
}

}  // namespace tributary::tsdb
