// Writes JSON in order, and the commas by itself:
//
//   out.object([&] {
//     out.member("since", 1700000000.25);
//     out.array("writers", writers, [&](const Writer& writer) { out.value(writer.name); });
//   });
//
// Threads: one at a time.
#pragma once

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/clock.h"
#include "base/json_text.h"

namespace tributary {

class JsonWriter {
 public:
  template <class Members>
  void object(Members members) {
    open('{');
    members();
    close('}');
  }
  template <class Members>
  void object(std::string_view name, Members members) {
    key(name);
    object(std::move(members));
  }
  // `write_one` writes one value for each item.
  template <class Items, class WriteOne>
  void array(std::string_view name, const Items& items, WriteOne write_one) {
    key(name);
    open('[');
    for (const auto& item : items) write_one(item);
    close(']');
  }
  template <class Value>
  void member(std::string_view name, const Value& what) {
    key(name);
    value(what);
  }
  void flag(std::string_view name, bool is_so) {
    key(name);
    separate();
    text_ += is_so ? "true" : "false";
  }

  // What is not UTF-8 becomes U+FFFD.
  void value(std::string_view text) {
    separate();
    append_json_string(text_, text);
  }
  // To three decimals, as many as milliseconds need. Finite.
  void value(double number) {
    constexpr int kDecimals = 3;
    char digits[400];
    auto* end =
        std::to_chars(digits, digits + sizeof digits, number, std::chars_format::fixed, kDecimals)
            .ptr;
    while (end[-1] == '0') --end;
    if (end[-1] == '.') --end;
    separate();
    text_.append(digits, end);
  }
  void value(std::uint64_t number) {
    separate();
    text_ += std::to_string(number);
  }
  void value(int number) {
    separate();
    text_ += std::to_string(number);
  }
  void value(Timestamp time) { value(static_cast<double>(to_ms(time)) / 1000); }

  std::string take() { return std::move(text_); }

 private:
  void key(std::string_view name) {
    value(name);
    text_ += ':';
    first_ = true;
  }
  void separate() {
    if (!first_) text_ += ',';
    first_ = false;
  }
  void open(char bracket) {
    separate();
    text_ += bracket;
    first_ = true;
  }
  void close(char bracket) {
    text_ += bracket;
    first_ = false;
  }

  std::string text_;
  bool first_ = true;  // of the object or array that is open
};

}  // namespace tributary
