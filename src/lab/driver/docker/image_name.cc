#include "lab/driver/docker/image_name.h"

#include <algorithm>

#include "base/strings.h"

namespace tributary::lab::docker {
namespace {

constexpr std::size_t kNameBytesMax = 255;
constexpr std::size_t kTagBytesMax = 128;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_lower(char c) { return (c >= 'a' && c <= 'z') || is_digit(c); }
bool is_word(char c) { return is_lower(c) || (c >= 'A' && c <= 'Z') || c == '_'; }

bool is_server(std::string_view text) {
  return text == "localhost" || text.find_first_of(".:") != std::string_view::npos;
}

bool is_repository(std::string_view text) {
  if (text.empty()) return false;
  for (const std::string_view part : split(text, '/')) {
    if (part.empty() || !is_lower(part.front()) || !is_lower(part.back())) return false;
    for (const char c : part)
      if (!is_lower(c) && c != '.' && c != '_' && c != '-') return false;
  }
  return true;
}

bool is_host(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return is_word(c) || c == '.' || c == '-' || c == ':' || c == '[' || c == ']';
  });
}

bool is_tag(std::string_view text) {
  return !text.empty() && text.size() <= kTagBytesMax && is_word(text.front()) &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return is_word(c) || c == '.' || c == '-'; });
}

bool is_digest(std::string_view text) {
  constexpr std::string_view kSha256 = "sha256:";
  if (!text.starts_with(kSha256) || text.size() != kSha256.size() + 64) return false;
  return std::all_of(text.begin() + kSha256.size(), text.end(),
                     [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); });
}

}  // namespace

Result<ImageName> parse_image_name(std::string_view text) {
  const auto refuse = [&](const std::string& why) {
    return Error(Code::invalid_argument, "image name \"" + std::string(text) + "\": " + why);
  };
  ImageName image;
  std::string_view rest = text;
  if (const std::size_t at = rest.find('@'); at != std::string_view::npos) {
    image.digest = rest.substr(at + 1);
    if (!is_digest(image.digest))
      return refuse("what follows \"@\" must be \"sha256:\" and 64 hexadecimal digits");
    rest = rest.substr(0, at);
  }
  const std::size_t slash = rest.find('/');
  if (slash != std::string_view::npos && is_server(rest.substr(0, slash))) {
    image.server = rest.substr(0, slash);
    if (!is_host(image.server)) return refuse("\"" + image.server + "\" is not a server");
    rest = rest.substr(slash + 1);
  }
  if (const std::size_t colon = rest.rfind(':'); colon != std::string_view::npos) {
    image.tag = rest.substr(colon + 1);
    if (!is_tag(image.tag)) return refuse("\"" + image.tag + "\" is not a tag");
    rest = rest.substr(0, colon);
  } else if (image.digest.empty()) {
    image.tag = "latest";
  }
  image.repository = rest;
  if (!is_repository(rest) || image.name().size() > kNameBytesMax)
    return refuse("a repository is lower-case words with \".\", \"_\" or \"-\" between, and \"/\"");
  return image;
}

}  // namespace tributary::lab::docker
