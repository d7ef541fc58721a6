#include "collector/exporters/prometheusremotewrite/spool_reader.h"

#include <algorithm>
#include <utility>

#include "base/crc32c.h"

namespace tributary::collector::prometheusremotewrite {

SpoolReader::SpoolReader(Disk& disk, std::string path, SpoolPosition at, std::uint64_t end)
    : disk_(disk), path_(std::move(path)), end_(end), at_(at), next_(at) {}

Result<bool> SpoolReader::next() {
  if (next_.offset >= end_) return false;
  TRIBUTARY_TRY(const bool here, read_header(next_));
  return here ? Result<bool>(true) : find_next(next_);
}

Result<bool> SpoolReader::read_header(SpoolPosition at) {
  TRIBUTARY_TRY(const std::string_view bytes, window(at.offset));
  const auto record = decode_spool_header(bytes, at);
  if (!record || record->bytes() > end_ - at.offset) return false;
  record_ = *record;
  at_ = at;
  next_ = {at.segment, at.offset + record->bytes()};
  return true;
}

// The next intact header behind `at`, where there is none.
Result<bool> SpoolReader::find_next(SpoolPosition at) {
  const std::uint64_t damaged_from = at.offset++;
  bool found = false;
  while (at.offset < end_ && !found) {
    TRIBUTARY_TRY(const std::string_view bytes, window(at.offset));
    if (bytes.empty()) break;  // the file ends before it should
    const std::size_t magic = find_spool_magic(bytes, 0);
    if (magic == std::string_view::npos) {
      // The last bytes may be the first ones of a header.
      at.offset += std::max<std::size_t>(bytes.size(), 4) - 3;
      continue;
    }
    at.offset += magic;
    TRIBUTARY_TRY(found, read_header(at));
    if (!found) ++at.offset;
  }
  if (!found) next_ = {at.segment, end_};
  damaged_bytes_ += (found ? at.offset : end_) - damaged_from;
  ++damaged_stretches_;
  return found;
}

Result<std::string> SpoolReader::body() {
  TRIBUTARY_TRY(std::string bytes,
                disk_.read_at(path_, at_.offset + SpoolRecord::kHeaderBytes, record_.body_bytes));
  if (bytes.size() == record_.body_bytes && crc32c(bytes) == record_.body_crc) return bytes;
  return Error(Code::corruption, path_ + ": record at byte " + std::to_string(at_.offset) +
                                     ": its body is not what was written");
}

Result<std::string_view> SpoolReader::window(std::uint64_t offset) {
  const auto has = [&](std::uint64_t to) {
    return offset >= window_at_ && to <= window_at_ + window_.size();
  };
  const std::uint64_t wanted = std::min<std::uint64_t>(end_, offset + SpoolRecord::kHeaderBytes);
  if (!has(wanted)) {
    const auto bytes =
        static_cast<std::size_t>(std::min<std::uint64_t>(end_ - offset, kWindowBytes));
    TRIBUTARY_TRY(window_, disk_.read_at(path_, offset, bytes));
    window_at_ = offset;
  }
  return std::string_view(window_).substr(static_cast<std::size_t>(offset - window_at_));
}

}  // namespace tributary::collector::prometheusremotewrite
