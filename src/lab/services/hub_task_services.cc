#include "lab/services/hub_task_services.h"

#include <array>

#include "base/json_text.h"
#include "lab/services/role_session.h"

namespace tributary::lab {
namespace {

// A role of a task, kept fresh until the task ends.
class HubTaskRole final : public TaskRole {
 public:
  HubTaskRole(std::string id, std::unique_ptr<RoleSession> session)
      : id_(std::move(id)), session_(std::move(session)) {
    background_.spawn(session_->keep_fresh(stop_.get_token()));
  }

  const std::string& id() const override { return id_; }

  net::Response answer() const override {
    const aws::Credentials* session = session_->current();
    const net::Headers headers = {{"Content-Type", "application/json"}};
    if (session == nullptr) {
      const std::string why = "no valid session of " + session_->role_arn();
      return {.status = 503, .headers = headers, .body = "{\"message\":" + json_string(why) + "}"};
    }
    return {.status = 200,
            .headers = headers,
            .body = credentials_json(session_->role_arn(), *session)};
  }

  net::Task<void> close() override {
    stop_.request_stop();
    co_await background_.close();
  }

 private:
  const std::string id_;
  std::unique_ptr<RoleSession> session_;
  std::stop_source stop_;
  net::Gate background_;
};

// What the awslogs driver can be told here; multi-line messages are what it cannot do.
Result<void> check_log_options(const LogConfiguration& configuration) {
  static constexpr std::array<std::string_view, 6> kKnown = {
      "awslogs-group",        "awslogs-region", "awslogs-stream-prefix",
      "awslogs-create-group", "mode",           "max-buffer-size"};
  for (const auto& [name, value] : configuration.options) {
    if (std::find(kKnown.begin(), kKnown.end(), name) != kKnown.end()) continue;
    return Error(Code::invalid_argument, "the lab's awslogs driver has no option " +
                                             json_string(name) + ": each line is an event");
  }
  return {};
}

// Nothing to ask for a task without an execution role: the lab acts for itself.
std::optional<Question> question_of(const std::optional<Caller>& caller, std::string action,
                                    std::string resource) {
  if (!caller) return std::nullopt;
  return Question{.access_key_id = caller->access_key_id,
                  .action = std::move(action),
                  .resource = std::move(resource),
                  .context = {}};
}

std::string option_of(const LogConfiguration& configuration, const std::string& name) {
  const auto found = configuration.options.find(name);
  return found == configuration.options.end() ? "" : found->second;
}

}  // namespace

net::Task<Result<std::unique_ptr<TaskRole>>> HubTaskServices::assume_task_role(TaskSpec task) {
  const std::string& role = task.definition.task_role_arn;
  if (role.empty()) co_return std::unique_ptr<TaskRole>();
  RoleSession::Options options{.role_arn = role, .task_arn = task.arn(), .duration = kTaskSession};
  auto session =
      std::make_unique<RoleSession>(parts_.loop, parts_.hub, std::move(options), parts_.log);
  const auto fetched = co_await session->fetch();
  if (!fetched) {
    co_return Error(fetched.error().code(),
                    "ECS was unable to assume the role '" + role +
                        "' that was provided for this task. Please verify that the role being "
                        "passed has the proper trust relationship and permissions and that your "
                        "IAM user has permissions to pass this role. (" +
                        fetched.error().message() + ")");
  }
  co_return std::unique_ptr<TaskRole>(
      std::make_unique<HubTaskRole>(random_uuid(parts_.random), std::move(session)));
}

net::Task<Result<std::optional<Caller>>> HubTaskServices::execution_caller(TaskSpec task) {
  const std::string& role = task.definition.execution_role_arn;
  if (role.empty()) co_return std::optional<Caller>();
  RoleSession::Options options{
      .role_arn = role, .task_arn = task.arn(), .duration = kExecutionSession};
  RoleSession session(parts_.loop, parts_.hub, std::move(options), parts_.log);
  const auto fetched = co_await session.fetch();
  if (!fetched) co_return fetched.error();
  co_return std::optional<Caller>(Caller{.arn = role,
                                         .account = task.account,
                                         .user_id = {},
                                         .access_key_id = session.current()->access_key_id,
                                         .region = task.region});
}

net::Task<Result<void>> HubTaskServices::check(std::optional<Question> question) {
  if (!question) co_return Result<void>();
  const auto denial = co_await parts_.authority.authorize(std::move(*question));
  if (!denial) co_return denial.error();
  if (*denial)
    co_return Error(Code::permission_denied, (*denial)->type + ": " + (*denial)->message);
  co_return Result<void>();
}

net::Task<Result<std::optional<RegistryLogin>>> HubTaskServices::login_for(TaskSpec task,
                                                                           std::string image) {
  if (!parts_.registry.holds(image)) co_return std::optional<RegistryLogin>();
  const std::string where = "CannotPullContainerError: pull image " + image;
  const auto caller = co_await execution_caller(task);
  if (!caller) co_return caller.error().within(where);
  if (!*caller) co_return Error(Code::unauthenticated, where + ": the task has no execution role");
  auto question = question_of(*caller, "ecr:GetAuthorizationToken", "*");
  const auto allowed = co_await check(std::move(question));
  if (!allowed) co_return allowed.error().within(where);
  auto login = parts_.registry.login_for(**caller, image);
  if (!login) co_return login.error().within(where);
  co_return std::move(*login);
}

net::Task<Result<std::unique_ptr<logs::StreamWriter>>> HubTaskServices::open_log(
    TaskSpec task, ContainerDefinition container) {
  const std::string where = "ResourceInitializationError: failed to validate logger args";
  const LogConfiguration& configuration = *container.log_configuration;
  const auto known = check_log_options(configuration);
  if (!known) co_return known.error().within(where);
  const std::string region = option_of(configuration, "awslogs-region");
  const std::string prefix = option_of(configuration, "awslogs-stream-prefix");
  const logs::GroupName group{.account = task.account,
                              .region = region.empty() ? task.region : region,
                              .group = option_of(configuration, "awslogs-group")};
  const std::string stream =
      prefix.empty() ? task.id : prefix + "/" + container.name + "/" + task.id;
  const auto caller = co_await execution_caller(task);
  if (!caller) co_return caller.error().within(where);
  if (option_of(configuration, "awslogs-create-group") == "true" && !parts_.logs.find(group)) {
    auto question = question_of(*caller, "logs:CreateLogGroup", logs::stream_arn(group, ""));
    const auto may_create = co_await check(std::move(question));
    if (!may_create) co_return may_create.error().within(where);
    const auto created = parts_.logs.create_group(group, parts_.loop.clock().now());
    if (!created) co_return created.error().within(where);
  }
  for (const char* action : {"logs:CreateLogStream", "logs:PutLogEvents"}) {
    auto question = question_of(*caller, action, logs::stream_arn(group, stream));
    const auto allowed = co_await check(std::move(question));
    if (!allowed) co_return allowed.error().within(where);
  }
  auto writer = parts_.logs.open_stream(group, stream);
  if (!writer) co_return writer.error().within(where);
  co_return std::move(*writer);
}

}  // namespace tributary::lab
