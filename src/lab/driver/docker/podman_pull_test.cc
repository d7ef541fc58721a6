// Pulling with a real podman, from a registry of this program's own on plain HTTP.
#include <map>

#include "aws/sha256.h"
#include "base/disk.h"
#include "base/strings.h"
#include "lab/driver/docker/podman_fixture.h"
#include "lab/driver/docker/tar.h"

namespace tributary::lab {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kManifestType = "application/vnd.oci.image.manifest.v1+json";
constexpr const char* kRepository = "111122223333.dkr.ecr.eu-west-1/demo/app";

std::string digest_of(const std::string& bytes) { return "sha256:" + aws::sha256_hex(bytes); }

// One repository with one image, for whoever knows the password.
class Registry {
 public:
  explicit Registry(net::Loop& loop) {
    set_image("first");
    auto server = net::start_http_server(
        loop, {}, [this](net::ServerRequest request) { return answer(std::move(request)); }, {});
    EXPECT_TRUE(server);
    server_ = std::move(*server);
  }

  net::Task<void> close() { return server_->shutdown(1s); }

  std::string address() const { return "127.0.0.1:" + std::to_string(server_->port()); }
  std::string image() const { return address() + "/" + kRepository + ":v1"; }
  const std::string& digest() const { return digest_; }

  // An image whose command prints `word`.
  void set_image(const std::string& word) {
    RealDisk disk;
    docker::TarWriter layer;
    EXPECT_TRUE(layer.add_file("probe", *disk.read(TRIBUTARY_PROBE), 0755));
    const std::string layer_bytes = std::move(layer).finish();
    const std::string config = R"({"architecture":"amd64","os":"linux","config":)"
                               R"({"Entrypoint":["/probe"],"Cmd":["print",")" +
                               word + R"("]},"rootfs":{"type":"layers","diff_ids":[")" +
                               digest_of(layer_bytes) + "\"]}}";
    const auto descriptor = [](const char* type, const std::string& bytes) {
      return std::string(R"({"mediaType":"application/vnd.oci.image.)") + type + R"(","digest":")" +
             digest_of(bytes) + R"(","size":)" + std::to_string(bytes.size()) + "}";
    };
    const std::string manifest = R"({"schemaVersion":2,"mediaType":")" +
                                 std::string(kManifestType) + R"(","config":)" +
                                 descriptor("config.v1+json", config) + R"(,"layers":[)" +
                                 descriptor("layer.v1.tar", layer_bytes) + "]}";
    digest_ = digest_of(manifest);
    const std::string base = std::string("/v2/") + kRepository;
    files_[base + "/manifests/v1"] = manifest;
    files_[base + "/manifests/" + digest_] = manifest;
    files_[base + "/blobs/" + digest_of(config)] = config;
    files_[base + "/blobs/" + digest_of(layer_bytes)] = layer_bytes;
  }

 private:
  net::Task<net::Response> answer(net::ServerRequest request) {
    net::Response response;
    const auto authorization = request.headers.get("Authorization");
    if (authorization != "Basic " + base64_encode("AWS:the-token")) {
      response.status = 401;
      response.headers.set("WWW-Authenticate", "Basic realm=\"lab\"");
    } else if (request.target == "/v2/") {
      response.body = "{}";
    } else if (const auto at = files_.find(request.target); at != files_.end()) {
      const bool manifest = request.target.find("/manifests/") != std::string::npos;
      response.headers.set("Content-Type", manifest ? kManifestType : "application/octet-stream");
      response.body = at->second;
    } else {
      response.status = 404;
    }
    co_return response;
  }

  std::map<std::string, std::string> files_;
  std::string digest_;
  std::unique_ptr<net::HttpServer> server_;
};

class PodmanPull : public PodmanDriver {
 protected:
  void SetUp() override {
    PodmanDriver::SetUp();
    if (!driver_) return;
    registry_ = std::make_unique<Registry>(*loop_);
    driver_ = connect(owner_, registry_->address());
  }

  void TearDown() override {
    if (registry_) net::run_task(*loop_, registry_->close());
    PodmanDriver::TearDown();
  }

  Result<PulledImage> pull(const std::string& image, const std::string& password = "the-token") {
    const RegistryLogin login{.server = registry_->address(), .user = "AWS", .password = password};
    return net::run_task(*loop_, driver_->pull(image, login));
  }

  std::unique_ptr<Registry> registry_;
};

TEST_F(PodmanPull, TakesImagesFromTheLabsRegistryWithoutTlsAndRunsThem) {
  const auto pulled = pull(registry_->image());
  ASSERT_TRUE(pulled) << pulled.error().message();

  ContainerDefinition& definition = define("app", {});
  definition.image = registry_->image();
  const Heard heard = run(definition);

  EXPECT_EQ(pulled->digest, registry_->digest());
  EXPECT_THAT(heard.lines, ElementsAre("first"));
}

TEST_F(PodmanPull, TakesTheLabsImagesAnewEachTime) {
  const auto first = pull(registry_->image());
  registry_->set_image("second");

  const auto second = pull(registry_->image());

  ASSERT_TRUE(first) << first.error().message();
  ASSERT_TRUE(second) << second.error().message();
  EXPECT_NE(first->digest, second->digest);
  EXPECT_EQ(second->digest, registry_->digest());
}

TEST_F(PodmanPull, TakesAnImageByItsDigest) {
  const std::string image = registry_->address() + "/" + kRepository + "@" + registry_->digest();

  const auto pulled = pull(image);

  ASSERT_TRUE(pulled) << pulled.error().message();
  EXPECT_EQ(pulled->digest, registry_->digest());
}

TEST_F(PodmanPull, RemovesWhatItTookWhenItCloses) {
  ASSERT_TRUE(pull(registry_->image()));

  net::run_task(*loop_, driver_->close());

  docker::EngineApi engine = api();
  const auto images = net::run_task(*loop_, engine.get("/images/json"));
  ASSERT_TRUE(images);
  EXPECT_THAT(*images, Not(HasSubstr(kRepository)));
}

TEST_F(PodmanPull, IsRefusedWithAWrongPasswordAndSaysSo) {
  const auto pulled = pull(registry_->image(), "another");

  ASSERT_FALSE(pulled);
  EXPECT_THAT(pulled.error().message(),
              AllOf(HasSubstr("CannotPullContainerError: " + registry_->image() + ": "),
                    HasSubstr("unauthorized")));
}

TEST_F(PodmanPull, SaysWhatAnotherRegistryWithoutTlsNeeds) {
  driver_ = connect(owner_, "127.0.0.1:1");

  const auto pulled = pull(registry_->image());

  ASSERT_FALSE(pulled);
  EXPECT_THAT(pulled.error().message(),
              AllOf(HasSubstr("registries.conf needs: [[registry]] location = \"" +
                              registry_->address() + "\" insecure = true")));
}

}  // namespace
}  // namespace tributary::lab
