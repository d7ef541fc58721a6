// XML by appending, as much of it as AWS' query services answer with.
#pragma once

#include <string>
#include <string_view>

namespace tributary::hub::identity {

class Xml {
 public:
  Xml& open(std::string_view tag) {
    out_.append("<").append(tag).append(">");
    return *this;
  }
  Xml& close(std::string_view tag) {
    out_.append("</").append(tag).append(">");
    return *this;
  }
  // <tag>text</tag>, escaped; characters that XML cannot hold become U+FFFD.
  Xml& element(std::string_view tag, std::string_view text) {
    open(tag);
    append_text(text);
    return close(tag);
  }
  // Only where there is something to say.
  Xml& optional(std::string_view tag, std::string_view text) {
    return text.empty() ? *this : element(tag, text);
  }
  Xml& boolean(std::string_view tag, bool value) { return element(tag, value ? "true" : "false"); }
  Xml& raw(std::string_view xml) {
    out_.append(xml);
    return *this;
  }

  std::string take() { return std::move(out_); }

 private:
  void append_text(std::string_view text);

  std::string out_;
};

}  // namespace tributary::hub::identity
