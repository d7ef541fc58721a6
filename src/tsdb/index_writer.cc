#include "tsdb/index_writer.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

#include "base/crc32c.h"
#include "tsdb/encoding.h"
#include "tsdb/index_format.h"

namespace tributary::tsdb {
namespace {

using namespace index_format;

constexpr std::size_t kArenaBytes = 1U << 18;

void append_be32(std::string& out, std::uint32_t value) {
  char bytes[4];
  store_be32(bytes, value);
  out.append(bytes, sizeof bytes);
}

std::size_t uvarint_bytes(std::uint64_t value) {
  char bytes[kVarintBytesMax];
  return static_cast<std::size_t>(store_uvarint(bytes, value) - bytes);
}

// Writes a section whose checksum covers everything after its length.
class Section {
 public:
  Section(BufferedFile& file, std::uint64_t size) : file_(file) {
    std::string length;
    append_be32(length, static_cast<std::uint32_t>(size));
    status_ = size <= std::numeric_limits<std::uint32_t>::max()
                  ? file_.append(length)
                  : Error(Code::limit_exceeded, "a section of the index exceeds 4 GiB");
  }
  void append(std::string_view bytes) {
    if (!status_) return;
    crc_ = crc32c_extend(crc_, bytes);
    status_ = file_.append(bytes);
  }
  Result<void> end() {
    std::string crc;
    append_be32(crc, crc_);
    return status_ ? file_.append(crc) : status_;
  }

 private:
  BufferedFile& file_;
  std::uint32_t crc_ = 0;
  Result<void> status_;
};

void append_chunks(std::string& out, std::span<const ChunkRef> chunks) {
  append_uvarint(out, chunks.size());
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    const ChunkRef& chunk = chunks[i];
    const auto length = static_cast<std::uint64_t>(chunk.max_ms - chunk.min_ms);
    if (i == 0) {
      append_varint(out, chunk.min_ms);
      append_uvarint(out, length);
      append_uvarint(out, chunk.ref);
    } else {
      append_uvarint(out, static_cast<std::uint64_t>(chunk.min_ms - chunks[i - 1].max_ms));
      append_uvarint(out, length);
      append_varint(out, static_cast<std::int64_t>(chunk.ref - chunks[i - 1].ref));
    }
  }
}

}  // namespace

Result<std::unique_ptr<IndexWriter>> IndexWriter::create(Disk& disk, std::string path) {
  std::unique_ptr<IndexWriter> writer(new IndexWriter(disk, std::move(path)));
  TRIBUTARY_TRY(writer->series_file_, BufferedFile::create(disk, writer->series_path()));
  return writer;
}

std::string_view IndexWriter::keep(std::string_view bytes) {
  if (arena_.empty() || arena_.back().size() + bytes.size() > arena_.back().capacity()) {
    arena_.emplace_back().reserve(std::max(kArenaBytes, bytes.size()));
  }
  std::string& block = arena_.back();
  block += bytes;
  return std::string_view(block).substr(block.size() - bytes.size());
}

std::uint32_t IndexWriter::pair_of(std::string_view packed_label, const LabelView& label) {
  const auto found = pair_by_text_.find(packed_label);
  if (found != pair_by_text_.end()) return found->second;
  const std::string_view kept = keep(packed_label);
  const auto moved = [&](std::string_view part) {
    return kept.substr(static_cast<std::size_t>(part.data() - packed_label.data()), part.size());
  };
  const auto number = static_cast<std::uint32_t>(pairs_.size());
  pairs_.push_back({moved(label.name), moved(label.value)});
  pair_by_text_.emplace(kept, number);
  return number;
}

// A record: the number of labels, their pairs, and what stands in the index for the chunks.
Result<void> IndexWriter::add(LabelsView labels, std::span<const ChunkRef> chunks) {
  // Neighbours in the order of labels share most of them, and then in the same place.
  std::vector<std::uint32_t> pairs;
  pairs.reserve(pairs_before_.size());
  auto before = LabelsView(labels_before_).begin();
  const char* from = nullptr;  // where the label's packed bytes begin
  for (const LabelView& label : labels) {
    const std::size_t place = pairs.size();
    const char* const end = label.value.data() + label.value.size();
    if (place == 0) from = label.name.data() - uvarint_bytes(label.name.size());
    if (place < pairs_before_.size() && *before == label) {
      pairs.push_back(pairs_before_[place]);
    } else {
      pairs.push_back(pair_of({from, static_cast<std::size_t>(end - from)}, label));
    }
    from = end;
    if (place < pairs_before_.size()) ++before;
    ++pairs_[pairs.back()].series;
  }

  record_.clear();
  append_uvarint(record_, pairs.size());
  for (const std::uint32_t pair : pairs) append_uvarint(record_, pair);
  append_chunks(record_, chunks);
  std::string size;
  append_uvarint(size, record_.size());
  labels_before_ = labels.packed();
  pairs_before_ = std::move(pairs);
  ++series_;
  if (auto done = series_file_->append(size); !done) return done;
  return series_file_->append(record_);
}

Result<void> IndexWriter::finish() {
  if (auto done = series_file_->flush(); !done) return done;
  series_file_.reset();
  pair_by_text_.clear();
  TRIBUTARY_TRY(file_, BufferedFile::create(disk_, path_));
  std::string header(kMagic);
  header.push_back(static_cast<char>(kVersionWritten));
  if (auto done = file_->append(header); !done) return done;
  if (auto done = write_symbols(); !done) return done;
  if (auto done = write_all_series(); !done) return done;
  if (auto done = write_postings(); !done) return done;

  std::string toc;
  append_be64(toc, symbols_at_);
  append_be64(toc, series_at_);
  append_be64(toc, 0);  // label indices and their offsets: nobody reads them any more
  append_be64(toc, 0);
  append_be64(toc, postings_at_);
  append_be64(toc, offsets_at_);
  append_be32(toc, crc32c(toc));
  if (auto done = file_->append(toc); !done) return done;
  if (auto done = file_->sync(); !done) return done;
  file_.reset();
  return disk_.remove(series_path());
}

Result<void> IndexWriter::write_symbols() {
  std::vector<std::string_view> symbols;
  symbols.reserve(pairs_.size() * 2);
  for (const Pair& pair : pairs_) {
    symbols.push_back(pair.name);
    symbols.push_back(pair.value);
  }
  std::sort(symbols.begin(), symbols.end());
  symbols.erase(std::unique(symbols.begin(), symbols.end()), symbols.end());

  symbols_at_ = file_->position();
  std::uint64_t size = sizeof(std::uint32_t);
  for (const std::string_view symbol : symbols) {
    size += uvarint_bytes(symbol.size()) + symbol.size();
  }
  Section section(*file_, size);
  std::string text;
  append_be32(text, static_cast<std::uint32_t>(symbols.size()));
  section.append(text);
  boost::unordered_flat_map<std::string_view, std::uint32_t, TextHash> ordinals;
  ordinals.reserve(symbols.size());
  for (const std::string_view symbol : symbols) {
    ordinals.emplace(symbol, static_cast<std::uint32_t>(ordinals.size()));
    text.clear();
    append_string(text, symbol);
    section.append(text);
  }

  places_.reserve(pairs_.size());
  std::uint64_t first = 0;
  for (const Pair& pair : pairs_) {
    places_.push_back({ordinals.at(pair.name), ordinals.at(pair.value), first, 0});
    first += pair.series;
  }
  postings_.resize(first);
  return section.end();
}

Result<void> IndexWriter::write_all_series() {
  series_at_ = file_->position();
  all_series_.reserve(series_);
  TRIBUTARY_TRY(const auto records, disk_.map(series_path()));
  for (Decoder decoder(records->bytes()); !decoder.done();) {
    const std::string_view record = decoder.string();
    if (!decoder.ok()) {
      return Error(Code::corruption, series_path() + " is not what was written to it");
    }
    if (auto done = write_series(record); !done) return done;
  }
  return {};
}

Result<void> IndexWriter::write_series(std::string_view record) {
  if (auto done = pad(kSeriesAlignment); !done) return done;
  const std::uint64_t ref = file_->position() / kSeriesAlignment;
  if (ref > std::numeric_limits<std::uint32_t>::max()) {
    return Error(Code::limit_exceeded, path_ + " exceeds 64 GiB");
  }
  all_series_.push_back(static_cast<std::uint32_t>(ref));
  Decoder decoder(record);
  std::string entry;
  const std::uint64_t labels = decoder.uvarint();
  append_uvarint(entry, labels);
  for (std::uint64_t i = 0; i < labels; ++i) {
    const std::uint64_t pair = decoder.uvarint();
    if (!decoder.ok() || pair >= places_.size()) {
      return Error(Code::corruption, series_path() + " is not what was written to it");
    }
    Place& place = places_[pair];
    append_uvarint(entry, place.name);
    append_uvarint(entry, place.value);
    postings_[place.first + place.filled++] = static_cast<std::uint32_t>(ref);
  }
  entry += decoder.bytes(decoder.left());
  std::string framed;
  append_string(framed, entry);
  append_be32(framed, crc32c(entry));
  return file_->append(framed);
}

Result<void> IndexWriter::pad(std::uint64_t alignment) {
  static constexpr std::string_view kZeros("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16);
  const std::uint64_t over = file_->position() % alignment;
  return over == 0 ? Result<void>() : file_->append(kZeros.substr(0, alignment - over));
}

Result<void> IndexWriter::write_postings() {
  // Pairs in the order of names, then values: that of their ordinals.
  std::vector<std::uint32_t> order(places_.size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(), [this](std::uint32_t a, std::uint32_t b) {
    return std::pair(places_[a].name, places_[a].value) <
           std::pair(places_[b].name, places_[b].value);
  });
  if (auto done = pad(kPostingsAlignment); !done) return done;
  postings_at_ = file_->position();
  std::vector<std::uint64_t> offsets;
  offsets.reserve(order.size() + 1);
  offsets.push_back(file_->position());
  if (auto done = write_list(all_series_); !done) return done;
  for (const std::uint32_t pair : order) {
    offsets.push_back(file_->position());
    const Place& place = places_[pair];
    if (auto done = write_list(std::span(postings_).subspan(place.first, place.filled)); !done) {
      return done;
    }
  }
  return write_offsets(order, offsets);
}

Result<void> IndexWriter::write_list(std::span<const std::uint32_t> refs) {
  std::string bytes;
  bytes.reserve(refs.size() * 4 + 4);
  append_be32(bytes, static_cast<std::uint32_t>(refs.size()));
  for (const std::uint32_t ref : refs) append_be32(bytes, ref);
  Section section(*file_, bytes.size());
  section.append(bytes);
  return section.end();
}

// The first entry, of no name and no value, is the list of all series.
Result<void> IndexWriter::write_offsets(std::span<const std::uint32_t> order,
                                        std::span<const std::uint64_t> offsets) {
  offsets_at_ = file_->position();
  std::string text;
  const auto entry = [&](std::size_t i) {
    text.clear();
    append_uvarint(text, 2);
    append_string(text, i == 0 ? std::string_view() : pairs_[order[i - 1]].name);
    append_string(text, i == 0 ? std::string_view() : pairs_[order[i - 1]].value);
    append_uvarint(text, offsets[i]);
    return std::string_view(text);
  };
  std::uint64_t size = sizeof(std::uint32_t);
  for (std::size_t i = 0; i < offsets.size(); ++i) size += entry(i).size();
  Section section(*file_, size);
  std::string count;
  append_be32(count, static_cast<std::uint32_t>(offsets.size()));
  section.append(count);
  for (std::size_t i = 0; i < offsets.size(); ++i) section.append(entry(i));
  return section.end();
}

}  // namespace tributary::tsdb
