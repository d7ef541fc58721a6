// How OpenTelemetry names become Prometheus names on the way to remote write, by the rules of each
// release (collector-spec.md 4.4 and 4.5). Pure functions.
//
// Bytes of a name that are no ASCII letter or digit count by code point: one character of several
// bytes is one separator. (Releases before 0.49 let non-ASCII letters through, which no receiver of
// their time took; here they become "_" as well.)
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "collector/pipeline/compat.h"
#include "model/series.h"

namespace tributary::collector::prometheusremotewrite {

struct NameOptions {
  Compat compat = Compat::adot_0_49;
  bool add_metric_suffixes = true;  // the unit, _total, _ratio; never in adot_0_12
  std::string metric_namespace;     // the setting `namespace`, put in front with "_"
};

// The name of a family, to which the suffix of a series' role is added. Refuses one of which
// nothing but underscores is left.
Result<std::string> metric_name(std::string_view name, std::string_view unit, MetricType type,
                                const NameOptions& options);

// The unit as metadata gives it: "By/s" is bytes_per_second.
std::string unit_name(std::string_view unit);

// The name of a label of a series: runs of underscores become one in adot_0_49. Refuses an empty
// one and, in adot_0_49, four underscores or more alone.
Result<std::string> label_name(std::string_view name, Compat compat);

// The name of a label of target_info: in adot_0_49 runs of underscores stay, and a single one in
// front.
Result<std::string> target_info_label_name(std::string_view name, Compat compat);

// The name of an external label: in adot_0_12, those of Prometheus' own (`__x`) keep their
// underscores.
Result<std::string> external_label_name(std::string_view name, Compat compat);

}  // namespace tributary::collector::prometheusremotewrite
