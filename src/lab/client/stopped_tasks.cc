#include "lab/client/stopped_tasks.h"

#include <utility>

namespace tributary::lab::client {
namespace {

constexpr std::int64_t kLastLines = 10;
constexpr std::size_t kTasksWithLines = 3;  // more would say the same again

// Stopped since somebody wanted fewer tasks, or others.
bool was_asked_for(const TaskView& task) {
  return task.stop_code == "UserInitiated" ||
         task.stopped_reason.find("Scaling activity") != std::string::npos;
}

}  // namespace

net::Task<Result<void>> StoppedTasks::pass_over_present() {
  EcsClient::TaskFilter filter{cluster_, service_, "STOPPED"};
  auto tasks = co_await session_.ecs.tasks(std::move(filter));
  if (!tasks) co_return tasks.error();
  for (const TaskView& task : *tasks) seen_.insert(task.arn);
  co_return Result<void>();
}

net::Task<Result<void>> StoppedTasks::report() {
  EcsClient::TaskFilter filter{cluster_, service_, "STOPPED"};
  auto tasks = co_await session_.ecs.tasks(std::move(filter));
  if (!tasks) co_return tasks.error();
  for (const TaskView& task : *tasks) {
    // What is to stop shows its reason, but its exit codes only when it has stopped.
    if (task.status != "STOPPED" || !seen_.insert(task.arn).second || was_asked_for(task)) continue;
    ++failed_;
    co_await report_task(task);
  }
  co_return Result<void>();
}

net::Task<void> StoppedTasks::report_task(TaskView task) {
  session_.out.error(
      "Task stopped",
      {{"code", task.stop_code}, {"reason", task.stopped_reason}, {"task", task.id()}});
  for (const ContainerView& container : task.containers) {
    if (!container.has_failed()) continue;
    Console::Fields fields = {{"container", container.name}};
    if (container.exit_code) fields.emplace_back("exitCode", std::to_string(*container.exit_code));
    if (!container.reason.empty()) fields.emplace_back("reason", container.reason);
    session_.out.error("Container failed", fields);
    if (failed_ <= kTasksWithLines) co_await print_last_lines(task, container.name);
  }
}

// As far as there are any: the container may never have run.
net::Task<void> StoppedTasks::print_last_lines(TaskView task, std::string container) {
  const auto definition = co_await session_.ecs.definition(task.definition);
  if (!definition) co_return;
  const DefinitionContainerView* view = definition->find(container);
  if (view == nullptr || view->log_option("awslogs-group").empty()) co_return;
  const auto api = session_.logs(view->log_option("awslogs-region"));
  if (!api) co_return;
  const std::string stream =
      view->log_option("awslogs-stream-prefix") + "/" + container + "/" + task.id();
  std::string body = JsonObject()
                         .text("logGroupName", view->log_option("awslogs-group"))
                         .text("logStreamName", stream)
                         .number("limit", kLastLines)
                         .json("startFromHead", "false")
                         .take();
  const auto answer = co_await (*api)->call("GetLogEvents", std::move(body), session_.stop);
  if (!answer) co_return;
  for (const config::Node& event : list_of(*answer, "events"))
    session_.out.line("  " + container + " | " + text_of(event, "message"));
}

}  // namespace tributary::lab::client
