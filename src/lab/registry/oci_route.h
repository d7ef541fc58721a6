// What a request of the OCI distribution API asks for (distribution-spec v1.1, "Endpoints"), and
// which permission of ECR it takes.
//
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "lab/registry/names.h"

namespace tributary::lab::registry {

struct OciError {
  int status = 400;
  std::string code;  // "NAME_UNKNOWN"
  std::string message;
};

struct Route {
  enum class Kind : std::uint8_t {
    version,     // /v2/
    catalog,     // /v2/_catalog
    tags,        // /v2/<name>/tags/list
    manifest,    // /v2/<name>/manifests/<tag or digest>
    blob,        // /v2/<name>/blobs/<digest>
    new_upload,  // /v2/<name>/blobs/uploads/
    upload,      // /v2/<name>/blobs/uploads/<id>
    referrers,   // /v2/<name>/referrers/<digest>
  };
  Kind kind = Kind::version;
  RepositoryName repository;  // but for version and catalog
  std::string reference;      // tag, digest or id
  std::vector<std::pair<std::string, std::string>> query;

  // The first of that name; "" where there is none.
  std::string parameter(std::string_view name) const;
  // Path of the repository's upload, blob or manifest.
  std::string blob_path(std::string_view digest) const;
  std::string manifest_path(std::string_view digest) const;
  std::string upload_path(std::string_view id) const;
};

// "/v2", "/v2/..."
bool is_oci_path(std::string_view path);

std::variant<Route, OciError> parse_route(std::string_view target);

// "ecr:BatchGetImage"; "" where it is enough to be logged in; nothing where the registry has no
// such method there.
std::optional<std::string_view> action_of(Route::Kind kind, std::string_view method);
// For the header Allow.
std::string methods_of(Route::Kind kind);

}  // namespace tributary::lab::registry
