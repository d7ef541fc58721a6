#include "exposition/openmetrics.h"

#include <array>
#include <cmath>
#include <utility>

#include "exposition/number.h"

namespace tributary::exposition {
namespace {

std::optional<MetricType> type_of(std::string_view word) {
  static constexpr std::array<std::pair<std::string_view, MetricType>, 8> kTypes = {{
      {"counter", MetricType::counter},
      {"gauge", MetricType::gauge},
      {"histogram", MetricType::histogram},
      {"gaugehistogram", MetricType::gauge_histogram},
      {"summary", MetricType::summary},
      {"info", MetricType::info},
      {"stateset", MetricType::stateset},
      {"unknown", MetricType::unknown},
  }};
  for (const auto& [name, type] : kTypes)
    if (name == word) return type;
  return std::nullopt;
}

constexpr std::string_view kEof = "# EOF";
constexpr std::string_view kExemplarStart = " # {";

}  // namespace

Result<EntryKind> OpenMetricsParser::read_entry() {
  if (at_end()) return expected("\"# EOF\"");
  return at('#') ? read_hash_line() : read_sample();
}

Result<EntryKind> OpenMetricsParser::read_hash_line() {
  if (at(kEof)) {
    at_ += kEof.size();
    if (at('\n')) ++at_;
    if (!at_end()) return expected("the end of the page after \"# EOF\"");
    return EntryKind::end;
  }
  const bool is_metadata = at("# TYPE ") || at("# HELP ") || at("# UNIT ");
  if (!is_metadata) return expected("HELP, TYPE, UNIT or EOF after \"# \"");
  const std::string_view word = page_.substr(at_ + 2, 4);
  at_ += 7;
  if (!take_family_name()) return expected("a metric name");
  if (!at(' ')) return expected("a space after the metric name");
  ++at_;
  const std::string_view text = take_line();
  if (auto ended = take_newline(); !ended) return ended.error();

  if (word == "TYPE") return read_type(text);
  if (word == "UNIT") return read_unit(text);
  if (auto set = set_help(text, true); !set) return set.error();
  return EntryKind::help;
}

Result<EntryKind> OpenMetricsParser::read_type(std::string_view word) {
  const auto type = type_of(word);
  if (!type)
    return expected("counter, gauge, histogram, gaugehistogram, summary, info, stateset or unknown",
                    word);
  type_ = *type;
  return EntryKind::type;
}

Result<EntryKind> OpenMetricsParser::read_unit(std::string_view unit) {
  if (!unit.empty() && !name_.ends_with('_' + std::string(unit)))
    return refuse("unit \"" + std::string(unit) + "\" is not the end of metric name \"" +
                      std::string(name_) + '"',
                  unit);
  text_ = unit;
  return EntryKind::unit;
}

Result<EntryKind> OpenMetricsParser::read_sample() {
  if (auto taken = take_series(); !taken) return taken.error();
  TRIBUTARY_TRY(const std::string_view word, take_number_word());
  if (auto taken = take_value(word); !taken) return taken.error();
  timestamp_ms_.reset();
  if (at(' ') && !at(kExemplarStart)) {
    TRIBUTARY_TRY(timestamp_ms_, take_timestamp());
  }
  exemplar_labels_ = {};
  if (at(kExemplarStart)) {
    if (auto read = read_exemplar(); !read) return read.error();
  }
  if (auto ended = take_newline(); !ended) return ended.error();
  return EntryKind::sample;
}

Result<void> OpenMetricsParser::read_exemplar() {
  at_ += kExemplarStart.size() - 1;
  TRIBUTARY_TRY(exemplar_labels_, take_label_part());
  TRIBUTARY_TRY(exemplar_value_, take_number());
  exemplar_timestamp_ms_.reset();
  if (at(' ')) {
    TRIBUTARY_TRY(exemplar_timestamp_ms_, take_timestamp());
  }
  return {};
}

Result<std::string_view> OpenMetricsParser::take_number_word() {
  if (!at(' ')) return expected("one space and a number");
  ++at_;
  return take_word();
}

Result<double> OpenMetricsParser::take_number() {
  TRIBUTARY_TRY(const std::string_view word, take_number_word());
  return to_number(word);
}

Result<std::int64_t> OpenMetricsParser::take_timestamp() {
  const std::string_view word = page_.substr(at_ + 1);
  TRIBUTARY_TRY(const double seconds, take_number());
  if (!std::isfinite(seconds)) return expected("a finite timestamp", word);
  return seconds_to_ms(seconds);
}

Result<void> OpenMetricsParser::take_newline() {
  if (!at('\n')) return expected("the end of the line");
  ++at_;
  return {};
}

}  // namespace tributary::exposition
