#include "collector/processors/resourcedetection/tag_matcher.h"

#include <re2/re2.h>

#include <algorithm>

#include "base/json_text.h"

namespace tributary::collector::resourcedetection {

TagMatcher::TagMatcher() = default;
TagMatcher::TagMatcher(TagMatcher&& other) noexcept = default;
TagMatcher::~TagMatcher() = default;

Result<TagMatcher> TagMatcher::make(const std::vector<std::string>& patterns) {
  TagMatcher matcher;
  for (const std::string& pattern : patterns) {
    auto compiled = std::make_unique<re2::RE2>(pattern, re2::RE2::Quiet);
    if (!compiled->ok())
      return Error(Code::invalid_argument,
                   "tags: " + json_string(pattern) + " is no pattern: " + compiled->error());
    matcher.patterns_.push_back(std::move(compiled));
  }
  return matcher;
}

bool TagMatcher::matches(std::string_view key) const {
  return std::any_of(patterns_.begin(), patterns_.end(), [key](const auto& pattern) {
    return re2::RE2::PartialMatch(re2::StringPiece(key.data(), key.size()), *pattern);
  });
}

}  // namespace tributary::collector::resourcedetection
