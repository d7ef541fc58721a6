// Regular expressions (RE2, not anchored) for the keys of an instance's tags.
//
// Threads: any.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace re2 {
class RE2;
}

namespace tributary::collector::resourcedetection {

class TagMatcher {
 public:
  static Result<TagMatcher> make(const std::vector<std::string>& patterns);
  TagMatcher(TagMatcher&& other) noexcept;
  ~TagMatcher();

  bool matches(std::string_view key) const;

 private:
  TagMatcher();

  std::vector<std::unique_ptr<re2::RE2>> patterns_;
};

}  // namespace tributary::collector::resourcedetection
