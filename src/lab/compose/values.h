// Values of compose and ecs-params files that are written in several ways: a list or one text, a
// list of NAME=VALUE or a mapping, short and long forms. Each keeps the place it stands at, for
// what can only be judged later.
//
// Values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "config/diagnostics.h"
#include "config/fields.h"
#include "config/node.h"
#include "lab/task/task.h"

namespace tributary::lab::compose {

struct Text {
  std::string text;
  config::Mark mark;
};

// A text, or a list of them.
struct TextList {
  std::vector<Text> all;
};
bool decode(const config::Node& node, TextList& value, config::Diagnostics& diagnostics);

// A list of words, or a line that is split into words as a shell would, without running one.
struct CommandLine {
  std::vector<std::string> words;
};
bool decode(const config::Node& node, CommandLine& value, config::Diagnostics& diagnostics);

// A list of NAME=VALUE, or a mapping. A name without a value takes it from the environment.
struct Pair {
  std::string name;
  std::optional<std::string> value;
  config::Mark mark;
};
struct Pairs {
  std::vector<Pair> all;
};
bool decode(const config::Node& node, Pairs& value, config::Diagnostics& diagnostics);

// Of a health check: a list that begins with CMD, CMD-SHELL or NONE; a text is a line for a shell.
struct HealthTest {
  std::vector<std::string> command;  // empty: none
};
bool decode(const config::Node& node, HealthTest& value, config::Diagnostics& diagnostics);

// Whole seconds, written as a duration: 30s, 1m30s.
struct Seconds {
  Duration value{};
  config::Mark mark;
};
bool decode(const config::Node& node, Seconds& value, config::Diagnostics& diagnostics);

// 512m, 0.5gb; a number alone is bytes. What comes to less than the least that ECS takes is
// refused.
struct Memory {
  std::uint64_t mib = 0;
};
bool decode(const config::Node& node, Memory& value, config::Diagnostics& diagnostics);

// [[IP:]HOST:]CONTAINER[/tcp], ranges included, or {target, published, protocol, mode}.
struct Port {
  PortMapping mapping;
  config::Mark mark;
};
struct Ports {
  std::vector<Port> all;
};
bool decode(const config::Node& node, Ports& value, config::Diagnostics& diagnostics);

// [SOURCE:]TARGET[:ro|rw], or {type, source, target, read_only}. A source that begins with '.', '/'
// or '~' is a path, another one the name of a volume.
struct Mount {
  std::string source;
  std::string target;
  bool read_only = false;
  config::Mark mark;

  bool has_path() const {
    return !source.empty() && (source[0] == '.' || source[0] == '/' || source[0] == '~');
  }
};
struct Mounts {
  std::vector<Mount> all;
};
bool decode(const config::Node& node, Mounts& value, config::Diagnostics& diagnostics);

// PATH:size=64m[,option]..., one or a list: the ECS CLI, as ECS, wants a size.
struct TmpfsList {
  std::vector<Tmpfs> all;
};
bool decode(const config::Node& node, TmpfsList& value, config::Diagnostics& diagnostics);

// A list of services, or a mapping from service to {condition}.
struct ComposeDependency {
  Dependency dependency;
  config::Mark mark;
};
struct ComposeDependencies {
  std::vector<ComposeDependency> all;
};
bool decode(const config::Node& node, ComposeDependencies& value, config::Diagnostics& diagnostics);

}  // namespace tributary::lab::compose
