#include "lab/registry/manifest.h"

#include <array>

#include "base/strings.h"
#include "config/json.h"
#include "lab/registry/digest.h"

namespace tributary::lab::registry {
namespace {

using config::Node;

constexpr config::JsonLimits kLimits{.bytes_max = kManifestBytesMax};
constexpr std::array kForeignLayers = {
    std::string_view("application/vnd.docker.image.rootfs.foreign.diff.tar"),
    std::string_view("application/vnd.oci.image.layer.nondistributable.v1.tar")};

Error invalid(std::string message) {
  return Error(Code::invalid_argument, "manifest: " + std::move(message));
}

// "" where it is not there or not a string.
std::string text_of(const Node& node, std::string_view key) {
  const Node* value = node.find(key);
  return value && value->is_scalar() && value->quoted() ? value->text() : "";
}

bool is_foreign(std::string_view media_type) {
  for (const std::string_view prefix : kForeignLayers)
    if (media_type.starts_with(prefix)) return true;
  return false;
}

Result<Descriptor> read_descriptor(const Node& node, const std::string& where) {
  if (!node.is_mapping()) return invalid(where + " is not an object");
  Descriptor descriptor{.media_type = text_of(node, "mediaType"),
                        .digest = text_of(node, "digest")};
  if (!is_digest(descriptor.digest))
    return invalid(where + " has the digest \"" + descriptor.digest +
                   "\", not sha256: and 64 hexadecimal digits");
  const Node* size = node.find("size");
  const auto bytes =
      size && size->is_scalar() && !size->quoted() ? parse_uint64(size->text()) : std::nullopt;
  if (!bytes) return invalid(where + " has no size");
  descriptor.bytes = *bytes;
  descriptor.elsewhere = is_foreign(descriptor.media_type);
  return descriptor;
}

Result<void> read_list(const Node& manifest, const char* key, std::vector<Descriptor>& out) {
  const Node* list = manifest.find(key);
  if (!list || !list->is_sequence()) return invalid(std::string("no list of ") + key);
  for (const Node& element : list->elements()) {
    const std::string where = std::string(key) + '[' + std::to_string(out.size()) + ']';
    TRIBUTARY_TRY(auto descriptor, read_descriptor(element, where));
    out.push_back(std::move(descriptor));
  }
  return {};
}

// As OCI names them; Docker's have `mediaType` always.
std::string guess_media_type(const Node& node) {
  return node.find("manifests") ? kOciIndex : kOciManifest;
}

Result<void> read_type(const Node& node, std::string_view content_type, Manifest& manifest) {
  const std::string own = text_of(node, "mediaType");
  const std::string sent = to_lower(trim(content_type.substr(0, content_type.find(';'))));
  if (!own.empty() && !sent.empty() && own != sent)
    return invalid("its mediaType is " + own + ", but it was sent as " + sent);
  manifest.media_type = !sent.empty() ? sent : !own.empty() ? own : guess_media_type(node);
  for (const char* known : {kDockerManifest, kDockerList, kOciManifest, kOciIndex})
    if (manifest.media_type == known) return {};
  return invalid("the media type " + manifest.media_type + " is not supported: " + kDockerManifest +
                 ", " + kDockerList + ", " + kOciManifest + " and " + kOciIndex + " are");
}

Result<void> read_parts(const Node& node, Manifest& manifest) {
  if (manifest.media_type == kDockerList || manifest.media_type == kOciIndex)
    return read_list(node, "manifests", manifest.manifests);
  const Node* configuration = node.find("config");
  if (!configuration) return invalid("no config");
  TRIBUTARY_TRY(auto descriptor, read_descriptor(*configuration, "config"));
  if (manifest.artifact_type.empty()) manifest.artifact_type = descriptor.media_type;
  manifest.blobs.push_back(std::move(descriptor));
  std::vector<Descriptor> layers;
  if (auto done = read_list(node, "layers", layers); !done) return done;
  for (Descriptor& layer : layers) manifest.blobs.push_back(std::move(layer));
  return {};
}

}  // namespace

Result<Manifest> parse_manifest(std::string_view bytes, std::string_view content_type) {
  if (bytes.size() > kManifestBytesMax)
    return Error(Code::limit_exceeded, "manifest: has " + std::to_string(bytes.size()) +
                                           " bytes, at most " + std::to_string(kManifestBytesMax) +
                                           " are taken");
  config::Diagnostics diagnostics;
  const Node node = config::parse_json(std::string(bytes), "manifest", diagnostics, kLimits);
  if (diagnostics.has_errors())
    return Error(Code::invalid_argument, diagnostics.to_error().message());
  if (!node.is_mapping()) return invalid("not a JSON object");
  const Node* version = node.find("schemaVersion");
  if (!version || version->quoted() || version->text() != "2")
    return invalid("schemaVersion is not 2");

  Manifest manifest;
  if (auto done = read_type(node, content_type, manifest); !done) return done.error();
  manifest.artifact_type = text_of(node, "artifactType");
  if (auto done = read_parts(node, manifest); !done) return done.error();
  if (const Node* subject = node.find("subject"); subject && !subject->is_null()) {
    TRIBUTARY_TRY(auto descriptor, read_descriptor(*subject, "subject"));
    manifest.subject = std::move(descriptor.digest);
  }
  if (const Node* annotations = node.find("annotations"))
    for (const Node::Item& item : annotations->items())
      manifest.annotations.emplace_back(item.key, item.value.text());
  return manifest;
}

}  // namespace tributary::lab::registry
