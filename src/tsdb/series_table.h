// Finds series by the hash of their labels: open addressing with linear probing over entries of a
// place and 32 bits of the hash, so that growing needs no look at any series.
//
// Threads: none of its own; the writer's.
#pragma once

#include <cstdint>

#include "tsdb/page_memory.h"
#include "tsdb/postings.h"

namespace tributary::tsdb {

class SeriesTable {
 public:
  // The series with this hash for which `is_it(id)`, or kNoSeries.
  template <class IsIt>
  SeriesId find(std::uint64_t hash, IsIt is_it) const {
    if (used_ == 0) return kNoSeries;
    const auto tag = static_cast<std::uint32_t>(hash >> 32);
    for (std::uint64_t at = home(tag);; at = at + 1 == capacity_ ? 0 : at + 1) {
      const Entry& entry = entries()[at];
      if (entry.id_plus_one == 0) return kNoSeries;
      if (entry.tag == tag && is_it(entry.id_plus_one - 1)) return entry.id_plus_one - 1;
    }
  }
  // One that is not in it.
  void insert(std::uint64_t hash, SeriesId id);
  void erase(std::uint64_t hash, SeriesId id);

 private:
  struct Entry {
    std::uint32_t tag;
    std::uint32_t id_plus_one;  // 0: free
  };

  Entry* entries() const { return reinterpret_cast<Entry*>(memory_.data()); }
  std::uint64_t home(std::uint32_t tag) const { return std::uint64_t{tag} * capacity_ >> 32; }
  void place(Entry entry);
  void grow();

  PageMemory memory_;
  std::uint64_t capacity_ = 0;
  std::uint64_t used_ = 0;
};

}  // namespace tributary::tsdb
