#include "exposition/prometheus_text.h"

#include <array>
#include <utility>

#include "base/strings.h"

namespace tributary::exposition {
namespace {

std::optional<MetricType> type_of(std::string_view word) {
  static constexpr std::array<std::pair<std::string_view, MetricType>, 5> kTypes = {{
      {"counter", MetricType::counter},
      {"gauge", MetricType::gauge},
      {"histogram", MetricType::histogram},
      {"summary", MetricType::summary},
      {"untyped", MetricType::unknown},
  }};
  for (const auto& [name, type] : kTypes)
    if (name == word) return type;
  return std::nullopt;
}

// The text behind a family's name: all of it but the blank that parts them. Nothing but blanks is
// no text.
std::string_view metadata_text(std::string_view line) {
  if (line.find_first_not_of(" \t") == std::string_view::npos) return line.substr(0, 0);
  return line.substr(1);
}

}  // namespace

Result<EntryKind> PrometheusTextParser::read_entry() {
  for (;;) {
    skip_blanks();
    if (at_end() || at('\0')) return EntryKind::end;
    if (!at('\n')) break;
    ++at_;
    begin_entry();
  }
  TRIBUTARY_TRY(const EntryKind kind, at('#') ? read_hash_line() : read_sample());
  if (at('\n')) ++at_;
  return kind;
}

// HELP and TYPE with blanks before and behind; any other such line is a comment.
Result<EntryKind> PrometheusTextParser::read_hash_line() {
  const std::size_t start = at_;
  ++at_;
  if (skip_blanks()) {
    const std::string_view word = take_word();
    if ((word == "HELP" || word == "TYPE") && skip_blanks()) {
      if (!take_family_name()) return expected("a metric name");
      return word == "HELP" ? read_help() : read_type();
    }
  }
  at_ = start + 1;
  text_ = take_line();
  return EntryKind::comment;
}

Result<EntryKind> PrometheusTextParser::read_help() {
  if (auto set = set_help(metadata_text(take_line()), false); !set) return set.error();
  return EntryKind::help;
}

Result<EntryKind> PrometheusTextParser::read_type() {
  const std::string_view word = metadata_text(take_line());
  const auto type = type_of(word);
  if (!type) return expected("counter, gauge, histogram, summary or untyped", word);
  type_ = *type;
  return EntryKind::type;
}

Result<EntryKind> PrometheusTextParser::read_sample() {
  if (auto taken = take_series(); !taken) return taken.error();
  skip_blanks();
  if (auto taken = take_value(take_word('{')); !taken) return taken.error();
  skip_blanks();

  timestamp_ms_.reset();
  if (!at_end() && !at('\n')) {
    const std::string_view word = take_word();
    if (word.front() < '0' || word.front() > '9') return expected("a timestamp", word);
    timestamp_ms_ = parse_int64(word);
    if (!timestamp_ms_) return expected("a timestamp in milliseconds", word);
    skip_blanks();
  }
  if (!at_end() && !at('\n')) return expected("the end of the line");
  return EntryKind::sample;
}

}  // namespace tributary::exposition
