#include "lab/registry/oci_front.h"

#include <optional>
#include <string_view>
#include <utility>

#include "base/strings.h"
#include "lab/registry/digest.h"

namespace tributary::lab::registry {
namespace {

constexpr std::string_view kUser = "AWS";

// The password of a login as `AWS`; nothing where there is no such login.
std::optional<std::string> password_of(const net::Headers& headers) {
  constexpr std::string_view kScheme = "basic ";
  const std::string_view header = headers.get("Authorization").value_or("");
  if (to_lower(header.substr(0, kScheme.size())) != kScheme) return std::nullopt;
  const auto login = base64_decode(trim(header.substr(kScheme.size())));
  if (!login) return std::nullopt;
  const std::size_t colon = login->find(':');
  if (colon == std::string::npos || login->substr(0, colon) != kUser) return std::nullopt;
  return login->substr(colon + 1);
}

void add_common(net::Response& response, const net::ServerRequest& request) {
  response.headers.add("Docker-Distribution-Api-Version", "registry/2.0");
  if (response.status != 401) return;
  const std::string host(request.headers.get("Host").value_or("localhost"));
  response.headers.add("WWW-Authenticate", "Basic realm=\"" +
                                               std::string(request.is_tls ? "https" : "http") +
                                               "://" + host + "/\",service=\"ecr.amazonaws.com\"");
}

bool takes_layer(const Route& route, std::string_view method) {
  if (route.kind == Route::Kind::upload) return method == "PATCH" || method == "PUT";
  return route.kind == Route::Kind::new_upload && method == "POST" &&
         !route.parameter("digest").empty();
}

// As ECR says it; nobody but the account itself may use its repositories, since the lab has no
// repository policies.
OciError other_account(const Login& login, const RepositoryName& repository,
                       const std::string& action) {
  return {403, "DENIED",
          "User: " + login.arn + " is not authorized to perform: " + action +
              " on resource: " + repository.arn() +
              " because no resource-based policy allows the " + action + " action"};
}

}  // namespace

std::variant<Login, OciError> OciFront::log_in(const net::ServerRequest& request) const {
  const auto password = password_of(request.headers);
  const Login* login = password ? tokens_.find(*password) : nullptr;
  if (!login)
    return OciError{401, "UNAUTHORIZED",
                    password ? "Not Authorized: unknown password; get one with `aws ecr "
                               "get-login-password`"
                             : "Not Authorized: log in as AWS with the password that `aws ecr "
                               "get-login-password` prints"};
  if (login->expires_at_ms <= to_ms(loop_.clock().now()))
    return OciError{403, "DENIED",
                    "Your authorization token has expired. Reauthenticate and try again."};
  return *login;
}

std::shared_ptr<net::BodySink> OciFront::body_sink(const net::ServerRequest& head) {
  if (!is_oci_path(head.path())) return nullptr;
  const auto route = parse_route(head.target);
  if (!std::holds_alternative<Route>(route)) return nullptr;
  if (!takes_layer(std::get<Route>(route), head.method)) return nullptr;
  return part_of(std::get<Route>(route), head);
}

OciFront::Part OciFront::part_of(const Route& route, const net::ServerRequest& head) {
  const auto login = log_in(head);
  if (const auto* error = std::get_if<OciError>(&login)) return std::make_shared<PartSink>(*error);
  const RepositoryName& repository = route.repository;
  if (std::get<Login>(login).account != repository.account || !store_.find(repository))
    return std::make_shared<PartSink>(name_unknown(repository));
  const Timestamp now = loop_.clock().now();
  if (route.kind == Route::Kind::new_upload) {
    auto session = uploads_.begin(repository, now);
    if (!session)
      return std::make_shared<PartSink>(OciError{500, "UNKNOWN", session.error().message()});
    return std::make_shared<PartSink>(*std::move(session));
  }
  auto session = uploads_.find(repository, route.reference, now);
  if (!session) return std::make_shared<PartSink>(upload_unknown(route.reference));
  return part_sink(std::move(session), head.headers);
}

OciFront::Part OciFront::received_part(const Route& route, const net::ServerRequest& request) {
  if (auto part = std::dynamic_pointer_cast<PartSink>(request.sink)) return part;
  Part part = part_of(route, request);
  if (!request.body.empty()) (void)part->take(request.body);  // the part keeps why not
  return part;
}

net::Task<net::Response> OciFront::handle(net::ServerRequest request) {
  net::Task<net::Response> answering = answer(request);
  net::Response response = co_await answering;
  add_common(response, request);
  log_.debug("registry",
             {{"method", request.method}, {"path", request.path()}, {"status", response.status}});
  co_return response;
}

net::Task<net::Response> OciFront::answer(net::ServerRequest request) {
  const auto login = log_in(request);
  if (const auto* error = std::get_if<OciError>(&login)) co_return to_response(*error);
  const auto parsed = parse_route(request.target);
  if (const auto* error = std::get_if<OciError>(&parsed)) co_return to_response(*error);
  Route route = std::get<Route>(parsed);
  const auto action = action_of(route.kind, request.method);
  if (!action) {
    const bool catalog = route.kind == Route::Kind::catalog;
    net::Response response = to_response(
        {405, "UNSUPPORTED",
         catalog ? "The operation is unsupported: `aws ecr describe-repositories` lists them"
                 : "The operation is unsupported."});
    if (!catalog) response.headers.add("Allow", methods_of(route.kind));
    co_return response;
  }
  std::string name(*action);
  Login caller = std::get<Login>(login);
  if (!name.empty()) {
    net::Task<std::optional<OciError>> asking = refusal(caller, route.repository, std::move(name));
    const std::optional<OciError> refused = co_await asking;
    if (refused) {
      if (takes_layer(route, request.method)) uploads_.forget(route.reference);
      co_return to_response(*refused);
    }
  }
  net::Task<net::Response> answering =
      permitted(std::move(caller), std::move(route), std::move(request));
  co_return co_await answering;
}

net::Task<std::optional<OciError>> OciFront::refusal(Login login, RepositoryName repository,
                                                     std::string action) {
  if (login.account != repository.account) co_return other_account(login, repository, action);
  Question question{.access_key_id = login.access_key_id,
                    .action = std::move(action),
                    .resource = repository.arn(),
                    .context = {}};
  net::Task<Result<std::optional<Denial>>> asking = authority_.authorize(std::move(question));
  const Result<std::optional<Denial>> denial = co_await asking;
  std::optional<OciError> error;
  if (!denial) {
    error = OciError{503, "UNAVAILABLE", denial.error().message()};
  } else if (*denial) {
    error = OciError{403, "DENIED", (*denial)->message};
  }
  co_return error;
}

net::Task<net::Response> OciFront::permitted(Login login, Route route, net::ServerRequest request) {
  const Timestamp now = loop_.clock().now();
  if (route.kind == Route::Kind::new_upload) {
    net::Task<net::Response> beginning =
        begin(std::move(login), std::move(route), std::move(request));
    co_return co_await beginning;
  }
  if (!takes_layer(route, request.method)) co_return protocol_.answer(route, request, now);
  Part part = received_part(route, request);
  if (request.method == "PATCH" || part->refusal())
    co_return protocol_.took_part(route, *part, now);
  net::Task<net::Response> completing = complete(std::move(route), std::move(part));
  co_return co_await completing;
}

net::Task<net::Response> OciFront::begin(Login login, Route route, net::ServerRequest request) {
  const Timestamp now = loop_.clock().now();
  if (const std::string digest = route.parameter("mount"); is_digest(digest)) {
    // Without `from` it may come from anywhere: here, only from the repository itself.
    const auto from = parse_repository_path(route.parameter("from"));
    const RepositoryName source = from.value_or(route.repository);
    net::Task<std::optional<OciError>> asking =
        refusal(login, source, "ecr:GetDownloadUrlForLayer");
    const std::optional<OciError> refused = co_await asking;
    if (!refused) {
      auto mounted = protocol_.mount(route, source, now);
      if (mounted) co_return *std::move(mounted);
    }
  }
  if (!takes_layer(route, request.method)) co_return protocol_.begin_upload(route, now);
  Part part = received_part(route, request);
  if (part->refusal()) co_return to_response(*part->refusal());
  net::Task<net::Response> completing = complete(std::move(route), std::move(part));
  co_return co_await completing;
}

net::Task<net::Response> OciFront::complete(Route route, Part part) {
  // From here on nobody finds the upload by its id.
  std::unique_ptr<Upload> upload = std::move(part->session()->upload);
  uploads_.forget(route.reference);
  auto syncing = net::run(pool_, loop_, [&upload] { return upload->sync(); });
  const Result<void> synced = co_await syncing;
  if (!synced) co_return to_response({500, "UNKNOWN", synced.error().message()});
  co_return protocol_.complete(route, std::move(upload), loop_.clock().now());
}

}  // namespace tributary::lab::registry
