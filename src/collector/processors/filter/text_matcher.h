// A text to compare others with: equal, or an RE2 pattern that matches any part of them.
//
// Threads: never changes.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "collector/processors/filter/config.h"

namespace tributary::collector::filter {

// Whether RE2 takes the pattern.
Result<void> check_pattern(const std::string& pattern);

class TextMatcher {
 public:
  TextMatcher(MatchType type, std::string text);
  ~TextMatcher();
  TextMatcher(TextMatcher&&) noexcept;
  TextMatcher& operator=(TextMatcher&&) noexcept;

  bool matches(std::string_view text) const;
  const std::string& text() const { return text_; }

 private:
  struct Pattern;

  std::string text_;
  std::unique_ptr<Pattern> pattern_;
};

}  // namespace tributary::collector::filter
