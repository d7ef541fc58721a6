#include "lab/ecs/task_table.h"

#include <algorithm>

namespace tributary::lab::ecs {

TaskTable::TaskTable(net::Loop& loop, TaskLauncher& launcher, Random& random, Options options,
                     Logger log)
    : loop_(loop), launcher_(launcher), random_(random), options_(options), log_(std::move(log)) {}

Result<TaskRecord*> TaskTable::launch(TaskRequest request) {
  forget_old();
  if (closing_) return Error(Code::unavailable, "this lab is shutting down");
  if (running_ >= options_.running_max)
    return Error(Code::limit_exceeded,
                 "this lab runs at most " + std::to_string(options_.running_max) + " tasks");
  auto task = std::make_unique<TaskRecord>();
  task->id = random_string(random_, 32, "0123456789abcdef");
  task->attachment_id = random_uuid(random_);
  task->number = ++launched_;
  task->tags = request.tags;
  task->request = std::move(request);
  TaskSpec spec{.id = task->id,
                .account = task->request.place.account,
                .region = task->request.place.region,
                .cluster = task->request.cluster,
                .service = task->request.service,
                .launch_type = task->request.launch_type,
                .definition = task->request.effective,
                .tags = task->tags};
  TaskRecord* record = task.get();
  tasks_[record->id] = std::move(task);
  ++running_;
  // The launcher's own work goes on above us when it calls: look at it from the loop.
  record->running = launcher_.launch(std::move(spec),
                                     [this, id = record->id, alive = std::weak_ptr<bool>(alive_)] {
                                       loop_.post([this, id, alive] {
                                         if (!alive.expired()) changed(id);
                                       });
                                     });
  return record;
}

void TaskTable::stop(TaskRecord& task, std::string code, std::string reason) {
  if (task.running && task.wanted()) task.running->stop(std::move(code), std::move(reason));
}

TaskRecord* TaskTable::find(const Place& place, std::string_view cluster, std::string_view id) {
  forget_old();
  const auto found = tasks_.find(id);
  if (found == tasks_.end()) return nullptr;
  const TaskRequest& request = found->second->request;
  return request.place == place && request.cluster == cluster ? found->second.get() : nullptr;
}

std::vector<TaskRecord*> TaskTable::list(const Place& place, std::string_view cluster) {
  forget_old();
  std::vector<TaskRecord*> all;
  for (const auto& [id, task] : tasks_)
    if (task->request.place == place && task->request.cluster == cluster) all.push_back(task.get());
  std::ranges::sort(all, {}, &TaskRecord::number);
  return all;
}

void TaskTable::changed(const std::string& id) {
  const auto found = tasks_.find(id);
  if (found == tasks_.end()) return;
  TaskRecord& task = *found->second;
  ++task.version;
  const bool ended = task.stopped() && !task.end_told;
  if (ended) {
    task.end_told = true;
    gate_.spawn(end(&task));
  }
  if (listener_) listener_(task, ended);
}

net::Task<void> TaskTable::end(TaskRecord* task) {
  net::Task<void> closing = task->running->close();
  co_await closing;
  task->ended = task->running->state();
  task->running.reset();
  stopped_.push_back(task->id);
  --running_;
}

void TaskTable::forget_old() {
  const Timestamp now = loop_.clock().now();
  while (!stopped_.empty()) {
    const auto oldest = tasks_.find(stopped_.front());
    const bool keep = stopped_.size() <= options_.stopped_max &&
                      oldest->second->ended.stopped_at.value_or(now) > now - options_.stopped_kept;
    if (keep) return;
    tasks_.erase(oldest);
    stopped_.pop_front();
  }
}

net::Task<void> TaskTable::close() {
  closing_ = true;
  listener_ = nullptr;
  for (const auto& [id, task] : tasks_) {
    if (!task->running || task->end_told) continue;
    task->end_told = true;
    stop(*task, "ServiceSchedulerInitiated", "The lab is shutting down");
    gate_.spawn(end(task.get()));
  }
  net::Task<void> closing = gate_.close();
  co_await closing;
}

}  // namespace tributary::lab::ecs
