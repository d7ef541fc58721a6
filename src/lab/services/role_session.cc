#include "lab/services/role_session.h"

#include <algorithm>

#include "base/json_text.h"
#include "base/strings.h"
#include "base/time_text.h"

namespace tributary::lab {
namespace {

constexpr Duration kRetryFirst = 1s;
constexpr Duration kRetryMax = 30s;

}  // namespace

Result<aws::Credentials> read_session(const aws::XmlTexts& result) {
  const auto text = [&result](const char* name) {
    const auto found = result.find(std::string("Credentials/") + name);
    return found == result.end() ? std::string() : found->second;
  };
  aws::Credentials session;
  const std::pair<const char*, std::string*> fields[] = {
      {"AccessKeyId", &session.access_key_id},
      {"SecretAccessKey", &session.secret_access_key},
      {"SessionToken", &session.session_token}};
  for (const auto& [name, field] : fields) {
    *field = text(name);
    if (field->empty())
      return Error(Code::internal, "session: no <" + std::string(name) + "> in the hub's answer");
  }
  session.expiration = parse_iso8601(text("Expiration"));
  if (!session.expiration)
    return Error(Code::internal, "session: no <Expiration> with a time in the hub's answer");
  return session;
}

std::string credentials_json(std::string_view role_arn, const aws::Credentials& session) {
  const auto member = [](std::string_view name, std::string_view value) {
    return json_string(name) + ":" + json_string(value);
  };
  return "{" + member("RoleArn", role_arn) + "," + member("AccessKeyId", session.access_key_id) +
         "," + member("SecretAccessKey", session.secret_access_key) + "," +
         member("Token", session.session_token) + "," +
         member("Expiration", iso8601(*session.expiration)) + "}";
}

RoleSession::RoleSession(net::Loop& loop, HubClient& hub, Options options, Logger log)
    : loop_(loop), hub_(hub), options_(std::move(options)), log_(std::move(log)) {}

const aws::Credentials* RoleSession::current() const {
  const bool valid = session_ && *session_->expiration > loop_.clock().now();
  return valid ? &*session_ : nullptr;
}

net::Task<Result<void>> RoleSession::fetch() {
  const std::string where = "credentials for " + options_.role_arn;
  FormFields fields = {{"RoleArn", options_.role_arn},
                       {"TaskArn", options_.task_arn},
                       {"DurationSeconds", std::to_string(options_.duration.count())}};
  std::string action = "TributaryIssueTaskCredentials";
  const auto answer = co_await hub_.call(std::move(action), std::move(fields));
  if (!answer) co_return answer.error().within(where);
  auto session = read_session(*answer);
  if (!session) co_return session.error().within(where);
  session_ = std::move(*session);
  co_return Result<void>();
}

net::Task<void> RoleSession::keep_fresh(std::stop_token stop) {
  Duration retry = kRetryFirst;
  bool failed = !session_;
  while (true) {
    // ECS hands out new sessions well before the old ones end.
    const Duration wait =
        failed
            ? retry
            : std::max<Duration>(
                  *session_->expiration - loop_.clock().now() - options_.duration / 3, kRetryFirst);
    const bool slept = co_await net::sleep_for(loop_, wait, stop);
    if (!slept) co_return;
    const auto fetched = co_await fetch();
    retry = failed ? std::min<Duration>(retry * 2, kRetryMax) : kRetryFirst;
    failed = !fetched;
    if (fetched) {
      log_.info("task credentials renewed", {{"role", options_.role_arn}});
    } else {
      log_.warn("task credentials not renewed", {{"error", fetched.error().message()}});
    }
  }
}

}  // namespace tributary::lab
