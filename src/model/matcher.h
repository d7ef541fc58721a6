// A matcher tests one label of a series: name="v", name!="v", name=~"re", name!~"re". A selector is
// a list of them, all of which must hold.
//
// As in Prometheus: an absent label has the value "", so `a=""` matches series without `a`. Regular
// expressions are RE2's, match the whole value, and their dot matches a newline.
//
// Threads: a Matcher never changes; copies share the compiled expression.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/labels.h"

namespace tributary {

enum class MatchType : std::uint8_t { equal, not_equal, regex, not_regex };

std::string_view to_string(MatchType type);  // =, !=, =~, !~

class Matcher {
 public:
  static Matcher equal(std::string name, std::string value);
  // Refuses an expression that RE2 does not take.
  static Result<Matcher> create(MatchType type, std::string name, std::string value);

  MatchType type() const { return type_; }
  const std::string& name() const { return name_; }
  const std::string& value() const { return value_; }

  bool matches(std::string_view value) const;
  bool matches_empty() const { return matches_empty_; }
  bool negative() const { return type_ == MatchType::not_equal || type_ == MatchType::not_regex; }

  // The values that make the comparison or expression true, where these are a short list: v for
  // ="v" and !="v", a and b for =~"a|b". Empty where only a scan can tell.
  std::span<const std::string> literals() const { return literals_; }

  std::string to_string() const;  // name=~"value"

  bool operator==(const Matcher& other) const {
    return type_ == other.type_ && name_ == other.name_ && value_ == other.value_;
  }

 private:
  struct Regex;

  Matcher(MatchType type, std::string name, std::string value);

  MatchType type_;
  std::string name_;
  std::string value_;
  std::vector<std::string> literals_;
  std::shared_ptr<const Regex> regex_;  // only where the literals do not tell
  bool matches_empty_ = false;
};

using Matchers = std::vector<Matcher>;

bool matches(std::span<const Matcher> matchers, const Labels& labels);

}  // namespace tributary
