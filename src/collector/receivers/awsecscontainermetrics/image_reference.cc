#include "collector/receivers/awsecscontainermetrics/image_reference.h"

#include <algorithm>

namespace tributary::collector::awsecscontainermetrics {
namespace {

constexpr std::size_t kNameBytesMax = 255;
constexpr std::size_t kTagBytesMax = 128;
constexpr std::size_t kDigestHexMin = 32;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_letter(char c) { return is_lower(c) || is_upper(c); }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

template <class Predicate>
bool all(std::string_view text, Predicate predicate) {
  return !text.empty() && std::all_of(text.begin(), text.end(), predicate);
}

// Lower-case letters and digits, parted by ".", "_", "__" or any number of "-".
bool is_path_component(std::string_view text) {
  const auto plain = [](char c) { return is_lower(c) || is_digit(c); };
  if (text.empty() || !plain(text.front()) || !plain(text.back())) return false;
  for (std::size_t i = 0; i < text.size();) {
    if (plain(text[i])) {
      ++i;
      continue;
    }
    const std::size_t end = static_cast<std::size_t>(
        std::find_if(text.begin() + static_cast<std::ptrdiff_t>(i), text.end(), plain) -
        text.begin());
    const std::string_view separator = text.substr(i, end - i);
    const bool dashes = separator.find_first_not_of('-') == std::string_view::npos;
    if (!dashes && separator != "." && separator != "_" && separator != "__") return false;
    i = end;
  }
  return true;
}

bool is_host(std::string_view text) {
  if (text.starts_with('[')) {
    return text.ends_with(']') && text.size() > 2 &&
           all(text.substr(1, text.size() - 2), [](char c) { return is_hex(c) || c == ':'; });
  }
  while (true) {
    const std::size_t dot = text.find('.');
    const std::string_view label = text.substr(0, dot);
    const auto fits = [](char c) { return is_letter(c) || is_digit(c) || c == '-'; };
    if (!all(label, fits) || label.front() == '-' || label.back() == '-') return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

bool is_domain(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  const std::size_t bracket = text.rfind(']');
  if (colon == std::string_view::npos || (bracket != std::string_view::npos && colon < bracket))
    return is_host(text);
  return is_host(text.substr(0, colon)) && all(text.substr(colon + 1), is_digit);
}

bool is_name(std::string_view text) {
  if (text.size() > kNameBytesMax) return false;
  bool first = true;
  while (true) {
    const std::size_t slash = text.find('/');
    const std::string_view component = text.substr(0, slash);
    const bool may_be_domain = first && slash != std::string_view::npos;
    if (!is_path_component(component) && !(may_be_domain && is_domain(component))) return false;
    if (slash == std::string_view::npos) return true;
    text.remove_prefix(slash + 1);
    first = false;
  }
}

bool is_tag(std::string_view text) {
  const auto word = [](char c) { return is_letter(c) || is_digit(c) || c == '_'; };
  return text.size() <= kTagBytesMax &&
         all(text, [&](char c) { return word(c) || c == '.' || c == '-'; }) && word(text.front());
}

bool is_digest(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return false;
  const auto algorithm = [](char c) {
    return is_letter(c) || is_digit(c) || c == '+' || c == '.' || c == '-' || c == '_';
  };
  const std::string_view hex = text.substr(colon + 1);
  return is_letter(text.front()) && all(text.substr(0, colon), algorithm) &&
         hex.size() >= kDigestHexMin && all(hex, is_hex);
}

}  // namespace

ImageReference parse_image_reference(std::string_view image) {
  std::string_view rest = image;
  if (const std::size_t at = rest.find('@'); at != std::string_view::npos) {
    if (!is_digest(rest.substr(at + 1))) return {};
    rest = rest.substr(0, at);
  }
  std::string_view tag = "latest";
  const std::size_t colon = rest.rfind(':');
  const std::size_t slash = rest.rfind('/');
  if (colon != std::string_view::npos && (slash == std::string_view::npos || colon > slash)) {
    tag = rest.substr(colon + 1);
    rest = rest.substr(0, colon);
    if (!is_tag(tag)) return {};
  }
  if (!is_name(rest)) return {};
  return {std::string(rest), std::string(tag)};
}

ImageReference split_image_2021(std::string_view image) {
  if (image.empty()) return {};
  const std::size_t colon = image.rfind(':');
  const std::string_view tag =
      colon == std::string_view::npos ? std::string_view("latest") : image.substr(colon + 1);
  return {std::string(image), std::string(tag)};
}

}  // namespace tributary::collector::awsecscontainermetrics
