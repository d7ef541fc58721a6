// Sorts series by their labels. The order of all series is worked out when a large list first needs
// it and kept, so that most lists are sorted by number; series that came later are put between.
//
// Threads: any.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include "tsdb/postings.h"

namespace tributary::tsdb {

class SeriesOrder {
 public:
  // The packed labels of a series that is pinned.
  using LabelsOf = std::function<std::string_view(SeriesId)>;

  // Sorts `series`. `all` gives those that there are, which are pinned too.
  void sort(Postings& series, const LabelsOf& labels_of, const std::function<Postings()>& all);
  // Before the place of a series that is gone may be given to another.
  void forget();

 private:
  struct Ranks {
    Postings sorted;
    std::vector<std::uint32_t> of;  // by series; kNone where it was not there
  };
  using RanksPtr = std::shared_ptr<const Ranks>;

  static constexpr std::uint32_t kNone = UINT32_MAX;

  RanksPtr find_or_make(std::size_t wanted, const LabelsOf& labels_of,
                        const std::function<Postings()>& all);

  std::mutex mutex_;
  std::mutex making_;
  RanksPtr ranks_;
  std::uint64_t forgotten_ = 0;
};

}  // namespace tributary::tsdb
