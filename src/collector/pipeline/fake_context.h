// The outside world of a component under test: a fake loop and HTTP, a seeded Random, an
// environment and the lines that were logged. Also a Consumer and a Host that remember.
//
// Threads: the test's.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "collector/pipeline/component.h"
#include "config/fields.h"
#include "config/yaml.h"
#include "net/fake_http_client.h"
#include "net/fake_loop.h"

namespace tributary::collector {

// Outlives the components that it was given to.
struct FakeContext {
  // Answers requests with 200 until the test sets something else.
  explicit FakeContext(LogLevel level = LogLevel::info)
      : http(std::make_shared<net::FakeHttp>(
            loop, [](const net::Request&) -> Result<net::Response> { return net::Response{}; })),
        sink(std::make_shared<LogSink>(
            LogSink::Options{level, LogEncoding::console}, loop.clock(),
            [this](std::string_view line) { log_lines.emplace_back(line); })) {}

  Context make(ComponentId id) {
    return Context{.id = std::move(id),
                   .loop = loop,
                   .random = random,
                   .telemetry = telemetry,
                   .log = Logger(sink),
                   .make_http_client = net::make_fake_http_client_factory(http),
                   .env = [this](std::string_view name) { return environment[std::string(name)]; },
                   .version = "v1",
                   .user_agent = "tributary-collector/v1",
                   .memory = {.limit = 1U << 30,
                              .resident = [this] { return resident_bytes; },
                              .release = [this] { ++memory_releases; }}};
  }

  // How many of the lines contain the text.
  std::size_t logged(std::string_view text) const {
    std::size_t count = 0;
    for (const std::string& line : log_lines)
      if (line.find(text) != std::string::npos) ++count;
    return count;
  }

  net::FakeLoop loop;
  SeededRandom random{1};
  Telemetry telemetry;
  std::map<std::string, std::string> environment;
  std::vector<std::string> log_lines;
  std::uint64_t resident_bytes = 10U << 20;
  int memory_releases = 0;
  std::shared_ptr<net::FakeHttp> http;
  std::shared_ptr<LogSink> sink;
};

class FakeConsumer final : public Consumer {
 public:
  void consume(const BatchPtr& batch) override { batches.push_back(batch); }

  std::vector<BatchPtr> batches;
};

class FakeHost final : public Host {
 public:
  Extension* find_extension(const ComponentId& id) override {
    const auto found = extensions.find(id);
    return found == extensions.end() ? nullptr : found->second;
  }
  bool ready() const override { return is_ready; }

  std::map<ComponentId, Extension*> extensions;
  bool is_ready = true;
};

// Settings read from YAML, and what was wrong with them.
template <class Config>
struct FakeSettings {
  explicit FakeSettings(std::string yaml) {
    const config::Node node = config::parse(std::move(yaml), "test.yaml", diagnostics);
    if (!diagnostics.has_errors()) config::decode(node, value, diagnostics);
  }
  bool good() const { return !diagnostics.has_errors(); }
  std::string messages() const { return diagnostics.render(); }

  Config value;
  config::Diagnostics diagnostics;
};

}  // namespace tributary::collector
