// What the two parsers share: the page and the place in it, names, label parts and numbers, errors
// with line and column, and how they wait for the rest of a page that comes in pieces.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "exposition/label_reader.h"
#include "exposition/parser.h"

namespace tributary::exposition {

class PageParser : public Parser {
 public:
  Result<EntryKind> next() override;
  void resume(std::string_view window, bool complete) override;
  void skip(std::size_t bytes, std::size_t lines) override;
  void set_line(std::uint64_t line) override { line_ = line; }
  std::size_t position() const override { return at_; }
  std::size_t entry_begin() const override { return entry_begin_; }
  std::string_view line_text() const override {
    return page_.substr(entry_begin_, value_begin_ - entry_begin_);
  }

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

  virtual Result<EntryKind> read_entry() = 0;

  bool at_end() { return at_ >= page_.size() && meet_end(); }
  bool at(char c) { return !at_end() && page_[at_] == c; }
  bool at(std::string_view token);
  // An entry begins here: what stands before it on the page is done with.
  void begin_entry() { entry_begin_ = at_; }
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
  // Reads the value of a sample, which begins here.
  Result<void> take_value(std::string_view word);
  // Reads a metric family's name, bare or quoted, if there is one.
  bool take_family_name();
  Result<void> set_help(std::string_view raw, bool quotes);
  Result<double> to_number(std::string_view word) const;

  // The place of an error is where `part`, a view into the page, begins.
  Error expected(std::string_view wanted, std::string_view part) const;
  Error expected(std::string_view wanted) const { return expected(wanted, page_.substr(at_)); }
  Error refuse(std::string_view message, std::string_view part) const;

  std::string_view page_;  // or what of it is there and not done with
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
  // Notes that the entry might go on behind what is there. True, for at_end.
  bool meet_end() const {
    met_end_ = true;
    return true;
  }
  void skip_metric_name();
  bool skip_quoted();
  Error fault_of(const LabelReader& reader, std::string_view part) const;

  LabelSyntax syntax_;
  bool complete_ = true;          // the page ends where page_ does
  mutable bool met_end_ = false;  // also by an error that would show more
  std::size_t entry_begin_ = 0;
  std::size_t value_begin_ = 0;
  std::uint64_t line_ = 1;        // of the page, which begins at at_
  std::size_t search_begin_ = 0;  // where the entry began to be looked for
  std::uint64_t search_line_ = 1;
  std::string name_buffer_;  // what had to be unescaped
  std::string text_buffer_;
};

}  // namespace tributary::exposition
