// What a target's HELP, TYPE and UNIT lines said so far, and which metric family and role a series
// has by them (collector-spec.md 2.5, type lookup).
//
// A family keeps its Prometheus name: a counter's with `_total`; series of a histogram or summary
// carry the base name and a role. What has no metadata is unknown, under its whole name.
//
// Threads: one user at a time.
#pragma once

#include <boost/unordered/unordered_flat_set.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "collector/receivers/prometheus/family_table.h"
#include "model/labels.h"
#include "model/series.h"
#include "model/series_run.h"

namespace tributary::collector::prometheus {

struct FamilyRole {
  FamilyPtr family;
  Role role = Role::value;
};

// The unit that a page writes as a word, in UCUM's spelling as OpenTelemetry has it: seconds is s,
// bytes_per_second is By/s. Other words stay.
std::string ucum_unit(std::string_view unit);

class Families {
 public:
  // Metadata is kept for this many scrapes after it was last seen, as Prometheus does.
  static constexpr std::uint32_t kScrapesKept = 10;
  static constexpr std::size_t kChangesMax = 64;  // beyond, all families count as changed

  // The table outlives the object.
  explicit Families(FamilyTable& table)
      : table_(table), slots_(0, SlotHash{this}, SlotEqual{this}) {}
  Families(const Families&) = delete;
  Families& operator=(const Families&) = delete;

  void begin_scrape() { ++scrape_; }
  // Each gives the slot of that name, which stands for it in `mark_seen`.
  std::uint32_t set_type(std::string_view name, MetricType type);
  std::uint32_t set_help(std::string_view name, std::string_view help);
  std::uint32_t set_unit(std::string_view name, std::string_view unit);
  // The lines of that slot were on the page of that scrape.
  void mark_seen(std::uint32_t slot, std::uint32_t scrape);
  // After a scrape that succeeded: forgets what has not been seen for long.
  void end_scrape();
  std::uint32_t scrape() const { return scrape_; }

  FamilyRole find(std::string_view name, const Labels& labels);
  FamilyPtr report_family(std::string_view name, std::string_view unit, std::string_view help);

  // Whether a lookup may give another answer than before for a series of a family, by what has
  // changed since `forget_changes`.
  bool has_changes() const { return all_changed_ || !changes_.empty(); }
  bool has_changed(const MetricFamily& family) const;
  void forget_changes();

  std::size_t size() const { return slots_.size(); }

 private:
  struct Known {
    MetadataPtr metadata;  // none: a free slot
    std::uint32_t seen = 0;
    bool used = false;  // by a lookup
  };
  struct SlotHash {
    using is_transparent = void;
    const Families* families;
    std::size_t operator()(std::string_view name) const;
    std::size_t operator()(std::uint32_t slot) const {
      return (*this)(families->known_[slot].metadata->name);
    }
  };
  struct SlotEqual {
    using is_transparent = void;
    const Families* families;
    std::string_view name(std::uint32_t slot) const {
      return families->known_[slot].metadata->name;
    }
    std::string_view name(std::string_view text) const { return text; }
    bool operator()(const auto& a, const auto& b) const { return name(a) == name(b); }
  };

  std::uint32_t touch(std::string_view name);
  template <class Field, class Value>
  std::uint32_t set(std::string_view name, Field Metadata::* field, Value value);
  void replace(std::uint32_t slot, Metadata metadata);
  void note_change(std::string_view name);
  Known* find_known(std::string_view name);
  Known* find_metadata(std::string_view name, std::string_view& base);
  Known* find_metadata_behind_suffix(std::string_view name, std::string_view& base);

  FamilyTable& table_;
  std::vector<Known> known_;
  std::vector<std::uint32_t> free_;
  boost::unordered_flat_set<std::uint32_t, SlotHash, SlotEqual> slots_;
  std::uint32_t scrape_ = 0;
  bool has_bare_ = false;  // a series without metadata was looked up
  bool all_changed_ = false;
  std::vector<std::string> changes_;  // names without their suffixes
};

}  // namespace tributary::collector::prometheus
