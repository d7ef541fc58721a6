// The list of component types that a program can run. A type is added by hand, from the program's
// own folder:
//
//   registry.add(make_receiver<prometheus::Config, prometheus::Receiver>("prometheus"));
//
// Config declares its settings with `describe` (config/fields.h). The component is constructed from
// (Context, Config); a receiver from (Context, Config, Consumer&), where it pushes its batches. A
// class whose construction may fail has, with the same parameters,
//   static Result<std::unique_ptr<X>> make(Context, Config);
//
// Threads: built before the loop runs, only read afterwards.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/result.h"
#include "collector/pipeline/compat.h"
#include "collector/pipeline/component.h"
#include "config/fields.h"

namespace tributary::collector {

// Settings that have been read, from which components are made as often as pipelines need them.
// The service asks them before anything is made; a Config answers where it concerns it.
class Settings {
 public:
  virtual ~Settings() = default;
  virtual config::Node print() const = 0;  // every setting, secrets masked

  // Of an exporter: whose data it sends (`Config::profile`). Nothing where it sends what comes.
  virtual std::optional<Compat> profile() const = 0;
  // Of a receiver: the resource attributes without which its series look like those of its copy in
  // another task (`Config::identity`). Empty where labels tell them apart.
  virtual std::vector<std::string> identity() const = 0;
  // Of an exporter: the setting, as YAML, without which series that differ in these resource
  // attributes alone become one (`Config::lost_identity`). "" where they stay apart.
  virtual std::string lost_identity(const std::vector<std::string>& attributes) const = 0;
  // Of a processor: what the process may hold, in bytes, of a container or machine of `total`
  // (`Config::memory_limit`). Nothing where it says nothing.
  virtual std::optional<std::uint64_t> memory_limit(std::uint64_t total) const = 0;
};

template <class Kind>
class Blueprint : public Settings {
 public:
  virtual Result<std::unique_ptr<Kind>> make(Context context) const = 0;
};

template <>
class Blueprint<Receiver> : public Settings {
 public:
  virtual Result<std::unique_ptr<Receiver>> make(Context context, Consumer& consumer) const = 0;
};

template <class Kind>
struct Factory {
  std::string type;
  std::vector<config::FieldInfo> (*fields)();
  // Null where it said an error. A null node gives the defaults.
  std::unique_ptr<Blueprint<Kind>> (*read)(const config::Node& node,
                                           config::Diagnostics& diagnostics);
};

namespace detail {

template <class Kind, class Config, class Class, class... More>
Result<std::unique_ptr<Kind>> construct(Context context, Config config, More&... more) {
  if constexpr (requires { Class::make(std::move(context), std::move(config), more...); }) {
    TRIBUTARY_TRY(std::unique_ptr<Class> made,
                  Class::make(std::move(context), std::move(config), more...));
    return std::unique_ptr<Kind>(std::move(made));
  } else {
    return std::unique_ptr<Kind>(
        std::make_unique<Class>(std::move(context), std::move(config), more...));
  }
}

template <class Kind, class Config>
class SettingsOf : public Blueprint<Kind> {
 public:
  explicit SettingsOf(Config config) : config_(std::move(config)) {}
  config::Node print() const override { return config::print(config_); }
  std::optional<Compat> profile() const override {
    if constexpr (requires { config_.profile(); }) return config_.profile();
    return std::nullopt;
  }
  std::vector<std::string> identity() const override {
    if constexpr (requires { config_.identity(); }) return config_.identity();
    return {};
  }
  std::string lost_identity(
      [[maybe_unused]] const std::vector<std::string>& attributes) const override {
    if constexpr (requires { config_.lost_identity(attributes); })
      return config_.lost_identity(attributes);
    return {};
  }
  std::optional<std::uint64_t> memory_limit([[maybe_unused]] std::uint64_t total) const override {
    if constexpr (requires { config_.memory_limit(total); }) return config_.memory_limit(total);
    return std::nullopt;
  }

 protected:
  Config config_;
};

template <class Kind, class Config, class Class>
class BlueprintOf final : public SettingsOf<Kind, Config> {
 public:
  using SettingsOf<Kind, Config>::SettingsOf;
  Result<std::unique_ptr<Kind>> make(Context context) const override {
    return construct<Kind, Config, Class>(std::move(context), this->config_);
  }
};

template <class Config, class Class>
class BlueprintOf<Receiver, Config, Class> final : public SettingsOf<Receiver, Config> {
 public:
  using SettingsOf<Receiver, Config>::SettingsOf;
  Result<std::unique_ptr<Receiver>> make(Context context, Consumer& consumer) const override {
    return construct<Receiver, Config, Class>(std::move(context), this->config_, consumer);
  }
};

template <class Kind, class Config, class Class>
Factory<Kind> make_factory(std::string type) {
  return {std::move(type), [] { return config::fields_of<Config>(); },
          [](const config::Node& node,
             config::Diagnostics& diagnostics) -> std::unique_ptr<Blueprint<Kind>> {
            Config config;
            if (!config::decode(node, config, diagnostics)) return nullptr;
            return std::make_unique<BlueprintOf<Kind, Config, Class>>(std::move(config));
          }};
}

}  // namespace detail

template <class Config, class Class>
Factory<Receiver> make_receiver(std::string type) {
  return detail::make_factory<Receiver, Config, Class>(std::move(type));
}
template <class Config, class Class>
Factory<Processor> make_processor(std::string type) {
  return detail::make_factory<Processor, Config, Class>(std::move(type));
}
template <class Config, class Class>
Factory<Exporter> make_exporter(std::string type) {
  return detail::make_factory<Exporter, Config, Class>(std::move(type));
}
template <class Config, class Class>
Factory<Extension> make_extension(std::string type) {
  return detail::make_factory<Extension, Config, Class>(std::move(type));
}

class Registry {
 public:
  template <class Kind>
  void add(Factory<Kind> factory) {
    TRIBUTARY_CHECK(find<Kind>(factory.type).factory == nullptr);
    types<Kind>().factories.push_back(std::move(factory));
  }
  // Another name of a type that is there already. With a hint, using it is warned about.
  template <class Kind>
  void add_alias(std::string alias, std::string type, std::string hint = "") {
    TRIBUTARY_CHECK(find<Kind>(type).factory != nullptr && find<Kind>(alias).factory == nullptr);
    types<Kind>().aliases.push_back({std::move(alias), std::move(type), std::move(hint)});
  }

  template <class Kind>
  struct Found {
    const Factory<Kind>* factory = nullptr;  // null where there is no such type
    std::string_view deprecation;            // "" where the name is good
  };
  template <class Kind>
  Found<Kind> find(std::string_view type) const {
    const Types<Kind>& all = types<Kind>();
    std::string_view deprecation;
    for (const Alias& alias : all.aliases) {
      if (alias.name != type) continue;
      type = alias.type;
      deprecation = alias.hint;
      break;
    }
    const auto at = std::find_if(all.factories.begin(), all.factories.end(),
                                 [type](const Factory<Kind>& one) { return one.type == type; });
    if (at == all.factories.end()) return {};
    return {&*at, deprecation};
  }

  template <class Kind>
  const std::vector<Factory<Kind>>& all() const {
    return types<Kind>().factories;
  }
  // Every name that `find` knows, sorted.
  template <class Kind>
  std::vector<std::string> names() const {
    std::vector<std::string> all;
    for (const Factory<Kind>& factory : types<Kind>().factories) all.push_back(factory.type);
    for (const Alias& alias : types<Kind>().aliases) all.push_back(alias.name);
    std::sort(all.begin(), all.end());
    return all;
  }

 private:
  struct Alias {
    std::string name;
    std::string type;
    std::string hint;
  };
  template <class Kind>
  struct Types {
    std::vector<Factory<Kind>> factories;
    std::vector<Alias> aliases;
  };

  template <class Kind>
  Types<Kind>& types() {
    return std::get<Types<Kind>>(types_);
  }
  template <class Kind>
  const Types<Kind>& types() const {
    return std::get<Types<Kind>>(types_);
  }

  std::tuple<Types<Receiver>, Types<Processor>, Types<Exporter>, Types<Extension>> types_;
};

}  // namespace tributary::collector
