#include "config/yaml.h"

#include <yaml.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <utility>

#include "base/json_text.h"
#include "base/strings.h"
#include "config/text_position.h"

namespace tributary::config {
namespace {

std::string_view view(const yaml_char_t* text) {
  return text == nullptr ? std::string_view() : reinterpret_cast<const char*>(text);
}

std::string plural(std::size_t count, std::string_view thing) {
  return std::to_string(count) + " " + std::string(thing);
}

// An event that frees itself.
class Event {
 public:
  Event() = default;
  ~Event() { yaml_event_delete(&event_); }
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;

  yaml_event_t* raw() { return &event_; }
  yaml_event_type_t type() const { return event_.type; }
  const yaml_event_t* operator->() const { return &event_; }

 private:
  yaml_event_t event_{};
};

bool is_null_word(std::string_view text) {
  static constexpr std::array<std::string_view, 5> kWords = {"", "~", "null", "Null", "NULL"};
  return std::find(kWords.begin(), kWords.end(), text) != kWords.end();
}

class Reader {
 public:
  Reader(std::shared_ptr<const Source> source, Diagnostics& diagnostics, const YamlLimits& limits)
      : source_(std::move(source)), diagnostics_(diagnostics), limits_(limits) {
    yaml_parser_initialize(&parser_);
    yaml_parser_set_encoding(&parser_, YAML_UTF8_ENCODING);
    const std::string& text = source_->text;
    yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()),
                                 text.size());
  }
  ~Reader() { yaml_parser_delete(&parser_); }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  // Nothing where the text cannot be read to its end.
  std::optional<Node> read_document() {
    Event start;
    if (!next(start)) return {};  // of the stream
    Event document;
    if (!next(document)) return {};
    if (document.type() == YAML_STREAM_END_EVENT) return Node::null(mark(document->start_mark));
    Event root;
    if (!next(root)) return {};
    Node node;
    if (!read_node(root, node, 1)) return {};
    Event end;
    Event after;
    if (!next(end) || !next(after)) return {};
    if (after.type() != YAML_STREAM_END_EVENT) {
      fail(mark(after->start_mark), "a second document begins here; one is wanted");
      return {};
    }
    return node;
  }

 private:
  struct Anchor {
    Node node;
    std::size_t nodes;
    std::size_t height;
  };

  Mark mark(const yaml_mark_t& at) const {
    return {source_, static_cast<std::uint32_t>(at.line + 1),
            static_cast<std::uint32_t>(at.column + 1)};
  }

  bool fail(const Mark& at, std::string message) {
    diagnostics_.error(at, std::move(message));
    return false;
  }

  bool next(Event& event) {
    if (yaml_parser_parse(&parser_, event.raw()) != 0) return true;
    return fail_syntax();
  }

  bool fail_syntax();
  bool read_node(const Event& event, Node& node, std::size_t depth);
  bool read_scalar(const Event& event, Node& node);
  bool read_sequence(const Event& event, Node& node, std::size_t depth);
  bool read_mapping(const Event& event, Node& node, std::size_t depth);
  bool read_alias(const Event& event, Node& node, std::size_t depth);
  void merge(const Node& value, std::map<std::string, Mark>& seen, std::vector<Node::Item>& items);
  void check_tag(std::string_view tag, const yaml_mark_t& at);
  void remember(std::string_view anchor, const Node& node, std::size_t nodes_before);

  std::shared_ptr<const Source> source_;
  Diagnostics& diagnostics_;
  YamlLimits limits_;
  yaml_parser_t parser_{};
  std::map<std::string, Anchor, std::less<>> anchors_;
  std::size_t nodes_ = 0;
  std::size_t alias_nodes_ = 0;
};

// True where the line's indentation has a tab in it.
bool is_indented_by_tab(std::string_view text, std::size_t line) {
  for (; line > 0; --line) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return false;
    text.remove_prefix(end + 1);
  }
  const std::string_view margin = text.substr(0, text.find_first_not_of(" \t"));
  return margin.find('\t') != std::string_view::npos;
}

bool Reader::fail_syntax() {
  if (parser_.error == YAML_MEMORY_ERROR) return fail({source_, 0, 0}, "out of memory");
  if (parser_.error == YAML_READER_ERROR)
    return fail(mark_of_offset(source_, parser_.problem_offset),
                "this byte cannot stand in YAML: " + std::string(parser_.problem));
  const std::size_t line = parser_.problem_mark.line;
  if (is_indented_by_tab(source_->text, line))
    return fail({source_, static_cast<std::uint32_t>(line + 1), 1},
                "a tab cannot indent YAML; use spaces");
  std::string message = parser_.problem == nullptr ? "invalid YAML" : parser_.problem;
  if (parser_.context != nullptr) {
    message += " " + std::string(parser_.context);
    if (parser_.context_mark.line != line)
      message += " that begins at line " + std::to_string(parser_.context_mark.line + 1);
  }
  return fail(mark(parser_.problem_mark), std::move(message));
}

void Reader::check_tag(std::string_view tag, const yaml_mark_t& at) {
  constexpr std::string_view kCore = "tag:yaml.org,2002:";
  if (tag.empty() || tag == "!") return;
  static constexpr std::array<std::string_view, 7> kKnown = {"str",  "int", "float", "bool",
                                                             "null", "seq", "map"};
  if (tag.starts_with(kCore) &&
      std::find(kKnown.begin(), kKnown.end(), tag.substr(kCore.size())) != kKnown.end())
    return;
  fail(mark(at), "the tag " + json_string(tag) + " is not supported");
}

bool Reader::read_node(const Event& event, Node& node, std::size_t depth) {
  if (depth > limits_.depth_max)
    return fail(mark(event->start_mark),
                "nested deeper than " + plural(limits_.depth_max, "levels"));
  if (++nodes_ > limits_.nodes_max)
    return fail(mark(event->start_mark), "more than " + plural(limits_.nodes_max, "values"));
  switch (event.type()) {
    case YAML_SCALAR_EVENT: return read_scalar(event, node);
    case YAML_SEQUENCE_START_EVENT: return read_sequence(event, node, depth);
    case YAML_MAPPING_START_EVENT: return read_mapping(event, node, depth);
    case YAML_ALIAS_EVENT: return read_alias(event, node, depth);
    default: return fail(mark(event->start_mark), "a value is wanted here");
  }
}

bool Reader::read_scalar(const Event& event, Node& node) {
  const auto& scalar = event->data.scalar;
  const std::string_view tag = view(scalar.tag);
  check_tag(tag, event->start_mark);
  std::string text(reinterpret_cast<const char*>(scalar.value), scalar.length);
  const bool is_string =
      scalar.style != YAML_PLAIN_SCALAR_STYLE || tag == "!" || tag.ends_with(":str");
  node = !is_string && is_null_word(text)
             ? Node::null(mark(event->start_mark))
             : Node::scalar(std::move(text), is_string, mark(event->start_mark));
  remember(view(scalar.anchor), node, nodes_ - 1);
  return true;
}

bool Reader::read_sequence(const Event& event, Node& node, std::size_t depth) {
  const std::size_t nodes_before = nodes_ - 1;
  check_tag(view(event->data.sequence_start.tag), event->start_mark);
  std::vector<Node> elements;
  while (true) {
    Event element;
    if (!next(element)) return false;
    if (element.type() == YAML_SEQUENCE_END_EVENT) break;
    if (!read_node(element, elements.emplace_back(), depth + 1)) return false;
  }
  node = Node::sequence(std::move(elements), mark(event->start_mark));
  remember(view(event->data.sequence_start.anchor), node, nodes_before);
  return true;
}

bool Reader::read_mapping(const Event& event, Node& node, std::size_t depth) {
  const std::size_t nodes_before = nodes_ - 1;
  check_tag(view(event->data.mapping_start.tag), event->start_mark);
  std::vector<Node::Item> items;
  std::map<std::string, Mark> seen;
  std::vector<Node> merged;
  while (true) {
    Event key;
    if (!next(key)) return false;
    if (key.type() == YAML_MAPPING_END_EVENT) break;
    const Mark key_mark = mark(key->start_mark);
    Node key_node;
    if (!read_node(key, key_node, depth + 1)) return false;
    Event value;
    if (!next(value)) return false;
    Node value_node;
    if (!read_node(value, value_node, depth + 1)) return false;
    if (key_node.is_sequence() || key_node.is_mapping()) {
      fail(key_mark, "a key must be text, got " + key_node.describe());
      continue;
    }
    // A plain `null` is a fine key.
    const std::string name = key.type() == YAML_SCALAR_EVENT
                                 ? std::string(view(key->data.scalar.value))
                                 : key_node.text();
    if (name == "<<" && !key_node.quoted()) {
      merged.push_back(std::move(value_node));
      continue;
    }
    const auto [first, is_new] = seen.emplace(name, key_mark);
    if (!is_new) {
      fail(key_mark, "the key " + json_string(name) + " stands here a second time; " +
                         "the first is at line " + std::to_string(first->second.line));
      continue;
    }
    items.push_back({name, key_mark, std::move(value_node)});
  }
  for (const Node& value : merged) merge(value, seen, items);
  node = Node::mapping(std::move(items), mark(event->start_mark));
  remember(view(event->data.mapping_start.anchor), node, nodes_before);
  return true;
}

// Adds the items of a merge key's value that the mapping does not have itself.
void Reader::merge(const Node& value, std::map<std::string, Mark>& seen,
                   std::vector<Node::Item>& items) {
  if (value.is_sequence()) {
    for (const Node& one : value.elements()) {
      if (one.is_mapping()) {
        merge(one, seen, items);
      } else {
        fail(one.mark(), "\"<<\" merges mappings, got " + one.describe());
      }
    }
    return;
  }
  if (!value.is_mapping()) {
    fail(value.mark(), "\"<<\" merges a mapping or a list of them, got " + value.describe());
    return;
  }
  for (const Node::Item& item : value.items())
    if (seen.emplace(item.key, item.key_mark).second) items.push_back(item);
}

bool Reader::read_alias(const Event& event, Node& node, std::size_t depth) {
  const std::string_view name = view(event->data.alias.anchor);
  const auto at = anchors_.find(name);
  if (at == anchors_.end())
    return fail(mark(event->start_mark), "the alias \"*" + std::string(name) +
                                             "\" has no anchor \"&" + std::string(name) +
                                             "\" before it");
  const Anchor& anchor = at->second;
  alias_nodes_ += anchor.nodes;
  nodes_ += anchor.nodes;
  if (alias_nodes_ > limits_.alias_nodes_max)
    return fail(mark(event->start_mark),
                "the aliases expand to more than " + plural(limits_.alias_nodes_max, "values"));
  if (depth + anchor.height > limits_.depth_max)
    return fail(mark(event->start_mark),
                "nested deeper than " + plural(limits_.depth_max, "levels") + " by this alias");
  node = anchor.node;
  return true;
}

std::size_t height_of(const Node& node) {
  std::size_t height = 0;
  for (const Node& element : node.elements()) height = std::max(height, height_of(element) + 1);
  for (const Node::Item& item : node.items()) height = std::max(height, height_of(item.value) + 1);
  return height;
}

void Reader::remember(std::string_view anchor, const Node& node, std::size_t nodes_before) {
  if (anchor.empty()) return;
  anchors_.insert_or_assign(std::string(anchor),
                            Anchor{node, nodes_ - nodes_before, height_of(node)});
}

}  // namespace

Node parse(std::string text, std::string source_name, Diagnostics& diagnostics,
           const YamlLimits& limits) {
  auto source = std::make_shared<const Source>(Source{std::move(source_name), std::move(text)});
  const Mark start = {source, 1, 1};
  if (source->text.size() > limits.bytes_max) {
    diagnostics.error(start, plural(source->text.size(), "bytes are more than the limit of ") +
                                 std::to_string(limits.bytes_max));
    return Node::null(start);
  }
  if (!is_valid_utf8(source->text)) {
    diagnostics.error(mark_of_offset(source, invalid_utf8_offset(source->text)),
                      "this byte is not UTF-8");
    return Node::null(start);
  }
  Reader reader(source, diagnostics, limits);
  return reader.read_document().value_or(Node::null(start));
}

}  // namespace tributary::config
