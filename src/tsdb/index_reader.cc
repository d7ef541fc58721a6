#include "tsdb/index_reader.h"

#include <algorithm>
#include <limits>
#include <tuple>
#include <utility>

#include "base/crc32c.h"
#include "tsdb/index_format.h"

namespace tributary::tsdb {
namespace {

using namespace index_format;

constexpr std::uint64_t kLabelsMax = 1U << 16;  // of one series; more is damage

}  // namespace

std::size_t PostingsView::seek(std::size_t from, std::uint32_t ref) const {
  // It is mostly near: in steps that double, then by halves.
  std::size_t step = 1;
  std::size_t low = from;
  while (low + step <= size_ && (*this)[low + step - 1] < ref) {
    low += step;
    step *= 2;
  }
  std::size_t high = std::min(size_, low + step);
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    if ((*this)[middle] < ref) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

Error IndexReader::damaged(std::uint64_t offset, std::string_view what) const {
  return Error(Code::corruption,
               path_ + ": " + std::string(what) + " at offset " + std::to_string(offset));
}

Result<IndexReader> IndexReader::open(Disk& disk, const std::string& path) {
  IndexReader index;
  index.path_ = path;
  TRIBUTARY_TRY(index.view_, disk.map(path));
  const std::string_view bytes = index.view_->bytes();
  if (bytes.size() < kHeaderBytes + kTocBytes || !bytes.starts_with(kMagic)) {
    return Error(Code::corruption, path + " is not an index");
  }
  index.version_ = static_cast<std::uint8_t>(bytes[kMagic.size()]);
  if (index.version_ < 1 || index.version_ > 3) {
    return Error(Code::unsupported, path + ": index of format version " +
                                        std::to_string(index.version_) + ", wanted 1, 2 or 3");
  }
  if (auto done = index.read_toc(); !done) return done.error();
  if (auto done = index.read_symbols(); !done) return done.error();
  if (auto done = index.read_postings_table(); !done) return done.error();
  index.release();
  return index;
}

Result<void> IndexReader::read_toc() {
  const std::string_view bytes = view_->bytes();
  const std::uint64_t at = bytes.size() - kTocBytes;
  const std::string_view toc = bytes.substr(at);
  if (crc32c(toc.substr(0, kTocBytes - kCrcBytes)) !=
      load_be32(toc.data() + kTocBytes - kCrcBytes)) {
    return damaged(at, "checksum mismatch of the table of contents");
  }
  symbols_at_ = load_be64(toc.data());
  series_at_ = load_be64(toc.data() + 8);
  postings_table_at_ = load_be64(toc.data() + 40);
  if (symbols_at_ >= at || series_at_ >= at || postings_table_at_ >= at) {
    return damaged(at, "table of contents that points outside the file");
  }
  return {};
}

Result<std::string_view> IndexReader::section(std::uint64_t at, std::string_view what) const {
  const std::string_view bytes = view_->bytes();
  Decoder decoder(bytes.substr(std::min<std::uint64_t>(at, bytes.size())));
  const std::string_view length = decoder.bytes(4);
  const std::string_view content = decoder.bytes(decoder.ok() ? load_be32(length.data()) : 0);
  const std::string_view crc = decoder.bytes(kCrcBytes);
  if (!decoder.ok()) return damaged(at, std::string(what) + " beyond the end of the file");
  if (crc32c(content) != load_be32(crc.data())) {
    return damaged(at, "checksum mismatch of " + std::string(what));
  }
  return content;
}

Result<void> IndexReader::read_symbols() {
  TRIBUTARY_TRY(const std::string_view content, section(symbols_at_, "symbols"));
  if (content.size() < 4) return damaged(symbols_at_, "symbols without their number");
  symbol_count_ = load_be32(content.data());
  symbols_ = content.substr(4);
  if (version_ == 1) return {};  // named by their offset in the file
  Decoder decoder(symbols_);
  for (std::uint32_t i = 0; i < symbol_count_ && decoder.ok(); ++i) {
    if (i % kSymbolsPerMark == 0) {
      symbol_marks_.push_back(static_cast<std::uint32_t>(symbols_.size() - decoder.left()));
    }
    decoder.string();
  }
  return decoder.ok() ? Result<void>() : damaged(symbols_at_, "fewer symbols than promised");
}

Result<std::string_view> IndexReader::symbol(std::uint32_t number) const {
  if (version_ == 1) {
    const std::string_view bytes = view_->bytes();
    Decoder decoder(bytes.substr(std::min<std::uint64_t>(number, bytes.size())));
    const std::string_view text = decoder.string();
    if (!decoder.ok()) return damaged(number, "symbol beyond the end of the file");
    return text;
  }
  if (number >= symbol_count_) {
    return damaged(symbols_at_, "no symbol number " + std::to_string(number));
  }
  Decoder decoder(symbols_.substr(symbol_marks_[number / kSymbolsPerMark]));
  for (std::size_t skip = number % kSymbolsPerMark; skip > 0; --skip) decoder.string();
  return decoder.string();
}

Result<IndexReader::Entry> IndexReader::read_entry(Decoder& decoder) const {
  const std::uint64_t at = decoder.left();
  const std::uint64_t keys = decoder.uvarint();
  const Entry entry{decoder.string(), decoder.string(), decoder.uvarint()};
  if (decoder.ok() && keys == 2) return entry;
  return damaged(postings_table_at_, "malformed entry, " + std::to_string(at) +
                                         " bytes before the end of the table of postings,");
}

Result<void> IndexReader::read_postings_table() {
  TRIBUTARY_TRY(const std::string_view content,
                section(postings_table_at_, "the table of postings"));
  if (content.size() < 4) return damaged(postings_table_at_, "table of postings without its size");
  const std::uint32_t count = load_be32(content.data());
  table_ = content.substr(4);
  std::vector<Entry> unsorted;
  std::string_view last;
  std::size_t since_mark = 0;
  Decoder decoder(table_);
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint64_t at = table_.size() - decoder.left();
    TRIBUTARY_TRY(const Entry entry, read_entry(decoder));
    if (version_ == 1) {
      unsorted.push_back(entry);
      continue;
    }
    if (entry.name.empty() && entry.value.empty()) {
      all_postings_at_ = entry.postings_at;
      continue;
    }
    if (names_.empty() || names_.back().name != entry.name) {
      if (!names_.empty() && names_.back().name > entry.name) {
        return damaged(postings_table_at_, "names out of order in the table of postings");
      }
      names_.push_back({std::string(entry.name), {}, 0});
      since_mark = kValuesPerMark;
    } else if (entry.value <= last) {
      return damaged(postings_table_at_, "values out of order in the table of postings");
    }
    last = entry.value;
    if (since_mark++ == kValuesPerMark) {
      names_.back().marks.push_back({std::string(entry.value), at});
      since_mark = 1;
    }
    names_.back().end = table_.size() - decoder.left();
  }
  return version_ == 1 ? sort_postings_table(std::move(unsorted)) : Result<void>();
}

Result<void> IndexReader::sort_postings_table(std::vector<Entry> entries) {
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return std::tie(a.name, a.value) < std::tie(b.name, b.value);
  });
  for (const Entry& entry : entries) {
    if (entry.name.empty() && entry.value.empty()) {
      all_postings_at_ = entry.postings_at;
      continue;
    }
    if (names_.empty() || names_.back().name != entry.name) {
      names_.push_back({std::string(entry.name), {}, 0});
    }
    names_.back().marks.push_back({std::string(entry.value), sorted_table_.size()});
    append_uvarint(sorted_table_, 2);
    append_string(sorted_table_, entry.name);
    append_string(sorted_table_, entry.value);
    append_uvarint(sorted_table_, entry.postings_at);
    names_.back().end = sorted_table_.size();
  }
  return {};
}

const IndexReader::Name* IndexReader::find_name(std::string_view name) const {
  const auto found = std::lower_bound(
      names_.begin(), names_.end(), name,
      [](const Name& entry, std::string_view wanted) { return entry.name < wanted; });
  return found == names_.end() || found->name != name ? nullptr : &*found;
}

Result<void> IndexReader::for_each_value(std::string_view name, std::string_view prefix,
                                         const VisitValue& visit) const {
  const Name* const found = find_name(name);
  if (found == nullptr) return {};
  // From the last mark that is not after the prefix.
  auto mark = std::upper_bound(
      found->marks.begin(), found->marks.end(), prefix,
      [](std::string_view wanted, const Mark& entry) { return wanted < entry.value; });
  if (mark != found->marks.begin()) --mark;
  const std::string_view table = version_ == 1 ? std::string_view(sorted_table_) : table_;
  Decoder decoder(table.substr(mark->at, found->end - mark->at));
  while (!decoder.done()) {
    TRIBUTARY_TRY(const Entry entry, read_entry(decoder));
    if (entry.value < prefix) continue;
    if (!entry.value.starts_with(prefix)) return {};
    if (!visit(entry.value, entry.postings_at)) return {};
  }
  return {};
}

Result<PostingsView> IndexReader::postings(std::string_view name, std::string_view value) const {
  std::uint64_t at = 0;
  if (name.empty() && value.empty()) {
    at = all_postings_at_;
  } else {
    auto done = for_each_value(name, value, [&](std::string_view found, std::uint64_t there) {
      if (found == value) at = there;
      return false;
    });
    if (!done) return done.error();
  }
  if (at == 0) return PostingsView();
  return postings_at(at);
}

Result<PostingsView> IndexReader::postings_at(std::uint64_t at) const {
  TRIBUTARY_TRY(const std::string_view content, section(at, "postings"));
  if (content.size() < 4 || load_be32(content.data()) != (content.size() - 4) / 4) {
    return damaged(at, "postings of another number than promised");
  }
  return PostingsView(content.substr(4));
}

std::vector<std::string> IndexReader::label_names() const {
  std::vector<std::string> names;
  names.reserve(names_.size());
  for (const Name& name : names_) names.push_back(name.name);
  return names;
}

Result<std::string_view> IndexReader::SeriesReader::symbol(std::size_t slot, std::uint32_t number) {
  if (slot >= remembered_.size()) remembered_.resize(slot + 1);
  Remembered& remembered = remembered_[slot];
  if (!remembered.known || remembered.number != number) {
    TRIBUTARY_TRY(remembered.text, index_.symbol(number));
    remembered.number = number;
    remembered.known = true;
  }
  return remembered.text;
}

Result<void> IndexReader::SeriesReader::read_labels(Decoder& decoder, std::string& packed) {
  const std::uint64_t labels = decoder.uvarint();
  if (labels > kLabelsMax) return Error(Code::corruption, "series with too many labels");
  append_uvarint(packed, labels);
  for (std::uint64_t i = 0; i < labels; ++i) {
    const std::uint64_t name_number = decoder.uvarint();
    const std::uint64_t value_number = decoder.uvarint();
    constexpr std::uint64_t kMax = std::numeric_limits<std::uint32_t>::max();
    if (!decoder.ok() || name_number > kMax || value_number > kMax) {
      return Error(Code::corruption, "series with malformed labels");
    }
    TRIBUTARY_TRY(const auto name, symbol(2 * i, static_cast<std::uint32_t>(name_number)));
    TRIBUTARY_TRY(const auto value, symbol(2 * i + 1, static_cast<std::uint32_t>(value_number)));
    append_string(packed, name);
    append_string(packed, value);
  }
  return {};
}

namespace {

Result<void> read_chunk_refs(Decoder& decoder, std::vector<ChunkRef>& out) {
  const std::uint64_t count = decoder.uvarint();
  ChunkRef chunk;
  for (std::uint64_t i = 0; i < count && decoder.ok(); ++i) {
    // Sums wrap around: damage may bring any number.
    const std::uint64_t start = i == 0
                                    ? static_cast<std::uint64_t>(decoder.varint())
                                    : static_cast<std::uint64_t>(chunk.max_ms) + decoder.uvarint();
    chunk.min_ms = static_cast<std::int64_t>(start);
    chunk.max_ms = static_cast<std::int64_t>(start + decoder.uvarint());
    chunk.ref =
        i == 0 ? decoder.uvarint() : chunk.ref + static_cast<std::uint64_t>(decoder.varint());
    if (chunk.max_ms < chunk.min_ms) break;
    if (decoder.ok()) out.push_back(chunk);
  }
  if (decoder.ok() && decoder.done()) return {};
  return Error(Code::corruption, "series with malformed chunks");
}

}  // namespace

Result<void> IndexReader::SeriesReader::read(std::uint32_t ref, std::string* packed_labels,
                                             std::vector<ChunkRef>* chunks) {
  const std::uint64_t at = index_.version_ == 1 ? ref : std::uint64_t{ref} * kSeriesAlignment;
  const std::string_view bytes = index_.view_->bytes();
  Decoder framed(bytes.substr(std::min<std::uint64_t>(at, bytes.size())));
  const std::string_view entry = framed.string();
  const std::string_view crc = framed.bytes(kCrcBytes);
  if (!framed.ok()) return index_.damaged(at, "series beyond the end of the file");
  if (crc32c(entry) != load_be32(crc.data())) {
    return index_.damaged(at, "checksum mismatch of a series");
  }
  Decoder decoder(entry);
  if (packed_labels != nullptr) {
    if (auto done = read_labels(decoder, *packed_labels); !done) {
      return index_.damaged(at, done.error().message());
    }
  } else {
    for (std::uint64_t numbers = 2 * decoder.uvarint(); numbers > 0 && decoder.ok(); --numbers) {
      decoder.uvarint();
    }
  }
  if (chunks == nullptr) return {};
  auto done = read_chunk_refs(decoder, *chunks);
  return done ? done : index_.damaged(at, done.error().message());
}

}  // namespace tributary::tsdb
