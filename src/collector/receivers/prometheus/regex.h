// A regular expression as Prometheus uses it in relabelling: RE2 syntax, anchored at both ends, the
// dot matches a newline; and templates expanded with what its groups matched, `$1`, `${1}`,
// `${name}`, by the rules of Go's regexp.Expand.
//
// The default expression `(.*)` matches everything and is answered without RE2, which costs
// kilobytes each.
//
// Threads: immutable; shared freely.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace re2 {
class RE2;
}

namespace tributary::collector::prometheus {

class Regex {
 public:
  static constexpr std::string_view kMatchAll = "(.*)";

  Regex() = default;  // kMatchAll
  static Result<Regex> compile(std::string_view pattern);

  const std::string& pattern() const { return pattern_; }
  bool is_match_all() const { return re_ == nullptr; }

  bool matches(std::string_view text) const;

  // What the groups of a match captured, the whole match first. Views into `text`; empty where the
  // whole text does not match.
  std::vector<std::string_view> match(std::string_view text) const;

  // `text_template` with its references replaced by `groups`, which `match` gave. A reference to a
  // group that does not exist becomes nothing, `$$` becomes `$`, a malformed one stays as it is.
  std::string expand(std::string_view text_template,
                     const std::vector<std::string_view>& groups) const;

  bool operator==(const Regex& other) const { return pattern_ == other.pattern_; }

 private:
  std::string pattern_{kMatchAll};
  std::shared_ptr<const re2::RE2> re_;
};

}  // namespace tributary::collector::prometheus
