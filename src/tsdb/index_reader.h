// Reads a block's index (versions 1, 2 and 3, hub-spec.md 5.5) in place: symbols, series, and which
// series have which label. Versions 2 and 3 are the same to a reader; in version 1 symbols are
// named by their offset instead of their ordinal, series by their offset instead of a sixteenth of
// it, and the table of postings is not sorted.
//
// Bytes are checked before they are believed: what is damaged gives corruption that names the file
// and the offset.
//
// Threads: never changes once open; any number of readers.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/disk.h"
#include "base/result.h"
#include "model/packed_labels.h"
#include "tsdb/encoding.h"
#include "tsdb/index_writer.h"

namespace tributary::tsdb {

// A list of series as it stands in the file, ascending.
class PostingsView {
 public:
  PostingsView() = default;
  explicit PostingsView(std::string_view bytes) : at_(bytes.data()), size_(bytes.size() / 4) {}

  std::size_t size() const { return size_; }
  std::uint32_t operator[](std::size_t i) const { return load_be32(at_ + i * 4); }
  // The first place from `from` on whose series is not before `ref`.
  std::size_t seek(std::size_t from, std::uint32_t ref) const;

 private:
  const char* at_ = nullptr;
  std::size_t size_ = 0;
};

class IndexReader {
 public:
  static Result<IndexReader> open(Disk& disk, const std::string& path);

  // The series that have this label; none where nobody has it. Of no name and no value: all series.
  Result<PostingsView> postings(std::string_view name, std::string_view value) const;
  std::vector<std::string> label_names() const;
  // Calls visit(value, postings' position for `postings_at`) for every value of `name` that begins
  // with `prefix`, in order, until it returns false.
  using VisitValue = std::function<bool(std::string_view value, std::uint64_t at)>;
  Result<void> for_each_value(std::string_view name, std::string_view prefix,
                              const VisitValue& visit) const;
  Result<PostingsView> postings_at(std::uint64_t at) const;

  // Labels and chunks of series; remembers what neighbours have in common.
  class SeriesReader {
   public:
    explicit SeriesReader(const IndexReader& index) : index_(index) {}
    // Appends to both; null where not wanted.
    Result<void> read(std::uint32_t ref, std::string* packed_labels, std::vector<ChunkRef>* chunks);

   private:
    Result<void> read_labels(Decoder& decoder, std::string& packed);
    Result<std::string_view> symbol(std::size_t slot, std::uint32_t number);

    struct Remembered {
      std::uint32_t number;
      bool known = false;
      std::string_view text;
    };
    const IndexReader& index_;
    std::vector<Remembered> remembered_;
  };

  std::uint64_t bytes() const { return view_->bytes().size(); }
  const std::string& path() const { return path_; }
  void release() const { view_->release(); }

 private:
  friend class SeriesReader;

  // Every so many values one is kept in memory.
  static constexpr std::size_t kValuesPerMark = 32;
  static constexpr std::size_t kSymbolsPerMark = 8;

  struct Mark {
    std::string value;
    std::uint64_t at;  // of the entry, from the beginning of the table
  };
  struct Name {
    std::string name;
    std::vector<Mark> marks;  // the first value's among them
    std::uint64_t end = 0;    // of the last entry
  };
  struct Entry {
    std::string_view name;
    std::string_view value;
    std::uint64_t postings_at = 0;
  };

  Error damaged(std::uint64_t offset, std::string_view what) const;
  // The bytes of a section that begins with its length and ends with a checksum.
  Result<std::string_view> section(std::uint64_t at, std::string_view what) const;
  Result<void> read_toc();
  Result<void> read_symbols();
  Result<void> read_postings_table();
  Result<void> sort_postings_table(std::vector<Entry> entries);
  Result<Entry> read_entry(Decoder& decoder) const;
  Result<std::string_view> symbol(std::uint32_t number) const;
  const Name* find_name(std::string_view name) const;

  std::string path_;
  std::unique_ptr<FileView> view_;
  std::uint8_t version_ = 0;
  std::uint64_t symbols_at_ = 0;
  std::uint64_t series_at_ = 0;
  std::uint64_t postings_table_at_ = 0;
  std::string_view symbols_;  // of the section, after the count
  std::uint32_t symbol_count_ = 0;
  std::vector<std::uint32_t> symbol_marks_;  // offsets in `symbols_`
  std::string sorted_table_;                 // version 1: the entries anew
  std::string_view table_;                   // the entries
  std::vector<Name> names_;                  // sorted
  std::uint64_t all_postings_at_ = 0;
};

}  // namespace tributary::tsdb
