// Makes the runs of a page that is not quite the one before: out of columns of the old page and new
// series, given in the new order. Runs whose columns come again whole and in order stay the same
// objects; what lies between them is cut anew, and pieces too small to stand alone join the run
// before, so that runs do not fragment.
//
// Threads: one user at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "model/series.h"
#include "model/series_run.h"

namespace tributary::collector::prometheus {

class RunCutter {
 public:
  static constexpr std::size_t kSeriesMin = SeriesRun::kSeriesAim / 4;  // of a run of its own

  // Says what becomes of old series: whether those of a run may have changed, and how one changes.
  struct Refresh {
    std::function<bool(const SeriesRun&)> concerns;
    std::function<bool(Series&)> apply;  // whether it changed
  };

  // `old` outlives the cutter.
  RunCutter(std::span<const SeriesRunPtr> old, Refresh refresh);

  void add_old(std::size_t column);
  void add(Series series);
  // Whether it is better to make the series of an old column anew: for pages in random order, where
  // each series would mean to unpack another run.
  bool is_far(std::size_t column);

  // The runs of all that was added.
  std::vector<SeriesRunPtr> finish();

 private:
  static constexpr std::size_t kUnpackedMax = 4;

  // An old column, or a new series.
  struct Item {
    static constexpr std::uint32_t kNew = UINT32_MAX;
    std::uint32_t column;
    std::uint32_t fresh;  // in fresh_
  };
  struct Unpacked {
    std::size_t run;
    std::vector<Series> series;
  };
  // An old run that is walked through.
  struct Walk {
    std::size_t run = SIZE_MAX;
    std::size_t next = 0;  // the reader stands at the series before
    std::unique_ptr<SeriesRunReader> reader;
  };

  std::size_t find_run(std::size_t column);
  void keep(std::size_t run);
  void settle(std::size_t count);
  void forget(std::size_t count);
  void pack(const Item& item);
  bool walk_to(std::size_t run, std::size_t index);
  std::vector<Series>& unpack(std::size_t run);
  bool is_concerned(std::size_t run);
  bool refreshed_is_same(std::size_t run);

  std::span<const SeriesRunPtr> old_;
  std::vector<std::size_t> begins_;  // first columns of the old runs, and the end
  Refresh refresh_;

  std::vector<Item> pending_;
  std::vector<Series> fresh_;
  std::size_t streak_ = 0;  // so many at the end of pending_ are the beginning of an old run
  std::size_t run_ = 0;     // where the last column was found
  std::vector<SeriesRunPtr> out_;
  SeriesRunBuilder builder_;
  Walk walk_;
  std::vector<bool> was_walked_;                           // by old run
  std::vector<Unpacked> unpacked_;                         // the last used comes last
  std::optional<std::pair<std::size_t, bool>> concerned_;  // the last answer
  std::vector<std::size_t> near_;  // runs that will be unpacked when is_far is asked
  std::size_t unpacks_left_;
};

}  // namespace tributary::collector::prometheus
