#include "exposition/page_parser.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/strings.h"
#include "exposition/number.h"

namespace tributary::exposition {
namespace {

constexpr std::size_t kTokenShownMax = 24;

constexpr bool is_metric_name_byte(unsigned char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == ':';
}

constexpr std::array<bool, 256> kMetricNameBytes = [] {
  std::array<bool, 256> table{};
  for (std::size_t c = 0; c < table.size(); ++c)
    table[c] = is_metric_name_byte(static_cast<unsigned char>(c));
  return table;
}();

// Most texts have one, at their end.
std::uint64_t count_newlines(std::string_view text) {
  std::uint64_t count = 0;
  for (std::size_t at = 0; (at = text.find('\n', at)) != std::string_view::npos; ++at) ++count;
  return count;
}

std::string shown_token(std::string_view rest) {
  if (rest.empty()) return "the end of the page";
  if (rest.front() == '\n') return "the end of the line";
  std::size_t end = rest.find_first_of(" \t\n");
  if (end == 0) end = 1;
  const std::string_view token = rest.substr(0, std::min(end, kTokenShownMax));
  return '"' + std::string(token) + '"';
}

}  // namespace

// An entry that met the end of what is there may go on behind it, whatever was made of it so far.
Result<EntryKind> PageParser::next() {
  search_begin_ = at_;
  search_line_ = line_;
  begin_entry();
  met_end_ = false;
  Result<EntryKind> kind = read_entry();
  const bool waits = met_end_ && !complete_;
  const std::size_t end = waits ? page_.size() : at_;
  if (end - entry_begin_ > kEntryBytesMax)
    return refuse("a line of more than " + std::to_string(kEntryBytesMax) + " bytes",
                  page_.substr(entry_begin_));
  if (waits) {
    at_ = entry_begin_;
    kind = EntryKind::wait;
  }
  if (kind) line_ += count_newlines(page_.substr(search_begin_, at_ - search_begin_));
  return kind;
}

void PageParser::resume(std::string_view window, bool complete) {
  page_ = window;
  at_ = 0;
  complete_ = complete;
}

void PageParser::skip(std::size_t bytes, std::size_t lines) {
  at_ += bytes;
  line_ += lines;
}

bool PageParser::at(std::string_view token) {
  const std::string_view there = page_.substr(at_, token.size());
  if (there.size() < token.size() && token.starts_with(there)) meet_end();
  return there == token;
}

bool PageParser::skip_blanks() {
  const std::size_t start = at_;
  while (at(' ') || at('\t')) ++at_;
  return at_ > start;
}

std::string_view PageParser::take_word(char stop) {
  const std::size_t start = at_;
  for (; at_ < page_.size(); ++at_) {
    const char c = page_[at_];
    if (c == ' ' || c == '\n' || c == '\t' || c == stop) break;
  }
  at_end();
  return page_.substr(start, at_ - start);
}

std::string_view PageParser::take_line() {
  const std::string_view rest = page_.substr(at_);
  const std::string_view line = rest.substr(0, rest.find('\n'));
  at_ += line.size();
  at_end();
  return line;
}

void PageParser::skip_metric_name() {
  if (at_end() || (page_[at_] >= '0' && page_[at_] <= '9')) return;
  while (at_ < page_.size() && kMetricNameBytes[static_cast<unsigned char>(page_[at_])]) ++at_;
  at_end();
}

// From the opening quote to behind the closing one: a quote is escaped if an odd number of
// backslashes stands before it.
bool PageParser::skip_quoted() {
  std::size_t from = at_ + 1;
  while (from < page_.size()) {
    const void* const found = std::memchr(page_.data() + from, '"', page_.size() - from);
    if (found == nullptr) break;
    const auto quote = static_cast<std::size_t>(static_cast<const char*>(found) - page_.data());
    std::size_t escaping = quote;
    while (page_[escaping - 1] == '\\') --escaping;
    from = quote + 1;
    if ((quote - escaping) % 2 == 0) {
      at_ = from;
      return true;
    }
  }
  meet_end();
  return false;
}

Result<std::string_view> PageParser::take_label_part() {
  const std::size_t start = at_;
  ++at_;
  while (!at_end()) {
    const char c = page_[at_];
    if (c == '}') {
      ++at_;
      return page_.substr(start, at_ - start);
    }
    if (c == '\n') break;
    if (c == '"') {
      if (!skip_quoted()) return refuse("a quoted text that is not closed", page_.substr(at_));
    } else {
      ++at_;
    }
  }
  return expected("\"}\" at the end of the labels");
}

Result<void> PageParser::take_series() {
  const std::size_t start = at_;
  skip_metric_name();
  series_ = page_.substr(start, at_ - start);
  if (series_.empty() && !at('{')) return expected("a metric name");
  if (syntax_.blanks) skip_blanks();
  if (!at('{')) return {};
  TRIBUTARY_TRY(const std::string_view part, take_label_part());
  series_ = page_.substr(start, at_ - start);
  if (part.size() == series_.size() && part.find('"') == std::string_view::npos)
    return refuse("a sample without a metric name", part);
  return {};
}

bool PageParser::take_family_name() {
  const std::size_t start = at_;
  if (!at('"')) {
    skip_metric_name();
    name_ = page_.substr(start, at_ - start);
    return at_ > start;
  }
  if (!skip_quoted()) return false;
  name_ = page_.substr(start + 1, at_ - start - 2);
  if (name_.find('\\') != std::string_view::npos) {
    name_buffer_ = unescape(name_);
    name_ = name_buffer_;
  }
  return true;
}

Result<void> PageParser::set_help(std::string_view raw, bool quotes) {
  if (!is_valid_utf8(raw)) return refuse("a help text that is not UTF-8", raw);
  text_ = raw;
  if (raw.find('\\') != std::string_view::npos) {
    text_buffer_ = unescape(raw, quotes);
    text_ = text_buffer_;
  }
  return {};
}

Result<void> PageParser::take_value(std::string_view word) {
  value_begin_ = static_cast<std::size_t>(word.data() - page_.data());
  TRIBUTARY_TRY(value_, to_number(word));
  return {};
}

Result<double> PageParser::to_number(std::string_view word) const {
  if (const auto number = parse_float(word)) return *number;
  return expected("a number", word);
}

Result<Labels> PageParser::labels() const {
  LabelReader reader(series_, syntax_);
  Labels labels;
  if (!reader.read_series(labels)) return fault_of(reader, series_);
  return labels;
}

Result<std::optional<Exemplar>> PageParser::exemplar() const {
  if (exemplar_labels_.empty()) return std::optional<Exemplar>();
  LabelReader reader(exemplar_labels_, syntax_);
  Exemplar exemplar{.value = exemplar_value_, .timestamp_ms = exemplar_timestamp_ms_};
  if (!reader.read_exemplar(exemplar.labels)) return fault_of(reader, exemplar_labels_);
  return std::optional(std::move(exemplar));
}

Error PageParser::fault_of(const LabelReader& reader, std::string_view part) const {
  const LabelReader::Fault& fault = reader.fault();
  const std::string_view at_fault = part.substr(fault.offset);
  return fault.is_expectation ? expected(fault.message, at_fault) : refuse(fault.message, at_fault);
}

Error PageParser::expected(std::string_view wanted, std::string_view part) const {
  const auto offset = static_cast<std::size_t>(part.data() - page_.data());
  const std::string_view shown = page_.substr(offset, kTokenShownMax);
  if (shown.size() < kTokenShownMax && shown.find_first_of(" \t\n") == std::string_view::npos)
    meet_end();
  return refuse("want " + std::string(wanted) + ", got " + shown_token(page_.substr(offset)), part);
}

Error PageParser::refuse(std::string_view message, std::string_view part) const {
  const auto offset = static_cast<std::size_t>(part.data() - page_.data());
  const std::string_view before = page_.substr(search_begin_, offset - search_begin_);
  const std::uint64_t line = search_line_ + count_newlines(before);
  const std::size_t column = before.size() - (before.rfind('\n') + 1) + 1;  // npos + 1 is 0
  return Error(Code::invalid_argument, "line " + std::to_string(line) + ", column " +
                                           std::to_string(column) + ": " + std::string(message));
}

}  // namespace tributary::exposition
