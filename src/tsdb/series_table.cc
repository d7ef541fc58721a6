#include "tsdb/series_table.h"

#include <utility>

#include "base/check.h"

namespace tributary::tsdb {

void SeriesTable::place(Entry entry) {
  std::uint64_t at = home(entry.tag);
  while (entries()[at].id_plus_one != 0) at = at + 1 == capacity_ ? 0 : at + 1;
  entries()[at] = entry;
}

void SeriesTable::grow() {
  const std::uint64_t before = capacity_;
  const PageMemory old = std::move(memory_);
  capacity_ = before == 0 ? 512 : before + before / 2;
  memory_ = PageMemory(capacity_ * sizeof(Entry));
  const auto* const entry = reinterpret_cast<const Entry*>(old.data());
  for (std::uint64_t i = 0; i < before; ++i) {
    if (entry[i].id_plus_one != 0) place(entry[i]);
  }
}

void SeriesTable::insert(std::uint64_t hash, SeriesId id) {
  if (used_ >= capacity_ / 8 * 7) grow();
  place({static_cast<std::uint32_t>(hash >> 32), id + 1});
  ++used_;
}

void SeriesTable::erase(std::uint64_t hash, SeriesId id) {
  TRIBUTARY_CHECK(used_ > 0);
  std::uint64_t at = home(static_cast<std::uint32_t>(hash >> 32));
  while (entries()[at].id_plus_one != id + 1) {
    TRIBUTARY_CHECK(entries()[at].id_plus_one != 0);
    at = at + 1 == capacity_ ? 0 : at + 1;
  }
  // Entries behind it that would not be found over the gap move up (Knuth, 6.4, algorithm R).
  std::uint64_t gap = at;
  while (true) {
    at = at + 1 == capacity_ ? 0 : at + 1;
    const Entry entry = entries()[at];
    if (entry.id_plus_one == 0) break;
    const std::uint64_t wanted = home(entry.tag);
    const bool stays = gap <= at ? gap < wanted && wanted <= at : gap < wanted || wanted <= at;
    if (stays) continue;
    entries()[gap] = entry;
    gap = at;
  }
  entries()[gap] = {};
  --used_;
}

}  // namespace tributary::tsdb
