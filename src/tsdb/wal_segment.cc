#include "tsdb/wal_segment.h"

#include <snappy.h>
#include <zstd.h>

#include <algorithm>
#include <memory>

#include "base/crc32c.h"
#include "tsdb/encoding.h"

namespace tributary::tsdb {
namespace {

enum : unsigned { kPadding = 0, kFull = 1, kFirst = 2, kMiddle = 3, kLast = 4 };
constexpr unsigned kKindMask = 0x07;
constexpr unsigned kSnappy = 0x08;
constexpr unsigned kZstd = 0x10;

std::size_t page_left(std::size_t at) { return kWalPageBytes - at % kWalPageBytes; }

bool all_zero(std::string_view bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](char c) { return c == '\0'; });
}

// As a stream, since encoders need not say how long the whole is.
bool uncompress_zstd(std::string_view data, std::string& out) {
  const std::unique_ptr<ZSTD_DCtx, std::size_t (*)(ZSTD_DCtx*)> context(ZSTD_createDCtx(),
                                                                        ZSTD_freeDCtx);
  ZSTD_inBuffer in{data.data(), data.size(), 0};
  std::size_t filled = 0;
  while (true) {
    if (filled + ZSTD_DStreamOutSize() > kWalRecordBytesMax) return false;
    out.resize(filled + ZSTD_DStreamOutSize());
    ZSTD_outBuffer target{out.data(), out.size(), filled};
    const std::size_t hint = ZSTD_decompressStream(context.get(), &target, &in);
    if (ZSTD_isError(hint) != 0) return false;
    const bool stuck = target.pos == filled && in.pos == in.size;
    filled = target.pos;
    if (hint == 0 && in.pos == in.size) break;
    if (stuck) return false;  // ends in the middle of a frame
  }
  out.resize(filled);
  return true;
}

bool uncompress_snappy(std::string_view data, std::string& out) {
  std::size_t size = 0;
  if (!snappy::GetUncompressedLength(data.data(), data.size(), &size)) return false;
  // Snappy cannot grow data by more than about 64 bytes for three.
  if (size > kWalRecordBytesMax || size > (data.size() + 1) * 64) return false;
  out.resize(size);
  return snappy::RawUncompress(data.data(), data.size(), out.data());
}

}  // namespace

void WalFramer::append(std::string_view record, std::string& out) {
  unsigned flag = 0;
  if (compression_ == WalCompression::snappy && !record.empty()) {
    compressed_.resize(snappy::MaxCompressedLength(record.size()));
    std::size_t size = 0;
    snappy::RawCompress(record.data(), record.size(), compressed_.data(), &size);
    if (size < record.size()) {
      record = std::string_view(compressed_.data(), size);
      flag = kSnappy;
    }
  }
  bool first = true;
  bool last = false;
  while (!last) {
    std::size_t left = page_left(static_cast<std::size_t>(position_));
    if (left < kWalHeaderBytes + 1) {
      out.append(left, '\0');
      position_ += left;
      left = kWalPageBytes;
    }
    const std::string_view part = record.substr(0, left - kWalHeaderBytes);
    record.remove_prefix(part.size());
    last = record.empty();
    const unsigned kind = first ? (last ? kFull : kFirst) : (last ? kLast : kMiddle);
    char header[kWalHeaderBytes];
    header[0] = static_cast<char>(kind | flag);
    store_be16(header + 1, static_cast<std::uint16_t>(part.size()));
    store_be32(header + 3, crc32c(part));
    out.append(header, sizeof header).append(part);
    position_ += kWalHeaderBytes + part.size();
    first = false;
  }
}

bool WalSegmentReader::parse_fragment(std::size_t at, Fragment& out) const {
  const std::size_t left = std::min(page_left(at), bytes_.size() - at);
  if (left < kWalHeaderBytes) return false;
  const auto type = static_cast<unsigned char>(bytes_[at]);
  out.kind = type & kKindMask;
  out.compression = type & (kSnappy | kZstd);
  if (out.kind < kFull || out.kind > kLast || (type & ~0x1fU) != 0) return false;
  if (out.compression == (kSnappy | kZstd)) return false;
  const std::size_t size = load_be16(bytes_.data() + at + 1);
  if (size > left - kWalHeaderBytes) return false;
  out.data = bytes_.substr(at + kWalHeaderBytes, size);
  return crc32c(out.data) == load_be32(bytes_.data() + at + 3);
}

bool WalSegmentReader::skip_padding() {
  const std::size_t size = std::min(page_left(at_), bytes_.size() - at_);
  if (!all_zero(bytes_.substr(at_, size))) return false;
  // A page is padded where no header fits any more, or where the segment ends.
  const bool hole =
      size >= kWalHeaderBytes + 1 && (in_record_ || bytes_.size() - at_ > kWalPageBytes);
  if (hole) return false;
  at_ += size;
  return true;
}

void WalSegmentReader::damaged(std::string what) {
  if (!after_damage_) damage_.push_back({at_, std::move(what)});
  in_record_ = false;
  after_damage_ = true;
}

void WalSegmentReader::resynchronise() {
  Fragment fragment;
  for (++at_; at_ < bytes_.size(); ++at_) {
    if (bytes_[at_] == '\0') continue;
    if (parse_fragment(at_, fragment) && !fragment.data.empty()) return;
  }
}

bool WalSegmentReader::finish_record(std::string_view data, unsigned compression) {
  in_record_ = false;
  if (compression == 0) {
    record_ = data;
  } else {
    const bool good = compression == kSnappy ? uncompress_snappy(data, uncompressed_)
                                             : uncompress_zstd(data, uncompressed_);
    if (!good) {
      damaged("compressed record does not decompress");
      return false;
    }
    record_ = uncompressed_;
  }
  after_damage_ = false;
  return true;
}

bool WalSegmentReader::assemble(const Fragment& fragment) {
  const bool starts = fragment.kind == kFull || fragment.kind == kFirst;
  if (starts && in_record_) damaged("record has no end");
  if (!starts && !in_record_) {
    damaged("fragment without the start of its record");
    return false;
  }
  if (fragment.kind == kFull) return finish_record(fragment.data, fragment.compression);
  if (fragment.kind == kFirst) {
    partial_.clear();
    compression_ = fragment.compression;
    in_record_ = true;
    after_damage_ = false;
  }
  if (partial_.size() + fragment.data.size() > kWalRecordBytesMax) {
    damaged("record is longer than " + std::to_string(kWalRecordBytesMax) + " bytes");
    return false;
  }
  partial_ += fragment.data;
  return fragment.kind == kLast && finish_record(partial_, compression_);
}

bool WalSegmentReader::next() {
  while (at_ < bytes_.size()) {
    Fragment fragment;
    if (parse_fragment(at_, fragment)) {
      const bool complete = assemble(fragment);
      at_ += kWalHeaderBytes + fragment.data.size();
      if (complete) {
        good_end_ = at_;
        return true;
      }
      continue;
    }
    if (bytes_[at_] == '\0') {
      if (skip_padding()) continue;
      damaged("zeros where a record should be");
    } else if (bytes_.size() - at_ < page_left(at_)) {
      damaged("torn record at the end");
    } else {
      damaged("fragment fails its checksum");
    }
    resynchronise();
  }
  if (in_record_) damaged("torn record at the end");
  return false;
}

}  // namespace tributary::tsdb
