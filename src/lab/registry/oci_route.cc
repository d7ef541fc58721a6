#include "lab/registry/oci_route.h"

#include <array>

#include "base/strings.h"
#include "lab/registry/digest.h"
#include "net/http.h"

namespace tributary::lab::registry {
namespace {

constexpr std::string_view kRoot = "/v2";
constexpr std::string_view kUploads = "/blobs/uploads";

struct Rule {
  Route::Kind kind;
  std::string_view method;
  std::string_view action;
};

// As ECR asks for them when docker pulls and pushes (ECR user guide, "image-push-iam").
constexpr std::array kRules = {
    Rule{Route::Kind::version, "GET", ""},
    Rule{Route::Kind::version, "HEAD", ""},
    Rule{Route::Kind::tags, "GET", "ecr:ListImages"},
    Rule{Route::Kind::manifest, "GET", "ecr:BatchGetImage"},
    Rule{Route::Kind::manifest, "HEAD", "ecr:BatchGetImage"},
    Rule{Route::Kind::manifest, "PUT", "ecr:PutImage"},
    Rule{Route::Kind::manifest, "DELETE", "ecr:BatchDeleteImage"},
    Rule{Route::Kind::blob, "GET", "ecr:GetDownloadUrlForLayer"},
    Rule{Route::Kind::blob, "HEAD", "ecr:BatchCheckLayerAvailability"},
    Rule{Route::Kind::new_upload, "POST", "ecr:InitiateLayerUpload"},
    Rule{Route::Kind::upload, "GET", "ecr:UploadLayerPart"},
    Rule{Route::Kind::upload, "PATCH", "ecr:UploadLayerPart"},
    Rule{Route::Kind::upload, "PUT", "ecr:CompleteLayerUpload"},
    Rule{Route::Kind::upload, "DELETE", "ecr:UploadLayerPart"},
    Rule{Route::Kind::referrers, "GET", "ecr:BatchGetImage"},
};

OciError no_such_path() {
  return {404, "UNSUPPORTED", "this is no path of the OCI distribution API"};
}

// Names may themselves hold "blobs" or "tags": what counts is the end of the path.
std::optional<std::pair<Route::Kind, std::string_view>> split_end(std::string_view& path) {
  using Found = std::pair<Route::Kind, std::string_view>;
  if (path.ends_with("/tags/list")) {
    path.remove_suffix(std::string_view("/tags/list").size());
    return Found{Route::Kind::tags, ""};
  }
  if (path.ends_with(kUploads)) {
    path.remove_suffix(kUploads.size());
    return Found{Route::Kind::new_upload, ""};
  }
  const std::size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const std::string_view last = path.substr(slash + 1);
  std::string_view before = path.substr(0, slash);
  const auto ends = [&](std::string_view marker, Route::Kind kind) -> std::optional<Found> {
    if (!before.ends_with(marker)) return std::nullopt;
    path = before.substr(0, before.size() - marker.size());
    return Found{last.empty() && kind == Route::Kind::upload ? Route::Kind::new_upload : kind,
                 last};
  };
  if (auto found = ends(kUploads, Route::Kind::upload)) return found;
  if (auto found = ends("/manifests", Route::Kind::manifest)) return found;
  if (auto found = ends("/blobs", Route::Kind::blob)) return found;
  return ends("/referrers", Route::Kind::referrers);
}

std::variant<Route, OciError> check_reference(Route route) {
  const auto digest_invalid = [&]() -> OciError {
    return {400, "DIGEST_INVALID",
            "\"" + route.reference + "\" is not a digest: sha256: and 64 hexadecimal digits"};
  };
  switch (route.kind) {
    case Route::Kind::blob:
    case Route::Kind::referrers:
      if (!is_digest(route.reference)) return digest_invalid();
      break;
    case Route::Kind::manifest:
      if (route.reference.find(':') != std::string::npos && !is_digest(route.reference))
        return digest_invalid();
      if (!is_digest(route.reference) && !is_tag(route.reference))
        return OciError{400, "TAG_INVALID", "\"" + route.reference + "\" is not a tag"};
      break;
    default: break;
  }
  return route;
}

}  // namespace

std::string Route::parameter(std::string_view name) const {
  for (const auto& [key, value] : query)
    if (key == name) return value;
  return "";
}

std::string Route::blob_path(std::string_view digest) const {
  return std::string(kRoot) + '/' + repository.path() + "/blobs/" + std::string(digest);
}
std::string Route::manifest_path(std::string_view digest) const {
  return std::string(kRoot) + '/' + repository.path() + "/manifests/" + std::string(digest);
}
std::string Route::upload_path(std::string_view id) const {
  return std::string(kRoot) + '/' + repository.path() + std::string(kUploads) + '/' +
         std::string(id);
}

bool is_oci_path(std::string_view path) { return path == kRoot || path.starts_with("/v2/"); }

std::variant<Route, OciError> parse_route(std::string_view target) {
  const std::size_t question = target.find('?');
  const auto decoded = percent_decode(target.substr(0, question));
  if (!decoded || !is_oci_path(*decoded)) return no_such_path();
  Route route;
  if (question != std::string_view::npos)
    route.query = net::parse_form(target.substr(question + 1));
  std::string_view path = *decoded;
  path.remove_prefix(kRoot.size());
  if (path.empty() || path == "/") return route;
  path.remove_prefix(1);
  if (path == "_catalog") {
    route.kind = Route::Kind::catalog;
    return route;
  }
  const auto end = split_end(path);
  if (!end) return no_such_path();
  route.kind = end->first;
  route.reference = std::string(end->second);
  auto repository = parse_repository_path(path);
  if (!repository)
    return OciError{404, "NAME_UNKNOWN",
                    "\"" + std::string(path) +
                        "\" is not a repository's name: those begin with their registry's, as in "
                        "123456789012.dkr.ecr.us-east-1/app"};
  route.repository = *std::move(repository);
  return check_reference(std::move(route));
}

std::optional<std::string_view> action_of(Route::Kind kind, std::string_view method) {
  for (const Rule& rule : kRules)
    if (rule.kind == kind && rule.method == method) return rule.action;
  return std::nullopt;
}

std::string methods_of(Route::Kind kind) {
  std::string methods;
  for (const Rule& rule : kRules)
    if (rule.kind == kind) methods += (methods.empty() ? "" : ", ") + std::string(rule.method);
  return methods;
}

}  // namespace tributary::lab::registry
