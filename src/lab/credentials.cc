#include "lab/credentials.h"

#include "aws/sigv4.h"
#include "aws/xml_text.h"
#include "base/json_text.h"
#include "base/strings.h"
#include "base/time_text.h"

namespace tributary::lab {
namespace {

constexpr Duration kRetryFirst = 1s;
constexpr Duration kRetryMax = 30s;

// The text of the element of that name, wherever it stands: the answers we read hold each once.
std::string element(std::string_view xml, std::string_view name) {
  const auto texts = aws::parse_xml_texts(xml);
  if (!texts) return {};
  for (const auto& [path, text] : *texts)
    if (path.substr(path.rfind('/') + 1) == name) return text;
  return {};
}

std::string form(std::initializer_list<std::pair<std::string_view, std::string>> fields) {
  std::string out;
  for (const auto& [name, value] : fields)
    out += (out.empty() ? "" : "&") + std::string(name) + "=" + percent_encode(value);
  return out;
}

}  // namespace

Result<aws::Credentials> parse_session(std::string_view xml) {
  aws::Credentials session;
  const std::pair<const char*, std::string*> fields[] = {
      {"AccessKeyId", &session.access_key_id},
      {"SecretAccessKey", &session.secret_access_key},
      {"SessionToken", &session.session_token}};
  for (const auto& [name, field] : fields) {
    *field = element(xml, name);
    if (field->empty())
      return Error(Code::internal, "session: no <" + std::string(name) + "> in the hub's answer");
  }
  session.expiration = parse_iso8601(element(xml, "Expiration"));
  if (!session.expiration)
    return Error(Code::internal, "session: no <Expiration> with a time in the hub's answer");
  return session;
}

TaskCredentials::TaskCredentials(net::Loop& loop, Random& random, net::HttpClient& client,
                                 aws::Credentials ecs, Options options, Logger log)
    : loop_(loop),
      client_(client),
      ecs_(std::move(ecs)),
      options_(std::move(options)),
      log_(std::move(log)),
      id_(random_uuid(random)),
      token_(random_string(random, 43,
                           "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")) {}

net::Task<Result<void>> TaskCredentials::fetch(std::stop_token stop) {
  net::Request request;
  request.method = "POST";
  request.url = options_.hub;
  request.url.target = "/";
  request.headers.set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
  request.headers.set("Host", request.url.host_header());
  request.body =
      net::make_body(form({{"Action", "TributaryIssueTaskCredentials"},
                           {"Version", "2011-06-15"},
                           {"RoleArn", options_.role_arn},
                           {"TaskArn", options_.task_arn},
                           {"DurationSeconds", std::to_string(options_.duration.count())}}));
  const aws::RequestView view{request.method, request.url.target, request.headers, *request.body};
  const aws::SigningScope scope{options_.region, "sts"};
  const auto signed_request = aws::sign(view, ecs_, scope, loop_.clock().now());
  for (const auto& [name, value] : signed_request.headers) request.headers.set(name, value);
  const std::string where = "credentials for " + options_.role_arn;
  auto answer = co_await client_.send(std::move(request), stop);
  if (!answer) co_return answer.error().within(where);
  if (answer->status != 200) {
    const std::string said = element(answer->body, "Message");
    co_return Error(answer->status < 500 ? Code::permission_denied : Code::unavailable,
                    where + ": the hub answered " + std::to_string(answer->status) + ": " +
                        (said.empty() ? answer->body : said));
  }
  auto session = parse_session(answer->body);
  if (!session) co_return session.error().within(where);
  session_ = std::move(*session);
  co_return Result<void>();
}

net::Task<void> TaskCredentials::keep_fresh(std::stop_token stop) {
  Duration retry = kRetryFirst;
  bool failed = !session_;
  while (true) {
    // ECS hands out new sessions well before the old ones end: here after two thirds.
    const Duration wait =
        failed
            ? retry
            : std::max<Duration>(
                  *session_->expiration - loop_.clock().now() - options_.duration / 3, kRetryFirst);
    const bool slept = co_await net::sleep_for(loop_, wait, stop);
    if (!slept) co_return;
    const auto fetched = co_await fetch(stop);
    retry = failed ? std::min<Duration>(retry * 2, kRetryMax) : kRetryFirst;
    failed = !fetched;
    if (fetched) {
      log_.info("task credentials renewed", {{"role", options_.role_arn}});
    } else {
      log_.warn("task credentials not renewed", {{"error", fetched.error().message()}});
    }
  }
}

net::Response TaskCredentials::answer(std::string_view authorization) const {
  const auto error = [](int status, std::string_view message) {
    return net::Response{.status = status,
                         .headers = {{"Content-Type", "application/json"}},
                         .body = "{\"code\":\"" + std::to_string(status) +
                                 "\",\"message\":" + json_string(message) + "}"};
  };
  if (!equals_constant_time(authorization, token_)) return error(401, "wrong authorization token");
  if (!session_ || *session_->expiration <= loop_.clock().now())
    return error(503, "no valid session for " + options_.role_arn);
  const auto member = [](std::string_view name, std::string_view value) {
    return json_string(name) + ":" + json_string(value);
  };
  return {.status = 200,
          .headers = {{"Content-Type", "application/json"}},
          .body = "{" + member("RoleArn", options_.role_arn) + "," +
                  member("AccessKeyId", session_->access_key_id) + "," +
                  member("SecretAccessKey", session_->secret_access_key) + "," +
                  member("Token", session_->session_token) + "," +
                  member("Expiration", iso8601(*session_->expiration)) + "}"};
}

}  // namespace tributary::lab
