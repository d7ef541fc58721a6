// Which series have which label: for each pair of name and value the list of its series (postings).
// Answers matchers by intersecting and subtracting these lists.
//
// Threads: none of its own; the head guards it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "base/hash.h"
#include "model/matcher.h"
#include "tsdb/byte_pool.h"
#include "tsdb/postings.h"

namespace tributary::tsdb {

class LabelIndex {
 public:
  LabelIndex() = default;
  LabelIndex(const LabelIndex&) = delete;
  LabelIndex& operator=(const LabelIndex&) = delete;

  // A series that is not in it.
  void add(SeriesId id, std::string_view packed_labels);

  struct Gone {
    SeriesId id;
    std::string_view packed_labels;
  };
  // What must be changed to forget series; worked out without a look at the index, so that nobody
  // has to wait for it.
  class Removal;
  void remove(const Removal& removal);

  // The series for which every matcher holds.
  Postings select(std::span<const Matcher> matchers) const;
  Postings all() const { return all_.sorted(); }

  std::vector<std::string> names() const;                        // sorted
  std::vector<std::string> values(std::string_view name) const;  // sorted
  std::size_t count(std::string_view name, std::string_view value) const;
  // Calls visit(name, value, series) for every pair, in no order.
  template <class Visit>
  void for_each_pair(Visit visit) const {
    for (const auto& [name, values] : by_name_) {
      for (const auto& [value, postings] : values) visit(name, value, postings.size());
    }
  }

 private:
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return hash64(text); }
  };
  // Views of text in the pool.
  template <class T>
  using ByText = boost::unordered_flat_map<std::string_view, T, TextHash, std::equal_to<>>;
  using Values = ByText<PostingsList>;

  const Values* values_of(std::string_view name) const;
  template <class Map>
  typename Map::mapped_type& find_or_add(Map& map, std::string_view text);
  template <class Map>
  void erase(Map& map, typename Map::iterator at);
  // The series whose value of the matcher's label is there and makes matches() equal to `wanted`.
  Postings with_value(const Matcher& matcher, bool wanted) const;

  BytePool texts_;
  PostingsList all_;
  SeriesId end_ = 0;  // above every series
  ByText<Values> by_name_;
};

class LabelIndex::Removal {
 public:
  // The labels live as long as the removal.
  explicit Removal(std::span<const Gone> series);

 private:
  friend class LabelIndex;

  std::vector<bool> gone_;
  ByText<ByText<bool>> touched_;
};

}  // namespace tributary::tsdb
