#include "collector/service/document.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "base/json_text.h"
#include "base/strings.h"
#include "collector/pipeline/component_id.h"
#include "collector/service/wiring.h"

namespace tributary::collector {
namespace {

using config::Diagnostics;
using config::Node;

// Ids in a list; as ADOT, a text stands for a list, with commas between several.
struct IdList {
  struct Entry {
    ComponentId id;
    config::Mark mark;
  };
  std::vector<Entry> entries;
};

bool add_id(std::string_view text, const config::Mark& mark, IdList& list,
            Diagnostics& diagnostics) {
  auto id = parse_component_id(text);
  if (!id) {
    diagnostics.error(mark, id.error().message());
    return false;
  }
  list.entries.push_back({std::move(*id), mark});
  return true;
}

bool decode(const Node& node, IdList& list, Diagnostics& diagnostics) {
  bool good = true;
  if (node.is_scalar()) {
    for (const std::string_view part : split(node.text(), ','))
      good &= add_id(part, node.mark(), list, diagnostics);
    return good;
  }
  if (!node.is_sequence()) {
    diagnostics.error(node.mark(), "must be a list of component ids, got " + node.describe());
    return false;
  }
  for (const Node& element : node.elements()) {
    if (element.is_scalar()) {
      good &= add_id(element.text(), element.mark(), list, diagnostics);
      continue;
    }
    diagnostics.error(element.mark(), "must be a component id, got " + element.describe());
    good = false;
  }
  return good;
}

struct PipelineSection {
  IdList receivers;
  IdList processors;
  IdList exporters;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("receivers", receivers, "where data comes from");
    f.optional("processors", processors, "what is done with it, in this order");
    f.optional("exporters", exporters, "where it goes");
  }
};

struct ServiceSection {
  IdList extensions;
  Node pipelines;
  TelemetryConfig telemetry;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("extensions", extensions, "started before the pipelines, in this order");
    f.required("pipelines", pipelines, "which components work together");
    f.optional("telemetry", telemetry, "what the program says about itself");
  }
};

struct Sections {
  Node receivers;
  Node processors;
  Node exporters;
  Node extensions;
  Node connectors;
  ServiceSection service;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("receivers", receivers, "where data comes from");
    f.optional("processors", processors, "what is done with it");
    f.optional("exporters", exporters, "where it goes");
    f.optional("extensions", extensions, "what helps");
    f.optional("connectors", connectors, "what joins pipelines; not supported");
    f.required("service", service, "which of the components run");
  }
};

// The words for a kind: in messages, and as the name of its section.
template <class Kind>
struct Words;
template <>
struct Words<Receiver> {
  static constexpr std::string_view kOne = "receiver";
  static constexpr std::string_view kSection = "receivers";
};
template <>
struct Words<Processor> {
  static constexpr std::string_view kOne = "processor";
  static constexpr std::string_view kSection = "processors";
};
template <>
struct Words<Exporter> {
  static constexpr std::string_view kOne = "exporter";
  static constexpr std::string_view kSection = "exporters";
};
template <>
struct Words<Extension> {
  static constexpr std::string_view kOne = "extension";
  static constexpr std::string_view kSection = "extensions";
};

std::string list_of(const std::vector<std::string>& names) {
  return names.empty() ? "there is none" : "there are " + join(names, ", ");
}

template <class Kind>
const Factory<Kind>* find_factory(const ComponentId& id, const config::Mark& mark,
                                  const Registry& registry, Diagnostics& diagnostics) {
  const auto found = registry.find<Kind>(id.type);
  if (found.factory == nullptr) {
    const std::vector<std::string> names = registry.names<Kind>();
    const auto near = closest(id.type, names);
    diagnostics.error(mark, "unknown " + std::string(Words<Kind>::kOne) + " type " +
                                json_string(id.type) +
                                (near ? "; did you mean " + json_string(*near) + "? (" : "; ") +
                                list_of(names) + (near ? ")" : ""));
  } else if (!found.deprecation.empty()) {
    diagnostics.warning(mark,
                        json_string(id.type) + " is deprecated: " + std::string(found.deprecation));
  }
  return found.factory;
}

template <class Kind>
std::vector<Configured<Kind>> read_components(const Node& section, const Registry& registry,
                                              Diagnostics& diagnostics) {
  std::vector<Configured<Kind>> all;
  const Diagnostics::Scope scope(diagnostics, Words<Kind>::kSection);
  if (section.is_null()) return all;
  if (!section.is_mapping()) {
    diagnostics.error(section.mark(),
                      "must be a mapping of component ids, got " + section.describe());
    return all;
  }
  for (const Node::Item& item : section.items()) {
    auto id = parse_component_id(item.key);
    if (!id) {
      diagnostics.error(item.key_mark, id.error().message());
      continue;
    }
    Configured<Kind>& component = all.emplace_back();
    component.id = std::move(*id);
    component.mark = item.key_mark;
    const auto* factory = find_factory<Kind>(component.id, item.key_mark, registry, diagnostics);
    if (factory == nullptr) continue;
    const Diagnostics::Scope component_scope(diagnostics, item.key);
    Node settings = item.value;
    // A component without settings is told about at its own name.
    if (settings.is_null()) settings.set_mark(item.key_mark);
    component.blueprint = factory->read(settings, diagnostics);
  }
  return all;
}

template <class Kind>
bool is_configured(const std::vector<Configured<Kind>>& all, const ComponentId& id) {
  return std::any_of(all.begin(), all.end(), [&id](const auto& one) { return one.id == id; });
}

// The ids that stand for something configured, each once.
template <class Kind>
std::vector<ComponentId> resolve(const IdList& list, const std::vector<Configured<Kind>>& all,
                                 Diagnostics& diagnostics) {
  std::vector<ComponentId> ids;
  for (const auto& [id, mark] : list.entries) {
    const std::string reference =
        "references " + std::string(Words<Kind>::kOne) + " " + json_string(id.to_string());
    if (!is_configured(all, id)) {
      std::vector<std::string> names;
      for (const auto& one : all) names.push_back(one.id.to_string());
      const auto near = closest(id.to_string(), names);
      diagnostics.error(mark, reference + " which is not configured" +
                                  (near ? "; did you mean " + json_string(*near) + "?" : ""));
    } else if (std::find(ids.begin(), ids.end(), id) == ids.end()) {
      ids.push_back(id);
    } else if constexpr (std::is_same_v<Kind, Processor>) {
      diagnostics.error(mark, reference + " multiple times");
    }
  }
  return ids;
}

bool check_signal(const ComponentId& id, const config::Mark& mark, Diagnostics& diagnostics) {
  static constexpr std::array<std::string_view, 3> kOthers = {"traces", "logs", "profiles"};
  if (id.type == "metrics") return true;
  if (std::find(kOthers.begin(), kOthers.end(), id.type) != kOthers.end()) {
    diagnostics.error(mark,
                      "this program carries metrics only; remove the pipeline, or run it in "
                      "another collector");
  } else {
    diagnostics.error(mark, "unknown signal " + json_string(id.type) +
                                "; a pipeline is called metrics or metrics/<name>");
  }
  return false;
}

void read_pipelines(const Node& section, Document& document, Diagnostics& diagnostics) {
  const Diagnostics::Scope scope(diagnostics, "pipelines");
  if (!section.is_mapping()) {
    if (!section.is_null())
      diagnostics.error(section.mark(),
                        "must be a mapping of pipelines, got " + section.describe());
    return;
  }
  if (section.items().empty())
    diagnostics.error(section.mark(), "there must be at least one pipeline");
  for (const Node::Item& item : section.items()) {
    const Diagnostics::Scope pipeline_scope(diagnostics, item.key);
    auto id = parse_component_id(item.key);
    if (!id) {
      diagnostics.error(item.key_mark, id.error().message());
      continue;
    }
    if (!check_signal(*id, item.key_mark, diagnostics)) continue;
    PipelineSection lists;
    if (!config::decode(item.value, lists, diagnostics)) continue;
    if (lists.receivers.entries.empty())
      diagnostics.error(item.key_mark, "must have at least one receiver");
    if (lists.exporters.entries.empty())
      diagnostics.error(item.key_mark, "must have at least one exporter");
    PipelineConfig& pipeline = document.pipelines.emplace_back();
    pipeline.id = std::move(*id);
    pipeline.receivers = resolve(lists.receivers, document.receivers, diagnostics);
    pipeline.processors = resolve(lists.processors, document.processors, diagnostics);
    pipeline.exporters = resolve(lists.exporters, document.exporters, diagnostics);
  }
}

template <class Kind>
void warn_of_unused(const std::vector<Configured<Kind>>& all, const std::vector<ComponentId>& used,
                    std::string_view by, Diagnostics& diagnostics) {
  const Diagnostics::Scope scope(diagnostics, Words<Kind>::kSection);
  for (const Configured<Kind>& one : all) {
    if (std::find(used.begin(), used.end(), one.id) != used.end()) continue;
    diagnostics.warning(one.mark, json_string(one.id.to_string()) + " is not in " +
                                      std::string(by) + ", so it is not started");
  }
}

void warn_of_unused(const Document& document, Diagnostics& diagnostics) {
  std::vector<ComponentId> used;
  for (const PipelineConfig& pipeline : document.pipelines)
    used.insert(used.end(), pipeline.receivers.begin(), pipeline.receivers.end());
  warn_of_unused(document.receivers, used, "any pipeline", diagnostics);
  used.clear();
  for (const PipelineConfig& pipeline : document.pipelines)
    used.insert(used.end(), pipeline.processors.begin(), pipeline.processors.end());
  warn_of_unused(document.processors, used, "any pipeline", diagnostics);
  used.clear();
  for (const PipelineConfig& pipeline : document.pipelines)
    used.insert(used.end(), pipeline.exporters.begin(), pipeline.exporters.end());
  warn_of_unused(document.exporters, used, "any pipeline", diagnostics);
  warn_of_unused(document.extensions, document.service_extensions, "service::extensions",
                 diagnostics);
}

// Values of keys that sound like secrets, where a component has them as plain text (headers).
void mask_secrets(Node& node) {
  static constexpr std::array<std::string_view, 6> kSecretWords = {
      "password", "secret", "token", "credentials", "authorization", "api_key"};
  for (Node& element : node.elements()) mask_secrets(element);
  for (Node::Item& item : node.items()) {
    const std::string key = to_lower(item.key);
    const bool is_secret =
        !key.ends_with("_file") &&
        std::any_of(kSecretWords.begin(), kSecretWords.end(),
                    [&key](std::string_view word) { return key.find(word) != std::string::npos; });
    if (is_secret && item.value.is_scalar() && !item.value.text().empty())
      item.value = Node::scalar("<masked>", true);
    mask_secrets(item.value);
  }
}

template <class Kind>
void print_components(const std::vector<Configured<Kind>>& all, Node& document) {
  Node section = Node::mapping();
  for (const Configured<Kind>& one : all)
    if (one.blueprint) section.set(one.id.to_string(), one.blueprint->print());
  if (!section.items().empty()) document.set(Words<Kind>::kSection, std::move(section));
}

Node print_ids(const std::vector<ComponentId>& ids) {
  Node list = Node::sequence();
  for (const ComponentId& id : ids) list.elements().push_back(Node::scalar(id.to_string(), true));
  return list;
}

}  // namespace

Document read_document(const Node& node, const Registry& registry, Diagnostics& diagnostics) {
  Document document;
  Sections sections;
  config::decode(node, sections, diagnostics);
  document.receivers = read_components<Receiver>(sections.receivers, registry, diagnostics);
  document.processors = read_components<Processor>(sections.processors, registry, diagnostics);
  document.exporters = read_components<Exporter>(sections.exporters, registry, diagnostics);
  document.extensions = read_components<Extension>(sections.extensions, registry, diagnostics);
  if (!sections.connectors.is_null() && !sections.connectors.items().empty())
    diagnostics.error(sections.connectors.mark(), "connectors are not supported");
  {
    const Diagnostics::Scope scope(diagnostics, "service");
    read_pipelines(sections.service.pipelines, document, diagnostics);
    const Diagnostics::Scope extensions_scope(diagnostics, "extensions");
    document.service_extensions =
        resolve(sections.service.extensions, document.extensions, diagnostics);
  }
  document.telemetry = std::move(sections.service.telemetry);
  if (diagnostics.has_errors()) return document;
  warn_of_unused(document, diagnostics);
  warn_of_wiring(document, diagnostics);
  return document;
}

Node print(const Document& document) {
  Node all = Node::mapping();
  print_components(document.receivers, all);
  print_components(document.processors, all);
  print_components(document.exporters, all);
  print_components(document.extensions, all);
  Node pipelines = Node::mapping();
  for (const PipelineConfig& pipeline : document.pipelines) {
    Node one = Node::mapping();
    one.set("receivers", print_ids(pipeline.receivers));
    if (!pipeline.processors.empty()) one.set("processors", print_ids(pipeline.processors));
    one.set("exporters", print_ids(pipeline.exporters));
    pipelines.set(pipeline.id.to_string(), std::move(one));
  }
  Node service = Node::mapping();
  if (!document.service_extensions.empty())
    service.set("extensions", print_ids(document.service_extensions));
  service.set("pipelines", std::move(pipelines));
  service.set("telemetry", config::print(document.telemetry));
  all.set("service", std::move(service));
  mask_secrets(all);
  return all;
}

}  // namespace tributary::collector
