#include "lab/registry/ecr_operations.h"

#include <utility>

#include "base/strings.h"
#include "lab/registry/ecr_json.h"
#include "lab/registry/ecr_pages.h"

namespace tributary::lab::registry {
namespace {

using ecr::array;
using ecr::array_of_texts;
using ecr::object;
using ecr::text;

constexpr std::size_t kTagsMax = 50;
constexpr std::size_t kTagKeyBytesMax = 128;
constexpr std::size_t kTagValueBytesMax = 256;
constexpr std::size_t kRegistryIdsMax = 10;
constexpr std::size_t kBatchMax = 100;

ApiAnswer success(std::string body) { return {.body = std::move(body)}; }

ApiAnswer not_found(const RepositoryName& name) {
  return api_error("RepositoryNotFoundException", "The repository with name '" + name.name +
                                                      "' does not exist in the registry with id '" +
                                                      name.account + "'");
}

std::string image_id_text(const ecr::ImageId& id) {
  const auto quoted = [](const std::string& value) {
    return '\'' + (value.empty() ? "null" : value) + '\'';
  };
  return "{imageDigest:" + quoted(id.digest) + ", imageTag:" + quoted(id.tag) + '}';
}

std::string image_id(const std::string& digest, const std::string& tag) {
  return object({{"imageDigest", text(digest)}, {"imageTag", text(tag)}});
}

struct Failure {
  std::string code;
  std::string reason;
};

// The digest that an image id stands for, or why there is none.
std::string resolve(const Repository& repository, const ecr::ImageId& id, Failure& failure) {
  if (id.digest.empty() && id.tag.empty()) {
    failure = {"MissingDigestAndTag",
               "Invalid request parameters: both tag and digest cannot be null"};
    return "";
  }
  if (!id.digest.empty() && !is_digest(id.digest)) {
    failure = {"InvalidImageDigest",
               "Invalid request parameters: image digest should satisfy the regex "
               "'[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+'"};
    return "";
  }
  const std::string digest = repository.resolve(id.digest.empty() ? id.tag : id.digest);
  if (digest.empty()) {
    failure = {"ImageNotFound", "Requested image not found"};
  } else if (!id.digest.empty() && !id.tag.empty() && repository.resolve(id.tag) != id.digest) {
    failure = {"ImageTagDoesNotMatchDigest", "Requested image tag does not match the digest"};
    return "";
  }
  return digest;
}

std::string failure_json(const ecr::ImageId& id, const Failure& failure) {
  return object({{"imageId", image_id(id.digest, id.tag)},
                 {"failureCode", text(failure.code)},
                 {"failureReason", text(failure.reason)}});
}

std::string detail_json(const RepositoryName& name, const std::string& digest, const Image& image,
                        const std::vector<std::string>& tags) {
  return object({{"registryId", text(name.account)},
                 {"repositoryName", text(name.name)},
                 {"imageDigest", text(digest)},
                 {"imageTags", tags.empty() ? "" : array_of_texts(tags)},
                 {"imageSizeInBytes", std::to_string(image.bytes)},
                 {"imagePushedAt", ecr::time(image.pushed_at_ms)},
                 {"imageManifestMediaType", text(image.media_type)},
                 {"artifactMediaType", text(image.artifact_type)}});
}

std::string image_json(const RepositoryName& name, const ecr::ImageId& id,
                       const std::string& manifest, const std::string& media_type) {
  return object({{"registryId", text(name.account)},
                 {"repositoryName", text(name.name)},
                 {"imageId", image_id(id.digest, id.tag)},
                 {"imageManifest", text(manifest)},
                 {"imageManifestMediaType", text(media_type)}});
}

bool fits(ecr::TagStatus status, bool tagged) {
  return status == ecr::TagStatus::any || (status == ecr::TagStatus::tagged) == tagged;
}

// What is wrong with tags that are to be added to `tags`, and adds them where nothing is.
std::optional<ApiAnswer> add_tags(const std::vector<ecr::Tag>& added,
                                  std::map<std::string, std::string>& tags) {
  for (const ecr::Tag& tag : added) {
    if (tag.key.empty() || tag.key.size() > kTagKeyBytesMax || tag.key.starts_with("aws:"))
      return api_error("InvalidTagParameterException",
                       "the tag key \"" + tag.key +
                           "\" must have 1 to 128 characters and must not begin with aws:");
    if (tag.value.size() > kTagValueBytesMax)
      return api_error("InvalidTagParameterException",
                       "the value of the tag \"" + tag.key + "\" has more than 256 characters");
    tags[tag.key] = tag.value;
  }
  if (tags.size() > kTagsMax)
    return api_error("TooManyTagsException", "a repository has at most 50 tags");
  return std::nullopt;
}

std::optional<ApiAnswer> check_batch(std::size_t size, std::string_view parameter) {
  if (size >= 1 && size <= kBatchMax) return std::nullopt;
  return invalid_parameter(parameter, "must have 1 to 100 elements");
}

ApiAnswer put_error(const Error& error, const RepositoryName& name, const ecr::PutImage& request,
                    const Manifest& manifest) {
  switch (error.code()) {
    case Code::already_exists:
      return api_error("ImageTagAlreadyExistsException",
                       "The image tag '" + request.tag + "' already exists in the '" + name.name +
                           "' repository and cannot be overwritten because the repository is "
                           "immutable.");
    case Code::not_found:
      return api_error(manifest.manifests.empty() ? "LayersNotFoundException"
                                                  : "ReferencedImagesNotFoundException",
                       error.message());
    case Code::invalid_argument: return invalid_parameter("imageManifest", error.message());
    case Code::limit_exceeded: return api_error("LimitExceededException", error.message());
    default: return api_error("ServerException", error.message(), 500);
  }
}

ApiAnswer failed(const Error& error) { return api_error("ServerException", error.message(), 500); }

}  // namespace

ApiAnswer invalid_parameter(std::string_view parameter, std::string_view constraint) {
  return api_error("InvalidParameterException", "Invalid parameter at '" + std::string(parameter) +
                                                    "' failed to satisfy constraint: '" +
                                                    std::string(constraint) + "'");
}

std::string EcrOperations::repository_json(const RepositoryName& name,
                                           const Repository& repository) const {
  return object({{"repositoryArn", text(name.arn())},
                 {"registryId", text(name.account)},
                 {"repositoryName", text(name.name)},
                 {"repositoryUri", text(uri(name))},
                 {"createdAt", ecr::time(repository.created_at_ms)},
                 {"imageTagMutability", text(to_string(repository.settings.tag_mutability))},
                 {"imageScanningConfiguration",
                  object({{"scanOnPush", ecr::boolean(repository.settings.scan_on_push)}})},
                 {"encryptionConfiguration", object({{"encryptionType", text("AES256")}})}});
}

ApiAnswer EcrOperations::create(const RepositoryName& name, const ecr::CreateRepository& request,
                                Timestamp now) {
  if (request.encryption.type != "AES256" || !request.encryption.kms_key.empty())
    return invalid_parameter("encryptionConfiguration",
                             "the lab has no KMS: encryptionType must be AES256");
  Settings settings{.tag_mutability = request.tag_mutability,
                    .scan_on_push = request.scanning.scan_on_push,
                    .tags = {}};
  if (auto refused = add_tags(request.tags, settings.tags)) return *refused;
  if (auto done = store_.create(name, std::move(settings), now); !done) {
    if (done.error().code() == Code::already_exists)
      return api_error("RepositoryAlreadyExistsException",
                       "The repository with name '" + name.name +
                           "' already exists in the registry with id '" + name.account + "'");
    if (done.error().code() == Code::limit_exceeded)
      return api_error("LimitExceededException", done.error().message());
    return failed(done.error());
  }
  return success(object({{"repository", repository_json(name, *store_.find(name))}}));
}

ApiAnswer EcrOperations::remove(const RepositoryName& name, const ecr::DeleteRepository& request) {
  const Repository* repository = store_.find(name);
  if (!repository) return not_found(name);
  if (!repository->images.empty() && !request.force)
    return api_error("RepositoryNotEmptyException",
                     "The repository with name '" + name.name + "' in registry with id '" +
                         name.account + "' cannot be deleted because it still contains images");
  const std::string gone = repository_json(name, *repository);
  if (auto done = store_.remove(name); !done) return failed(done.error());
  return success(object({{"repository", gone}}));
}

ApiAnswer EcrOperations::describe(const RepositoryName& registry,
                                  const ecr::DescribeRepositories& request) {
  ecr::Pages page(request);
  if (auto refused = page.refusal(!request.repository_names.empty(), "repositoryNames"))
    return *refused;
  std::vector<std::string> list;
  const auto add = [&](const RepositoryName& name) {
    list.push_back(repository_json(name, *store_.find(name)));
  };
  if (!request.repository_names.empty()) {
    if (auto refused = check_batch(request.repository_names.size(), "repositoryNames"))
      return *refused;
    for (const std::string& one : request.repository_names) {
      const RepositoryName name{registry.account, registry.region, one};
      if (!store_.find(name)) return not_found(name);
      add(name);
    }
  } else {
    for (const RepositoryName& name : store_.list(registry.account, registry.region))
      if (page.takes(name.name)) add(name);
  }
  return success(object({{"repositories", array(list)}, {"nextToken", text(page.next_token())}}));
}

ApiAnswer EcrOperations::list_images(const RepositoryName& name, const ecr::ListImages& request) {
  const Repository* repository = store_.find(name);
  if (!repository) return not_found(name);
  ecr::Pages page(request.page);
  if (auto refused = page.refusal()) return *refused;
  std::vector<std::string> list;
  auto all_tags = repository->tags_by_image();
  for (const auto& [digest, image] : repository->images) {
    std::vector<std::string>& tags = all_tags[digest];
    if (!fits(request.filter.tag_status, !tags.empty())) continue;
    if (tags.empty()) tags.emplace_back();
    for (const std::string& tag : tags)
      if (page.takes(digest + ' ' + tag)) list.push_back(image_id(digest, tag));
  }
  return success(object({{"imageIds", array(list)}, {"nextToken", text(page.next_token())}}));
}

ApiAnswer EcrOperations::describe_images(const RepositoryName& name,
                                         const ecr::DescribeImages& request) {
  const Repository* repository = store_.find(name);
  if (!repository) return not_found(name);
  ecr::Pages page(request.page);
  if (auto refused = page.refusal(!request.image_ids.empty(), "imageIds")) return *refused;
  std::vector<std::string> list;
  if (!request.image_ids.empty()) {
    if (auto refused = check_batch(request.image_ids.size(), "imageIds")) return *refused;
    for (const ecr::ImageId& id : request.image_ids) {
      Failure failure;
      const std::string digest = resolve(*repository, id, failure);
      if (digest.empty())
        return api_error("ImageNotFoundException",
                         "The image with imageId " + image_id_text(id) +
                             " does not exist within the repository with name '" + name.name +
                             "' in the registry with id '" + name.account + "'");
      list.push_back(
          detail_json(name, digest, repository->images.at(digest), repository->tags_of(digest)));
    }
  } else {
    auto tags = repository->tags_by_image();
    for (const auto& [digest, image] : repository->images) {
      const std::vector<std::string>& own = tags[digest];
      if (fits(request.filter.tag_status, !own.empty()) && page.takes(digest))
        list.push_back(detail_json(name, digest, image, own));
    }
  }
  return success(object({{"imageDetails", array(list)}, {"nextToken", text(page.next_token())}}));
}

ApiAnswer EcrOperations::get_images(const RepositoryName& name, const ecr::BatchImages& request) {
  const Repository* repository = store_.find(name);
  if (!repository) return not_found(name);
  if (auto refused = check_batch(request.image_ids.size(), "imageIds")) return *refused;
  std::vector<std::string> images;
  std::vector<std::string> failures;
  for (const ecr::ImageId& id : request.image_ids) {
    Failure failure;
    const std::string digest = resolve(*repository, id, failure);
    if (digest.empty()) {
      failures.push_back(failure_json(id, failure));
      continue;
    }
    const auto manifest = store_.read_manifest(name, digest);
    if (!manifest) return failed(manifest.error());
    images.push_back(
        image_json(name, {digest, id.tag}, *manifest, repository->images.at(digest).media_type));
  }
  return success(object({{"images", array(images)}, {"failures", array(failures)}}));
}

ApiAnswer EcrOperations::delete_images(const RepositoryName& name,
                                       const ecr::BatchImages& request) {
  if (!store_.find(name)) return not_found(name);
  if (auto refused = check_batch(request.image_ids.size(), "imageIds")) return *refused;
  std::vector<std::string> gone;
  std::vector<std::string> failures;
  for (const ecr::ImageId& id : request.image_ids) {
    const Repository& repository = *store_.find(name);
    Failure failure;
    const std::string digest = resolve(repository, id, failure);
    const std::string index = id.digest.empty() ? "" : repository.index_of(digest);
    if (!index.empty())
      failure = {"ImageReferencedByManifestList",
                 "Requested image referenced by manifest list: [" + index + "]"};
    if (digest.empty() || !index.empty()) {
      failures.push_back(failure_json(id, failure));
      continue;
    }
    auto tags = id.digest.empty() ? std::vector{id.tag} : repository.tags_of(digest);
    if (tags.empty()) tags.emplace_back();
    auto done =
        id.digest.empty() ? store_.remove_tag(name, id.tag) : store_.remove_image(name, digest);
    if (!done) return failed(done.error());
    for (const std::string& tag : tags) gone.push_back(image_id(digest, tag));
  }
  return success(object({{"imageIds", array(gone)}, {"failures", array(failures)}}));
}

ApiAnswer EcrOperations::put_image(const RepositoryName& name, const ecr::PutImage& request,
                                   Timestamp now) {
  const Repository* repository = store_.find(name);
  if (!repository) return not_found(name);
  if (!request.tag.empty() && !is_tag(request.tag))
    return invalid_parameter("imageTag", "must be a tag of at most 128 characters");
  const auto manifest = parse_manifest(request.manifest, request.media_type);
  if (!manifest) return invalid_parameter("imageManifest", manifest.error().message());
  const std::string digest = digest_of(request.manifest);
  if (!request.digest.empty() && request.digest != digest)
    return api_error(
        "ImageDigestDoesNotMatchException",
        "The imageDigest " + request.digest + " does not match the manifest's, " + digest);
  const bool tagged = request.tag.empty() || repository->resolve(request.tag) == digest;
  if (tagged && repository->images.contains(digest))
    return api_error("ImageAlreadyExistsException",
                     "Image with digest '" + digest + "' and tag '" + request.tag +
                         "' already exists in the repository with name '" + name.name +
                         "' in registry with id '" + name.account + "'");
  std::vector<std::string> tags;
  if (!request.tag.empty()) tags.push_back(request.tag);
  if (auto done = store_.put_image(name, request.manifest, *manifest, tags, now); !done)
    return put_error(done.error(), name, request, *manifest);
  return success(object({{"image", image_json(name, {digest, request.tag}, request.manifest,
                                              manifest->media_type)}}));
}

ApiAnswer EcrOperations::check_layers(const RepositoryName& name, const ecr::CheckLayers& request) {
  const Repository* repository = store_.find(name);
  if (!repository) return not_found(name);
  if (auto refused = check_batch(request.layer_digests.size(), "layerDigests")) return *refused;
  std::vector<std::string> layers;
  std::vector<std::string> failures;
  for (const std::string& digest : request.layer_digests) {
    const auto layer = repository->layers.find(digest);
    if (!is_digest(digest)) {
      failures.push_back(object({{"layerDigest", text(digest)},
                                 {"failureCode", text("InvalidLayerDigest")},
                                 {"failureReason", text("not sha256: and 64 digits")}}));
    } else if (layer == repository->layers.end()) {
      layers.push_back(
          object({{"layerDigest", text(digest)}, {"layerAvailability", text("UNAVAILABLE")}}));
    } else {
      layers.push_back(object({{"layerDigest", text(digest)},
                               {"layerAvailability", text("AVAILABLE")},
                               {"layerSize", std::to_string(layer->second.bytes)}}));
    }
  }
  return success(object({{"layers", array(layers)}, {"failures", array(failures)}}));
}

ApiAnswer EcrOperations::put_tag_mutability(const RepositoryName& name,
                                            const ecr::PutTagMutability& request) {
  if (!store_.find(name)) return not_found(name);
  auto done = store_.change(
      name, [&](Settings& settings) { settings.tag_mutability = request.tag_mutability; });
  if (!done) return failed(done.error());
  return success(object({{"registryId", text(name.account)},
                         {"repositoryName", text(name.name)},
                         {"imageTagMutability", text(to_string(request.tag_mutability))}}));
}

ApiAnswer EcrOperations::put_scanning(const RepositoryName& name, const ecr::PutScanning& request) {
  if (!store_.find(name)) return not_found(name);
  const bool scan = request.scanning.scan_on_push;
  auto done = store_.change(name, [&](Settings& settings) { settings.scan_on_push = scan; });
  if (!done) return failed(done.error());
  return success(
      object({{"registryId", text(name.account)},
              {"repositoryName", text(name.name)},
              {"imageScanningConfiguration", object({{"scanOnPush", ecr::boolean(scan)}})}}));
}

ApiAnswer EcrOperations::scan_findings(const RepositoryName& name,
                                       const ecr::DescribeScan& request) {
  if (!store_.find(name)) return not_found(name);
  return api_error("ScanNotFoundException", "Image scan does not exist for the image with '" +
                                                image_id_text(request.image_id) +
                                                "' in the repository with name '" + name.name +
                                                "' in the registry with id '" + name.account +
                                                "': the lab scans nothing");
}

ApiAnswer EcrOperations::get_repository_policy(const RepositoryName& name) {
  if (!store_.find(name)) return not_found(name);
  return api_error("RepositoryPolicyNotFoundException",
                   "Repository policy does not exist for the repository with name '" + name.name +
                       "' in the registry with id '" + name.account + "'");
}

ApiAnswer EcrOperations::get_lifecycle_policy(const RepositoryName& name) {
  if (!store_.find(name)) return not_found(name);
  return api_error("LifecyclePolicyNotFoundException",
                   "Lifecycle policy does not exist for the repository with name '" + name.name +
                       "' in the registry with id '" + name.account + "'");
}

ApiAnswer EcrOperations::tag(const RepositoryName& name, const ecr::ResourceTags& request) {
  const Repository* repository = store_.find(name);
  if (!repository) return not_found(name);
  auto tags = repository->settings.tags;
  if (auto refused = add_tags(request.tags, tags)) return *refused;
  auto done = store_.change(name, [&](Settings& settings) { settings.tags = std::move(tags); });
  return done ? success("{}") : failed(done.error());
}

ApiAnswer EcrOperations::untag(const RepositoryName& name, const ecr::ResourceTags& request) {
  if (!store_.find(name)) return not_found(name);
  auto done = store_.change(name, [&](Settings& settings) {
    for (const std::string& key : request.tag_keys) settings.tags.erase(key);
  });
  return done ? success("{}") : failed(done.error());
}

ApiAnswer EcrOperations::list_tags(const RepositoryName& name) {
  const Repository* repository = store_.find(name);
  if (!repository) return not_found(name);
  std::vector<std::string> tags;
  for (const auto& [key, value] : repository->settings.tags)
    tags.push_back(object({{"Key", text(key)}, {"Value", value.empty() ? "\"\"" : text(value)}}));
  return success(object({{"tags", array(tags)}}));
}

ApiAnswer EcrOperations::describe_registry(const RepositoryName& registry) {
  return success(object({{"registryId", text(registry.account)},
                         {"replicationConfiguration", object({{"rules", array({})}})}}));
}

ApiAnswer EcrOperations::authorization_token(const Caller& caller,
                                             const ecr::GetAuthorizationToken& request,
                                             Timestamp now) {
  if (request.registry_ids.size() > kRegistryIdsMax)
    return invalid_parameter("registryIds", "must have at most 10 elements");
  const Login login{
      .access_key_id = caller.access_key_id, .account = caller.account, .arn = caller.arn};
  const auto issued = tokens_.issue(login, now, Tokens::kLife, Tokens::Kept::on_disk);
  if (!issued) return failed(issued.error());
  const std::string data =
      object({{"authorizationToken", text(base64_encode("AWS:" + issued->password))},
              {"expiresAt", ecr::time(to_ms(issued->expires_at))},
              {"proxyEndpoint", text("http://" + address_)}});
  const std::size_t copies = request.registry_ids.empty() ? 1 : request.registry_ids.size();
  return success(object({{"authorizationData", array(std::vector<std::string>(copies, data))}}));
}

}  // namespace tributary::lab::registry
