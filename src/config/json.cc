#include "config/json.h"

#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include <map>
#include <utility>
#include <vector>

#include "base/json_text.h"
#include "base/strings.h"
#include "base/utf8.h"
#include "config/text_position.h"

namespace tributary::config {
namespace {

// Goes forward through a text and knows line and column.
class Cursor {
 public:
  explicit Cursor(std::shared_ptr<const Source> source) : source_(std::move(source)) {}

  void go_to(std::size_t offset) {
    const std::string_view text = source_->text;
    for (; at_ < offset && at_ < text.size(); ++at_) {
      if (text[at_] == '\n') {
        ++line_;
        column_ = 1;
      } else if (begins_character(text[at_])) {
        ++column_;
      }
    }
  }
  // To the next token, over white space and what stands between two values.
  void skip_between() {
    go_to(std::min(source_->text.find_first_not_of(" \t\r\n,:", at_), source_->text.size()));
  }

  std::size_t offset() const { return at_; }
  Mark mark() const { return {source_, line_, column_}; }

 private:
  std::shared_ptr<const Source> source_;
  std::size_t at_ = 0;
  std::uint32_t line_ = 1;
  std::uint32_t column_ = 1;
};

// Takes RapidJSON's events. One that returns false ends the parsing; it has said why.
class Builder {
 public:
  Builder(const std::shared_ptr<const Source>& source, const rapidjson::MemoryStream& stream,
          Diagnostics& diagnostics, const JsonLimits& limits)
      : stream_(stream), diagnostics_(diagnostics), limits_(limits), cursor_(source) {}

  Node take() { return std::move(root_); }

  bool Null() {
    return scalar([](const Mark& mark) { return Node::null(mark); });
  }
  bool Bool(bool value) { return plain(value ? "true" : "false"); }
  bool RawNumber(const char* text, rapidjson::SizeType size, bool) { return plain({text, size}); }
  bool String(const char* text, rapidjson::SizeType size, bool) {
    if (!is_valid_utf8({text, size})) return refuse_surrogate();
    return scalar([&](const Mark& mark) { return Node::scalar({text, size}, true, mark); });
  }
  bool Key(const char* text, rapidjson::SizeType size, bool);
  bool StartObject() { return open(Node::mapping()); }
  bool StartArray() { return open(Node::sequence()); }
  bool EndObject(rapidjson::SizeType) { return close(); }
  bool EndArray(rapidjson::SizeType) { return close(); }

  // RapidJSON wants these to exist; numbers come as they were written.
  bool Int(int) { return false; }
  bool Uint(unsigned) { return false; }
  bool Int64(std::int64_t) { return false; }
  bool Uint64(std::uint64_t) { return false; }
  bool Double(double) { return false; }

 private:
  // A list or mapping that is not yet closed.
  struct Open {
    Node node;
    std::string key;
    Mark key_mark;
    std::map<std::string, std::uint32_t, std::less<>> lines;  // of its keys
  };

  bool fail(const Mark& mark, std::string message) {
    diagnostics_.error(mark, std::move(message));
    return false;
  }
  bool refuse_surrogate() {
    cursor_.skip_between();
    return fail(cursor_.mark(), "this text has half a surrogate pair (\\ud800 to \\udfff)");
  }
  bool plain(std::string_view text) {
    return scalar(
        [text](const Mark& mark) { return Node::scalar(std::string(text), false, mark); });
  }
  template <class Make>
  bool scalar(Make make) {
    cursor_.skip_between();
    Node node = make(cursor_.mark());
    cursor_.go_to(stream_.Tell());
    return place(std::move(node));
  }
  bool place(Node node);
  bool open(Node node);
  bool close();

  const rapidjson::MemoryStream& stream_;
  Diagnostics& diagnostics_;
  const JsonLimits& limits_;
  Cursor cursor_;
  std::vector<Open> open_;
  std::size_t nodes_ = 0;
  Node root_;
};

bool Builder::Key(const char* text, rapidjson::SizeType size, bool) {
  if (!is_valid_utf8({text, size})) return refuse_surrogate();
  cursor_.skip_between();
  const Mark mark = cursor_.mark();
  cursor_.go_to(stream_.Tell());
  Open& mapping = open_.back();
  mapping.key.assign(text, size);
  mapping.key_mark = mark;
  const auto [first, is_new] = mapping.lines.emplace(mapping.key, mark.line);
  if (is_new) return true;
  return fail(mark, "the key " + json_string(mapping.key) +
                        " stands here a second time; the first "
                        "is at line " +
                        std::to_string(first->second));
}

bool Builder::place(Node node) {
  if (++nodes_ > limits_.nodes_max)
    return fail(node.mark(), "more than " + std::to_string(limits_.nodes_max) + " values");
  if (open_.empty()) {
    root_ = std::move(node);
    return true;
  }
  Open& parent = open_.back();
  if (parent.node.is_sequence()) {
    parent.node.elements().push_back(std::move(node));
  } else {
    parent.node.items().push_back(
        {std::exchange(parent.key, {}), std::exchange(parent.key_mark, {}), std::move(node)});
  }
  return true;
}

bool Builder::open(Node node) {
  cursor_.skip_between();
  node.set_mark(cursor_.mark());
  if (open_.size() >= limits_.depth_max)
    return fail(node.mark(), "nested deeper than " + std::to_string(limits_.depth_max) + " levels");
  cursor_.go_to(cursor_.offset() + 1);
  open_.push_back({.node = std::move(node)});
  return true;
}

bool Builder::close() {
  cursor_.skip_between();
  cursor_.go_to(cursor_.offset() + 1);
  Node node = std::move(open_.back().node);
  open_.pop_back();
  return place(std::move(node));
}

// RapidJSON's words without their full stop.
std::string reason_of(rapidjson::ParseErrorCode code) {
  if (code == rapidjson::kParseErrorDocumentEmpty) return "there is nothing here; JSON is wanted";
  std::string reason = rapidjson::GetParseError_En(code);
  if (reason.ends_with('.')) reason.pop_back();
  return "invalid JSON: " + reason;
}

}  // namespace

Node parse_json(std::string text, std::string source_name, Diagnostics& diagnostics,
                const JsonLimits& limits) {
  const auto source =
      std::make_shared<const Source>(Source{std::move(source_name), std::move(text)});
  const std::string& json = source->text;
  const Mark start = {source, 1, 1};
  if (json.size() > limits.bytes_max) {
    diagnostics.error(start, std::to_string(json.size()) + " bytes are more than the limit of " +
                                 std::to_string(limits.bytes_max));
    return Node::null(start);
  }
  if (!is_valid_utf8(json)) {
    diagnostics.error(mark_of_offset(source, invalid_utf8_offset(json)), "this byte is not UTF-8");
    return Node::null(start);
  }
  if (const std::size_t nul = json.find('\0'); nul != std::string::npos) {
    diagnostics.error(mark_of_offset(source, nul), "this byte cannot stand in JSON: 0");
    return Node::null(start);
  }

  rapidjson::MemoryStream stream(json.data(), json.size());
  Builder builder(source, stream, diagnostics, limits);
  rapidjson::Reader reader;
  constexpr unsigned kFlags =
      rapidjson::kParseIterativeFlag | rapidjson::kParseNumbersAsStringsFlag;
  const rapidjson::ParseResult result = reader.Parse<kFlags>(stream, builder);
  if (!result.IsError()) return builder.take();
  if (result.Code() != rapidjson::kParseErrorTermination)
    diagnostics.error(mark_of_offset(source, result.Offset()), reason_of(result.Code()));
  return Node::null(start);
}

}  // namespace tributary::config
