#include "lab/registry/oci_protocol.h"

#include <algorithm>
#include <utility>

#include "base/json_text.h"
#include "base/strings.h"
#include "lab/registry/blob_body.h"
#include "lab/registry/digest.h"

namespace tributary::lab::registry {
namespace {

constexpr std::size_t kTagsMax = 1'000;  // of one answer, as ECR
constexpr std::size_t kReferrersMax = 1'000;

net::Response json(int status, std::string body, const char* type = "application/json") {
  net::Response response{.status = status, .headers = {}, .body = std::move(body)};
  response.headers.add("Content-Type", type);
  return response;
}

net::Response created(const std::string& location, std::string_view digest) {
  net::Response response{.status = 201};
  response.headers.add("Location", location);
  response.headers.add("Docker-Content-Digest", digest);
  return response;
}

OciError manifest_unknown(const Route& route) {
  const bool by_digest = is_digest(route.reference);
  return {404, "MANIFEST_UNKNOWN",
          "Requested image not found: " + route.repository.path() + (by_digest ? "@" : ":") +
              route.reference};
}

OciError disk_failed(const Error& error) { return {500, "UNKNOWN", error.message()}; }

OciError put_refusal(const Error& error, const Route& route, const std::string& tag) {
  switch (error.code()) {
    case Code::already_exists:
      return {400, "TAG_INVALID",
              "The image tag '" + tag + "' already exists in the '" + route.repository.name +
                  "' repository and cannot be overwritten because the repository is immutable."};
    case Code::not_found: return {404, "MANIFEST_BLOB_UNKNOWN", error.message()};
    case Code::invalid_argument: return {400, "MANIFEST_INVALID", error.message()};
    case Code::limit_exceeded: return {403, "DENIED", error.message()};
    default: return disk_failed(error);
  }
}

}  // namespace

OciError name_unknown(const RepositoryName& name) {
  return {404, "NAME_UNKNOWN",
          "The repository with name '" + name.name + "' does not exist in the registry with id '" +
              name.account + "'"};
}

OciError upload_unknown(const std::string& id) {
  return {404, "BLOB_UPLOAD_UNKNOWN", "there is no upload " + id};
}

net::Response to_response(const OciError& error) {
  return json(error.status, R"({"errors":[{"code":)" + json_string(error.code) + R"(,"message":)" +
                                json_string(error.message) + "}]}");
}

net::Response OciProtocol::answer(const Route& route, const net::ServerRequest& request,
                                  Timestamp now) {
  if (route.kind == Route::Kind::version) return json(200, "{}");
  if (!repository(route)) return to_response(name_unknown(route.repository));
  switch (route.kind) {
    case Route::Kind::tags: return tags(route);
    case Route::Kind::manifest:
      if (request.method == "PUT") return put_manifest(route, request, now);
      if (request.method == "DELETE") return delete_manifest(route);
      return get_manifest(route);
    case Route::Kind::blob: return get_blob(route, request);
    case Route::Kind::upload:
      if (request.method == "DELETE") return cancel_upload(route, now);
      return upload_status(route, now);
    case Route::Kind::referrers: return referrers(route);
    default: return to_response({405, "UNSUPPORTED", "The operation is unsupported."});
  }
}

net::Response OciProtocol::tags(const Route& route) const {
  std::size_t limit = kTagsMax;
  if (const std::string n = route.parameter("n"); !n.empty()) {
    const auto wanted = parse_uint64(n);
    if (!wanted) return to_response({400, "UNSUPPORTED", "n must be a number, got \"" + n + "\""});
    limit = std::min<std::size_t>(limit, *wanted);
  }
  const auto& all = repository(route)->image_tags;
  auto at = all.upper_bound(route.parameter("last"));
  std::string list;
  std::string last;
  for (std::size_t count = 0; at != all.end() && count < limit; ++at, ++count) {
    list += (list.empty() ? "" : ",") + json_string(at->first);
    last = at->first;
  }
  net::Response response = json(
      200, R"({"name":)" + json_string(route.repository.path()) + R"(,"tags":[)" + list + "]}");
  if (at != all.end() && !last.empty())
    response.headers.add("Link", "</v2/" + route.repository.path() +
                                     "/tags/list?n=" + std::to_string(limit) +
                                     "&last=" + percent_encode(last) + ">; rel=\"next\"");
  return response;
}

net::Response OciProtocol::get_manifest(const Route& route) const {
  const Repository& images = *repository(route);
  const std::string digest = images.resolve(route.reference);
  if (digest.empty()) return to_response(manifest_unknown(route));
  auto bytes = store_.read_manifest(route.repository, digest);
  if (!bytes) return to_response(disk_failed(bytes.error()));
  net::Response response{.status = 200, .headers = {}, .body = *std::move(bytes)};
  response.headers.add("Content-Type", images.images.at(digest).media_type);
  response.headers.add("Docker-Content-Digest", digest);
  return response;
}

net::Response OciProtocol::put_manifest(const Route& route, const net::ServerRequest& request,
                                        Timestamp now) {
  const auto manifest =
      parse_manifest(request.body, request.headers.get("Content-Type").value_or(""));
  if (!manifest) {
    const int status = manifest.error().code() == Code::limit_exceeded ? 413 : 400;
    return to_response({status, "MANIFEST_INVALID", manifest.error().message()});
  }
  const std::string digest = digest_of(request.body);
  std::vector<std::string> tags;
  if (!is_digest(route.reference)) {
    tags.push_back(route.reference);
  } else if (route.reference != digest) {
    return to_response(
        {400, "DIGEST_INVALID",
         "the manifest received has the digest " + digest + ", not " + route.reference});
  }
  for (const auto& [key, value] : route.query) {
    if (key != "tag") continue;
    if (!is_tag(value)) return to_response({400, "TAG_INVALID", "\"" + value + "\" is not a tag"});
    tags.push_back(value);
  }
  if (auto done = store_.put_image(route.repository, request.body, *manifest, tags, now); !done)
    return to_response(put_refusal(done.error(), route, tags.empty() ? "" : tags.front()));
  net::Response response = created(route.manifest_path(digest), digest);
  if (!manifest->subject.empty()) response.headers.add("OCI-Subject", manifest->subject);
  if (is_digest(route.reference))
    for (const std::string& tag : tags) response.headers.add("OCI-Tag", tag);
  return response;
}

net::Response OciProtocol::delete_manifest(const Route& route) {
  const Repository& images = *repository(route);
  const std::string digest = images.resolve(route.reference);
  if (digest.empty()) return to_response(manifest_unknown(route));
  const bool by_digest = is_digest(route.reference);
  if (const std::string index = images.index_of(digest); by_digest && !index.empty())
    return to_response({409, "DENIED",
                        "the image " + digest + " is named by the index " + index +
                            ", which must be deleted first"});
  auto done = by_digest ? store_.remove_image(route.repository, digest)
                        : store_.remove_tag(route.repository, route.reference);
  if (!done) return to_response(disk_failed(done.error()));
  return {.status = 202};
}

net::Response OciProtocol::get_blob(const Route& route, const net::ServerRequest& request) const {
  auto view = store_.read_layer(route.repository, route.reference);
  if (!view) {
    if (view.error().code() != Code::not_found) return to_response(disk_failed(view.error()));
    return to_response({404, "BLOB_UNKNOWN",
                        "there is no layer " + route.reference + " in " + route.repository.path()});
  }
  net::Response response =
      blob_response(*std::move(view), request.headers.get("Range").value_or(""));
  response.headers.add("Docker-Content-Digest", route.reference);
  return response;
}

net::Response OciProtocol::begin_upload(const Route& route, Timestamp now) {
  if (!repository(route)) return to_response(name_unknown(route.repository));
  auto session = uploads_.begin(route.repository, now);
  if (!session) return to_response(disk_failed(session.error()));
  const auto id = uploads_.add(*std::move(session), now);
  if (!id) return to_response({429, "TOOMANYREQUESTS", id.error().message()});
  net::Response response{.status = 202};
  tell_range(response, route, *id, 0);
  return response;
}

std::optional<net::Response> OciProtocol::mount(const Route& route, const RepositoryName& from,
                                                Timestamp now) {
  const std::string digest = route.parameter("mount");
  if (!repository(route) || !store_.share_layer(route.repository, from, digest, now))
    return std::nullopt;
  return created(route.blob_path(digest), digest);
}

void OciProtocol::tell_range(net::Response& response, const Route& route, const std::string& id,
                             std::uint64_t bytes) {
  response.headers.add("Location", route.upload_path(id));
  response.headers.add("Range", "0-" + std::to_string(bytes == 0 ? 0 : bytes - 1));
  response.headers.add("Docker-Upload-UUID", id);
}

net::Response OciProtocol::upload_status(const Route& route, Timestamp now) {
  const auto session = uploads_.find(route.repository, route.reference, now);
  if (!session) return to_response(upload_unknown(route.reference));
  net::Response response{.status = 204};
  tell_range(response, route, route.reference, session->upload->bytes());
  return response;
}

net::Response OciProtocol::cancel_upload(const Route& route, Timestamp now) {
  const auto session = uploads_.find(route.repository, route.reference, now);
  if (!session) return to_response(upload_unknown(route.reference));
  uploads_.forget(route.reference);
  return {.status = 204};
}

net::Response OciProtocol::took_part(const Route& route, const PartSink& part, Timestamp now) {
  net::Response response{.status = 202};
  if (part.refusal()) {
    if (part.refusal()->status != 409 && part.refusal()->status != 416)
      uploads_.forget(route.reference);
    response = to_response(*part.refusal());
  }
  const auto session = uploads_.find(route.repository, route.reference, now);
  if (session && session->upload)
    tell_range(response, route, route.reference, session->upload->bytes());
  return response;
}

net::Response OciProtocol::complete(const Route& route, std::unique_ptr<Upload> upload,
                                    Timestamp now) {
  const std::string digest = route.parameter("digest");
  if (!is_digest(digest))
    return to_response({400, "DIGEST_INVALID",
                        "the digest \"" + digest + "\" is not sha256: and 64 hexadecimal digits"});
  if (!repository(route)) return to_response(name_unknown(route.repository));
  auto done = store_.add_layer(route.repository, std::move(upload), digest, now);
  if (done) return created(route.blob_path(digest), digest);
  switch (done.error().code()) {
    case Code::invalid_argument:
      return to_response({400, "DIGEST_INVALID", done.error().message()});
    case Code::limit_exceeded: return to_response({403, "DENIED", done.error().message()});
    default: return to_response(disk_failed(done.error()));
  }
}

net::Response OciProtocol::referrers(const Route& route) const {
  const std::string wanted = route.parameter("artifactType");
  std::string list;
  std::size_t count = 0;
  for (const auto& [digest, image] : repository(route)->images) {
    if (image.subject != route.reference || count == kReferrersMax) continue;
    if (!wanted.empty() && image.artifact_type != wanted) continue;
    const auto bytes = store_.read_manifest(route.repository, digest);
    if (!bytes) return to_response(disk_failed(bytes.error()));
    list += (count++ == 0 ? "" : ",") + (R"({"mediaType":)" + json_string(image.media_type)) +
            R"(,"digest":)" + json_string(digest) + R"(,"size":)" + std::to_string(bytes->size());
    if (!image.artifact_type.empty())
      list += R"(,"artifactType":)" + json_string(image.artifact_type);
    const auto manifest = parse_manifest(*bytes, "");
    if (manifest && !manifest->annotations.empty()) {
      std::string annotations;
      for (const auto& [key, value] : manifest->annotations)
        annotations +=
            (annotations.empty() ? "" : ",") + json_string(key) + ':' + json_string(value);
      list += R"(,"annotations":{)" + annotations + '}';
    }
    list += '}';
  }
  net::Response response = json(200,
                                R"({"schemaVersion":2,"mediaType":")" + std::string(kOciIndex) +
                                    R"(","manifests":[)" + list + "]}",
                                kOciIndex);
  if (!wanted.empty()) response.headers.add("OCI-Filters-Applied", "artifactType");
  return response;
}

}  // namespace tributary::lab::registry
