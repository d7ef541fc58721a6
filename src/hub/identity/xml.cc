#include "hub/identity/xml.h"

#include "base/strings.h"

namespace tributary::hub::identity {

void Xml::append_text(std::string_view text) {
  const bool utf8 = is_valid_utf8(text);
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '&') {
      out_ += "&amp;";
    } else if (c == '<') {
      out_ += "&lt;";
    } else if (c == '>') {
      out_ += "&gt;";
    } else if (c == '"') {
      out_ += "&quot;";
    } else if (c == '\r') {
      out_ += "&#xD;";
    } else if ((byte < 0x20 && c != '\n' && c != '\t') || (byte >= 0x80 && !utf8)) {
      out_ += "\uFFFD";
    } else {
      out_.push_back(c);
    }
  }
}

}  // namespace tributary::hub::identity
