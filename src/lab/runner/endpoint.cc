#include "lab/runner/endpoint.h"

#include <algorithm>

#include "base/json_text.h"
#include "base/strings.h"
#include "lab/runner/task_services.h"

namespace tributary::lab {
namespace {

constexpr std::string_view kCredentialsPath = "/v2/credentials/";
constexpr std::string_view kContainerPath = "/v4/";

net::Response json(std::string body, int status = 200) {
  return {
      .status = status, .headers = {{"Content-Type", "application/json"}}, .body = std::move(body)};
}

net::Response not_found() {
  return {.status = 404,
          .headers = {{"Content-Type", "text/plain; charset=utf-8"}},
          .body = "404 page not found\n"};
}

net::Response credentials(const TaskView& task, std::string_view id) {
  const auto refused = [](std::string_view code, std::string_view why) {
    return json("{\"code\":" + json_string(code) + ",\"message\":" + json_string(why) +
                    ",\"HTTPErrorCode\":400}",
                400);
  };
  if (id.empty()) return refused("NoIdInRequest", "the request names no credentials");
  if (task.role == nullptr || !equals_constant_time(id, task.role->id()))
    return refused("InvalidIdInRequest", "no credentials of this task have that ID");
  return task.role->answer();
}

net::Response container(const TaskView& task, std::size_t index, std::string_view what) {
  if (what.empty()) return json(container_json(task.spec, task.state, index));
  if (what == "/task") return json(task_json(task.spec, task.state, Tags::left_out));
  if (what == "/taskWithTags") return json(task_json(task.spec, task.state, Tags::shown));
  if (what == "/task/stats")
    return json(task_stats_json(task.spec, task.state, task.readings, task.machine_memory));
  if (what == "/stats")
    return json(
        container_stats_json(task.spec, task.state, task.readings, index, task.machine_memory));
  return not_found();
}

}  // namespace

net::Response answer_task_request(const TaskView& task, const net::ServerRequest& request) {
  const std::string_view path = request.path();
  if (request.method != "GET") return {.status = 405, .headers = {{"Allow", "GET"}}, .body = {}};
  if (path.starts_with(kCredentialsPath))
    return credentials(task, path.substr(kCredentialsPath.size()));
  if (!path.starts_with(kContainerPath)) return not_found();
  const std::string_view rest = path.substr(kContainerPath.size());
  const std::string_view id = rest.substr(0, rest.find('/'));
  const auto found = std::ranges::find(task.container_ids, id);
  if (found == task.container_ids.end())
    return json(json_string("no container of this task has the ID " + std::string(id)), 404);
  return container(task, static_cast<std::size_t>(found - task.container_ids.begin()),
                   rest.substr(id.size()));
}

}  // namespace tributary::lab
