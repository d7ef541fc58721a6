// For tests: a registry in a directory of its own, on a fake clock, under an authority that allows
// everything it was not told to deny; and what a client does with it.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/faulty_disk.h"
#include "base/json_text.h"
#include "base/strings.h"
#include "base/temporary_directory.h"
#include "config/json.h"
#include "lab/api/fake_authority.h"
#include "lab/registry/digest.h"
#include "lab/registry/registry.h"
#include "net/fake_loop.h"
#include "net/run_task.h"

namespace tributary::lab::registry {

class RegistryFixture : public ::testing::Test {
 protected:
  RegistryFixture() { open(); }

  void open() {
    registry.reset();
    auto opened = Registry::open(loop, disk, random, authority, directory.path(), Logger());
    ASSERT_TRUE(opened) << opened.error().message();
    registry = *std::move(opened);
  }

  template <class T>
  T wait(net::Task<T> task) {
    net::Started<T> started(std::move(task));
    EXPECT_TRUE(loop.run_until([&] { return started.done(); }));
    return started.take();
  }

  // A call of ECR's API.
  ApiAnswer call(const std::string& operation, const std::string& parameters,
                 const Caller& caller = workload_caller()) {
    config::Diagnostics diagnostics;
    ApiCall request{.operation = operation,
                    .parameters = config::parse_json(parameters, "body", diagnostics),
                    .caller = caller};
    EXPECT_FALSE(diagnostics.has_errors()) << diagnostics.render();
    return wait(registry->api().handle(std::move(request)));
  }
  void create(const std::string& name, const std::string& more = "") {
    const auto answer =
        call("CreateRepository", R"({"repositoryName":")" + name + "\"" + more + "}");
    ASSERT_EQ(answer.status, 200) << answer.body;
  }
  std::string log_in(const Caller& caller = workload_caller()) {
    const auto answer = call("GetAuthorizationToken", "{}", caller);
    const std::string key = R"("authorizationToken":")";
    const std::size_t begin = answer.body.find(key) + key.size();
    return answer.body.substr(begin, answer.body.find('"', begin) - begin);
  }

  net::ServerRequest request(const std::string& method, const std::string& target,
                             std::string body = "", net::Headers headers = {}) {
    net::ServerRequest made{.method = method, .target = target, .headers = std::move(headers)};
    made.body = std::move(body);
    made.headers.add("Host", "127.0.0.1:9010");
    if (!login.empty()) made.headers.add("Authorization", "Basic " + login);
    return made;
  }
  net::Response send(const std::string& method, const std::string& target, std::string body = "",
                     net::Headers headers = {}) {
    auto answer =
        wait(registry->handle(request(method, target, std::move(body), std::move(headers))));
    if (answer.stream) {
      answer.body = read(*answer.stream);
      answer.stream.reset();
    }
    return answer;
  }
  std::string read(net::BodySource& source) {
    std::string all;
    while (true) {
      const auto piece = wait(source.next());
      EXPECT_TRUE(piece);
      if (!piece || piece->empty()) return all;
      all += *piece;
    }
  }

  static std::string header(const net::Response& response, std::string_view name) {
    return std::string(response.headers.get(name).value_or(""));
  }

  // Uploads as podman does: POST, PATCH, PUT.
  net::Response push_blob(const std::string& path, const std::string& bytes) {
    const auto begun = send("POST", path + "/blobs/uploads/");
    if (begun.status != 202) return begun;
    const auto part = send("PATCH", header(begun, "Location"), bytes);
    if (part.status != 202) return part;
    return send("PUT", header(part, "Location") + "?digest=" + digest_of(bytes));
  }
  static std::string descriptor(const std::string& bytes, const std::string& more = "") {
    return R"({"mediaType":"application/x","digest":")" + digest_of(bytes) + R"(","size":)" +
           std::to_string(bytes.size()) + more + "}";
  }
  static std::string manifest_of(const std::string& configuration, const std::string& layer,
                                 const std::string& more = "") {
    return R"({"schemaVersion":2,"mediaType":")" + std::string(kOciManifest) + R"(","config":)" +
           descriptor(configuration) + R"(,"layers":[)" + descriptor(layer) + "]" + more + "}";
  }
  net::Response put_manifest(const std::string& path, const std::string& reference,
                             const std::string& manifest, const char* type = kOciManifest) {
    return send("PUT", path + "/manifests/" + reference, manifest, {{"Content-Type", type}});
  }
  // Its digest.
  std::string push_image(const std::string& path, const std::string& tag,
                         const std::string& layer = "layer") {
    EXPECT_EQ(push_blob(path, "config").status, 201);
    EXPECT_EQ(push_blob(path, layer).status, 201);
    const std::string manifest = manifest_of("config", layer);
    const auto answer = put_manifest(path, tag, manifest);
    EXPECT_EQ(answer.status, 201) << answer.body;
    return digest_of(manifest);
  }

  std::size_t files(const std::string& folder) {
    return disk.list(directory.path() + '/' + folder)->size();
  }

  const std::string app = "/v2/111111111111.dkr.ecr.eu-west-1/app";
  TemporaryDirectory directory;
  FaultyDisk disk;
  SeededRandom random{1};
  net::FakeLoop loop;
  FakeAuthority authority;
  std::unique_ptr<Registry> registry;
  std::string login;  // what Authorization: Basic carries
};

}  // namespace tributary::lab::registry
