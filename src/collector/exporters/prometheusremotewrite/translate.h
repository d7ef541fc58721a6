// What a series is called on the wire: its labels in remote write, `__name__` among them, as the
// exporter of ADOT would give them, today's or that of 2021 (collector-spec.md 4.3 to 4.5).
//
// Pure functions of identity: the exporter asks once per series, never per sample.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "collector/exporters/prometheusremotewrite/names.h"
#include "model/labels.h"
#include "model/series.h"

namespace tributary::collector::prometheusremotewrite {

struct TranslateOptions {
  NameOptions names;
  std::vector<Label> external_labels;       // as configured; they replace nothing
  bool resource_to_telemetry = false;       // resource attributes become labels of every series
  bool exclude_service_attributes = false;  // but for service.name, .namespace and .instance.id
  bool scope_info = true;                   // otel_scope_* labels; never in 2021
};

// Fails for what is not sent: a name or label name of which nothing is left, or (`unsupported`)
// today a `_created` series, which ADOT takes as a start time.
//
// A label of a series whose name meets another's after sanitising is joined with it: "v1;v2".
Result<Labels> translate(const Series& series, const TranslateOptions& options);

// The series `target_info` of a resource, whose value is always 1. Nothing if the resource has no
// job and instance, or nothing else to say; never in 2021.
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
