#include "config/node.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

#include "base/json_text.h"
#include "base/strings.h"

namespace tributary::config {

std::string Mark::to_string() const {
  if (!source) return "";
  if (line == 0) return source->name;
  return source->name + ":" + std::to_string(line) + ":" + std::to_string(column);
}

Node::Node() = default;
Node::~Node() = default;
Node::Node(const Node&) = default;
Node::Node(Node&&) noexcept = default;
Node& Node::operator=(const Node&) = default;
Node& Node::operator=(Node&&) noexcept = default;

Node Node::null(Mark mark) {
  Node node;
  node.mark_ = std::move(mark);
  return node;
}

Node Node::scalar(std::string text, bool quoted, Mark mark) {
  Node node = null(std::move(mark));
  node.kind_ = Kind::scalar;
  node.text_ = std::move(text);
  node.quoted_ = quoted;
  return node;
}

Node Node::sequence(std::vector<Node> elements, Mark mark) {
  Node node = null(std::move(mark));
  node.kind_ = Kind::sequence;
  node.elements_ = std::move(elements);
  return node;
}

Node Node::mapping() { return mapping({}); }

Node Node::mapping(std::vector<Item> items, Mark mark) {
  Node node = null(std::move(mark));
  node.kind_ = Kind::mapping;
  node.items_ = std::move(items);
  return node;
}

const Node* Node::find(std::string_view key) const {
  const auto at = std::find_if(items_.begin(), items_.end(),
                               [key](const Item& item) { return item.key == key; });
  return at == items_.end() ? nullptr : &at->value;
}

Node* Node::find(std::string_view key) {
  return const_cast<Node*>(static_cast<const Node*>(this)->find(key));
}

void Node::set(std::string_view key, Node value) {
  if (Node* present = find(key)) {
    *present = std::move(value);
    return;
  }
  Mark mark = value.mark();
  items_.push_back({std::string(key), std::move(mark), std::move(value)});
}

const Mark& Node::mark_of(std::string_view key) const {
  const Node* value = find(key);
  return value != nullptr ? value->mark() : mark_;
}

std::string Node::describe() const {
  switch (kind_) {
    case Kind::null: return "nothing";
    case Kind::sequence: return "a list";
    case Kind::mapping: return "a mapping";
    case Kind::scalar: break;
  }
  constexpr std::size_t kShown = 60;
  if (text_.size() <= kShown) return json_string(text_);
  return json_string(text_.substr(0, kShown) + "...");
}

namespace {

// True where YAML would not read the plain text as a string.
bool reads_as_other_type(std::string_view text) {
  static constexpr std::array<std::string_view, 9> kWords = {"~",  "null", "true", "false", "yes",
                                                             "no", "on",   "off",  "<<"};
  if (std::find(kWords.begin(), kWords.end(), to_lower(text)) != kWords.end()) return true;
  const char first = text.front();
  return (first >= '0' && first <= '9') || first == '.' || first == '+' || first == '-';
}

// The code point at the front of valid UTF-8, and its size in bytes.
struct CodePoint {
  std::uint32_t value;
  std::size_t size;
};
CodePoint front_of(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  if (lead < 0x80) return {lead, 1};
  const std::size_t size = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  std::uint32_t value = lead & (0xFFU >> (size + 1));
  for (std::size_t i = 1; i < size; ++i)
    value = value << 6 | (static_cast<unsigned char>(text[i]) & 0x3FU);
  return {value, size};
}

// What can stand in YAML as it is, and is no line break.
bool is_printable(std::uint32_t c) {
  if (c == 0x2028 || c == 0x2029 || c == 0xFEFF || c == 0xFFFE || c == 0xFFFF) return false;
  return (c >= 0x20 && c <= 0x7E) || c >= 0xA0;
}

bool is_all_printable(std::string_view text) {
  while (!text.empty()) {
    const CodePoint c = front_of(text);
    if (!is_printable(c.value)) return false;
    text.remove_prefix(c.size);
  }
  return true;
}

bool is_plain(std::string_view text) {
  if (text.empty() || text.front() == ' ' || text.back() == ' ' || text.back() == ':') return false;
  if (std::string_view("?:,[]{}#&*!|>'\"%@`=").find(text.front()) != std::string_view::npos)
    return false;
  if (text.front() == '-' && (text.size() == 1 || text[1] == ' ' || text[1] == '-')) return false;
  if (text.starts_with("...") || text.find_first_of("[]{},") != std::string_view::npos)
    return false;
  if (text.find(": ") != std::string_view::npos || text.find(" #") != std::string_view::npos)
    return false;
  return is_all_printable(text);
}

std::string quoted_text(std::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    const CodePoint c = front_of(text);
    if (c.value == '"' || c.value == '\\') out += '\\';
    if (is_printable(c.value)) {
      out += text.substr(0, c.size);
    } else if (c.value == '\n') {
      out += "\\n";
    } else if (c.value == '\t') {
      out += "\\t";
    } else {
      std::array<char, 8> escape{};
      std::snprintf(escape.data(), escape.size(), "\\u%04X", static_cast<unsigned>(c.value));
      out += escape.data();
    }
    text.remove_prefix(c.size);
  }
  return out + "\"";
}

std::string scalar_text(std::string_view text, bool quoted) {
  if (!is_valid_utf8(text)) return json_string(text);
  if (!is_plain(text) || (quoted && reads_as_other_type(text))) return quoted_text(text);
  return std::string(text);
}

void write_line(std::string& out, const Node& node) {
  std::string_view separator;
  switch (node.kind()) {
    case Node::Kind::null: out += "null"; return;
    case Node::Kind::scalar: out += scalar_text(node.text(), node.quoted()); return;
    case Node::Kind::sequence:
      out += '[';
      for (const Node& element : node.elements()) {
        out += separator;
        write_line(out, element);
        separator = ", ";
      }
      out += ']';
      return;
    case Node::Kind::mapping:
      out += '{';
      for (const Node::Item& item : node.items()) {
        out += separator;
        out += scalar_text(item.key, true) + ": ";
        write_line(out, item.value);
        separator = ", ";
      }
      out += '}';
      return;
  }
}

bool is_block(const Node& node) { return !node.elements().empty() || !node.items().empty(); }

// Writes a list or mapping that has something in it. The first line begins where `out` stands.
void write_block(std::string& out, const Node& node, std::size_t indent) {
  const std::string margin(indent, ' ');
  bool first = true;
  for (const Node& element : node.elements()) {
    if (!std::exchange(first, false)) out += margin;
    out += "- ";
    if (is_block(element)) {
      write_block(out, element, indent + 2);
    } else {
      write_line(out, element);
      out += '\n';
    }
  }
  for (const Node::Item& item : node.items()) {
    if (!std::exchange(first, false)) out += margin;
    out += scalar_text(item.key, true) + ":";
    if (is_block(item.value)) {
      out += "\n" + margin + "  ";
      write_block(out, item.value, indent + 2);
    } else {
      out += ' ';
      write_line(out, item.value);
      out += '\n';
    }
  }
}

}  // namespace

std::string to_yaml_line(const Node& node) {
  std::string out;
  write_line(out, node);
  return out;
}

std::string to_yaml(const Node& node) {
  if (!is_block(node)) return to_yaml_line(node) + "\n";
  std::string out;
  write_block(out, node, 0);
  return out;
}

}  // namespace tributary::config
