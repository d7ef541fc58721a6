#include "tsdb/cardinality.h"

#include <algorithm>
#include <utility>

namespace tributary::tsdb {
namespace {

bool larger(const NamedCount& a, const NamedCount& b) {
  return a.count != b.count ? a.count > b.count : a.name < b.name;
}

}  // namespace

void LargestCounts::add(std::string name, std::uint64_t count) {
  if (!wants(count)) return;
  if (heap_.size() == limit_) {
    std::pop_heap(heap_.begin(), heap_.end(), larger);
    heap_.pop_back();
  }
  heap_.push_back({std::move(name), count});
  std::push_heap(heap_.begin(), heap_.end(), larger);
}

std::vector<NamedCount> LargestCounts::take() {
  std::sort(heap_.begin(), heap_.end(), larger);
  return std::move(heap_);
}

}  // namespace tributary::tsdb
