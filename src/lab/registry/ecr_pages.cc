#include "lab/registry/ecr_pages.h"

#include "base/strings.h"
#include "lab/registry/ecr_operations.h"

namespace tributary::lab::registry::ecr {
namespace {

constexpr std::size_t kResultsMax = 1'000;

}  // namespace

Pages::Pages(const Page& page) : left_(page.results_max), given_(!page.next_token.empty()) {
  const auto after = base64_decode(page.next_token);
  valid_ = after.has_value();
  if (after) after_ = *after;
}

std::optional<ApiAnswer> Pages::refusal(bool named, const char* parameter) const {
  if (left_ < 1 || left_ > kResultsMax)
    return invalid_parameter("maxResults", "must be a number from 1 to 1000");
  if (!valid_) return invalid_parameter("nextToken", "must be one that an answer has given");
  if (named && given_)
    return invalid_parameter("nextToken", "must not be given with " + std::string(parameter));
  return std::nullopt;
}

bool Pages::takes(const std::string& key) {
  if (key <= after_) return false;
  if (left_ == 0) {
    more_ = true;
    return false;
  }
  --left_;
  last_ = key;
  return true;
}

std::string Pages::next_token() const { return more_ ? base64_encode(last_) : ""; }

}  // namespace tributary::lab::registry::ecr
