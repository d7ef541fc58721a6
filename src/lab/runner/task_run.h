// One run of a task, from PENDING to STOPPED.
//
// A single coroutine decides: it looks at all states whenever one has changed, and starts or stops
// what it may. Starting, checking and sampling containers go on beside it.
//
// Threads: the Loop's.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "lab/runner/network_shares.h"
#include "lab/runner/task_runner.h"
#include "lab/task/metadata.h"

namespace tributary::lab {

class TaskRun final : public RunningTask {
 public:
  struct Context {
    net::Loop& loop;
    Driver& driver;
    TaskServices& services;
    const TaskRunner::Options& options;
    Logger log;
  };

  // `container_ids` are those of the metadata endpoint.
  TaskRun(Context context, TaskSpec spec, std::vector<std::string> container_ids,
          std::function<void()> on_change);
  ~TaskRun() override;
  TaskRun(const TaskRun&) = delete;
  TaskRun& operator=(const TaskRun&) = delete;

  const TaskSpec& spec() const override { return spec_; }
  const TaskState& state() const override { return state_; }
  void stop(std::string stop_code, std::string reason) override;
  net::Task<void> close() override;

 private:
  struct ContainerRun {
    std::unique_ptr<Container> container;  // from its start to the end of the task
    std::unique_ptr<logs::StreamWriter> log;
    bool starting = false;
    bool signalled = false;
    std::optional<ContainerStart::Exit> early_exit;  // before its start had returned
    std::optional<net::Loop::TimerId> kill_timer;
    std::stop_source ended;  // ends its checks
  };

  const ContainerDefinition& definition(std::size_t i) const {
    return spec_.definition.containers[i];
  }

  net::Task<void> run();
  // Nothing, or why the task cannot run.
  net::Task<Result<void>> prepare();
  Result<void> open_network();
  net::Task<void> pull_images();
  net::Task<void> finish();

  void step();
  void start_what_may();
  void stop_what_may();
  bool all_stopped() const;

  net::Task<void> start(std::size_t i);
  net::Task<Result<void>> start_container(std::size_t i);
  void on_exit(std::size_t i, ContainerStart::Exit exit);
  void settle(std::size_t i, ContainerStart::Exit exit);
  void fail(std::size_t i, std::string reason);
  void send_stop(std::size_t i);

  net::Task<void> keep_sampling();
  net::Task<void> sample();
  net::Task<void> keep_checking(std::size_t i);

  // Wakes the deciding coroutine and tells the owner, soon.
  void note_change();
  Timestamp now() const { return context_.loop.clock().now(); }
  static net::Task<net::Response> answer(const TaskRun* self, net::ServerRequest request);

  Context context_;
  TaskSpec spec_;
  std::vector<std::string> container_ids_;
  std::function<void()> on_change_;
  TaskState state_;
  std::vector<ContainerRun> runs_;
  std::vector<Readings> readings_;
  std::optional<NetworkShares> shares_;
  std::unique_ptr<TaskRole> role_;
  std::unique_ptr<Sandbox> sandbox_;
  std::unique_ptr<net::HttpServer> server_;
  std::stop_source ended_;  // ends sampling
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  std::optional<net::Loop::TimerId> wake_timer_;
  net::Event changed_;
  net::Gate background_;  // starts, checks, sampling
  net::Gate life_;        // run()
};

}  // namespace tributary::lab
