#include "lab/registry/names.h"

#include <algorithm>

#include "aws/arn.h"
#include "lab/registry/digest.h"

namespace tributary::lab::registry {
namespace {

constexpr std::string_view kHostInfix = ".dkr.ecr.";
constexpr std::size_t kAccountDigits = 12;
constexpr std::size_t kRegionBytesMax = 25;
constexpr std::size_t kNameBytesMin = 2;
constexpr std::size_t kNameBytesMax = 240;
constexpr std::size_t kTagBytesMax = 128;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }

}  // namespace

std::string RepositoryName::path() const {
  return account + std::string(kHostInfix) + region + '/' + name;
}

std::string RepositoryName::arn() const {
  return "arn:" + std::string(aws::partition_of_region(region)) + ":ecr:" + region + ':' + account +
         ":repository/" + name;
}

bool is_account(std::string_view text) {
  return text.size() == kAccountDigits && std::all_of(text.begin(), text.end(), is_digit);
}

bool is_region(std::string_view text) {
  return text.size() >= 2 && text.size() <= kRegionBytesMax && is_lower(text.front()) &&
         text.back() != '-' && std::all_of(text.begin(), text.end(), [](char c) {
           return is_lower(c) || is_digit(c) || c == '-';
         });
}

bool is_repository_name(std::string_view text) {
  if (text.size() < kNameBytesMin || text.size() > kNameBytesMax) return false;
  bool after_word = false;  // a separator may stand only between two words
  for (const char c : text) {
    const bool word = is_lower(c) || is_digit(c);
    const bool separator = c == '.' || c == '_' || c == '-' || c == '/';
    if (!word && !(separator && after_word)) return false;
    after_word = word;
  }
  return after_word;
}

bool is_tag(std::string_view text) {
  const auto is_word = [](char c) { return is_lower(c) || is_upper(c) || is_digit(c) || c == '_'; };
  return !text.empty() && text.size() <= kTagBytesMax && is_word(text.front()) &&
         std::all_of(text.begin(), text.end(),
                     [&](char c) { return is_word(c) || c == '.' || c == '-'; });
}

std::optional<RepositoryName> parse_repository_path(std::string_view path) {
  const std::size_t slash = path.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const std::string_view owner = path.substr(0, slash);
  const std::size_t infix = owner.find(kHostInfix);
  if (infix == std::string_view::npos) return std::nullopt;
  RepositoryName name{std::string(owner.substr(0, infix)),
                      std::string(owner.substr(infix + kHostInfix.size())),
                      std::string(path.substr(slash + 1))};
  if (!is_account(name.account) || !is_region(name.region) || !is_repository_name(name.name))
    return std::nullopt;
  return name;
}

std::optional<RepositoryName> parse_repository_arn(std::string_view arn) {
  constexpr std::string_view kKind = "repository/";
  const auto parts = aws::split_arn(arn);
  if (!parts || parts->service != "ecr" || !parts->resource.starts_with(kKind)) return std::nullopt;
  RepositoryName name{std::string(parts->account), std::string(parts->region),
                      std::string(parts->resource.substr(kKind.size()))};
  if (!is_account(name.account) || !is_region(name.region) || !is_repository_name(name.name))
    return std::nullopt;
  return name;
}

std::optional<ImageName> parse_image_name(std::string_view image) {
  const std::size_t slash = image.find('/');
  if (slash == std::string_view::npos || slash == 0) return std::nullopt;
  std::string_view path = image.substr(slash + 1);
  std::string_view reference = "latest";
  if (const std::size_t at = path.find('@'); at != std::string_view::npos) {
    reference = path.substr(at + 1);
    path = path.substr(0, at);
    if (!is_digest(reference)) return std::nullopt;
    path = path.substr(0, path.find(':'));  // a tag beside a digest does not count
  } else if (const std::size_t colon = path.find(':'); colon != std::string_view::npos) {
    reference = path.substr(colon + 1);
    path = path.substr(0, colon);
    if (!is_tag(reference)) return std::nullopt;
  }
  auto repository = parse_repository_path(path);
  if (!repository) return std::nullopt;
  return ImageName{std::string(image.substr(0, slash)), *std::move(repository),
                   std::string(reference)};
}

}  // namespace tributary::lab::registry
