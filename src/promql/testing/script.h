// A script in Prometheus' language for tests of PromQL (promql/promqltest/README.md there): load
// series, evaluate queries, say what they give.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "promql/engine.h"
#include "promql/testing/series_text.h"

namespace tributary::promql::testing {

struct ClearCommand {};

struct LoadCommand {
  struct Series {
    SeriesText text;
    std::vector<std::optional<std::int64_t>> start_offsets_ms;  // empty, or one per value
  };
  std::int64_t interval_ms = 0;
  bool with_custom_buckets = false;  // classic histograms become native ones, too
  std::vector<Series> series;
};

// What a text must be: anything, this very text, or one in which the expression is found.
struct TextPattern {
  enum class Kind : std::uint8_t { any, exact, regex };
  Kind kind = Kind::any;
  std::string text;

  bool matches(std::string_view actual) const;
};

struct EvalCommand {
  std::size_t line = 0;
  std::string query;
  bool is_range = false;
  std::int64_t time_ms = 0;  // of an instant query
  TimeRange range;           // of a range query, or of the points of a range vector
  bool expects_range_vector = false;
  bool ordered = false;
  std::optional<TextPattern> failure;
  std::vector<TextPattern> warnings;
  std::vector<TextPattern> infos;
  bool no_warnings = false;
  bool no_infos = false;
  std::optional<std::string> string;
  std::optional<double> scalar;
  std::vector<SeriesText> series;
};

using Command = std::variant<ClearCommand, LoadCommand, EvalCommand>;

// Errors name the line.
Result<std::vector<Command>> parse_script(std::string_view text);

}  // namespace tributary::promql::testing
