// What the registry must know of a manifest before it keeps it: which blobs and manifests it needs.
// Docker's schema 2 and its list (distribution: docs/spec/manifest-v2-2.md), OCI's manifest and
// index (image-spec: manifest.md, image-index.md).
//
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace tributary::lab::registry {

inline constexpr std::size_t kManifestBytesMax = 4U << 20;

inline constexpr const char* kDockerManifest =
    "application/vnd.docker.distribution.manifest.v2+json";
inline constexpr const char* kDockerList =
    "application/vnd.docker.distribution.manifest.list.v2+json";
inline constexpr const char* kOciManifest = "application/vnd.oci.image.manifest.v1+json";
inline constexpr const char* kOciIndex = "application/vnd.oci.image.index.v1+json";

struct Descriptor {
  std::string media_type;
  std::string digest;
  std::uint64_t bytes = 0;
  bool elsewhere = false;  // a layer that may not be distributed, and need not be here
};

struct Manifest {
  std::string media_type;
  std::string artifact_type;          // what it holds: `artifactType`, or its configuration's type
  std::vector<Descriptor> blobs;      // configuration and layers
  std::vector<Descriptor> manifests;  // of an index
  std::string subject;                // the digest of the manifest that this one is about; or ""
  std::vector<std::pair<std::string, std::string>> annotations;
};

// `content_type` is the request's; "" where there is none: `mediaType` tells then. Errors:
// invalid_argument, limit_exceeded.
Result<Manifest> parse_manifest(std::string_view bytes, std::string_view content_type);

}  // namespace tributary::lab::registry
