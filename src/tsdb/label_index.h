// Which series have which label: for each pair of name and value the sorted list of series
// (postings). Answers matchers by intersecting and subtracting these lists.
//
// Threads: none of its own; the head guards it.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "base/hash.h"
#include "model/matcher.h"

namespace tributary::tsdb {

using SeriesRef = std::uint64_t;
using Postings = std::vector<SeriesRef>;  // ascending

class LabelIndex {
 public:
  void add(SeriesRef ref, std::string_view packed_labels);
  // Forgets every series for which `gone` is true.
  void remove(const std::function<bool(SeriesRef)>& gone);

  // The series for which every matcher holds.
  Postings select(std::span<const Matcher> matchers) const;
  const Postings& all() const { return all_; }

  std::vector<std::string> names() const;                        // sorted
  std::vector<std::string> values(std::string_view name) const;  // sorted
  std::size_t count(std::string_view name, std::string_view value) const;

 private:
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return hash64(text); }
  };
  template <class T>
  using ByText = boost::unordered_flat_map<std::string, T, TextHash, std::equal_to<>>;
  using Values = ByText<Postings>;

  const Values* values_of(std::string_view name) const;
  // The series whose value of the matcher's label is there and makes matches() equal to `wanted`.
  Postings with_value(const Matcher& matcher, bool wanted) const;

  Postings all_;
  ByText<Values> by_name_;
};

}  // namespace tributary::tsdb
