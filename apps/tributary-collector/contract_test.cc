// What every component in the list must do, whatever it is.
#include <gtest/gtest.h>

#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

#include "collector/pipeline/fake_context.h"
#include "components.h"
#include "config/yaml.h"
#include "net/run_task.h"

namespace tributary::collector {
namespace {

// The least settings of types that cannot do without.
const std::map<std::string, std::string> kNeeded = {
    {"prometheus", "{config: {scrape_configs: [{job_name: a}]}}"},
    {"prometheusremotewrite", "{endpoint: 'http://localhost:1/api/v1/remote_write'}"},
    {"memory_limiter", "{check_interval: 1s, limit_mib: 100}"},
    {"awsprometheusremotewrite",
     "{endpoint: 'http://localhost:1/workspaces/ws-1/api/v1/remote_write',"
     " aws_auth: {region: eu-west-1, service: aps}}"},
};

// Types that live in a folder of another name.
const std::map<std::string, std::string> kFolders = {
    {"logging", "debug"},
    {"awsprometheusremotewrite", "prometheusremotewrite"},
    {"pprof", "ignored"},
    {"zpages", "ignored"},
};

template <class Kind>
constexpr const char* kSection = "";
template <>
constexpr const char* kSection<Receiver> = "receivers";
template <>
constexpr const char* kSection<Processor> = "processors";
template <>
constexpr const char* kSection<Exporter> = "exporters";
template <>
constexpr const char* kSection<Extension> = "extensions";

config::Node settings_of(const std::string& type) {
  const auto needed = kNeeded.find(type);
  if (needed == kNeeded.end()) return {};
  config::Diagnostics diagnostics;
  return config::parse(needed->second, type, diagnostics);
}

bool is_word_char(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

bool has_word(const std::string& text, const std::string& word) {
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    const bool is_begun = at == 0 || !is_word_char(text[at - 1]);
    if (is_begun && (end == text.size() || !is_word_char(text[end]))) return true;
  }
  return false;
}

void expect_named(const std::string& readme, const std::vector<config::FieldInfo>& fields,
                  const std::string& path) {
  for (const config::FieldInfo& field : fields) {
    // Prometheus' ways of discovery are many; those that are not there are named as a family.
    if (field.name.ends_with("_sd_configs") && has_word(readme, "_sd_configs")) continue;
    EXPECT_TRUE(has_word(readme, field.name)) << path << "::" << field.name << " is not in README";
    expect_named(readme, field.fields, path + "::" + field.name);
  }
}

// Calls `check` with each factory of each kind.
template <class Check>
void for_every_component(const Registry& registry, Check check) {
  for (const auto& factory : registry.all<Receiver>()) check(factory);
  for (const auto& factory : registry.all<Processor>()) check(factory);
  for (const auto& factory : registry.all<Exporter>()) check(factory);
  for (const auto& factory : registry.all<Extension>()) check(factory);
}

TEST(EveryComponent, LoadsItsDefaultsAndPrintsThem) {
  for_every_component(builtin_components(), []<class Kind>(const Factory<Kind>& factory) {
    config::Diagnostics diagnostics;

    const auto blueprint = factory.read(settings_of(factory.type), diagnostics);

    ASSERT_NE(blueprint, nullptr) << factory.type << ": " << diagnostics.render();
    EXPECT_FALSE(to_yaml(blueprint->print()).empty()) << factory.type;
  });
}

TEST(EveryComponent, ReadsWhatItPrints) {
  for_every_component(builtin_components(), []<class Kind>(const Factory<Kind>& factory) {
    config::Diagnostics diagnostics;
    const auto blueprint = factory.read(settings_of(factory.type), diagnostics);
    ASSERT_NE(blueprint, nullptr) << factory.type;
    const std::string printed = to_yaml(blueprint->print());

    const auto again = factory.read(config::parse(printed, factory.type, diagnostics), diagnostics);

    ASSERT_NE(again, nullptr) << diagnostics.render();
    EXPECT_EQ(to_yaml(again->print()), printed) << factory.type;
  });
}

TEST(EveryComponent, RefusesAnUnknownKey) {
  for_every_component(builtin_components(), []<class Kind>(const Factory<Kind>& factory) {
    config::Diagnostics diagnostics;
    config::Node settings = settings_of(factory.type);
    if (!settings.is_mapping()) settings = config::Node::mapping();
    settings.set("no_such_key", config::Node::scalar("x"));

    const auto blueprint = factory.read(settings, diagnostics);

    EXPECT_EQ(blueprint, nullptr) << factory.type;
    EXPECT_NE(diagnostics.render().find("unknown key \"no_such_key\""), std::string::npos)
        << factory.type << ": " << diagnostics.render();
  });
}

TEST(EveryComponent, StopsWithoutAStartAndTwice) {
  for_every_component(builtin_components(), []<class Kind>(const Factory<Kind>& factory) {
    FakeContext context;
    FakeConsumer consumer;
    config::Diagnostics diagnostics;
    const auto blueprint = factory.read(settings_of(factory.type), diagnostics);
    ASSERT_NE(blueprint, nullptr) << factory.type;

    auto make = [&]() -> Result<std::unique_ptr<Kind>> {
      Context outside = context.make({factory.type, "test"});
      if constexpr (std::is_same_v<Kind, Receiver>) {
        return blueprint->make(std::move(outside), consumer);
      } else {
        return blueprint->make(std::move(outside));
      }
    };
    auto component = make();

    ASSERT_TRUE(component) << factory.type << ": " << component.error().message();
    if constexpr (!std::is_same_v<Kind, Processor>) {
      const Instant deadline = context.loop.clock().monotonic() + 1s;
      net::run_task(context.loop, (*component)->stop(deadline));
      net::run_task(context.loop, (*component)->stop(deadline));
    }
  });
}

TEST(EveryComponent, HasAReadmeThatNamesEverySetting) {
  for_every_component(builtin_components(), []<class Kind>(const Factory<Kind>& factory) {
    const auto other = kFolders.find(factory.type);
    const std::string folder = other == kFolders.end() ? factory.type : other->second;
    const std::filesystem::path path = std::filesystem::path(TRIBUTARY_SOURCE_DIR) / "src" /
                                       "collector" / kSection<Kind> / folder / "README.md";
    std::ifstream file(path);
    const std::string readme((std::istreambuf_iterator<char>(file)), {});

    EXPECT_FALSE(readme.empty()) << path;
    expect_named(readme, factory.fields(), factory.type);
  });
}

}  // namespace
}  // namespace tributary::collector
