// For tests: a gateway before two accounts, the second with a workspace, and calls signed as
// either.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "aws/sigv4.h"
#include "base/faulty_disk.h"
#include "hub/console/dashboards.h"
#include "hub/gateway/fake_store.h"
#include "hub/gateway/gateway.h"
#include "hub/identity/accounts.h"
#include "net/run_task.h"

namespace tributary::hub::gateway {

struct Call {
  std::string method = "GET";
  std::string target;
  std::string body;
  std::string service = "aps";
  std::string region = "eu-west-1";
  std::string peer = "127.0.0.1";
  net::Headers headers;
};

class GatewayTest : public ::testing::Test {
 protected:
  // Before a store of the test's own where it has one.
  explicit GatewayTest(workspaces::Store* own_store = nullptr) {
    std::filesystem::create_directories(directory);
    identities = std::move(*identity::Store::open(directory, clock, random));
    catalog = std::move(*open_workspace_catalog(directory + "/workspaces.db"));
    admin = std::move(*identity::create_account(*identities, "222222222222", "monitoring"));
    other = std::move(*identity::create_account(*identities, "111111111111", "workload"));
    gateway = std::make_unique<Gateway>(Gateway::Parts{.loop = *loop,
                                                       .workers = workers,
                                                       .queries = queries,
                                                       .identities = *identities,
                                                       .catalog = *catalog,
                                                       .workspaces = own_store ? *own_store : store,
                                                       .limits = limits,
                                                       .dashboards = dashboards,
                                                       .clock = clock,
                                                       .random = random,
                                                       .telemetry = telemetry,
                                                       .log = log()},
                                        Gateway::Options{});
    workspace = id_in(signed_as(admin, {.method = "POST", .target = "/workspaces"}).body);
  }
  ~GatewayTest() override { std::filesystem::remove_all(directory); }

  Logger log() {
    return Logger(std::make_shared<LogSink>(LogSink::Options{}, clock,
                                            [this](std::string_view line) { audit += line; }));
  }

  static std::string id_in(const std::string& body) {
    const std::size_t at = body.find("ws-");
    return at == std::string::npos ? "" : body.substr(at, 39);
  }

  net::Response send(const Call& call, const aws::Credentials* credentials) {
    net::ServerRequest request{.method = call.method,
                               .target = call.target,
                               .headers = call.headers,
                               .body = call.body,
                               .peer_address = call.peer};
    request.headers.set("Host", "127.0.0.1:9009");
    if (credentials != nullptr) {
      const aws::RequestView view{request.method, request.target, request.headers, request.body};
      const auto signature =
          aws::sign(view, *credentials, {call.region, call.service}, clock.now());
      for (const auto& [name, value] : signature.headers) request.headers.set(name, value);
    }
    return net::run_task(*loop, gateway->handle(std::move(request)));
  }
  net::Response signed_as(const identity::NewAccount& account, const Call& call) {
    const aws::Credentials credentials{.access_key_id = account.access_key_id,
                                       .secret_access_key = account.secret_access_key};
    return send(call, &credentials);
  }
  // By the administrator.
  net::Response iam(const std::string& parameters) {
    Call call{.method = "POST",
              .target = "/",
              .body = parameters + "&Version=2010-05-08",
              .service = "iam",
              .region = "us-east-1"};
    call.headers.set("Content-Type", "application/x-www-form-urlencoded");
    net::Response response = signed_as(admin, call);
    EXPECT_EQ(response.status, 200) << response.body;
    return response;
  }
  static Call sts(const std::string& parameters) {
    Call call{.method = "POST",
              .target = "/",
              .body = parameters + "&Version=2011-06-15",
              .service = "sts"};
    call.headers.set("Content-Type", "application/x-www-form-urlencoded");
    return call;
  }
  static std::string between(const std::string& text, const std::string& tag) {
    const std::size_t start = text.find("<" + tag + ">") + tag.size() + 2;
    return text.substr(start, text.find("</" + tag + ">") - start);
  }
  static aws::Credentials credentials_in(const net::Response& response) {
    return {.access_key_id = between(response.body, "AccessKeyId"),
            .secret_access_key = between(response.body, "SecretAccessKey"),
            .session_token = between(response.body, "SessionToken")};
  }
  std::string data(std::string_view path) const {
    return "/workspaces/" + workspace + "/api/v1/" + std::string(path);
  }

  std::string directory =
      std::filesystem::temp_directory_path() / ("gateway-" + std::to_string(::getpid()));
  std::unique_ptr<net::Loop> loop = net::make_loop();
  net::WorkerPool workers{2};
  net::WorkerPool queries{2};
  FakeClock clock;
  SystemRandom random;
  Telemetry telemetry;
  FakeStore store;
  workspaces::LimitsTable limits;
  FaultyDisk disk;  // of the dashboards
  console::DashboardStore dashboards{{.directory = directory + "/dashboards"}, disk, Logger()};
  std::unique_ptr<identity::Store> identities;
  std::unique_ptr<WorkspaceCatalog> catalog;
  identity::NewAccount admin;
  identity::NewAccount other;
  std::unique_ptr<Gateway> gateway;
  std::string workspace;
  std::string audit;
};

}  // namespace tributary::hub::gateway
