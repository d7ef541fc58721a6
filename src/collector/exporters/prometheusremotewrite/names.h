// How OpenTelemetry names become Prometheus names on the way to remote write: today's rules and
// those of the 2021 releases (collector-spec.md 4.4 and 4.5). Pure functions.
//
// Bytes of a name that are no ASCII letter or digit count by code point: one character of several
// bytes is one separator. (The 2021 releases let non-ASCII letters through, which no receiver of
// their time took; here they become "_" as well.)
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "model/series.h"

namespace tributary::collector::prometheusremotewrite {

enum class Era : std::uint8_t {
  compat_2021,  // ADOT 0.10 to 0.15: characters are replaced, no suffixes
  current,      // ADOT 0.49
};

struct NameOptions {
  Era era = Era::current;
  bool add_metric_suffixes = true;  // the unit, _total, _ratio; never in 2021
  std::string metric_namespace;     // the setting `namespace`, put in front with "_"
};

// The name of a family, to which the suffix of a series' role is added. Refuses one of which
// nothing but underscores is left.
Result<std::string> metric_name(std::string_view name, std::string_view unit, MetricType type,
                                const NameOptions& options);

// The unit as metadata gives it: "By/s" is bytes_per_second.
std::string unit_name(std::string_view unit);

// The name of a label of a series. Refuses an empty one and, today, four underscores or more alone.
Result<std::string> label_name(std::string_view name, Era era);

// The name of a label of target_info: runs of underscores stay, and a single one in front.
Result<std::string> target_info_label_name(std::string_view name);

// The name of an external label: of 2021, those of Prometheus' own (`__x`) keep their underscores.
Result<std::string> external_label_name(std::string_view name, Era era);

}  // namespace tributary::collector::prometheusremotewrite
