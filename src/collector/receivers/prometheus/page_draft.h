// The plan of a page that is not the one before, as it comes into being line by line, and what the
// page has had so far of the series that are known. Its tables live as long as the page is on its
// way.
//
// Threads: one user at a time.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <optional>
#include <vector>

#include "collector/receivers/prometheus/page_plan.h"
#include "collector/receivers/prometheus/run_cutter.h"
#include "collector/receivers/prometheus/series_factory.h"

namespace tributary::collector::prometheus {

class PageDraft {
 public:
  static constexpr std::uint32_t kNone = UINT32_MAX;

  // A series on this page. Its number is its place in the old plan, or above all of those.
  struct State {
    std::uint32_t column = kNone;  // of its first sample
    std::uint32_t line = kNone;    // likewise
    bool seen = false;
    bool tracked = false;  // goes stale when it is missed
  };

  // The first `recognised` lines of the plan were on the page. All outlive the draft.
  PageDraft(const PagePlan& plan, std::size_t recognised, SeriesFactory& factory,
            const HashKey& key, bool track_times);

  // The line of the old plan with these bytes, looked for first at `expected`; kNone where there is
  // none.
  std::uint32_t find(const PlanLine& line, std::size_t expected);
  // Whether the page had that text of a series before, in the batch.
  bool was_taken(const PlanLine& line, std::uint32_t series) const;
  // The number of the series with labels of that hash.
  std::uint32_t intern(std::uint64_t labels_hash);
  State& operator[](std::uint32_t series) { return states_[series]; }
  // Whether to make the series from its labels rather than from the old plan.
  bool is_far(std::uint32_t series) { return is_old(series) && cutter_.is_far(series); }

  void add_line(const PlanLine& line) { lines_.push_back(line); }
  void add_duplicate(PlanLine line, std::uint32_t series);
  // The next column; `labels` where they are known, and always for a new series. `known` is the
  // line in the old plan.
  void add_taken(PlanLine line, std::uint32_t known, std::uint32_t series, const Labels* labels);

  // Which series of the old plan that are `alive` were missed.
  std::vector<SeriesRunPtr> missed(const std::vector<bool>& alive) const;
  // The plan of the page that is read. The draft is used up.
  PagePlan finish();
  // What a page that failed adds to the plan; the series alive after it. The draft is used up.
  std::vector<bool> finish_failed(PagePlan& plan);

 private:
  bool is_old(std::uint32_t series) const { return series < plan_.labels.size(); }
  std::uint64_t labels_hash(std::uint32_t series) const;
  void index_lines();
  void index_labels();
  std::vector<bool> forget_page(PagePlan& plan);

  const PagePlan& plan_;
  SeriesFactory& factory_;
  const HashKey& key_;
  RunCutter cutter_;
  std::vector<PlanLine> lines_;
  std::vector<std::uint64_t> labels_;        // by column
  std::vector<State> states_;                // by series
  std::vector<std::uint64_t> fresh_labels_;  // of the series that the plan does not have
  std::vector<std::uint32_t>
      fresh_lines_;  // lines_ with a sample whose text the plan does not have
  std::vector<std::uint32_t> newly_taken_;  // lines of the plan that had not been in a batch
  boost::unordered_flat_map<std::uint64_t, std::uint32_t> by_text_;    // line of the plan
  boost::unordered_flat_map<std::uint64_t, std::uint32_t> by_labels_;  // series
  boost::unordered_flat_map<std::uint64_t, PlanLine> taken_texts_;     // new, with their own time
  bool lines_indexed_ = false;
  bool labels_indexed_ = false;
};

}  // namespace tributary::collector::prometheus
