#include "scenario_rig.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <utility>

#include "aws/process.h"
#include "base/strings.h"
#include "config/json.h"

namespace tributary {
namespace {

constexpr Duration kReadyTimeout = 30s;
constexpr Duration kStopTimeout = 60s;  // a task may take 30 s of it
constexpr Duration kPoll = 25ms;
constexpr std::size_t kLastLines = 15;

// One that nobody listens on now.
Result<std::uint16_t> free_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  const bool bound =
      fd >= 0 && ::bind(fd, generic, size) == 0 && ::getsockname(fd, generic, &size) == 0;
  if (fd >= 0) ::close(fd);
  if (!bound) return Error(Code::unavailable, "no free port on 127.0.0.1");
  return ntohs(address.sin_port);
}

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

}  // namespace

Result<std::unique_ptr<ScenarioRig>> ScenarioRig::make(net::Loop& loop, Options options) {
  for (const char* name : {"tributary-hub", "tributary-lab", "tributary-collector", "demo-app"}) {
    if (::access((options.programs + "/" + name).c_str(), X_OK) != 0)
      return Error(Code::not_found, "no program " + options.programs + "/" + name);
  }
  std::string pattern =
      (std::filesystem::temp_directory_path() / "tributary-scenario-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr)
    return Error(Code::unavailable, "no temporary directory " + pattern);
  std::unique_ptr<ScenarioRig> rig(new ScenarioRig(loop, std::move(options), pattern));
  TRIBUTARY_TRY(rig->hub_port_, free_port());
  TRIBUTARY_TRY(rig->lab_port_, free_port());
  TRIBUTARY_TRY(rig->http_, net::make_http_client(loop, {.proxy = {.from_environment = false}}));
  rig->hub_url_ = "http://127.0.0.1:" + std::to_string(rig->hub_port_);
  rig->lab_url_ = "http://127.0.0.1:" + std::to_string(rig->lab_port_);
  return rig;
}

ScenarioRig::ScenarioRig(net::Loop& loop, Options options, std::string directory)
    : loop_(loop), options_(std::move(options)), directory_(std::move(directory)) {}

ScenarioRig::~ScenarioRig() {
  kill();
  if (options_.keep) return;
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

Result<void> ScenarioRig::write_file(const std::string& name, std::string_view text) const {
  const std::filesystem::path path = std::filesystem::path(directory_) / name;
  std::error_code ignored;
  std::filesystem::create_directories(path.parent_path(), ignored);
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (!file) return Error(Code::unavailable, "cannot write " + path.string());
  return {};
}

Result<AccountKeys> ScenarioRig::create_account(const std::string& number,
                                                const std::string& name) const {
  const std::vector<std::string> command = {program("tributary-hub"),
                                            "accounts",
                                            "create",
                                            "--data",
                                            directory_ + "/hub",
                                            "--id",
                                            number,
                                            "--name",
                                            name,
                                            "--output",
                                            "json"};
  TRIBUTARY_TRY(const std::string printed, aws::run_process(command, {}, {}));
  config::Diagnostics diagnostics;
  const config::Node node = config::parse_json(printed, "tributary-hub accounts", diagnostics);
  if (diagnostics.has_errors()) return diagnostics.to_error();
  const auto text = [&node](const char* member) {
    const config::Node* value = node.find(member);
    return value == nullptr ? std::string() : value->text();
  };
  return AccountKeys{.account = number,
                     .access_key_id = text("accessKeyId"),
                     .secret_access_key = text("secretAccessKey")};
}

Result<void> ScenarioRig::start(Program& program, std::vector<std::string> command) {
  lab::ProcessOptions options{.command = std::move(command)};
  options.environment = {{"PATH", options_.programs + ":" + variable("PATH")},
                         {"AWS_EC2_METADATA_DISABLED", "true"}};
  const auto log = std::make_shared<std::ofstream>(directory_ + "/" + program.name + ".log",
                                                   std::ios::app | std::ios::binary);
  options.on_line = [log](std::string_view line) { *log << line << std::endl; };
  options.on_exit = [&program](int) { program.running = false; };
  TRIBUTARY_TRY(program.process, lab::start_process(loop_, std::move(options)));
  program.running = true;
  return {};
}

net::Task<Result<void>> ScenarioRig::wait_until_ready(Program& program, std::string url,
                                                      std::stop_token stop) {
  const Instant until = loop_.clock().monotonic() + kReadyTimeout;
  while (program.running && loop_.clock().monotonic() < until) {
    net::Request request;
    auto parsed = net::parse_url(url + "/-/ready");
    if (!parsed) co_return parsed.error();
    request.url = *std::move(parsed);
    request.timeout = 2s;
    const auto answer = co_await http_->send(std::move(request), stop);
    if (answer && answer->status == 200) co_return Result<void>();
    const bool slept = co_await net::sleep_for(loop_, kPoll, stop);
    if (!slept) co_return Error(Code::cancelled, "stopped");
  }
  co_return Error(Code::unavailable, program.name + " does not get ready:\n" + last_lines());
}

net::Task<Result<void>> ScenarioRig::start_hub(std::stop_token stop) {
  std::vector<std::string> command = {
      program("tributary-hub"), "serve",    "--data",
      directory_ + "/hub",      "--listen", "127.0.0.1:" + std::to_string(hub_port_)};
  auto started = start(hub_, std::move(command));
  if (!started) co_return started.error();
  co_return co_await wait_until_ready(hub_, hub_url_, std::move(stop));
}

net::Task<void> ScenarioRig::stop_hub() { co_await this->stop(hub_); }

net::Task<Result<void>> ScenarioRig::start_lab(std::string programs_file, std::stop_token stop) {
  const std::string key = directory_ + "/service-key.json";
  const std::vector<std::string> make_key = {
      program("tributary-hub"), "service-key", "create", "--data",
      directory_ + "/hub",      "--out",       key};
  const auto made = aws::run_process(make_key, {}, {});
  if (!made) co_return made.error();
  std::vector<std::string> command = {program("tributary-lab"),
                                      "serve",
                                      "--data",
                                      directory_ + "/lab",
                                      "--hub",
                                      hub_url_,
                                      "--service-key",
                                      key,
                                      "--listen",
                                      "127.0.0.1:" + std::to_string(lab_port_),
                                      "--driver",
                                      "processes",
                                      "--programs",
                                      std::move(programs_file)};
  auto started = start(lab_, std::move(command));
  if (!started) co_return started.error();
  co_return co_await wait_until_ready(lab_, lab_url_, std::move(stop));
}

net::Task<void> ScenarioRig::stop(Program& program) {
  if (!program.process) co_return;
  program.process->signal(SIGTERM);
  const Instant until = loop_.clock().monotonic() + kStopTimeout;
  while (program.running && loop_.clock().monotonic() < until)
    co_await net::sleep_for(loop_, kPoll, std::stop_token());
  program.process.reset();  // kills what is left
  program.running = false;
}

net::Task<void> ScenarioRig::close() {
  co_await this->stop(lab_);
  co_await this->stop(hub_);
}

void ScenarioRig::kill() {
  for (Program* program : {&lab_, &hub_})
    if (program->process) program->process->signal(SIGKILL);
}

std::string ScenarioRig::last_lines() const {
  std::string text;
  for (const Program* program : {&hub_, &lab_}) {
    std::ifstream file(directory_ + "/" + program->name + ".log");
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);) lines.push_back(std::move(line));
    const std::size_t first = lines.size() > kLastLines ? lines.size() - kLastLines : 0;
    for (std::size_t i = first; i < lines.size(); ++i)
      text += "  " + program->name + " | " + lines[i] + "\n";
  }
  return text;
}

}  // namespace tributary
