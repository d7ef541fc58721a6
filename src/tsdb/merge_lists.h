// Several lists of series as one, for a query over head and blocks: a series that is in many comes
// once, with the samples of all; of samples of one time the one of the first list stays.
//
// Threads: as model/queryable.h.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "model/queryable.h"

namespace tributary::tsdb {

// Holds `keep` as long as it lives. The lists stand in the order of their times, where these do not
// overlap.
std::unique_ptr<SeriesList> merge_lists(std::vector<std::unique_ptr<SeriesList>> lists,
                                        std::shared_ptr<const void> keep);

// Of queriers over one time range; the lists that it gives hold `keep`.
std::unique_ptr<Querier> merge_queriers(std::vector<std::unique_ptr<Querier>> queriers,
                                        std::shared_ptr<const void> keep);

// Appends `later` to `out`, whose first samples (`kept_floats`, `kept_histograms`) are left alone:
// behind the others, or among them where their times overlap.
void merge_samples(const SeriesSamples& later, std::size_t kept_floats, std::size_t kept_histograms,
                   SeriesSamples& out);

}  // namespace tributary::tsdb
