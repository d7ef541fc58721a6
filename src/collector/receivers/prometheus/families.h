// What a target's HELP, TYPE and UNIT lines said so far, and which metric family and role a series
// has by them (collector-spec.md 2.5, type lookup).
//
// A family keeps its Prometheus name: a counter's with `_total`; series of a histogram or summary
// carry the base name and a role. What has no metadata is unknown, under its whole name.
//
// Threads: one user at a time.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/labels.h"
#include "model/series.h"

namespace tributary::collector::prometheus {

struct FamilyRole {
  std::shared_ptr<const MetricFamily> family;
  Role role = Role::value;
};

// The unit that a page writes as a word, in UCUM's spelling as OpenTelemetry has it: seconds is s,
// bytes_per_second is By/s. Other words stay.
std::string ucum_unit(std::string_view unit);

class Families {
 public:
  // Metadata is kept for this many scrapes after it was last seen, as Prometheus does.
  static constexpr std::uint64_t kScrapesKept = 10;

  void begin_scrape();
  void set_type(std::string_view name, MetricType type);
  void set_help(std::string_view name, std::string_view help);
  void set_unit(std::string_view name, std::string_view unit);
  // After a scrape that succeeded: forgets what has not been seen for long.
  void end_scrape();

  // Changes whenever a lookup may give another answer than before.
  std::uint64_t version() const { return version_; }

  // Equal families are one object.
  FamilyRole find(std::string_view name, const Labels& labels);

  std::size_t size() const { return metadata_.size(); }

 private:
  struct Metadata {
    MetricType type = MetricType::unknown;
    std::string help;
    std::string unit;
    std::uint64_t seen = 0;
  };
  using MetadataMap = std::map<std::string, Metadata, std::less<>>;

  Metadata& touch(std::string_view name);
  const Metadata* find_metadata(std::string_view name, std::string_view& base) const;
  std::shared_ptr<const MetricFamily> intern(std::string_view name, MetricType type,
                                             const Metadata* metadata);

  MetadataMap metadata_;
  std::vector<MetadataMap::value_type*> order_;  // as the last page touched them
  std::size_t next_ = 0;                         // in order_
  std::uint64_t scrape_ = 0;
  std::uint64_t version_ = 1;
  std::map<std::pair<std::string, MetricType>, std::shared_ptr<const MetricFamily>> families_;
};

}  // namespace tributary::collector::prometheus
