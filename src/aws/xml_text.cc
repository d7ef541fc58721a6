#include "aws/xml_text.h"

#include <array>
#include <charconv>
#include <optional>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "base/utf8.h"

namespace tributary::aws {
namespace {

// "#65", "#x41".
std::optional<std::uint32_t> character_reference(std::string_view name) {
  const bool hex = name.starts_with("#x");
  name.remove_prefix(hex ? 2 : 1);
  std::uint32_t value = 0;
  const auto [end, ec] =
      std::from_chars(name.data(), name.data() + name.size(), value, hex ? 16 : 10);
  const bool whole = ec == std::errc() && end == name.data() + name.size() && !name.empty();
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (!whole || value == 0 || value > 0x10FFFF || surrogate) return std::nullopt;
  return value;
}

bool append_entity(std::string& out, std::string_view name) {
  constexpr std::array<std::pair<std::string_view, char>, 5> kNamed = {
      {{"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}}};
  if (name.starts_with('#')) {
    const auto c = character_reference(name);
    if (c) append_utf8(out, *c);
    return c.has_value();
  }
  for (const auto& [known, character] : kNamed) {
    if (name != known) continue;
    out.push_back(character);
    return true;
  }
  return false;
}

class XmlReader {
 public:
  explicit XmlReader(std::string_view xml) : rest_(xml) {}

  Result<XmlTexts> read() {
    while (!rest_.empty()) {
      Result<void> done = rest_[0] == '<' ? read_markup() : read_text();
      if (!done) return done.error();
    }
    if (!open_.empty()) return refuse("ends inside an element");
    if (elements_ == 0) return refuse("has no element");
    return std::move(texts_);
  }

 private:
  struct Open {
    std::string_view name;
    std::size_t path_size;  // of the parent
    std::string text;
  };

  static Error refuse(std::string_view why) {
    return Error(Code::invalid_argument, "XML " + std::string(why));
  }

  Result<void> read_markup() {
    if (rest_.starts_with("<?")) return skip_past("?>");
    if (rest_.starts_with("<!--")) return skip_past("-->");
    if (rest_.starts_with("<!")) return refuse("has a document type or a CDATA section");
    const std::size_t end = rest_.find('>');
    if (end == std::string_view::npos) return refuse("ends inside a tag");
    std::string_view tag = rest_.substr(1, end - 1);
    rest_.remove_prefix(end + 1);
    if (tag.starts_with('/')) return close(trim(tag.substr(1)));
    const bool empty = tag.ends_with('/');
    if (empty) tag.remove_suffix(1);
    if (auto done = open(tag.substr(0, tag.find_first_of(" \t\r\n"))); !done) return done;
    return empty ? close(open_.back().name) : Result<void>();
  }

  Result<void> skip_past(std::string_view end) {
    const std::size_t at = rest_.find(end);
    if (at == std::string_view::npos) return refuse("ends inside a comment");
    rest_.remove_prefix(at + end.size());
    return {};
  }

  Result<void> open(std::string_view name) {
    if (name.empty()) return refuse("has a tag without a name");
    if (open_.size() == kXmlDepthMax) return refuse("is nested too deep");
    if (++elements_ > kXmlElementsMax) return refuse("has too many elements");
    if (open_.empty() && elements_ > 1) return refuse("has more than one root");
    open_.push_back({.name = name, .path_size = path_.size(), .text = ""});
    if (!path_.empty()) path_ += '/';
    const std::size_t colon = name.find(':');
    path_ += colon == std::string_view::npos ? name : name.substr(colon + 1);
    return {};
  }

  Result<void> close(std::string_view name) {
    if (open_.empty() || open_.back().name != name)
      return refuse("closes an element that is not open");
    texts_.emplace(path_, trim(open_.back().text));
    path_.resize(open_.back().path_size);
    open_.pop_back();
    return {};
  }

  Result<void> read_text() {
    std::string_view text = rest_.substr(0, rest_.find('<'));
    rest_.remove_prefix(text.size());
    if (open_.empty())
      return trim(text).empty() ? Result<void>() : refuse("has text outside of its root");
    std::string& out = open_.back().text;
    while (!text.empty()) {
      const std::size_t ampersand = text.find('&');
      out += text.substr(0, ampersand);
      if (ampersand == std::string_view::npos) break;
      const std::size_t semicolon = text.find(';', ampersand);
      if (semicolon == std::string_view::npos ||
          !append_entity(out, text.substr(ampersand + 1, semicolon - ampersand - 1))) {
        return refuse("has an unknown entity");
      }
      text.remove_prefix(semicolon + 1);
    }
    return {};
  }

  std::string_view rest_;
  std::vector<Open> open_;
  std::string path_;
  std::size_t elements_ = 0;
  XmlTexts texts_;
};

}  // namespace

Result<XmlTexts> parse_xml_texts(std::string_view xml) { return XmlReader(xml).read(); }

}  // namespace tributary::aws
