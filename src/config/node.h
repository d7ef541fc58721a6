// A YAML value with the place it was written at. Scalars stay text until somebody asks for a type,
// so "0123" is still "0123" where a string is wanted.
//
// Values: copied freely. Substitution and merging keep every mark.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tributary::config {

// A text that configuration came from: a file, a variable, a command line option.
struct Source {
  std::string name;
  std::string text;
};

// Line and column count from 1, columns in characters. No source: made by the program.
struct Mark {
  std::shared_ptr<const Source> source;
  std::uint32_t line = 0;
  std::uint32_t column = 0;

  std::string to_string() const;  // name:line:column
};

class Node {
 public:
  enum class Kind : std::uint8_t { null, scalar, sequence, mapping };
  struct Item;

  // Defined where Item is complete.
  Node();
  ~Node();
  Node(const Node&);
  Node(Node&&) noexcept;
  Node& operator=(const Node&);
  Node& operator=(Node&&) noexcept;

  static Node null(Mark mark);
  static Node scalar(std::string text, bool quoted = false, Mark mark = {});
  static Node sequence(std::vector<Node> elements = {}, Mark mark = {});
  static Node mapping();
  static Node mapping(std::vector<Item> items, Mark mark = {});

  Kind kind() const { return kind_; }
  bool is_null() const { return kind_ == Kind::null; }
  bool is_scalar() const { return kind_ == Kind::scalar; }
  bool is_sequence() const { return kind_ == Kind::sequence; }
  bool is_mapping() const { return kind_ == Kind::mapping; }

  // Of a scalar; "" otherwise. A plain `null`, `~` or nothing at all is a null, not a scalar.
  const std::string& text() const { return text_; }
  bool quoted() const { return quoted_; }

  // Of a sequence; empty otherwise.
  const std::vector<Node>& elements() const { return elements_; }
  std::vector<Node>& elements() { return elements_; }

  // Of a mapping, in the order of the text, each key once; empty otherwise.
  const std::vector<Item>& items() const { return items_; }
  std::vector<Item>& items() { return items_; }
  const Node* find(std::string_view key) const;
  Node* find(std::string_view key);
  void set(std::string_view key, Node value);  // replaces, or appends

  const Mark& mark() const { return mark_; }
  void set_mark(Mark mark) { mark_ = std::move(mark); }
  // Where the value of `key` stands, or this node where there is no such key.
  const Mark& mark_of(std::string_view key) const;

  // The text that a string field gets where this value was read from a substituted expression
  // (`${env:ID}` with ID=0123 or ID=[a]).
  const std::optional<std::string>& original() const { return original_; }
  void set_original(std::string text) { original_ = std::move(text); }

  // What it is, for messages: `the text "abc"`, `a list`.
  std::string describe() const;

 private:
  Kind kind_ = Kind::null;
  bool quoted_ = false;
  Mark mark_;
  std::string text_;
  std::vector<Node> elements_;
  std::vector<Item> items_;
  std::optional<std::string> original_;
};

struct Node::Item {
  std::string key;
  Mark key_mark;
  Node value;
};

// Block style, two spaces, keys in their order: reads back as the same nodes.
std::string to_yaml(const Node& node);
// The same on one line, in flow style.
std::string to_yaml_line(const Node& node);

}  // namespace tributary::config
