// What a series is called on the wire: its labels in remote write, `__name__` among them, as the
// exporter of an ADOT release would give them (collector-spec.md 4.3 to 4.5).
//
// Pure functions of identity: the exporter asks once per series, never per sample.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "collector/exporters/prometheusremotewrite/names.h"
#include "model/labels.h"
#include "model/series.h"

namespace tributary::collector::prometheusremotewrite {

// Which attributes of a resource become labels of its series.
struct ResourceLabels {
  bool enabled = false;
  bool exclude_service_attributes = false;  // service.name, .namespace and .instance.id
  // Names of attributes, or beginnings with `*` behind them.
  std::vector<std::string> include;  // these alone; empty: all
  std::vector<std::string> exclude;  // of them

  bool takes(std::string_view attribute) const;
};

struct TranslateOptions {
  NameOptions names;
  std::vector<Label> external_labels;  // as configured; from adot_0_35 on they replace nothing
  ResourceLabels resource_labels;
  bool scope_info = true;  // otel_scope_* labels; never before adot_0_49
};

// Fails for what is not sent: a name or label name of which nothing is left, or (`unsupported`)
// from adot_0_35 on a `_created` series, which ADOT takes as a start time.
//
// A label of a series whose name meets another's after sanitising is joined with it: "v1;v2".
Result<Labels> translate(const Series& series, const TranslateOptions& options);

// The series `target_info` of a resource, whose value is always 1. Nothing if there is nothing to
// say but job and instance, or, in adot_0_49, neither of these; never in adot_0_12.
std::optional<Labels> translate_target_info(const Resource& resource,
                                            const TranslateOptions& options);

struct FamilyMetadata {
  MetricType type = MetricType::unknown;
  std::string family;
  std::string help;
  std::string unit;

  bool operator==(const FamilyMetadata&) const = default;
};

Result<FamilyMetadata> translate_metadata(const MetricFamily& family,
                                          const TranslateOptions& options);

}  // namespace tributary::collector::prometheusremotewrite
