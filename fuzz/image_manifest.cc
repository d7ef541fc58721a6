// Any text as an image's manifest. What is taken names digests alone, and a repository that has
// them takes it; what is refused says why.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "lab/registry/digest.h"
#include "lab/registry/repository.h"

using namespace tributary::lab::registry;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto manifest = parse_manifest(text, "");
  if (!manifest) {
    if (manifest.error().message().empty()) std::abort();
    return 0;
  }
  Repository repository;
  bool consistent = true;  // one digest may be given two sizes
  for (const Descriptor& blob : manifest->blobs) {
    if (!is_digest(blob.digest)) std::abort();
    const auto [at, is_new] = repository.layers.try_emplace(blob.digest, Layer{blob.bytes, 0});
    consistent = consistent && (is_new || at->second.bytes == blob.bytes);
  }
  for (const Descriptor& child : manifest->manifests) {
    if (!is_digest(child.digest)) std::abort();
    repository.images.try_emplace(child.digest);
  }
  const std::string digest = digest_of(text);
  if (!manifest->subject.empty() && !is_digest(manifest->subject)) std::abort();
  const auto added = repository.add(digest, *manifest, {"latest"}, 1);
  if (added.has_value() != consistent) std::abort();
  if (added && repository.resolve("latest") != digest) std::abort();
  return 0;
}
