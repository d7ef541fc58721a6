// Takes the label part of a sample or an exemplar apart and judges it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "model/labels.h"

namespace tributary::exposition {

// Where the formats differ inside braces.
struct LabelSyntax {
  bool blanks;    // blanks and tabs may stand between tokens
  bool commas;    // two labels must be parted by a comma
  bool newlines;  // a quoted value may hold a raw newline
};

bool is_name_byte(char c, bool first, bool colon);

// `\\`, `\n` and, with `quotes`, `\"` replaced; any other backslash stays.
std::string unescape(std::string_view text, bool quotes = true);

class LabelReader {
 public:
  LabelReader(std::string_view text, LabelSyntax syntax) : text_(text), syntax_(syntax) {}

  // Both give false where the text is wrong: see `fault`.
  bool read_series(Labels& labels);    // the metric name before the braces or, once, in them
  bool read_exemplar(Labels& labels);  // braces without a metric name

  struct Fault {
    std::size_t offset = 0;
    std::string message;
    bool is_expectation = false;  // the message says what should have stood at the offset
  };
  const Fault& fault() const { return fault_; }

 private:
  bool read_braces(bool may_name);
  bool read_entry(bool may_name);
  bool read_value(std::string& value);
  bool take_quoted(std::string_view& inside, bool newlines);
  bool set_metric_name(std::string name, std::size_t offset);
  bool finish(Labels& labels);

  bool at(char c) const { return at_ < text_.size() && text_[at_] == c; }
  std::string_view take_name(bool colon);
  void skip_blanks();
  bool expected(std::string message);
  bool refuse(std::size_t offset, std::string message);

  std::string_view text_;
  LabelSyntax syntax_;
  std::size_t at_ = 0;
  bool has_name_ = false;
  std::vector<Label> labels_;
  Fault fault_;
};

}  // namespace tributary::exposition
