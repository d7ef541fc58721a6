#include "scenario_account.h"

#include <utility>

#include "base/json_text.h"
#include "base/strings.h"
#include "config/json.h"

namespace tributary {
namespace {

constexpr const char* kIamRegion = "us-east-1";  // of its signatures, wherever one is
constexpr std::size_t kAnswerBytesMax = 64U << 20;

std::string form(const ScenarioAccount::Fields& fields) {
  std::string text;
  for (const auto& [name, value] : fields)
    text += (text.empty() ? "" : "&") + name + "=" + percent_encode(value);
  return text;
}

}  // namespace

ScenarioAccount::ScenarioAccount(net::Loop& loop, Random& random, AccountKeys keys, Where where,
                                 std::stop_token stop)
    : keys_(std::move(keys)),
      where_(std::move(where)),
      stop_(std::move(stop)),
      outside_{.loop = loop,
               .random = random,
               .log = {},
               .make_http_client =
                   [&loop](net::HttpClientOptions options) {
                     return net::make_http_client(loop, std::move(options));
                   },
               .env = [this](std::string_view name) -> std::string {
                 if (name == "AWS_ACCESS_KEY_ID") return keys_.access_key_id;
                 if (name == "AWS_SECRET_ACCESS_KEY") return keys_.secret_access_key;
                 return "";
               },
               .user_agent = "tributary-lab/" TRIBUTARY_VERSION} {}

Result<std::unique_ptr<ScenarioAccount>> ScenarioAccount::make(net::Loop& loop, Random& random,
                                                               AccountKeys keys, Where where,
                                                               std::stop_token stop) {
  std::unique_ptr<ScenarioAccount> account(
      new ScenarioAccount(loop, random, std::move(keys), std::move(where), std::move(stop)));
  if (auto opened = account->open(); !opened) return opened.error();
  return account;
}

Result<std::unique_ptr<net::HttpClient>> ScenarioAccount::client(const std::string& service,
                                                                 const std::string& region) const {
  TRIBUTARY_TRY(auto plain,
                net::make_http_client(outside_.loop, {.proxy = {.from_environment = false}}));
  return aws::make_signing_client(outside_, {.region = region, .service = service},
                                  std::move(plain));
}

Result<void> ScenarioAccount::open() {
  TRIBUTARY_TRY(iam_, client("iam", kIamRegion));
  TRIBUTARY_TRY(aps_, client("aps", where_.region));
  TRIBUTARY_TRY(ecs_, client("ecs", where_.region));
  TRIBUTARY_TRY(logs_, client("logs", where_.region));
  TRIBUTARY_TRY(const net::Url lab, net::parse_url(where_.lab));
  ecs_api_ =
      std::make_unique<lab::client::JsonApi>(*ecs_, lab, "AmazonEC2ContainerServiceV20141113");
  logs_api_ = std::make_unique<lab::client::JsonApi>(*logs_, lab, "Logs_20140328");
  ecs_client_ = std::make_unique<lab::client::EcsClient>(*ecs_api_, stop_);
  console_ = std::make_unique<lab::client::Console>(
      outside_.loop.clock(), [this](std::string_view line) { printed_ += line; });
  session_ = std::make_unique<lab::client::Session>(
      lab::client::Session{.loop = outside_.loop,
                           .ecs = *ecs_client_,
                           .logs = [this](const std::string&) -> Result<lab::client::JsonApi*> {
                             return logs_api_.get();
                           },
                           .out = *console_,
                           .stop = stop_});
  return {};
}

net::Task<Result<std::string>> ScenarioAccount::post(net::HttpClient& http, std::string url,
                                                     std::string content_type, std::string body) {
  net::Request request;
  request.method = "POST";
  auto parsed = net::parse_url(url);
  if (!parsed) co_return parsed.error();
  request.url = *std::move(parsed);
  request.headers.set("Content-Type", content_type);
  request.body = net::make_body(std::move(body));
  request.response_bytes_max = kAnswerBytesMax;
  auto answer = co_await http.send(std::move(request), stop_);
  if (!answer) co_return answer.error();
  if (answer->status / 100 != 2)
    co_return Error(Code::invalid_argument,
                    url + " answered " + std::to_string(answer->status) + ": " + answer->body);
  co_return std::move(answer->body);
}

net::Task<Result<void>> ScenarioAccount::iam(Fields fields) {
  fields.emplace_back("Version", "2010-05-08");
  std::string body = form(fields);
  auto done =
      co_await post(*iam_, where_.hub + "/", "application/x-www-form-urlencoded", std::move(body));
  if (!done) co_return done.error().within(fields.front().second + " in " + keys_.account);
  co_return Result<void>();
}

net::Task<Result<void>> ScenarioAccount::create_role(std::string name, std::string trust,
                                                     std::string policy) {
  Fields role = {{"Action", "CreateRole"}, {"RoleName", name}, {"AssumeRolePolicyDocument", trust}};
  auto made = co_await iam(std::move(role));
  if (!made) co_return made.error();
  Fields inline_policy = {{"Action", "PutRolePolicy"},
                          {"RoleName", name},
                          {"PolicyName", "scenario"},
                          {"PolicyDocument", policy}};
  co_return co_await iam(std::move(inline_policy));
}

net::Task<Result<std::string>> ScenarioAccount::create_workspace(std::string alias) {
  std::string body = "{\"alias\":" + json_string(alias) + "}";
  auto made = co_await post(*aps_, where_.hub + "/workspaces", "application/json", std::move(body));
  if (!made) co_return made.error();
  config::Diagnostics diagnostics;
  const config::Node node = config::parse_json(*made, "CreateWorkspace", diagnostics);
  const config::Node* id = node.find("workspaceId");
  if (id == nullptr) co_return Error(Code::unavailable, "CreateWorkspace answered " + *made);
  co_return id->text();
}

net::Task<Result<std::string>> ScenarioAccount::query(std::string workspace,
                                                      std::string expression) {
  std::string body = "query=" + percent_encode(expression);
  co_return co_await post(*aps_, where_.hub + "/workspaces/" + workspace + "/api/v1/query",
                          "application/x-www-form-urlencoded", std::move(body));
}

}  // namespace tributary
