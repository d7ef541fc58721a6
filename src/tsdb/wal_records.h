// What the records of the write-ahead log say (hub-spec.md 5.7): the first byte is the type, the
// rest a list of entries. `ref` numbers a series within this log.
//
// Decoders call back for each entry and return false where the bytes are malformed; the entries
// before that point have been delivered.
#pragma once

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>

#include "model/sample.h"
#include "tsdb/encoding.h"
#include "tsdb/packed_labels.h"

namespace tributary::tsdb {

enum class RecordType : std::uint8_t {
  unknown = 0,
  series = 1,
  samples = 2,
  tombstones = 3,
  exemplars = 4,
  mmap_markers = 5,
  metadata = 6,
  histograms = 7,
  float_histograms = 8,
  custom_histograms = 9,  // with custom bounds; likewise the next
  custom_float_histograms = 10,
};

// Types this version does not know, and empty records, are `unknown`.
inline RecordType record_type(std::string_view record) {
  if (record.empty()) return RecordType::unknown;
  const auto type = static_cast<std::uint8_t>(record[0]);
  return type <= 10 ? static_cast<RecordType>(type) : RecordType::unknown;
}

// Collect entries into a record; `record()` is complete at any time but for being empty.
class SeriesRecord {
 public:
  void clear() { bytes_.clear(); }
  bool empty() const { return bytes_.empty(); }
  std::size_t size() const { return bytes_.size(); }
  std::string_view record() const { return bytes_; }

  void add(std::uint64_t ref, std::string_view packed_labels) {
    if (bytes_.empty()) bytes_.push_back(static_cast<char>(RecordType::series));
    append_be64(bytes_, ref);
    bytes_ += packed_labels;
  }

 private:
  std::string bytes_;
};

class SamplesRecord {
 public:
  void clear() { bytes_.clear(); }
  bool empty() const { return bytes_.empty(); }
  std::size_t size() const { return bytes_.size(); }
  std::string_view record() const { return bytes_; }

  void add(std::uint64_t ref, Sample sample) {
    if (bytes_.empty()) {
      bytes_.push_back(static_cast<char>(RecordType::samples));
      append_be64(bytes_, ref);
      append_be64(bytes_, static_cast<std::uint64_t>(sample.timestamp_ms));
      first_ref_ = ref;
      first_ms_ = sample.timestamp_ms;
    }
    char entry[2 * kVarintBytesMax + 8];
    char* at = store_varint(entry, static_cast<std::int64_t>(ref - first_ref_));
    at =
        store_varint(at, static_cast<std::int64_t>(static_cast<std::uint64_t>(sample.timestamp_ms) -
                                                   static_cast<std::uint64_t>(first_ms_)));
    store_be64(at, std::bit_cast<std::uint64_t>(sample.value));
    bytes_.append(entry, static_cast<std::size_t>(at + 8 - entry));
  }

 private:
  std::string bytes_;
  std::uint64_t first_ref_ = 0;
  std::int64_t first_ms_ = 0;
};

class ExemplarsRecord {
 public:
  void clear() { bytes_.clear(); }
  bool empty() const { return bytes_.empty(); }
  std::size_t size() const { return bytes_.size(); }
  std::string_view record() const { return bytes_; }

  void add(std::uint64_t ref, Sample sample, std::string_view packed_labels) {
    if (bytes_.empty()) {
      bytes_.push_back(static_cast<char>(RecordType::exemplars));
      append_be64(bytes_, ref);
      append_be64(bytes_, static_cast<std::uint64_t>(sample.timestamp_ms));
      first_ref_ = ref;
      first_ms_ = sample.timestamp_ms;
    }
    append_varint(bytes_, static_cast<std::int64_t>(ref - first_ref_));
    append_varint(bytes_,
                  static_cast<std::int64_t>(static_cast<std::uint64_t>(sample.timestamp_ms) -
                                            static_cast<std::uint64_t>(first_ms_)));
    append_be64(bytes_, std::bit_cast<std::uint64_t>(sample.value));
    bytes_ += packed_labels;
  }

 private:
  std::string bytes_;
  std::uint64_t first_ref_ = 0;
  std::int64_t first_ms_ = 0;
};

// visit(ref, packed_labels): the labels as they stand in the record, every length checked.
template <class Visit>
bool decode_series(std::string_view record, Visit visit) {
  Decoder decoder(record.substr(1));
  while (decoder.ok() && !decoder.done()) {
    const std::uint64_t ref = decoder.be64();
    const std::size_t before = decoder.left();
    const std::size_t start = record.size() - before;
    if (!for_each_label(decoder, [](std::string_view, std::string_view) {})) break;
    visit(ref, record.substr(start, before - decoder.left()));
  }
  return decoder.ok();
}

// visit(ref, Sample).
template <class Visit>
bool decode_samples(std::string_view record, Visit visit) {
  Decoder decoder(record.substr(1));
  if (decoder.done()) return true;
  const std::uint64_t first_ref = decoder.be64();
  const std::uint64_t first_ms = decoder.be64();
  while (decoder.ok() && !decoder.done()) {
    const std::uint64_t ref = first_ref + static_cast<std::uint64_t>(decoder.varint());
    const std::uint64_t ms = first_ms + static_cast<std::uint64_t>(decoder.varint());
    const double value = decoder.float64();
    if (decoder.ok()) visit(ref, Sample{static_cast<std::int64_t>(ms), value});
  }
  return decoder.ok();
}

struct TombstoneEntry {
  std::uint64_t ref;
  std::int64_t min_ms;  // both inclusive
  std::int64_t max_ms;
};

template <class Visit>
bool decode_tombstones(std::string_view record, Visit visit) {
  Decoder decoder(record.substr(1));
  while (decoder.ok() && !decoder.done()) {
    TombstoneEntry entry{};
    entry.ref = decoder.be64();
    entry.min_ms = decoder.varint();
    entry.max_ms = decoder.varint();
    if (decoder.ok()) visit(entry);
  }
  return decoder.ok();
}

struct ExemplarEntry {
  std::uint64_t ref;
  std::int64_t timestamp_ms;
  double value;
  std::string_view packed_labels;
};

template <class Visit>
bool decode_exemplars(std::string_view record, Visit visit) {
  Decoder decoder(record.substr(1));
  if (decoder.done()) return true;
  const std::uint64_t first_ref = decoder.be64();
  const std::uint64_t first_ms = decoder.be64();
  while (decoder.ok() && !decoder.done()) {
    ExemplarEntry entry{};
    entry.ref = first_ref + static_cast<std::uint64_t>(decoder.varint());
    entry.timestamp_ms =
        static_cast<std::int64_t>(first_ms + static_cast<std::uint64_t>(decoder.varint()));
    entry.value = decoder.float64();
    const std::size_t before = decoder.left();
    const std::size_t start = record.size() - before;
    if (!for_each_label(decoder, [](std::string_view, std::string_view) {})) break;
    entry.packed_labels = record.substr(start, before - decoder.left());
    visit(entry);
  }
  return decoder.ok();
}

struct MetadataEntry {
  std::uint64_t ref;
  // 1 counter, 2 gauge, 3 histogram, 4 gauge histogram, 5 summary, 6 info, 7 stateset.
  std::uint8_t type;
  std::string_view unit;
  std::string_view help;
};

template <class Visit>
bool decode_metadata(std::string_view record, Visit visit) {
  Decoder decoder(record.substr(1));
  while (decoder.ok() && !decoder.done()) {
    MetadataEntry entry{};
    entry.ref = decoder.uvarint();
    entry.type = decoder.byte();
    const std::uint64_t fields = decoder.uvarint();
    for (std::uint64_t i = 0; i < fields && decoder.ok(); ++i) {
      const std::string_view name = decoder.string();
      const std::string_view value = decoder.string();
      if (name == "UNIT") entry.unit = value;
      if (name == "HELP") entry.help = value;
    }
    if (decoder.ok()) visit(entry);
  }
  return decoder.ok();
}

}  // namespace tributary::tsdb
