// A TaskLauncher for tests: its tasks do what the test says.
//
//   FakeLauncher launcher;
//   ... tasks are launched ...
//   launcher.run(0);       // the first one runs
//   launcher.exit(0, 1);   // its essential container exits with 1, and it is STOPPED
//
// What is stopped becomes STOPPED at once, unless `slow_to_stop`: then by `finish`.
//
// Threads: the Loop's.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "lab/runner/task_launcher.h"
#include "net/loop.h"

namespace tributary::lab::ecs {

class FakeTask final : public RunningTask {
 public:
  FakeTask(net::Loop& loop, TaskSpec spec, std::function<void()> on_change, bool slow_to_stop)
      : loop_(loop),
        spec_(std::move(spec)),
        on_change_(std::move(on_change)),
        slow_to_stop_(slow_to_stop) {
    state_.created_at = loop.clock().now();
    state_.address = "127.64.0.1";
    state_.containers.resize(spec_.definition.containers.size());
  }

  const TaskSpec& spec() const override { return spec_; }
  const TaskState& state() const override { return state_; }
  void stop(std::string stop_code, std::string reason) override {
    if (state_.desired == Status::stopped) return;
    state_.desired = Status::stopped;
    state_.known = Status::stopping;
    state_.stopping_at = loop_.clock().now();
    state_.stop_code = std::move(stop_code);
    state_.stopped_reason = std::move(reason);
    if (!slow_to_stop_) finish();
    on_change_();
  }
  net::Task<void> close() override {
    stop("UserInitiated", "closed");
    finish();
    co_return;
  }

  void run() {
    set_containers(Status::running);
    state_.known = Status::running;
    state_.started_at = loop_.clock().now();
    on_change_();
  }
  void exit(int code) {
    for (ContainerState& container : state_.containers) container.exit_code = code;
    stop("EssentialContainerExited", "Essential container in task exited");
    finish();
    on_change_();
  }
  void fail_to_start(std::string reason) {
    stop("TaskFailedToStart", std::move(reason));
    finish();
    on_change_();
  }
  void set_slow_to_stop() { slow_to_stop_ = true; }
  void set_health(Health health) {
    for (ContainerState& container : state_.containers) container.health = health;
    on_change_();
  }
  void finish() {
    if (state_.known == Status::stopped) return;
    set_containers(Status::stopped);
    state_.known = Status::stopped;
    state_.stopped_at = loop_.clock().now();
    on_change_();
  }

 private:
  void set_containers(Status status) {
    for (ContainerState& container : state_.containers) container.status = status;
  }

  net::Loop& loop_;
  TaskSpec spec_;
  std::function<void()> on_change_;
  bool slow_to_stop_;
  TaskState state_;
};

class FakeLauncher final : public TaskLauncher {
 public:
  explicit FakeLauncher(net::Loop& loop) : loop_(loop) {}

  bool slow_to_stop = false;

  std::unique_ptr<RunningTask> launch(TaskSpec task, std::function<void()> on_change) override {
    specs.push_back(task);
    auto one =
        std::make_unique<FakeTask>(loop_, std::move(task), std::move(on_change), slow_to_stop);
    tasks.push_back(one.get());
    return one;
  }

  void run(std::size_t i) { tasks.at(i)->run(); }
  void exit(std::size_t i, int code) { tasks.at(i)->exit(code); }

  std::vector<TaskSpec> specs;   // in the order of their launch
  std::vector<FakeTask*> tasks;  // gone when they have stopped and the loop has run

 private:
  net::Loop& loop_;
};

}  // namespace tributary::lab::ecs
