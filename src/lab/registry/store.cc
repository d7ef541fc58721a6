#include "lab/registry/store.h"

#include <algorithm>
#include <utility>

#include "config/fields.h"
#include "config/yaml.h"

namespace tributary::lab::registry {
namespace {

constexpr std::string_view kSuffix = ".yaml";
// Generous enough for a repository that is full.
constexpr config::YamlLimits kLimits{.bytes_max = 256U << 20, .nodes_max = 50'000'000};

Error no_repository(const RepositoryName& name) {
  return Error(Code::not_found, "there is no repository " + name.path());
}

std::string file_name(std::string name) {
  std::replace(name.begin(), name.end(), '/', '+');
  return name + std::string(kSuffix);
}

}  // namespace

Result<std::unique_ptr<Store>> Store::open(Disk& disk, Random& random, std::string directory,
                                           Logger log) {
  std::unique_ptr<Store> store(new Store(disk, std::move(directory), std::move(log)));
  if (auto done = disk.make_directory(store->directory_ + "/repositories"); !done)
    return done.error();
  TRIBUTARY_TRY(store->lock_, disk.lock(store->directory_ + "/lock"));
  TRIBUTARY_TRY(store->blobs_, BlobStore::open(disk, random, store->directory_));
  if (auto done = store->load(); !done) return done.error();
  const auto wanted = [&](const std::string& digest) { return store->is_wanted(digest); };
  TRIBUTARY_TRY(const std::size_t removed, store->blobs_->remove_unless(wanted));
  if (removed > 0) store->log_.info("removed blobs that no repository names", {{"blobs", removed}});
  return store;
}

Result<void> Store::load() {
  TRIBUTARY_TRY(const auto names, disk_.list(directory_ + "/repositories"));
  for (const std::string& name : names)
    if (auto done = load_directory(name); !done) return done;
  return {};
}

Result<void> Store::load_directory(const std::string& name) {
  const std::string directory = directory_ + "/repositories/" + name;
  const std::size_t dot = name.find('.');
  if (dot == std::string::npos) return {};
  TRIBUTARY_TRY(const auto files, disk_.list(directory));
  for (const std::string& file : files) {
    if (!file.ends_with(kSuffix)) continue;  // what a crash has left of a replacement
    RepositoryName repository{name.substr(0, dot), name.substr(dot + 1),
                              file.substr(0, file.size() - kSuffix.size())};
    std::replace(repository.name.begin(), repository.name.end(), '+', '/');
    const std::string path = directory + '/' + file;
    TRIBUTARY_TRY(std::string text, disk_.read(path));
    config::Diagnostics diagnostics;
    const config::Node node = config::parse(std::move(text), path, diagnostics, kLimits);
    Repository value;
    if (!diagnostics.has_errors()) config::decode(node, value, diagnostics);
    if (diagnostics.has_errors()) return diagnostics.to_error();
    repositories_.emplace(std::move(repository), std::move(value));
  }
  return {};
}

std::string Store::directory_of(const RepositoryName& name) const {
  return directory_ + "/repositories/" + name.account + '.' + name.region;
}

std::string Store::file_of(const RepositoryName& name) const {
  return directory_of(name) + '/' + file_name(name.name);
}

Result<void> Store::save(const RepositoryName& name, const Repository& repository) {
  return disk_.replace(file_of(name), config::to_yaml(config::print(repository)));
}

const Repository* Store::find(const RepositoryName& name) const {
  const auto at = repositories_.find(name);
  return at == repositories_.end() ? nullptr : &at->second;
}

std::vector<RepositoryName> Store::list(std::string_view account, std::string_view region) const {
  std::vector<RepositoryName> names;
  const RepositoryName first{std::string(account), std::string(region), ""};
  for (auto at = repositories_.lower_bound(first); at != repositories_.end(); ++at) {
    if (at->first.account != account || at->first.region != region) break;
    names.push_back(at->first);
  }
  return names;
}

Result<void> Store::create(const RepositoryName& name, Settings settings, Timestamp now) {
  if (repositories_.contains(name))
    return Error(Code::already_exists, "the repository " + name.path() + " exists already");
  if (repositories_.size() >= kRepositoriesMax)
    return Error(Code::limit_exceeded, "the registry holds at most " +
                                           std::to_string(kRepositoriesMax) + " repositories");
  if (auto done = disk_.make_directory(directory_of(name)); !done) return done;
  if (auto done = disk_.sync_directory(directory_ + "/repositories"); !done) return done;
  Repository repository{.created_at_ms = to_ms(now), .settings = std::move(settings)};
  if (auto done = save(name, repository); !done) return done;
  repositories_.emplace(name, std::move(repository));
  return {};
}

Result<void> Store::change(const RepositoryName& name,
                           const std::function<void(Settings&)>& change) {
  return update(name, [&](Repository& repository) -> Result<void> {
    change(repository.settings);
    return {};
  });
}

Result<void> Store::remove(const RepositoryName& name) {
  const auto at = repositories_.find(name);
  if (at == repositories_.end()) return no_repository(name);
  if (auto done = disk_.remove(file_of(name)); !done) return done;
  if (auto done = disk_.sync_directory(directory_of(name)); !done) return done;
  const Repository before = std::move(at->second);
  repositories_.erase(at);
  collect(before, Repository());
  return {};
}

Result<void> Store::update(const RepositoryName& name,
                           const std::function<Result<void>(Repository&)>& change) {
  const auto at = repositories_.find(name);
  if (at == repositories_.end()) return no_repository(name);
  Repository changed = at->second;
  if (auto done = change(changed); !done) return done;
  if (auto done = save(name, changed); !done) return done;
  std::swap(at->second, changed);
  collect(changed, at->second);
  return {};
}

Result<void> Store::add_layer(const RepositoryName& name, std::unique_ptr<Upload> upload,
                              const std::string& digest, Timestamp now) {
  const Repository* repository = find(name);
  if (!repository) return no_repository(name);
  if (!repository->layers.contains(digest) && repository->layers.size() >= Repository::kLayersMax)
    return Error(Code::limit_exceeded, "a repository holds at most " +
                                           std::to_string(Repository::kLayersMax) + " layers");
  const Layer layer{.bytes = upload->bytes(), .pushed_at_ms = to_ms(now)};
  if (auto done = blobs_->keep(std::move(upload), digest); !done) return done;
  return update(name, [&](Repository& changed) -> Result<void> {
    changed.layers[digest] = layer;
    return {};
  });
}

Result<void> Store::share_layer(const RepositoryName& name, const RepositoryName& from,
                                const std::string& digest, Timestamp now) {
  const Repository* source = find(from);
  if (!source || !source->layers.contains(digest))
    return Error(Code::not_found, from.path() + " has no layer " + digest);
  const Layer layer{.bytes = source->layers.at(digest).bytes, .pushed_at_ms = to_ms(now)};
  return update(name, [&](Repository& changed) -> Result<void> {
    changed.layers[digest] = layer;
    return {};
  });
}

Result<std::unique_ptr<FileView>> Store::read_layer(const RepositoryName& name,
                                                    std::string_view digest) const {
  const Repository* repository = find(name);
  if (!repository) return no_repository(name);
  const std::string key(digest);
  // A manifest is a blob, too, as docker/distribution and the specification's tests have it.
  if (!repository->layers.contains(key) && !repository->images.contains(key))
    return Error(Code::not_found, name.path() + " has no layer " + key);
  return blobs_->view(digest);
}

Result<void> Store::put_image(const RepositoryName& name, std::string_view manifest_bytes,
                              const Manifest& manifest, const std::vector<std::string>& tags,
                              Timestamp now) {
  const Repository* repository = find(name);
  if (!repository) return no_repository(name);
  const std::string digest = digest_of(manifest_bytes);
  Repository changed = *repository;
  if (auto done = changed.add(digest, manifest, tags, to_ms(now)); !done) return done;
  if (auto done = blobs_->put(manifest_bytes, digest); !done) return done;
  return update(name, [&](Repository& current) -> Result<void> {
    current = std::move(changed);
    return {};
  });
}

Result<std::string> Store::read_manifest(const RepositoryName& name,
                                         std::string_view digest) const {
  const Repository* repository = find(name);
  if (!repository) return no_repository(name);
  if (!repository->images.contains(std::string(digest)))
    return Error(Code::not_found, name.path() + " has no image " + std::string(digest));
  return blobs_->read(digest);
}

Result<void> Store::remove_image(const RepositoryName& name, std::string_view digest) {
  return update(name, [&](Repository& repository) -> Result<void> {
    if (!repository.images.contains(std::string(digest)))
      return Error(Code::not_found, name.path() + " has no image " + std::string(digest));
    repository.remove_image(digest);
    return {};
  });
}

Result<void> Store::remove_tag(const RepositoryName& name, const std::string& tag) {
  return update(name, [&](Repository& repository) -> Result<void> {
    const auto at = repository.image_tags.find(tag);
    if (at == repository.image_tags.end())
      return Error(Code::not_found, name.path() + " has no tag " + tag);
    const std::string digest = at->second;
    repository.image_tags.erase(at);
    if (repository.tags_of(digest).empty() && repository.index_of(digest).empty())
      repository.remove_image(digest);
    return {};
  });
}

Result<void> Store::sweep(Timestamp now) {
  const std::int64_t before_ms = to_ms(now - kUnusedLayerLife);
  for (const auto& [name, repository] : repositories_) {
    Repository lean = repository;
    if (lean.remove_unused_layers(before_ms) == 0) continue;
    auto done = update(name, [&](Repository& current) -> Result<void> {
      current = std::move(lean);
      return {};
    });
    if (!done) return done;
  }
  return {};
}

bool Store::is_wanted(const std::string& digest) const {
  for (const auto& [name, repository] : repositories_)
    if (repository.layers.contains(digest) || repository.images.contains(digest)) return true;
  return false;
}

void Store::collect(const Repository& before, const Repository& after) {
  const auto drop = [&](const std::string& digest) {
    if (after.layers.contains(digest) || after.images.contains(digest)) return;
    if (is_wanted(digest)) return;
    if (auto done = blobs_->remove(digest); !done)
      log_.warn("a blob stays until the next start", {{"reason", done.error().message()}});
  };
  for (const auto& [digest, layer] : before.layers) drop(digest);
  for (const auto& [digest, image] : before.images) drop(digest);
}

}  // namespace tributary::lab::registry
