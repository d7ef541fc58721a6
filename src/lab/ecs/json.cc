#include "lab/ecs/json.h"

#include "base/json_text.h"

namespace tributary::lab::ecs {
namespace {

void append(const config::Node& node, std::string& out) {
  const char* separator = "";
  switch (node.kind()) {
    case config::Node::Kind::null: out += "null"; return;
    case config::Node::Kind::scalar:
      if (node.quoted()) {
        append_json_string(out, node.text());
      } else {
        out += node.text();
      }
      return;
    case config::Node::Kind::sequence:
      out += '[';
      for (const config::Node& element : node.elements()) {
        out += separator;
        append(element, out);
        separator = ",";
      }
      out += ']';
      return;
    case config::Node::Kind::mapping:
      out += '{';
      for (const config::Node::Item& item : node.items()) {
        out += separator;
        append_json_string(out, item.key);
        out += ':';
        append(item.value, out);
        separator = ",";
      }
      out += '}';
      return;
  }
}

}  // namespace

std::string to_json(const config::Node& node) {
  std::string out;
  append(node, out);
  return out;
}

}  // namespace tributary::lab::ecs
