#include "collector/receivers/prometheus/family_table.h"

#include <algorithm>
#include <utility>

#include "base/hash.h"

namespace tributary::collector::prometheus {

std::size_t FamilyTable::Hash::operator()(const Metadata& one) const {
  return hash64(one.name, hash64(one.help, static_cast<std::uint64_t>(one.type)));
}

std::size_t FamilyTable::Hash::operator()(const MetricFamily& one) const {
  return hash64(one.name, hash64(one.help, static_cast<std::uint64_t>(one.type)));
}

// What nobody else holds any more goes whenever the table has doubled.
template <class T>
std::shared_ptr<const T> FamilyTable::Pool<T>::intern(T value) {
  if (const auto found = all.find(value); found != all.end()) return *found;
  if (all.size() >= trim_at) {
    boost::unordered::erase_if(all, [](const auto& one) { return one.use_count() == 1; });
    trim_at = std::max<std::size_t>(1024, 2 * all.size());
  }
  auto made = std::make_shared<const T>(std::move(value));
  all.insert(made);
  return made;
}

MetadataPtr FamilyTable::metadata(Metadata metadata) {
  return metadata_.intern(std::move(metadata));
}

FamilyPtr FamilyTable::family(MetricFamily family) { return families_.intern(std::move(family)); }

}  // namespace tributary::collector::prometheus
