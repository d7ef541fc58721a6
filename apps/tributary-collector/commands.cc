#include "commands.h"

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include "base/random.h"
#include "collector/service/program.h"
#include "components.h"
#include "config/outside.h"
#include "net/run_task.h"
#include "reference.h"

namespace tributary::collector {
namespace {

void say(std::FILE* stream, const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stream);
}

std::string env(std::string_view name) {
  const char* value = std::getenv(std::string(name).c_str());
  return value == nullptr ? "" : value;
}

World real_world(net::Loop& loop, Random& random) {
  return {.loop = loop,
          .random = random,
          .make_http_client =
              [&loop](net::HttpClientOptions options) {
                return net::make_http_client(loop, std::move(options));
              },
          .start_http_server =
              [&loop](net::HttpServerOptions options, net::Handler handler) {
                return net::start_http_server(loop, std::move(options), std::move(handler),
                                              Logger());
              },
          .env = &env,
          .version = TRIBUTARY_VERSION,
          .started = loop.clock().monotonic(),
          .memory_limit = find_memory_limit()};
}

bool has_source(const Options& options) {
  return !options.sources.configs.empty() || !options.sources.sets.empty() ||
         std::getenv("AOT_CONFIG_CONTENT") != nullptr;
}

net::Task<Result<net::Response>> get_health(std::unique_ptr<net::HttpClient> client,
                                            std::uint16_t port) {
  net::Request request;
  request.url = {.scheme = "http", .host = "127.0.0.1", .port = port, .default_port = false};
  request.timeout = 5s;
  Result<net::Response> response = co_await client->send(std::move(request), std::stop_token());
  co_return response;
}

}  // namespace

std::optional<Document> load_document(const Options& options, config::Diagnostics& diagnostics) {
  for (const std::string& warning : options.warnings) diagnostics.warning({}, warning);
  if (!has_source(options)) {
    diagnostics.error({},
                      "there is no configuration: name a file with --config=<file>, or put the "
                      "text into AOT_CONFIG_CONTENT");
    return {};
  }
  const config::Node node = config::load(options.sources, config::this_machine(), diagnostics);
  if (diagnostics.has_errors() && node.is_null()) return {};
  Document document = read_document(node, builtin_components(), diagnostics);
  if (diagnostics.has_errors()) return {};
  return document;
}

int run(const Options& options) {
  config::Diagnostics diagnostics;
  std::optional<Document> document = load_document(options, diagnostics);
  if (!document) {
    say(stderr, diagnostics.render());
    return kExitUsage;
  }
  const std::unique_ptr<net::Loop> loop = net::make_loop();
  SystemRandom random;
  const auto make_logger = [&loop](const LogsConfig& logs) {
    const LogSink::Options sink{.level = logs.level, .encoding = logs.encoding};
    return Logger(std::make_shared<LogSink>(sink, loop->clock(), logs.to_stdout() ? 1 : 2));
  };
  const auto load = [&options](config::Diagnostics& said) { return load_document(options, said); };
  Program program(real_world(*loop, random), make_logger, load);
  program.start(std::move(*document), diagnostics);
  loop->run();
  const Program::Outcome outcome =
      program.outcome().value_or(Program::Outcome{.exit_code = kExitFailure, .clean = false});
  if (!outcome.clean) std::_Exit(outcome.exit_code);
  return outcome.exit_code;
}

int validate(const Options& options) {
  config::Diagnostics diagnostics;
  const bool good = load_document(options, diagnostics).has_value();
  say(stderr, diagnostics.render());
  if (good) say(stdout, "The configuration is valid.\n");
  return good ? 0 : kExitUsage;
}

int print_config(const Options& options) {
  config::Diagnostics diagnostics;
  const std::optional<Document> document = load_document(options, diagnostics);
  say(stderr, diagnostics.render());
  if (!document) return kExitUsage;
  say(stdout, to_yaml(print(*document)));
  return 0;
}

int list_components() {
  const Registry registry = builtin_components();
  const auto named = [](const std::vector<std::string>& names) {
    config::Node list = config::Node::sequence();
    for (const std::string& name : names) {
      config::Node one = config::Node::mapping();
      one.set("name", config::Node::scalar(name, true));
      list.elements().push_back(std::move(one));
    }
    return list;
  };
  config::Node build = config::Node::mapping();
  build.set("command", config::Node::scalar("tributary-collector", true));
  build.set("version", config::Node::scalar(TRIBUTARY_VERSION, true));
  config::Node all = config::Node::mapping();
  all.set("buildinfo", std::move(build));
  all.set("receivers", named(registry.names<Receiver>()));
  all.set("processors", named(registry.names<Processor>()));
  all.set("exporters", named(registry.names<Exporter>()));
  all.set("extensions", named(registry.names<Extension>()));
  say(stdout, to_yaml(all));
  return 0;
}

int print_reference() {
  say(stdout, configuration_reference(builtin_components()));
  return 0;
}

int check_health(std::uint16_t port) {
  const std::unique_ptr<net::Loop> loop = net::make_loop();
  net::HttpClientOptions client_options;
  client_options.proxy.from_environment = false;
  auto client = net::make_http_client(*loop, client_options);
  const auto response = client ? net::run_task(*loop, get_health(std::move(*client), port))
                               : Result<net::Response>(client.error());
  if (!response) {
    say(stderr, "healthcheck: " + response.error().message() + "\n");
    return kExitFailure;
  }
  say(stdout, "STATUS: " + std::to_string(response->status) + "\n");
  return response->status == 200 ? 0 : kExitFailure;
}

}  // namespace tributary::collector
