// Makes the Series of a target from what its page says: target labels merged in (honor_labels),
// metric_relabel_configs, validation and label limits, external labels, then metric family, role,
// resource and scope. Slow on purpose: called once per series, not per sample.
//
// Threads: one user at a time.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/keyed_hash.h"
#include "base/random.h"
#include "base/result.h"
#include "collector/pipeline/compat.h"
#include "collector/receivers/prometheus/families.h"
#include "collector/receivers/prometheus/relabel.h"
#include "collector/receivers/prometheus/target.h"
#include "model/labels.h"
#include "model/series.h"
#include "model/series_run.h"

namespace tributary::collector::prometheus {

// What a job says about the samples of its targets. A limit of 0 is none.
struct SampleRules {
  bool honor_labels = false;
  bool honor_timestamps = true;
  bool track_timestamps_staleness = false;
  bool extra_scrape_metrics = false;
  std::vector<RelabelRule> metric_relabel;
  NameValidation names = NameValidation::utf8;
  Compat compat = Compat::adot_0_49;  // whose attributes resources have
  Labels external_labels;
  std::uint64_t sample_limit = 0;
  std::uint64_t label_limit = 0;
  std::uint64_t label_name_length_limit = 0;
  std::uint64_t label_value_length_limit = 0;
};

// What all targets of a receiver share. Outlives them.
struct ScrapeCommon {
  // `version` is that of the program.
  ScrapeCommon(Random& random, std::string version);

  HashKey key;
  FamilyTable families;
  std::shared_ptr<const Scope> scope;  // of series that name no other
};

class SeriesFactory {
 public:
  // All outlive the factory.
  SeriesFactory(const Target& target, const SampleRules& rules, ScrapeCommon& common);

  Families& families() { return families_; }

  // The labels that a scraped series ends up with, `__name__` among them. Nothing where relabelling
  // drops it; an error fails the scrape. `type` is what the page's last TYPE line said.
  Result<std::optional<Labels>> final_labels(Labels scraped, MetricType type) const;

  // By the metadata known now.
  Series make(Labels final_labels);
  // Brings a series up to the metadata known now; whether that changed it.
  bool refresh(Series& series);
  // Of the receiver's own series about the target, such as `up`.
  Series make_report(std::string_view name, std::string_view unit, std::string_view help);

  // Whether it is no series of its own but says what its resource is: `target_info`, from adot_0_35
  // on.
  bool describes_resource(const Labels& final_labels) const;
  // The labels of a `target_info` series become attributes of the resource with its job and
  // instance, from the next `make` or `refresh` on.
  void set_target_info(const Labels& final_labels);

  // Whether `refresh` may change series, or those of a run, by what was said since
  // `forget_changes`.
  bool has_changes() const { return resources_changed_ || families_.has_changes(); }
  bool concerns(const SeriesRun& run) const;
  void forget_changes();
  // Changes whenever `make_report` may give another series.
  std::uint64_t resources_version() const { return resources_version_; }

  // Forgets resources and scopes that no series has any more.
  void trim();

 private:
  using JobInstance = std::pair<std::string, std::string>;

  Result<void> check(const Labels& labels) const;
  std::shared_ptr<const Resource> resource_of(const Labels& labels);
  std::shared_ptr<const Scope> scope_of(const Labels& labels);

  const Target& target_;
  const SampleRules& rules_;
  ScrapeCommon& common_;
  Families families_;
  std::map<JobInstance, std::shared_ptr<const Resource>> resources_;
  struct TargetInfo {
    std::vector<Attribute> attributes;
    bool is_new = true;  // since the last `trim`
  };
  std::map<JobInstance, TargetInfo> target_info_;
  std::map<std::string, std::shared_ptr<const Scope>> scopes_;
  std::uint64_t resources_version_ = 0;
  bool resources_changed_ = false;
};

// The resource of what one job and instance sends: service.name, server.address,
// service.instance.id, server.port, url.scheme, or what a release before called them.
Resource make_resource(std::string_view job, std::string_view instance, std::string_view scheme,
                       Compat compat);

}  // namespace tributary::collector::prometheus
