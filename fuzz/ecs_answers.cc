// Any text as an answer of the ECS API to the lab's commands, and as the hub's to a scenario's
// query.
#include <cstdint>
#include <string>

#include "config/json.h"
#include "lab/client/views.h"
#include "lab/scenario/report.h"

using namespace tributary;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  config::Diagnostics diagnostics;
  const config::Node node = config::parse_json(text, "answer", diagnostics);
  for (const config::Node& service : lab::client::list_of(node, "services"))
    lab::client::service_view(service).is_steady();
  for (const config::Node& task : lab::client::list_of(node, "tasks"))
    lab::client::task_view(task).id();
  if (const config::Node* definition = node.find("taskDefinition"))
    lab::client::definition_view(*definition).find("app");

  const auto answers = lab::scenario::read_answer(text);
  if (!answers) return 0;
  lab::scenario::Measured measured{.created = {}, .end = timestamp_from_ms(1'700'000'000'000)};
  for (const auto& [key, points] : *answers) measured.created[key] = timestamp_from_ms(0);
  const lab::scenario::Scenario scenario;
  const auto reports = lab::scenario::make_report(
      scenario, measured,
      {.up = *answers, .samples = *answers, .cpu_ns = *answers, .memory = *answers});
  lab::scenario::report_text(scenario, reports);
  lab::scenario::report_json(scenario, reports);
  return 0;
}
