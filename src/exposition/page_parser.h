// What the two parsers share: the page and the place in it, names, label parts and numbers, and
// errors with line and column.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "exposition/label_reader.h"
#include "exposition/parser.h"

namespace tributary::exposition {

class PageParser : public Parser {
 public:
  std::string_view name() const override { return name_; }
  MetricType type() const override { return type_; }
  std::string_view text() const override { return text_; }
  std::string_view series_text() const override { return series_; }
  Result<Labels> labels() const override;
  double value() const override { return value_; }
  std::optional<std::int64_t> timestamp_ms() const override { return timestamp_ms_; }
  Result<std::optional<Exemplar>> exemplar() const override;

 protected:
  PageParser(std::string_view page, LabelSyntax syntax) : page_(page), syntax_(syntax) {}

  bool at_end() const { return at_ >= page_.size(); }
  bool at(char c) const { return at_ < page_.size() && page_[at_] == c; }
  bool at(std::string_view token) const { return page_.substr(at_).starts_with(token); }
  // Whether blanks stand here; goes past them.
  bool skip_blanks();
  // Up to a blank, a newline, the end or `stop`.
  std::string_view take_word(char stop = '\n');
  // The rest of the line; the place is then on its newline or at the end.
  std::string_view take_line();

  // Past a label part, which begins here, up to its closing brace.
  Result<std::string_view> take_label_part();
  // Reads the bytes of a series.
  Result<void> take_series();
  // Reads a metric family's name, bare or quoted, if there is one.
  bool take_family_name();
  Result<void> set_help(std::string_view raw, bool quotes);
  Result<double> to_number(std::string_view word) const;

  // The place of an error is where `part`, a view into the page, begins.
  Error expected(std::string_view wanted, std::string_view part) const;
  Error expected(std::string_view wanted) const { return expected(wanted, page_.substr(at_)); }
  Error refuse(std::string_view message, std::string_view part) const;

  std::string_view page_;
  std::size_t at_ = 0;

  std::string_view name_;
  std::string_view text_;
  MetricType type_ = MetricType::unknown;
  std::string_view series_;
  double value_ = 0;
  std::optional<std::int64_t> timestamp_ms_;
  std::string_view exemplar_labels_;  // with their braces; empty without an exemplar
  double exemplar_value_ = 0;
  std::optional<std::int64_t> exemplar_timestamp_ms_;

 private:
  void skip_metric_name();
  bool skip_quoted();
  Error fault_of(const LabelReader& reader, std::string_view part) const;

  LabelSyntax syntax_;
  std::string name_buffer_;  // what had to be unescaped
  std::string text_buffer_;
};

}  // namespace tributary::exposition
