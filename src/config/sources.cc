#include "config/sources.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <string_view>
#include <utility>

#include "base/json_text.h"
#include "base/strings.h"
#include "config/substitution.h"
#include "config/yaml.h"

namespace tributary::config {
namespace {

constexpr std::string_view kContentVariable = "AOT_CONFIG_CONTENT";

Mark whole(std::string name, std::string text = "") {
  return {std::make_shared<const Source>(Source{std::move(name), std::move(text)}), 0, 0};
}

std::string excerpt(std::string_view text) {
  constexpr std::size_t kShown = 80;
  return json_string(text.substr(0, kShown));
}

bool is_yaml_path(std::string_view text) {
  return text.ends_with(".yaml") || text.ends_with(".yml") || text.starts_with("file:") ||
         text.starts_with("s3:") || text.starts_with("http:") || text.starts_with("https:");
}

// What somebody put into AOT_CONFIG_CONTENT instead of a configuration, with the way out.
std::string explain_content(std::string_view text) {
  const std::string name(kContentVariable);
  const std::string secrets =
      " In the task definition the variable belongs under \"secrets\" with \"valueFrom\": the name "
      "or ARN of the parameter; under \"environment\" with \"value\" it is handed over as it "
      "stands.";
  if (text.empty())
    return name + " is set but empty; unset it to use --config, or give it the configuration";
  if (text.starts_with("arn:"))
    return name + " holds an ARN (" + excerpt(text) + "), not a configuration." + secrets;
  if (is_yaml_path(text))
    return name + " holds a place (" + excerpt(text) +
           "), not a configuration; use --config=" + std::string(text.substr(0, 80)) +
           " and unset " + name;
  if (text.find("\\n") != std::string_view::npos)
    return name + " has line breaks written as \"\\n\" in it; it must hold real line breaks";
  const bool is_word =
      std::none_of(text.begin(), text.end(), [](unsigned char c) { return std::isspace(c) != 0; });
  if (is_word)
    return name + " holds a name (" + excerpt(text) + "), not a configuration." + secrets;
  return name + " holds a text (" + excerpt(text) +
         "), not a configuration: a mapping with receivers, exporters and service is wanted";
}

bool is_null(const Node& node) { return node.is_null(); }

Node load_content(std::string text, Diagnostics& diagnostics) {
  const std::string trimmed(trim(text));
  const bool is_one_line = trimmed.find('\n') == std::string::npos;
  Diagnostics attempt;
  Node node = parse(text, std::string(kContentVariable), attempt);
  const bool is_structure = node.is_mapping() && !attempt.has_errors();
  if (is_structure) return node;
  if (!attempt.has_errors() || (is_one_line && trimmed.find("\\n") != std::string::npos)) {
    diagnostics.error(whole(std::string(kContentVariable)), explain_content(trimmed));
    return Node();
  }
  for (Diagnostic& one : attempt.sorted()) diagnostics.error(one.mark, std::move(one.message));
  if (is_one_line && trimmed.find(": ") != std::string::npos)
    diagnostics.warning(whole(std::string(kContentVariable)),
                        "the whole text is on one line; were its line breaks lost on the way?");
  return Node();
}

// "a::b: v" becomes nested mappings.
void nest_keys(Node& node) {
  std::vector<Node::Item> items = std::move(node.items());
  node.items().clear();
  for (Node::Item& item : items) {
    if (item.value.is_mapping()) nest_keys(item.value);
    Node value = std::move(item.value);
    std::string_view key = item.key;
    for (std::size_t at = key.rfind("::"); at != std::string_view::npos; at = key.rfind("::")) {
      std::vector<Node::Item> one;
      one.push_back({std::string(key.substr(at + 2)), item.key_mark, std::move(value)});
      value = Node::mapping(std::move(one), item.key_mark);
      key = key.substr(0, at);
    }
    std::vector<Node::Item> outer;
    outer.push_back({std::string(key), item.key_mark, std::move(value)});
    merge(node, Node::mapping(std::move(outer), item.key_mark));
  }
}

// The scheme of a --config value; "file" where there is none.
std::pair<std::string, std::string> split_location(const std::string& location) {
  const std::size_t colon = location.find(':');
  const bool has_scheme =
      colon != std::string::npos && colon >= 2 &&
      std::all_of(location.begin(), location.begin() + static_cast<std::ptrdiff_t>(colon),
                  [](unsigned char c) {
                    return std::isalnum(c) != 0 || c == '+' || c == '.' || c == '-';
                  }) &&
      std::isalpha(static_cast<unsigned char>(location.front())) != 0;
  if (!has_scheme) return {"file", location};
  return {location.substr(0, colon), location.substr(colon + 1)};
}

Node load_location(const std::string& location, const Outside& outside, Diagnostics& diagnostics) {
  const auto [scheme, value] = split_location(location);
  const Mark option = whole("--config");
  if (scheme == "yaml") {
    Node node = parse(value, "--config=yaml:", diagnostics);
    nest_keys(node);
    return node;
  }
  if (scheme == "env") {
    auto text = outside.env(value);
    if (text) return parse(std::move(*text), "env:" + value, diagnostics);
    diagnostics.error(option, "the environment variable " + json_string(value) + " is not set");
    return Node();
  }
  if (scheme != "file") {
    diagnostics.error(option, json_string(location) + ": the scheme " + json_string(scheme) +
                                  " is not supported; there are file, env and yaml");
    return Node();
  }
  auto text = outside.read_file(value);
  if (!text) {
    diagnostics.error(option, text.error().message());
    return Node();
  }
  return parse(std::move(*text), value, diagnostics);
}

Node load_set(const std::string& set, Diagnostics& diagnostics) {
  const std::size_t equals = set.find('=');
  const std::string path = set.substr(0, equals);
  const bool has_empty_part = path.empty() || path.starts_with('.') || path.ends_with('.') ||
                              path.find("..") != std::string::npos;
  if (equals == std::string::npos || has_empty_part) {
    diagnostics.error(whole("--set"), "must be <key>.<key>=<value>, got " + excerpt(path));
    return Node();
  }
  Node node = parse(set.substr(equals + 1), "--set " + path, diagnostics);
  const std::vector<std::string_view> keys = split(path, '.');
  for (auto key = keys.rbegin(); key != keys.rend(); ++key) {
    const Mark mark = node.mark();
    std::vector<Node::Item> one;
    one.push_back({std::string(*key), mark, std::move(node)});
    node = Node::mapping(std::move(one), mark);
  }
  return node;
}

}  // namespace

void merge(Node& base, Node layer) {
  if (!base.is_mapping() || !layer.is_mapping()) {
    base = std::move(layer);
    return;
  }
  for (Node::Item& item : layer.items()) {
    if (Node* present = base.find(item.key)) {
      merge(*present, std::move(item.value));
    } else {
      base.items().push_back(std::move(item));
    }
  }
}

Node load(const SourceOptions& options, const Outside& outside, Diagnostics& diagnostics) {
  Node document;
  if (auto content = outside.env(std::string(kContentVariable))) {
    if (!options.configs.empty() || !options.sets.empty())
      diagnostics.warning({}, std::string(kContentVariable) +
                                  " is set: it is the whole configuration, and --config and --set "
                                  "are ignored");
    document = load_content(std::move(*content), diagnostics);
  } else {
    std::vector<Node> layers;
    for (const std::string& location : options.configs)
      layers.push_back(load_location(location, outside, diagnostics));
    for (const std::string& set : options.sets) layers.push_back(load_set(set, diagnostics));
    // Where a layer could not be read, what the others lack can only mislead.
    if (diagnostics.has_errors() && std::any_of(layers.begin(), layers.end(), is_null)) return {};
    for (Node& layer : layers)
      if (!layer.is_null()) merge(document, std::move(layer));
    if (document.is_null() && !diagnostics.has_errors())
      diagnostics.error({}, "the configuration is empty");
  }
  substitute(document, outside, diagnostics);
  return document;
}

}  // namespace tributary::config
