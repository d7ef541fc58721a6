#include "lab/registry/repository.h"

#include <algorithm>
#include <set>

#include "lab/registry/digest.h"

namespace tributary::lab::registry {
namespace {

Result<void> check_layers(const Repository& repository, const Manifest& manifest) {
  for (const Descriptor& blob : manifest.blobs) {
    const auto layer = repository.layers.find(blob.digest);
    if (layer == repository.layers.end()) {
      if (blob.elsewhere) continue;
      return Error(Code::not_found,
                   "the layer " + blob.digest + " has not been pushed to this repository");
    }
    if (layer->second.bytes != blob.bytes)
      return Error(Code::invalid_argument, "manifest: it gives the layer " + blob.digest +
                                               " a size of " + std::to_string(blob.bytes) +
                                               " bytes, which has " +
                                               std::to_string(layer->second.bytes));
  }
  for (const Descriptor& child : manifest.manifests)
    if (!repository.images.contains(child.digest))
      return Error(Code::not_found,
                   "the manifest " + child.digest + " has not been pushed to this repository");
  return {};
}

std::uint64_t size_of(const Repository& repository, const Manifest& manifest) {
  std::uint64_t bytes = 0;
  for (const Descriptor& blob : manifest.blobs) bytes += blob.bytes;
  for (const Descriptor& child : manifest.manifests)
    bytes = std::max(bytes, repository.images.at(child.digest).bytes);
  return bytes;
}

std::set<std::string, std::less<>> layers_in_use(const Repository& repository) {
  std::set<std::string, std::less<>> used;
  for (const auto& [digest, image] : repository.images)
    used.insert(image.layers.begin(), image.layers.end());
  return used;
}

}  // namespace

const char* to_string(TagMutability mutability) {
  return mutability == TagMutability::immutable ? "IMMUTABLE" : "MUTABLE";
}

std::string Repository::resolve(std::string_view reference) const {
  if (is_digest(reference)) {
    const auto image = images.find(std::string(reference));
    return image == images.end() ? "" : image->first;
  }
  const auto tag = image_tags.find(std::string(reference));
  return tag == image_tags.end() ? "" : tag->second;
}

std::vector<std::string> Repository::tags_of(std::string_view digest) const {
  std::vector<std::string> tags;
  for (const auto& [tag, image] : image_tags)
    if (image == digest) tags.push_back(tag);
  return tags;
}

std::map<std::string, std::vector<std::string>> Repository::tags_by_image() const {
  std::map<std::string, std::vector<std::string>> tags;
  for (const auto& [tag, image] : image_tags) tags[image].push_back(tag);
  return tags;
}

std::string Repository::index_of(std::string_view digest) const {
  for (const auto& [index, image] : images)
    if (std::find(image.manifests.begin(), image.manifests.end(), digest) != image.manifests.end())
      return index;
  return "";
}

Result<void> Repository::add(std::string_view digest, const Manifest& manifest,
                             const std::vector<std::string>& tags, std::int64_t now_ms) {
  if (settings.tag_mutability == TagMutability::immutable)
    for (const std::string& tag : tags)
      if (image_tags.contains(tag))
        return Error(Code::already_exists, "the image tag '" + tag + "' exists already");
  if (auto checked = check_layers(*this, manifest); !checked) return checked;
  const auto [place, is_new] = images.try_emplace(std::string(digest));
  if (is_new && images.size() > kImagesMax) {
    images.erase(place);
    return Error(Code::limit_exceeded,
                 "a repository holds at most " + std::to_string(kImagesMax) + " images");
  }
  Image& image = place->second;
  if (is_new) {
    image.media_type = manifest.media_type;
    image.artifact_type = manifest.artifact_type;
    image.bytes = size_of(*this, manifest);
    for (const Descriptor& blob : manifest.blobs)
      if (layers.contains(blob.digest)) image.layers.push_back(blob.digest);
    for (const Descriptor& child : manifest.manifests) image.manifests.push_back(child.digest);
    image.subject = manifest.subject;
  }
  image.pushed_at_ms = now_ms;
  for (const std::string& tag : tags) image_tags[tag] = std::string(digest);
  return {};
}

void Repository::remove_image(std::string_view digest) {
  const auto image = images.find(std::string(digest));
  if (image == images.end()) return;
  const std::vector<std::string> needed = std::move(image->second.layers);
  images.erase(image);
  std::erase_if(image_tags, [&](const auto& tag) { return tag.second == digest; });
  const auto used = layers_in_use(*this);
  for (const std::string& layer : needed)
    if (!used.contains(layer)) layers.erase(layer);
}

std::size_t Repository::remove_unused_layers(std::int64_t before_ms) {
  const auto used = layers_in_use(*this);
  return std::erase_if(layers, [&](const auto& layer) {
    return layer.second.pushed_at_ms < before_ms && !used.contains(layer.first);
  });
}

}  // namespace tributary::lab::registry
