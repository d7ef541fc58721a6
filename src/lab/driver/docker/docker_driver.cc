#include "lab/driver/docker/docker_driver.h"
#include "lab/cgroup/cgroup_name.h"

#include <algorithm>
#include <set>

#include "base/strings.h"
#include "lab/driver/docker/docker_sandbox.h"
#include "lab/driver/docker/environment.h"
#include "lab/driver/docker/image_name.h"
#include "lab/driver/docker/requests.h"

namespace tributary::lab {
namespace docker {
namespace {

constexpr Duration kPullTimeout = 30min;
constexpr Duration kLook = 10ms;

std::string socket_path(std::string_view socket) {
  constexpr std::string_view kScheme = "unix://";
  if (socket.starts_with(kScheme)) socket.remove_prefix(kScheme.size());
  return std::string(socket);
}

// What to do about the errors that the set-up of a machine causes.
std::string advice(const Engine& engine, const ImageName& image, std::string_view message) {
  const auto says = [&](std::string_view text) {
    return message.find(text) != std::string_view::npos;
  };
  if (says("server gave HTTP response to HTTPS client"))
    return engine.podman ? " (for a registry without TLS, /etc/containers/registries.conf needs: "
                           "[[registry]] location = \"" +
                               image.server + "\" insecure = true)"
                         : " (for a registry without TLS, /etc/docker/daemon.json needs: "
                           "\"insecure-registries\": [\"" +
                               image.server + "\"])";
  if (says("short-name"))
    return " (name the image with its registry, as in docker.io/library/" + image.repository +
           ", or load it)";
  return "";
}

std::string pull_target(const Engine& engine, const ImageName& image, bool from_lab) {
  // Only libpod's own call can be told that there is no TLS.
  if (engine.podman && from_lab)
    return std::string(kLibpod) + "/images/pull?policy=always&tlsVerify=false&reference=" +
           percent_encode(image.reference());
  return "/images/create?fromImage=" + percent_encode(image.name()) +
         "&tag=" + percent_encode(image.digest.empty() ? image.tag : image.digest);
}

// Podman's lists and inspections differ in whether an id says what its digits are.
bool contains_image(const std::vector<std::string>& ids, std::string_view id) {
  const auto digits = [](std::string_view text) {
    return text.starts_with("sha256:") ? text.substr(7) : text;
  };
  return std::any_of(ids.begin(), ids.end(),
                     [&](const std::string& one) { return digits(one) == digits(id); });
}

class ApiDriver final : public DockerDriver {
 public:
  ApiDriver(net::Loop& loop, DockerDriverOptions options, std::unique_ptr<net::HttpClient> client)
      : environment_(loop, std::move(options), std::move(client)) {}

  net::Task<Result<void>> connect();

  std::string describe() const override {
    return std::string("containers by ") + (environment_.engine.podman ? "podman " : "docker ") +
           environment_.engine.version + " at unix://" + socket_path(environment_.options.socket);
  }
  net::Task<Result<PulledImage>> pull(std::string image,
                                      std::optional<RegistryLogin> login) override;
  net::Task<Result<std::unique_ptr<Sandbox>>> create_sandbox(const TaskSpec* task) override;
  net::Task<void> sweep() override;
  net::Task<void> close() override;

 private:
  net::Task<Result<PulledImage>> inspect_image(ImageName image);
  net::Task<Result<void>> fetch(ImageName image, std::optional<RegistryLogin> login, bool from_lab);
  net::Task<Result<void>> load_pause_image();
  net::Task<void> remove_image(std::string name);
  net::Task<void> remove_image_and_tags(std::string id);
  net::Task<std::size_t> sweep_containers(std::string filters);

  Environment environment_;
  std::set<std::string> pulled_;  // ids of images that were not there before
  bool loading_ = false;          // the pause image; one at a time
};

net::Task<Result<void>> ApiDriver::connect() {
  const std::string where = "container socket " + socket_path(environment_.options.socket);
  const auto version = co_await environment_.api.get("/version");
  if (!version) co_return version.error().within(where);
  auto engine = parse_version(*version);
  if (!engine) co_return Error(Code::unsupported, engine.error().message()).within(where);
  environment_.engine = std::move(*engine);
  environment_.api.set_version("/v" + environment_.engine.api_version);
  const auto info = co_await environment_.api.get("/info");
  if (!info) co_return info.error().within(where);
  auto cgroup_driver = parse_cgroup_driver(*info);
  if (!cgroup_driver) co_return cgroup_driver.error().within(where);
  environment_.trees = find_cgroup_trees(read_text);
  // systemd has its own names for parents, and their limits are its own, too.
  if (*cgroup_driver == "cgroupfs")
    environment_.cgroup_parent = cgroup_name(environment_.options.owner);
  else
    environment_.log.warn("Tasks have no cgroup of their own: the engine's are not plain cgroupfs",
                          {{"cgroup_driver", *cgroup_driver}});
  co_return Result<void>();
}

net::Task<Result<PulledImage>> ApiDriver::inspect_image(ImageName image) {
  const auto text = co_await environment_.api.get("/images/" + image.reference() + "/json");
  if (!text) co_return text.error();
  co_return parse_image(*text, image.name());
}

net::Task<Result<void>> ApiDriver::fetch(ImageName image, std::optional<RegistryLogin> login,
                                         bool from_lab) {
  EngineApi::Call call{.method = "POST",
                       .target = pull_target(environment_.engine, image, from_lab),
                       .timeout = kPullTimeout};
  if (login) call.headers.set("X-Registry-Auth", registry_auth(*login));
  PullProgress progress;
  call.on_piece = [&progress](std::string_view piece) { return progress.take(piece); };
  const auto answer = co_await environment_.api.ask(std::move(call));
  if (!answer) co_return answer.error();
  co_return progress.finish();
}

net::Task<Result<PulledImage>> ApiDriver::pull(std::string name,
                                               std::optional<RegistryLogin> login) {
  const auto refuse = [](const Error& error, const std::string& more) {
    return Error(error.code(), "CannotPullContainerError: " + error.message() + more);
  };
  const auto image = parse_image_name(name);
  if (!image) co_return refuse(image.error(), "");
  const std::string& registry = environment_.options.registry;
  const bool from_lab = !registry.empty() && image->server == registry;
  auto present = co_await inspect_image(*image);
  if (present && !from_lab) co_return present;
  const auto before = co_await environment_.api.get("/images/json?all=1");
  const auto fetched = co_await fetch(*image, login, from_lab);
  if (!fetched)
    co_return refuse(fetched.error().within(name),
                     advice(environment_.engine, *image, fetched.error().message()));
  auto inspected = co_await inspect_image(*image);
  if (!inspected) co_return refuse(inspected.error().within(name), "");
  if (before)
    if (const auto ids = parse_ids(*before); ids && !contains_image(*ids, inspected->id))
      pulled_.insert(inspected->id);
  co_return inspected;
}

net::Task<Result<void>> ApiDriver::load_pause_image() {
  while (loading_) co_await net::sleep_for(environment_.loop, kLook, std::stop_token());
  if (!environment_.pause_image.empty()) co_return Result<void>();
  loading_ = true;
  Result<void> done;
  auto image = make_pause_image(environment_.options.pause, environment_.options.owner);
  if (!image) {
    done = image.error();
  } else {
    const auto present = co_await environment_.api.get("/images/" + image->name + "/json");
    if (!present) {
      EngineApi::Call call{.method = "POST",
                           .target = "/images/load?quiet=1",
                           .body = std::move(image->archive),
                           .content_type = "application/x-tar"};
      const auto loaded = co_await environment_.api.ask(std::move(call));
      if (!loaded) done = loaded.error().within("pause image");
    }
    if (done) environment_.pause_image = image->name;
  }
  loading_ = false;
  co_return done;
}

net::Task<Result<std::unique_ptr<Sandbox>>> ApiDriver::create_sandbox(const TaskSpec* task) {
  const auto loaded = co_await load_pause_image();
  if (!loaded) co_return loaded.error().within("ResourceInitializationError");
  co_return co_await DockerSandbox::create(&environment_, task);
}

net::Task<void> ApiDriver::remove_image(std::string name) {
  const auto removed = co_await environment_.api.remove("/images/" + name);
  if (!removed && removed.error().code() != Code::not_found)
    environment_.log.warn("An image could not be removed",
                          {{"image", name}, {"error", removed.error().message()}});
}

// The last of its tags takes an image with it. By force it would take containers, too.
net::Task<void> ApiDriver::remove_image_and_tags(std::string id) {
  const auto text = co_await environment_.api.get("/images/" + id + "/json");
  if (!text) co_return;
  const std::vector<std::string> tags = parse_image_tags(*text);
  for (const std::string& tag : tags) co_await remove_image(tag);
  co_await remove_image(id);
}

// How many were removed. A container goes after those that use its network.
net::Task<std::size_t> ApiDriver::sweep_containers(std::string filters) {
  std::size_t swept = 0;
  for (bool progress = true; progress;) {
    progress = false;
    const auto listed = co_await environment_.api.get("/containers/json?all=1&" + filters);
    if (!listed) break;
    const auto ids = parse_ids(*listed);
    if (!ids) break;
    for (const std::string& id : *ids) {
      const auto removed = co_await remove_container(&environment_, id);
      if (!removed) continue;
      progress = true;
      ++swept;
    }
  }
  co_return swept;
}

net::Task<void> ApiDriver::sweep() {
  const std::string filters = "filters=" + owner_filter(environment_.options.owner);
  std::size_t swept = co_await sweep_containers(filters);
  const auto volumes = co_await environment_.api.get("/volumes?" + filters);
  if (volumes)
    if (const auto names = parse_volume_names(*volumes))
      for (const std::string& name : *names) {
        (void)co_await environment_.api.remove("/volumes/" + percent_encode(name) + "?force=1");
        ++swept;
      }
  const auto images = co_await environment_.api.get("/images/json?" + filters);
  if (images)
    if (const auto ids = parse_ids(*images))
      for (const std::string& id : *ids) {
        co_await remove_image(id);
        ++swept;
      }
  environment_.pause_image.clear();
  if (!environment_.cgroup_parent.empty())
    sweep_cgroup(environment_.trees, environment_.cgroup_parent);
  if (swept > 0)
    environment_.log.info("Removed what a lab before has left in the engine", {{"count", swept}});
}

net::Task<void> ApiDriver::close() {
  if (!environment_.pause_image.empty()) co_await remove_image(environment_.pause_image);
  environment_.pause_image.clear();
  for (const std::string& id : pulled_) co_await remove_image_and_tags(id);
  pulled_.clear();
}

}  // namespace
}  // namespace docker

net::Task<Result<std::unique_ptr<DockerDriver>>> connect_docker(
    net::Loop* loop, DockerDriverOptions options, std::unique_ptr<net::HttpClient> client) {
  auto driver = std::make_unique<docker::ApiDriver>(*loop, std::move(options), std::move(client));
  const auto connected = co_await driver->connect();
  if (!connected) co_return connected.error();
  co_return std::unique_ptr<DockerDriver>(std::move(driver));
}

net::Task<Result<std::unique_ptr<DockerDriver>>> connect_docker(net::Loop* loop,
                                                                DockerDriverOptions options) {
  net::HttpClientOptions client_options;
  client_options.unix_socket = docker::socket_path(options.socket);
  auto client = net::make_http_client(*loop, std::move(client_options));
  if (!client) co_return client.error();
  co_return co_await connect_docker(loop, std::move(options), std::move(*client));
}

}  // namespace tributary::lab
