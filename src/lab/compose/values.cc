#include "lab/compose/values.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "aws/command_line.h"
#include "base/json_text.h"
#include "base/strings.h"

namespace tributary::lab::compose {
namespace {

constexpr std::uint64_t kMiB = 1U << 20;
constexpr std::uint64_t kMemoryMibMin = 4;  // of ECS

bool refuse(const config::Node& node, std::string_view wanted, config::Diagnostics& diagnostics) {
  diagnostics.error(node.mark(), "must be " + std::string(wanted) + ", got " + node.describe());
  return false;
}

// Calls `take(element)` for a text, or for each element of a list.
template <class Take>
bool each_element(const config::Node& node, std::string_view wanted,
                  config::Diagnostics& diagnostics, Take take) {
  if (!node.is_sequence()) return refuse(node, wanted, diagnostics);
  bool good = true;
  std::size_t index = 0;
  for (const config::Node& element : node.elements()) {
    const config::Diagnostics::Scope scope(diagnostics, "[" + std::to_string(index++) + "]");
    good &= take(element);
  }
  return good;
}

std::optional<std::uint16_t> port_number(std::string_view text) {
  const auto number = parse_uint64(text);
  if (!number || *number == 0 || *number > 65535) return {};
  return static_cast<std::uint16_t>(*number);
}

struct PortRange {
  std::uint16_t first = 0;
  std::uint16_t last = 0;
};

std::optional<PortRange> port_range(std::string_view text) {
  const std::size_t dash = text.find('-');
  const auto first = port_number(text.substr(0, dash));
  const auto last = dash == std::string_view::npos ? first : port_number(text.substr(dash + 1));
  if (!first || !last || *last < *first) return {};
  return PortRange{.first = *first, .last = *last};
}

constexpr std::string_view kShortPort =
    "[HOST:]CONTAINER[/tcp] with ports or ranges of ports from 1 to 65535, as in \"8000:8000\"";

bool decode_short_port(const config::Node& node, Ports& ports, config::Diagnostics& diagnostics) {
  std::string_view text = node.text();
  const std::size_t slash = text.find('/');
  const std::string protocol =
      slash == std::string_view::npos ? "tcp" : to_lower(text.substr(slash + 1));
  if (protocol == "udp" || protocol == "sctp") {
    diagnostics.error(node.mark(), "the protocol " + protocol + " is not supported: tcp alone is");
    return false;
  }
  text = text.substr(0, slash);
  // An address in front is skipped, as by the ECS CLI: everything is published on 127.0.0.1.
  const std::size_t colon = text.rfind(':');
  const auto container =
      port_range(colon == std::string_view::npos ? text : text.substr(colon + 1));
  std::optional<PortRange> host;
  if (colon != std::string_view::npos) {
    std::string_view before = text.substr(0, colon);
    if (const std::size_t address = before.rfind(':'); address != std::string_view::npos)
      before.remove_prefix(address + 1);
    host = port_range(before);
    if (!host) return refuse(node, kShortPort, diagnostics);
  }
  if (protocol != "tcp" || !container) return refuse(node, kShortPort, diagnostics);
  if (host && host->last - host->first != container->last - container->first) {
    diagnostics.error(node.mark(),
                      "the ranges of ports " + json_string(node.text()) + " must be of one length");
    return false;
  }
  for (unsigned i = 0; i <= static_cast<unsigned>(container->last - container->first); ++i) {
    const auto port = [i](std::uint16_t first) { return static_cast<std::uint16_t>(first + i); };
    ports.all.push_back({.mapping = {.container_port = port(container->first),
                                     .host_port = host ? port(host->first) : std::uint16_t{0}},
                         .mark = node.mark()});
  }
  return true;
}

struct LongPort {
  std::uint16_t target = 0;
  std::uint16_t published = 0;
  std::string protocol = "tcp";
  std::string mode;

  template <class Fields>
  void describe(Fields& f) {
    f.required("target", target, "the container's port");
    f.optional("published", published, "the port of the host");
    f.optional("protocol", protocol, "tcp");
    f.optional("mode", mode, "host or ingress: no difference here");
  }
  void validate(const config::Node& node, config::Diagnostics& diagnostics) const {
    if (protocol != "tcp")
      diagnostics.error(node.mark_of("protocol"), "the protocol " + json_string(protocol) +
                                                      " is not supported: tcp alone is");
    if (target == 0) diagnostics.error(node.mark_of("target"), "must be a port from 1 to 65535");
  }
};

struct LongMount {
  std::string type;
  std::string source;
  std::string target;
  bool read_only = false;

  template <class Fields>
  void describe(Fields& f) {
    f.required("type", type, "volume or bind");
    f.optional("source", source, "a volume's name, or a path of the host");
    f.required("target", target, "the path in the container");
    f.optional("read_only", read_only, "");
    f.ignored("consistency", "this machine has one kind");
  }
  void validate(const config::Node& node, config::Diagnostics& diagnostics) const {
    if (type != "volume" && type != "bind")
      diagnostics.error(node.mark_of("type"), "the type " + json_string(type) +
                                                  " is not supported: volume and bind are" +
                                                  (type == "tmpfs" ? "; use the key tmpfs" : ""));
  }
};

std::optional<Mount> short_mount(const config::Node& node, config::Diagnostics& diagnostics) {
  const auto parts = split(node.text(), ':');
  Mount mount{.mark = node.mark()};
  if (parts.size() == 1) {
    mount.target = parts[0];
  } else if (parts.size() <= 3) {
    mount.source = parts[0];
    mount.target = parts[1];
  }
  if (parts.size() == 3) {
    mount.read_only = parts[2] == "ro";
    if (parts[2] != "ro" && parts[2] != "rw") mount.target.clear();
  }
  if (mount.target.starts_with('/') && (parts.size() == 1 || !mount.source.empty())) return mount;
  refuse(node, "[SOURCE:]TARGET[:ro|rw], the target a path in the container", diagnostics);
  return {};
}

std::optional<std::uint64_t> bytes_of(std::string_view text) {
  config::Diagnostics ignored;
  config::ByteSize size;
  if (!config::decode(config::Node::scalar(std::string(text)), size, ignored)) return {};
  return size.bytes;
}

}  // namespace

bool decode(const config::Node& node, TextList& value, config::Diagnostics& diagnostics) {
  value.all.clear();
  const auto take = [&](const config::Node& element) {
    if (!element.is_scalar()) return refuse(element, "text", diagnostics);
    value.all.push_back({.text = element.text(), .mark = element.mark()});
    return true;
  };
  if (node.is_scalar()) return take(node);
  return each_element(node, "text or a list of texts", diagnostics, take);
}

bool decode(const config::Node& node, CommandLine& value, config::Diagnostics& diagnostics) {
  value.words.clear();
  if (node.is_scalar()) {
    if (trim(node.text()).empty()) return true;
    auto words = aws::split_command_line(node.text());
    if (!words) {
      diagnostics.error(node.mark(), words.error().message());
      return false;
    }
    value.words = *std::move(words);
    return true;
  }
  return each_element(node, "a command or a list of words", diagnostics,
                      [&](const config::Node& element) {
                        if (!element.is_scalar()) return refuse(element, "text", diagnostics);
                        value.words.push_back(element.text());
                        return true;
                      });
}

bool decode(const config::Node& node, HealthTest& value, config::Diagnostics& diagnostics) {
  value.command.clear();
  if (node.is_scalar()) {
    value.command = {"CMD-SHELL", node.text()};
    return true;
  }
  TextList words;
  if (!decode(node, words, diagnostics) || words.all.empty()) return !words.all.empty();
  for (const Text& word : words.all) value.command.push_back(word.text);
  const std::string& first = value.command.front();
  if (first == "NONE") {
    value.command.clear();
  } else if ((first != "CMD" && first != "CMD-SHELL") || value.command.size() < 2) {
    diagnostics.error(node.mark(), "a list is CMD and words, CMD-SHELL and a line, or NONE, got " +
                                       json_string(first) +
                                       (value.command.size() < 2 ? " alone" : " first"));
    return false;
  }
  return true;
}

bool decode(const config::Node& node, Pairs& value, config::Diagnostics& diagnostics) {
  value.all.clear();
  bool good = true;
  if (node.is_mapping()) {
    for (const config::Node::Item& item : node.items()) {
      const config::Diagnostics::Scope scope(diagnostics, item.key);
      if (!item.value.is_scalar() && !item.value.is_null()) {
        good = refuse(item.value, "text", diagnostics);
        continue;
      }
      Pair& pair = value.all.emplace_back(Pair{.name = item.key, .mark = item.key_mark});
      if (item.value.is_scalar()) pair.value = item.value.text();
    }
    return good;
  }
  return each_element(node, "a mapping, or a list of NAME=VALUE", diagnostics,
                      [&](const config::Node& element) {
                        const std::size_t equals = element.text().find('=');
                        if (!element.is_scalar() || equals == 0 || element.text().empty())
                          return refuse(element, "NAME=VALUE", diagnostics);
                        Pair& pair = value.all.emplace_back(
                            Pair{.name = element.text().substr(0, equals), .mark = element.mark()});
                        if (equals != std::string::npos)
                          pair.value = element.text().substr(equals + 1);
                        return true;
                      });
}

bool decode(const config::Node& node, Seconds& value, config::Diagnostics& diagnostics) {
  if (!config::decode(node, value.value, diagnostics)) return false;
  value.mark = node.mark();
  if (value.value >= 0s && value.value % 1s == 0s) return true;
  return refuse(node, "whole seconds: ECS counts in them", diagnostics);
}

bool decode(const config::Node& node, Memory& value, config::Diagnostics& diagnostics) {
  config::ByteSize size;
  if (!config::decode(node, size, diagnostics)) return false;
  value.mib = size.bytes / kMiB;
  if (size.bytes == 0 || value.mib >= kMemoryMibMin) return true;
  std::string message = node.text() + " is less than the 4 MiB that ECS takes";
  if (parse_uint64(node.text()))
    message += ", a number alone being bytes; did you mean \"" + node.text() + "m\"?";
  diagnostics.error(node.mark(), std::move(message));
  return false;
}

bool decode(const config::Node& node, Ports& value, config::Diagnostics& diagnostics) {
  value.all.clear();
  return each_element(node, "a list of ports", diagnostics, [&](const config::Node& element) {
    if (element.is_scalar()) return decode_short_port(element, value, diagnostics);
    LongPort port;
    if (!config::decode(element, port, diagnostics)) return false;
    value.all.push_back({.mapping = {.container_port = port.target, .host_port = port.published},
                         .mark = element.mark()});
    return true;
  });
}

bool decode(const config::Node& node, Mounts& value, config::Diagnostics& diagnostics) {
  value.all.clear();
  return each_element(node, "a list of volumes", diagnostics, [&](const config::Node& element) {
    if (element.is_scalar()) {
      auto mount = short_mount(element, diagnostics);
      if (!mount) return false;
      value.all.push_back(*std::move(mount));
      return true;
    }
    LongMount mount;
    if (!config::decode(element, mount, diagnostics)) return false;
    value.all.push_back({.source = mount.source,
                         .target = mount.target,
                         .read_only = mount.read_only,
                         .mark = element.mark()});
    return true;
  });
}

bool decode(const config::Node& node, TmpfsList& value, config::Diagnostics& diagnostics) {
  value.all.clear();
  const auto take = [&](const config::Node& element) {
    const std::string& text = element.text();
    const std::size_t colon = text.find(':');
    Tmpfs tmpfs{.container_path = text.substr(0, colon)};
    if (colon != std::string::npos) {
      for (const std::string_view option : split(std::string_view(text).substr(colon + 1), ',')) {
        if (!option.starts_with("size=")) {
          tmpfs.mount_options.emplace_back(option);
        } else if (const auto bytes = bytes_of(option.substr(5))) {
          tmpfs.size_mib = *bytes / kMiB;
        }
      }
    }
    if (!tmpfs.container_path.starts_with('/') || tmpfs.size_mib == 0)
      return refuse(element, "PATH:size=SIZE of at least 1m, as in /tmp:size=64m: ECS wants a size",
                    diagnostics);
    value.all.push_back(std::move(tmpfs));
    return true;
  };
  if (node.is_scalar()) return take(node);
  return each_element(node, "PATH:size=SIZE, or a list of those", diagnostics, take);
}

namespace {

struct LongDependency {
  std::string condition;
  bool required = true;

  template <class Fields>
  void describe(Fields& f) {
    f.required("condition", condition,
               "service_started, service_healthy or service_completed_successfully");
    f.optional("required", required, "");
  }
};

std::optional<StartCondition> condition_of(std::string_view name) {
  static constexpr std::array<std::pair<std::string_view, StartCondition>, 3> kConditions = {
      {{"service_started", StartCondition::start},
       {"service_healthy", StartCondition::healthy},
       {"service_completed_successfully", StartCondition::success}}};
  const auto found = std::find_if(kConditions.begin(), kConditions.end(),
                                  [name](const auto& one) { return one.first == name; });
  if (found == kConditions.end()) return {};
  return found->second;
}

}  // namespace

bool decode(const config::Node& node, ComposeDependencies& value,
            config::Diagnostics& diagnostics) {
  value.all.clear();
  if (!node.is_mapping()) {
    TextList services;
    if (!decode(node, services, diagnostics)) return false;
    for (const Text& service : services.all)
      value.all.push_back({.dependency = {.container = service.text}, .mark = service.mark});
    return true;
  }
  bool good = true;
  for (const config::Node::Item& item : node.items()) {
    const config::Diagnostics::Scope scope(diagnostics, item.key);
    LongDependency dependency;
    if (!config::decode(item.value, dependency, diagnostics)) {
      good = false;
    } else if (const auto condition = condition_of(dependency.condition)) {
      value.all.push_back(
          {.dependency = {.container = item.key, .condition = *condition}, .mark = item.key_mark});
    } else {
      diagnostics.error(item.value.mark_of("condition"),
                        "the condition " + json_string(dependency.condition) +
                            " must be service_started, service_healthy or "
                            "service_completed_successfully");
      good = false;
    }
  }
  return good;
}

}  // namespace tributary::lab::compose
