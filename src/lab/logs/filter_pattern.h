// CloudWatch Logs' filter patterns, as FilterLogEvents takes them:
//
//   ERROR "disk full" -retry     terms that must, and must not, stand in the message
//   ?WARN ?ERROR                 one of them is enough; ignored where other terms stand
//   %5[0-9]{2}%                  a regular expression (RE2's syntax)
//   { $.level = "err*" && ($.code >= 500 || $.user NOT EXISTS) }      messages in JSON
//   [ip, user, ..., code = 4* || code = 5*, bytes > 1000]             fields between blanks
//
// Terms are told from each other by case and found within words. A comparison with what is not
// there does not hold, not even !=.
//
// Threads: values; matching from any thread.
#pragma once

#include <memory>
#include <string_view>

#include "base/result.h"

namespace tributary::lab::logs {

class FilterPattern {
 public:
  static constexpr std::size_t kBytesMax = 1024;

  // Errors: invalid_argument, "Invalid filter pattern: ...".
  static Result<FilterPattern> parse(std::string_view text);

  bool matches(std::string_view message) const { return matcher_->matches(message); }

  class Matcher {
   public:
    virtual ~Matcher() = default;
    virtual bool matches(std::string_view message) const = 0;
  };

 private:
  explicit FilterPattern(std::shared_ptr<const Matcher> matcher) : matcher_(std::move(matcher)) {}

  std::shared_ptr<const Matcher> matcher_;
};

}  // namespace tributary::lab::logs
