#include "scenario.h"

#include <getopt.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <optional>

#include "base/json_text.h"
#include "config/outside.h"
#include "lab/compose/project.h"
#include "lab/scenario/files.h"
#include "lab/scenario/report.h"
#include "net/run_task.h"
#include "scenario_account.h"
#include "scenario_rig.h"

namespace tributary {
namespace {

using lab::scenario::Scenario;
using Accounts = std::vector<std::unique_ptr<ScenarioAccount>>;

constexpr int kUsageError = 2;
constexpr const char* kRegion = "eu-west-1";
constexpr Duration kCatchUp = 60s;
constexpr Duration kCatchUpPoll = 500ms;

constexpr char kUsage[] =
    R"(tributary-lab scenario FILE: many accounts with many tasks, run for a while, and a report.

  --output text|json  of the report (text)
  --keep              leave the temporary directory: configurations, data, logs
  --verbose           tell what each account's service does on the way
  --programs DIR      of tributary-hub, tributary-collector, demo-app (beside this program)

FILE is YAML: accounts, tasks (of each account), duration (30s), scrape_interval (1s),
collection_interval (2s), task {cpu, memory}, outage {after, length}; see examples/scenarios. Tasks
are processes with a network of their own, so more than one task needs root. Ctrl-C cleans up.
)";

struct Options {
  std::string file;
  std::string programs;
  bool json = false;
  bool keep = false;
  bool verbose = false;
  bool help = false;
};

Result<Options> parse_options(std::vector<std::string> arguments) {
  static constexpr option kFlags[] = {
      {"output", required_argument, nullptr, 'o'}, {"keep", no_argument, nullptr, 'k'},
      {"verbose", no_argument, nullptr, 'v'},      {"programs", required_argument, nullptr, 'p'},
      {"help", no_argument, nullptr, 'h'},         {nullptr, 0, nullptr, 0}};
  Options options;
  options.programs = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  std::string name = "tributary-lab scenario";
  std::vector<char*> argv = {name.data()};
  for (std::string& argument : arguments) argv.push_back(argument.data());
  const int argc = static_cast<int>(argv.size());
  argv.push_back(nullptr);
  opterr = 0;
  optind = 0;
  int flag = 0;
  while ((flag = getopt_long(argc, argv.data(), "", kFlags, nullptr)) != -1) {
    const std::string value = optarg != nullptr ? optarg : "";
    switch (flag) {
      case 'o':
        if (value != "text" && value != "json")
          return Error(Code::invalid_argument,
                       "--output " + json_string(value) + ": must be text or json");
        options.json = value == "json";
        break;
      case 'k': options.keep = true; break;
      case 'v': options.verbose = true; break;
      case 'p': options.programs = value; break;
      case 'h': options.help = true; return options;
      default:
        return Error(Code::invalid_argument,
                     "option " + json_string(argv[optind - 1]) + ": unknown or without its value");
    }
  }
  if (argc - optind != 1)
    return Error(Code::invalid_argument, "scenario needs one file; see scenario --help");
  options.file = argv[optind];
  return options;
}

void say(const std::string& text) { std::fprintf(stderr, "%s\n", text.c_str()); }

class Run {
 public:
  Run(net::Loop& loop, Random& random, ScenarioRig& rig, const Scenario& scenario,
      const Options& options, std::stop_token stop)
      : loop_(loop),
        random_(random),
        rig_(rig),
        scenario_(scenario),
        options_(options),
        stop_(std::move(stop)) {}

  // The report, as it is to be printed; and whether every task sent something.
  struct Outcome {
    std::string report;
    bool complete = false;
  };

  net::Task<Result<Outcome>> run() {
    const auto outcome = co_await measure();
    say("stopping the tasks");
    co_await rig_.close();
    co_return outcome;
  }

 private:
  net::Task<Result<Outcome>> measure() {
    auto ready = co_await build();
    if (!ready) co_return ready.error();
    auto running = co_await start_tasks();
    if (!running) co_return running.error();
    auto passed = co_await pass_time();
    if (!passed) co_return passed.error();
    co_return co_await report();
  }

  // Accounts, roles and the workspace.
  net::Task<Result<void>> build() {
    say("building " + std::to_string(scenario_.accounts) + " accounts in " + rig_.directory());
    std::vector<AccountKeys> keys;
    auto central_keys = rig_.create_account(lab::scenario::kMonitoringAccount, "monitoring");
    if (!central_keys) co_return central_keys.error();
    for (std::uint32_t i = 0; i < scenario_.accounts; ++i) {
      const std::string number = lab::scenario::account_number(i);
      auto made = rig_.create_account(number, "workload-" + std::to_string(i + 1));
      if (!made) co_return made.error();
      keys.push_back(*std::move(made));
    }
    auto hub = co_await rig_.start_hub(stop_);
    if (!hub) co_return hub.error();
    auto programs = write_programs();
    if (!programs) co_return programs.error();
    auto lab = co_await rig_.start_lab(*programs, stop_);
    if (!lab) co_return lab.error();

    auto central = account(*std::move(central_keys));
    if (!central) co_return central.error();
    central_ = *std::move(central);
    for (AccountKeys& one : keys) {
      auto made = account(std::move(one));
      if (!made) co_return made.error();
      accounts_.push_back(*std::move(made));
    }
    co_return co_await create_roles();
  }

  Result<std::unique_ptr<ScenarioAccount>> account(AccountKeys keys) {
    return ScenarioAccount::make(loop_, random_, std::move(keys),
                                 {.region = kRegion, .hub = rig_.hub_url(), .lab = rig_.lab_url()},
                                 stop_);
  }

  Result<std::string> write_programs() const {
    if (auto done = rig_.write_file("collector.yaml", lab::scenario::collector_file(scenario_));
        !done)
      return done.error();
    const std::string text =
        lab::scenario::programs_file({.demo_app = rig_.program("demo-app"),
                                      .collector = rig_.program("tributary-collector"),
                                      .collector_config = rig_.directory() + "/collector.yaml"});
    if (auto done = rig_.write_file("programs.yaml", text); !done) return done.error();
    return rig_.directory() + "/programs.yaml";
  }

  net::Task<Result<void>> create_roles() {
    using namespace lab::scenario;
    std::vector<std::string> numbers;
    for (const auto& one : accounts_) {
      numbers.push_back(one->number());
      auto task = co_await one->create_role(kTaskRole, ecs_trust(), task_policy());
      if (!task) co_return task.error();
      auto execution = co_await one->create_role(kExecutionRole, ecs_trust(), execution_policy());
      if (!execution) co_return execution.error();
    }
    auto central =
        co_await central_->create_role(kCentralRole, central_trust(numbers), central_policy());
    if (!central) co_return central.error();
    auto workspace = co_await central_->create_workspace("scenario");
    if (!workspace) co_return workspace.error();
    workspace_ = *std::move(workspace);
    co_return Result<void>();
  }

  net::Task<Result<void>> start_tasks() {
    say("starting " + std::to_string(scenario_.tasks) + " tasks in each");
    net::Gate gate;
    std::vector<std::optional<Error>> failures(accounts_.size());
    for (std::size_t i = 0; i < accounts_.size(); ++i)
      gate.spawn(start_tasks_of(*accounts_[i], failures[i]));
    co_await gate.close();
    for (std::size_t i = 0; i < accounts_.size(); ++i) {
      if (options_.verbose || failures[i]) say(accounts_[i]->printed());
      if (failures[i]) co_return failures[i]->within("account " + accounts_[i]->number());
    }
    for (const auto& one : accounts_) {
      lab::client::EcsClient::TaskFilter filter{"default", lab::scenario::kProject, "RUNNING"};
      const auto tasks = co_await one->session().ecs.tasks(std::move(filter));
      if (!tasks) co_return tasks.error();
      for (const lab::client::TaskView& task : *tasks)
        measured_.created[{one->number(), task.id()}] =
            task.created_at.value_or(loop_.clock().now());
    }
    co_return Result<void>();
  }

  net::Task<void> start_tasks_of(ScenarioAccount& of, std::optional<Error>& failure) {
    auto project = project_of(of.number());
    if (!project) {
      failure = project.error();
      co_return;
    }
    lab::client::UpOptions up{.place = {.cluster = "default", .project = lab::scenario::kProject},
                              .project = *std::move(project),
                              .launch_type = "EC2",  // any size
                              .create_log_groups = true,
                              .desired_count = scenario_.tasks};
    const auto done = co_await lab::client::up(of.session(), std::move(up));
    if (!done) failure = done.error();
  }

  Result<lab::compose::Project> project_of(const std::string& number) const {
    const lab::scenario::Addresses addresses{
        .region = kRegion,
        .hub = rig_.hub_url(),
        .remote_write = rig_.hub_url() + "/workspaces/" + workspace_ + "/api/v1/remote_write"};
    auto compose = rig_.write_file(number + "/docker-compose.yml",
                                   lab::scenario::compose_file(number, addresses));
    if (!compose) return compose.error();
    auto params =
        rig_.write_file(number + "/ecs-params.yml", lab::scenario::ecs_params_file(scenario_));
    if (!params) return params.error();
    config::Diagnostics diagnostics;
    auto project = lab::compose::load_project(
        {.name = lab::scenario::kProject, .directory = rig_.directory() + "/" + number},
        config::this_machine(), diagnostics);
    if (!project) return diagnostics.to_error();
    return *std::move(project);
  }

  net::Task<Result<void>> pass_time() {
    say("measuring");
    const Instant begin = loop_.clock().monotonic();
    if (scenario_.outage) {
      auto slept = co_await sleep_until(begin + scenario_.outage->after);
      if (!slept) co_return slept.error();
      say("the hub goes away");
      co_await rig_.stop_hub();
      slept = co_await sleep_until(begin + scenario_.outage->after + scenario_.outage->length);
      if (!slept) co_return slept.error();
      auto back = co_await rig_.start_hub(stop_);
      if (!back) co_return back.error();
      say("the hub is back");
    }
    auto slept = co_await sleep_until(begin + scenario_.duration);
    measured_.end = loop_.clock().now();
    co_return slept;
  }

  net::Task<Result<void>> sleep_until(Instant when) {
    const bool slept = co_await net::sleep_until(loop_, when, stop_);
    if (!slept) co_return Error(Code::cancelled, "stopped");
    co_return Result<void>();
  }

  net::Task<Result<std::map<lab::scenario::TaskKey, lab::scenario::Points>>> ask(
      std::string expression) {
    auto body = co_await central_->query(workspace_, std::move(expression));
    if (!body) co_return body.error();
    co_return lab::scenario::read_answer(*std::move(body));
  }

  net::Task<Result<Outcome>> report() {
    lab::scenario::Answers answers;
    const Instant until = loop_.clock().monotonic() + kCatchUp;
    while (true) {
      auto up = co_await ask("up{job=\"" + std::string(lab::scenario::kJob) + "\"}" + window());
      if (!up) co_return up.error();
      answers.up = *std::move(up);
      if (lab::scenario::has_caught_up(measured_, answers.up)) break;
      if (loop_.clock().monotonic() > until) break;
      const bool slept = co_await net::sleep_for(loop_, kCatchUpPoll, stop_);
      if (!slept) co_return Error(Code::cancelled, "stopped");
    }
    const std::string by = " by (account, task) (";
    const std::string of_collector =
        "{container_name=\"" + std::string(lab::scenario::kCollector) + "\"}" + window() + "))";
    auto samples = co_await ask("sum" + by + "sum_over_time(scrape_samples_post_metric_relabeling" +
                                window() + "))");
    if (!samples) co_return samples.error();
    auto cpu = co_await ask("max" + by + "max_over_time(container_cpu_usage_total_Nanoseconds" +
                            of_collector);
    if (!cpu) co_return cpu.error();
    auto memory =
        co_await ask("max" + by + "max_over_time(container_memory_usage_Bytes" + of_collector);
    if (!memory) co_return memory.error();
    answers.samples = *std::move(samples);
    answers.cpu_ns = *std::move(cpu);
    answers.memory = *std::move(memory);

    const auto reports = lab::scenario::make_report(scenario_, measured_, answers);
    Outcome outcome;
    outcome.report = options_.json ? lab::scenario::report_json(scenario_, reports)
                                   : lab::scenario::report_text(scenario_, reports);
    outcome.complete = std::all_of(reports.begin(), reports.end(),
                                   [](const auto& one) { return one.first_after.has_value(); });
    co_return outcome;
  }

  // As far back as the first task.
  std::string window() const {
    Timestamp first = loop_.clock().now();
    for (const auto& [key, created] : measured_.created) first = std::min(first, created);
    const auto seconds =
        std::chrono::ceil<std::chrono::seconds>(loop_.clock().now() - first).count() + 1;
    return "[" + std::to_string(seconds) + "s]";
  }

  net::Loop& loop_;
  Random& random_;
  ScenarioRig& rig_;
  const Scenario& scenario_;
  const Options& options_;
  std::stop_token stop_;
  std::unique_ptr<ScenarioAccount> central_;
  Accounts accounts_;
  std::string workspace_;
  lab::scenario::Measured measured_;
};

int failed(const Error& error, int code) {
  std::fprintf(stderr, "tributary-lab: scenario: %s\n", error.message().c_str());
  return code;
}

}  // namespace

int run_scenario_command(std::vector<std::string> arguments) {
  const auto options = parse_options(std::move(arguments));
  if (!options) return failed(options.error(), kUsageError);
  if (options->help) {
    std::fputs(kUsage, stdout);
    return 0;
  }
  auto text = config::this_machine().read_file(options->file);
  if (!text) return failed(text.error(), kUsageError);
  config::Diagnostics diagnostics;
  const auto scenario = lab::scenario::parse_scenario(*std::move(text), options->file, diagnostics);
  std::fputs(diagnostics.render().c_str(), stderr);
  if (!scenario) return kUsageError;
  if (::geteuid() != 0 && scenario->accounts * scenario->tasks > 1)
    return failed(Error(Code::permission_denied,
                        "more than one task needs root: each has a network of its own"),
                  1);

  std::signal(SIGPIPE, SIG_IGN);
  const auto loop = net::make_loop();
  SystemRandom random;
  auto rig = ScenarioRig::make(*loop, {.keep = options->keep, .programs = options->programs});
  if (!rig) return failed(rig.error(), 1);
  std::stop_source stop;
  loop->on_signal([&](int) {
    if (stop.stop_requested()) (*rig)->kill();
    stop.request_stop();
  });
  Run run(*loop, random, **rig, *scenario, *options, stop.get_token());
  const auto outcome = net::run_task(*loop, run.run());
  if (options->keep) say("kept: " + (*rig)->directory());
  if (!outcome) return failed(outcome.error(), 1);
  std::fputs(outcome->report.c_str(), stdout);
  return outcome->complete ? 0 : 1;
}

}  // namespace tributary
