#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "base/json_text.h"
#include "base/strings.h"
#include "base/time_text.h"
#include "lab/client/commands.h"

namespace tributary::lab::client {
namespace {

constexpr Duration kFollowInterval = 1s;
constexpr std::int64_t kLateMs = 5'000;

// One container's streams.
struct Source {
  std::string container;
  std::string region;
  std::string group;
  std::string prefix;  // "collector/aws-otel-collector/": a task's id follows
};

struct Event {
  std::int64_t time_ms = 0;
  std::string id;
  std::string task;
  std::string message;
};

// What one container has said so far, and from where to go on.
class Reader {
 public:
  Reader(Session& session, const LogOptions& options, Source source)
      : session_(session), options_(options), source_(std::move(source)) {
    start_ms_ = options.start_ms;
  }

  const Source& source() const { return source_; }

  // What these tasks have said since the last read, in the order of time.
  net::Task<Result<std::vector<Event>>> read(std::set<std::string> task_ids) {
    std::vector<Event> events;
    auto api = session_.logs(source_.region);
    if (!api) co_return api.error();
    std::string token;
    do {
      std::string body = next_body(token);
      const auto answer = co_await (*api)->call("FilterLogEvents", std::move(body), session_.stop);
      if (!answer) co_return answer.error();
      for (const config::Node& event : list_of(*answer, "events")) {
        const std::string stream = text_of(event, "logStreamName");
        std::string task = stream.substr(stream.rfind('/') + 1);
        if (!task_ids.contains(task)) continue;
        events.push_back({.time_ms = number_of(event, "timestamp"),
                          .id = text_of(event, "eventId"),
                          .task = std::move(task),
                          .message = text_of(event, "message")});
      }
      token = text_of(*answer, "nextToken");
    } while (!token.empty());
    co_return fresh(std::move(events));
  }

 private:
  // By the prefix: a stream that is named and not there yet is an error.
  std::string next_body(const std::string& token) const {
    JsonObject body;
    body.text("logGroupName", source_.group)
        .text("logStreamNamePrefix", source_.prefix + options_.task_id)
        .text_if("filterPattern", options_.filter_pattern)
        .text_if("nextToken", token);
    if (start_ms_) body.number("startTime", *start_ms_);
    if (options_.end_ms) body.number("endTime", *options_.end_ms);
    return body.take();
  }

  // Without those that an earlier read gave. The next one begins a little before the last event,
  // since those of other tasks may come late.
  std::vector<Event> fresh(std::vector<Event> events) {
    std::erase_if(events, [this](const Event& event) { return seen_.contains(event.id); });
    std::stable_sort(events.begin(), events.end(),
                     [](const Event& a, const Event& b) { return a.time_ms < b.time_ms; });
    if (events.empty()) return events;
    for (const Event& event : events) seen_[event.id] = event.time_ms;
    last_ms_ = std::max(last_ms_, events.back().time_ms);
    start_ms_ = std::max(last_ms_ - kLateMs, options_.start_ms.value_or(0));
    std::erase_if(seen_, [this](const auto& one) { return one.second < *start_ms_; });
    return events;
  }

  Session& session_;
  const LogOptions& options_;
  Source source_;
  std::optional<std::int64_t> start_ms_;
  std::int64_t last_ms_ = 0;
  std::map<std::string, std::int64_t> seen_;  // ids with their times
};

Result<std::vector<Source>> sources_of(const DefinitionView& definition,
                                       const std::string& container) {
  std::vector<Source> sources;
  std::vector<std::string> names;
  for (const DefinitionContainerView& one : definition.containers) {
    names.push_back(one.name);
    if (!container.empty() && one.name != container) continue;
    const std::string group = one.log_option("awslogs-group");
    const std::string prefix = one.log_option("awslogs-stream-prefix");
    if (group.empty() || prefix.empty()) {
      if (container.empty()) continue;
      return Error(Code::invalid_argument,
                   "the service " + container +
                       " keeps no logs: its logging is not awslogs with a stream prefix");
    }
    sources.push_back({.container = one.name,
                       .region = one.log_option("awslogs-region"),
                       .group = group,
                       .prefix = prefix + "/" + one.name + "/"});
  }
  if (!sources.empty()) return sources;
  if (container.empty())
    return Error(Code::invalid_argument, "no service of this project uses awslogs");
  std::string message = "there is no service " + json_string(container);
  if (const auto near = closest(container, names)) {
    message += "; did you mean " + json_string(*near) + "?";
  } else {
    message += "; known: " + join(names, ", ");
  }
  return Error(Code::not_found, std::move(message));
}

// The ids of the project's tasks, running and stopped.
net::Task<Result<std::set<std::string>>> task_ids(Session& session, LogOptions options) {
  std::set<std::string> ids;
  if (!options.task_id.empty()) {
    ids.insert(options.task_id);
    co_return ids;
  }
  for (const char* desired : {"RUNNING", "STOPPED"}) {
    EcsClient::TaskFilter filter{options.place.cluster, options.place.project, desired};
    const auto tasks = co_await session.ecs.tasks(std::move(filter));
    if (!tasks) co_return tasks.error();
    for (const TaskView& task : *tasks) ids.insert(task.id());
  }
  co_return ids;
}

struct Printing {
  bool with_container = false;
  bool with_task = false;
  bool with_time = false;
};

void print(const std::vector<Event>& events, const Source& source, const Printing& how,
           Console& out) {
  constexpr std::size_t kShortId = 8;
  for (const Event& event : events) {
    std::string line;
    if (how.with_time) line += iso8601_from_ms(event.time_ms) + "\t";
    const std::string task = event.task.substr(0, kShortId);
    if (how.with_container) line += source.container + (how.with_task ? "/" + task : "") + " | ";
    if (!how.with_container && how.with_task) line += task + " | ";
    out.line(line + event.message);
  }
}

}  // namespace

net::Task<Result<void>> logs(Session& session, LogOptions options) {
  auto cluster = co_await session.ecs.choose_cluster(options.place.cluster);
  if (!cluster) co_return cluster.error();
  options.place.cluster = *cluster;
  auto service = co_await session.ecs.service(*cluster, options.place.project);
  if (!service) co_return service.error();
  if (!*service)
    co_return Error(Code::not_found, "there is no project " + json_string(options.place.project) +
                                         " in the cluster " + *cluster);
  auto definition = co_await session.ecs.definition((*service)->task_definition);
  if (!definition) co_return definition.error();
  auto sources = sources_of(*definition, options.container);
  if (!sources) co_return sources.error();
  std::vector<Reader> readers;
  for (Source& source : *sources) readers.emplace_back(session, options, std::move(source));

  while (true) {
    auto ids = co_await task_ids(session, options);
    if (!ids) co_return ids.error();
    const Printing how{.with_container = readers.size() > 1,
                       .with_task = ids->size() > 1,
                       .with_time = options.timestamps};
    for (Reader& reader : readers) {
      auto events = co_await reader.read(*ids);
      if (!events) co_return events.error();
      print(*events, reader.source(), how, session.out);
    }
    if (!options.follow) co_return Result<void>();
    const bool slept = co_await net::sleep_for(session.loop, kFollowInterval, session.stop);
    if (!slept) co_return Result<void>();
  }
}

}  // namespace tributary::lab::client
