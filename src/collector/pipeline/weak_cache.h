// What was worked out about immutable objects that others keep, such as shapes and runs: found by
// the object's address, forgotten some time after the object has gone. Dead entries are swept out
// when their number may have reached an eighth of the living, so they hold little, and the sweeps
// cost a few steps for each new object.
//
// Threads: one user at a time.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstddef>
#include <memory>
#include <utility>

namespace tributary::collector {

template <class Object, class Value>
class WeakCache {
 public:
  // Null where the object is not known. Good until the next put.
  Value* find(const std::shared_ptr<const Object>& object) {
    const auto at = entries_.find(object.get());
    // The address may be that of an object that is gone.
    return at != entries_.end() && !at->second.object.expired() ? &at->second.value : nullptr;
  }

  Value& put(const std::shared_ptr<const Object>& object, Value value) {
    if (entries_.size() >= sweep_at_) sweep();
    return entries_.insert_or_assign(object.get(), Entry{object, std::move(value)})
        .first->second.value;
  }

  // The dead that are not swept out yet are among them.
  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    std::weak_ptr<const Object> object;
    Value value;
  };

  void sweep() {
    boost::unordered::erase_if(entries_,
                               [](const auto& entry) { return entry.second.object.expired(); });
    sweep_at_ = entries_.size() + entries_.size() / 8 + 1;
  }

  boost::unordered_flat_map<const Object*, Entry> entries_;
  std::size_t sweep_at_ = 1;
};

}  // namespace tributary::collector
