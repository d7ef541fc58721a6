// What a filter pattern asks of one value, and how such questions are joined: the inside of
// `{ $.level = "error" && $.code >= 500 }` and of a field of `[ip, code = 4* || code = 5*]`.
//
// Threads: values; matching from any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace re2 {
class RE2;
}

namespace tributary::lab::logs {

// A regular expression as CloudWatch allows it between two `%`.
class Pattern {
 public:
  static Result<Pattern> compile(std::string_view text);
  bool matches(std::string_view text) const;

 private:
  explicit Pattern(std::shared_ptr<const re2::RE2> regex) : regex_(std::move(regex)) {}
  std::shared_ptr<const re2::RE2> regex_;
};

// Reads a pattern from left to right.
class Scanner {
 public:
  static constexpr std::size_t kRegexesMax = 2;

  explicit Scanner(std::string_view text) : text_(text) {}

  void skip_blanks();
  bool at_end() const { return at_ >= text_.size(); }
  char peek() const { return at_end() ? '\0' : text_[at_]; }
  bool accept(std::string_view token);      // after blanks
  bool accept_word(std::string_view word);  // the same, and no letter follows
  std::string take_until(std::string_view stops);
  // After the opening character: up to the closing one.
  Result<std::string> take_quoted(char quote);
  Result<Pattern> take_pattern();

  Error error(std::string_view wanted) const;

 private:
  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t regexes_ = 0;
};

struct Comparison {
  enum class Kind : std::uint8_t {
    equal,
    not_equal,
    less,
    less_equal,
    greater,
    greater_equal,
    exists,
    not_exists,
    is_null,
    is_true,
    is_false
  };
  Kind kind = Kind::exists;
  std::string text;  // "*" stands for anything in it
  std::optional<double> number;
  std::optional<Pattern> pattern;

  bool equals_text(std::string_view value) const;
  // As the kind says; nothing but the first six.
  bool holds_for(std::string_view value) const;
};

// One step of $.a.b[0]: a key, an index, or any of them.
struct Step {
  std::string key;
  std::optional<std::size_t> index;
  bool is_any = false;
};

struct Expression {
  enum class Kind : std::uint8_t { all, any, comparison };
  Kind kind = Kind::comparison;
  std::vector<Expression> parts;  // of all and any
  std::vector<Step> subject;      // of a comparison
  Comparison comparison;

  bool holds(const std::function<bool(const Expression& comparison)>& test) const;
};

enum class SubjectForm : std::uint8_t { selector, name };  // $.a.b, or a field's name

Result<Expression> parse_expression(Scanner& scanner, SubjectForm form);

std::optional<double> to_number(std::string_view text);

}  // namespace tributary::lab::logs
