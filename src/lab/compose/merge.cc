#include "lab/compose/merge.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "config/sources.h"

namespace tributary::lab::compose {
namespace {

constexpr std::array<std::string_view, 5> kAdded = {"ports", "tmpfs", "volumes", "env_file",
                                                    "expose"};
constexpr std::array<std::string_view, 2> kPairs = {"environment", "labels"};

bool is_one_of(std::string_view key, const auto& keys) {
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

config::Node as_sequence(config::Node node) {
  if (!node.is_scalar()) return node;
  config::Mark mark = node.mark();
  return config::Node::sequence({std::move(node)}, std::move(mark));
}

// NAME=VALUE as a mapping's item. What is no text stays for the decoder to refuse.
config::Node as_mapping(config::Node node) {
  if (!node.is_sequence()) return node;
  config::Node mapping = config::Node::mapping({}, node.mark());
  for (const config::Node& element : node.elements()) {
    const std::size_t equals = element.text().find('=');
    if (!element.is_scalar() || element.text().empty() || equals == 0) return node;
    const std::string name = element.text().substr(0, equals);
    config::Node value =
        equals == std::string::npos
            ? config::Node::null(element.mark())
            : config::Node::scalar(element.text().substr(equals + 1), true, element.mark());
    if (config::Node* known = mapping.find(name)) {
      *known = std::move(value);
    } else {
      mapping.items().push_back({name, element.mark(), std::move(value)});
    }
  }
  return mapping;
}

void add(config::Node& base, config::Node layer) {
  base = as_sequence(std::move(base));
  layer = as_sequence(std::move(layer));
  if (!base.is_sequence() || !layer.is_sequence()) {
    base = std::move(layer);
    return;
  }
  for (config::Node& element : layer.elements()) base.elements().push_back(std::move(element));
}

void merge_service(config::Node& base, config::Node layer) {
  if (!base.is_mapping() || !layer.is_mapping()) {
    base = std::move(layer);
    return;
  }
  for (config::Node::Item& item : layer.items()) {
    config::Node* known = base.find(item.key);
    if (known == nullptr) {
      base.items().push_back(std::move(item));
    } else if (is_one_of(item.key, kAdded)) {
      add(*known, std::move(item.value));
    } else if (is_one_of(item.key, kPairs)) {
      *known = as_mapping(std::move(*known));
      config::merge(*known, as_mapping(std::move(item.value)));
    } else {
      config::merge(*known, std::move(item.value));
    }
  }
}

}  // namespace

void merge_compose(config::Node& base, config::Node layer) {
  if (!base.is_mapping() || !layer.is_mapping()) {
    base = std::move(layer);
    return;
  }
  for (config::Node::Item& item : layer.items()) {
    config::Node* known = base.find(item.key);
    if (known == nullptr) {
      base.items().push_back(std::move(item));
    } else if (item.key == "services" && known->is_mapping() && item.value.is_mapping()) {
      for (config::Node::Item& service : item.value.items()) {
        if (config::Node* same = known->find(service.key)) {
          merge_service(*same, std::move(service.value));
        } else {
          known->items().push_back(std::move(service));
        }
      }
    } else {
      config::merge(*known, std::move(item.value));
    }
  }
}

}  // namespace tributary::lab::compose
