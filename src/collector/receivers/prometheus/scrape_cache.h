// What a target's scraped lines are, found by their text: the bytes of a sample up to its value
// lead to the series that they ended up as, so a line seen before needs no label work.
//
// Two maps: text -> Line, and labels -> Identity, since several spellings may mean one series. Both
// forget what the last successful scrape did not have.
//
// Threads: one user at a time.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/hash.h"
#include "model/series.h"

namespace tributary::collector::prometheus {

// A series with what the scrapes know about it. The numbers are those of scrapes.
struct Identity {
  SeriesPtr series;
  std::uint64_t labels_hash = 0;  // with the metric name
  std::uint64_t version = 0;      // of the factory when `series` was made
  std::uint64_t seen = 0;         // last scrape that had it
  std::uint64_t tracked = 0;      // last scrape after which it goes stale when it vanishes
  bool is_target_info = false;    // describes the resource; is no series of its own
};

struct Line {
  std::string text;
  Identity* identity = nullptr;  // none: relabelling drops it
  std::uint64_t seen = 0;
  std::uint32_t position = 0;  // on the page that was last learnt
  bool was_taken = false;      // a batch had it, or would have had it but for a failure
};

class ScrapeCache {
 public:
  Line* find(std::string_view text);
  Line& add(std::string_view text, Identity* identity);

  // The identity of these labels, `__name__` among them; a new one has no series yet.
  Identity& intern(const Labels& final_labels);

  // Drops what the scrape of that number did not have.
  void forget_unseen(std::uint64_t scrape);

  std::size_t size() const { return lines_.size(); }
  std::size_t identities() const { return identities_.size(); }

 private:
  struct TextHash {
    std::size_t operator()(std::string_view text) const { return hash64(text); }
  };
  // An identity by its labels' hash; the labels themselves decide.
  struct Probe {
    const Labels& labels;
    std::uint64_t hash;
  };
  struct IdentityHash {
    using is_transparent = void;
    std::size_t operator()(const std::unique_ptr<Identity>& one) const { return one->labels_hash; }
    std::size_t operator()(const Probe& probe) const { return probe.hash; }
  };
  struct IdentityEqual {
    using is_transparent = void;
    bool operator()(const std::unique_ptr<Identity>& a, const std::unique_ptr<Identity>& b) const {
      return a == b;
    }
    bool operator()(const Probe& probe, const std::unique_ptr<Identity>& one) const;
    bool operator()(const std::unique_ptr<Identity>& one, const Probe& probe) const {
      return (*this)(probe, one);
    }
  };

  // Keys are views of the lines' own text.
  boost::unordered_flat_map<std::string_view, std::unique_ptr<Line>, TextHash> lines_;
  boost::unordered_flat_set<std::unique_ptr<Identity>, IdentityHash, IdentityEqual> identities_;
};

}  // namespace tributary::collector::prometheus
