// An object of JSON, member by member.
//
// Threads: values.
#pragma once

#include <concepts>
#include <string>
#include <string_view>

#include "base/json_text.h"

namespace tributary::lab::logs {

class JsonObject {
 public:
  JsonObject& add(std::string_view key, std::string_view text) {
    begin(key);
    append_json_string(text_, text);
    return *this;
  }
  JsonObject& add(std::string_view key, std::integral auto number) {
    begin(key);
    text_ += std::to_string(number);
    return *this;
  }
  JsonObject& add_json(std::string_view key, std::string_view json) {
    begin(key);
    text_ += json;
    return *this;
  }
  std::string take() { return std::move(text_ += '}'); }

 private:
  void begin(std::string_view key) {
    if (text_.size() > 1) text_ += ',';
    append_json_string(text_, key);
    text_ += ':';
  }

  std::string text_ = "{";
};

// [a,b] of what is JSON already.
template <class List>
std::string json_array(const List& elements) {
  std::string out = "[";
  for (const std::string& element : elements) {
    if (out.size() > 1) out += ',';
    out += element;
  }
  return out += ']';
}

}  // namespace tributary::lab::logs
