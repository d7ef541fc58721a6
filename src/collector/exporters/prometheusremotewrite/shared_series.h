// Finds out when two sources write the same series at the same time, of which the other side takes
// but one sample. The series of a run are looked at once, when it becomes known; from then on only
// runs that share a series cost anything.
//
// All series are watched while there are few, and beyond kWatchedMax every second, fourth, ... of
// them by its hash: sources that share one series mostly share all.
//
// Threads: one user at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "collector/exporters/prometheusremotewrite/compiled_run.h"

namespace tributary::collector::prometheusremotewrite {

class SharedSeries {
 public:
  static constexpr std::size_t kWatchedMax = 8'192;  // 24 bytes each
  static constexpr std::size_t kPairsMax = 256;      // of runs; what is beyond goes unnoticed

  // A run that has just become known.
  void add(const CompiledRunPtr& run);

  // A series of the run, which has just been written, that another run wrote with the same time.
  std::optional<std::string> find_conflict(const CompiledRun& run) const;

  std::size_t watched() const { return watched_.size(); }

 private:
  struct Entry {
    std::uint64_t hash = 0;
    std::weak_ptr<const CompiledRun> run;  // the last one that has the series
  };
  struct Pair {
    std::weak_ptr<const CompiledRun> older;
    std::weak_ptr<const CompiledRun> newer;
    std::size_t series = 0;  // that both have, by its place in the newer one
  };

  void pair_up(const CompiledRunPtr& newer, const std::weak_ptr<const CompiledRun>& older,
               std::size_t series);
  void thin_out();

  std::vector<Entry> watched_;  // sorted by hash
  std::uint64_t skipped_ = 0;   // bits that are 0 in a hash that is watched
  std::vector<Pair> pairs_;
};

}  // namespace tributary::collector::prometheusremotewrite
