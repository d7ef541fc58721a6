#include "collector/processors/filter/text_matcher.h"

#include <re2/re2.h>

#include <cstdint>
#include <utility>

#include "base/json_text.h"

namespace tributary::collector::filter {
namespace {

constexpr std::int64_t kPatternMemoryMax = 1 << 20;

RE2::Options options() {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kPatternMemoryMax);
  return options;
}

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace

Result<void> check_pattern(const std::string& pattern) {
  const RE2 compiled(piece(pattern), options());
  if (compiled.ok()) return {};
  return Error(Code::invalid_argument, "pattern " + json_string(pattern) + ": " + compiled.error());
}

struct TextMatcher::Pattern {
  explicit Pattern(const std::string& text) : re(piece(text), options()) {}

  RE2 re;
};

TextMatcher::TextMatcher(MatchType type, std::string text) : text_(std::move(text)) {
  if (type == MatchType::regexp) pattern_ = std::make_unique<Pattern>(text_);
}
TextMatcher::~TextMatcher() = default;
TextMatcher::TextMatcher(TextMatcher&&) noexcept = default;
TextMatcher& TextMatcher::operator=(TextMatcher&&) noexcept = default;

bool TextMatcher::matches(std::string_view text) const {
  if (!pattern_) return text == text_;
  return RE2::PartialMatch(piece(text), pattern_->re);
}

}  // namespace tributary::collector::filter
