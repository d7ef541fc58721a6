#include "lab/scenario/report.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>

#include "base/duration.h"
#include "base/json_text.h"
#include "config/json.h"

namespace tributary::lab::scenario {
namespace {

constexpr std::size_t kAnswerBytesMax = 64U << 20;
constexpr std::size_t kAnswerNodesMax = 10'000'000;

double seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }
double seconds(Timestamp time) { return seconds(time.time_since_epoch()); }

std::optional<double> number(const config::Node& node) {
  double value = 0;
  const std::string& text = node.text();
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return {};
  return value;
}

// Of http://169.254.170.2/v4/<task id>-<number>.
std::string task_of(const std::string& metadata_address) {
  const std::string last = metadata_address.substr(metadata_address.rfind('/') + 1);
  return last.substr(0, last.rfind('-'));
}

// What later becomes a moment or a whole number fits those.
constexpr double kTimeMax = 9e9;
constexpr double kValueMax = 9e15;

bool is_within(double number, double most) { return number >= 0 && number <= most; }

void add_point(const config::Node& point, Points& points) {
  if (point.elements().size() != 2) return;
  const auto time = number(point.elements()[0]);
  const auto value = number(point.elements()[1]);
  if (!time || !value || !is_within(*time, kTimeMax) || !is_within(*value, kValueMax)) return;
  points.emplace_back(*time, *value);
}

std::string label(const config::Node& series, std::string_view name) {
  const config::Node* metric = series.find("metric");
  const config::Node* value = metric == nullptr ? nullptr : metric->find(name);
  return value == nullptr ? std::string() : value->text();
}

std::optional<double> only(const std::map<TaskKey, Points>& answers, const TaskKey& key) {
  const auto found = answers.find(key);
  if (found == answers.end() || found->second.empty()) return {};
  return found->second.back().second;
}

Points until(const std::map<TaskKey, Points>& up, const TaskKey& key, Timestamp end) {
  const auto found = up.find(key);
  if (found == up.end()) return {};
  Points points = found->second;
  std::erase_if(points, [end](const auto& point) { return point.first > seconds(end); });
  return points;
}

// Scrapes come a little early or late, so only what is missing by more than half an interval at the
// end counts.
std::uint64_t expected_scrapes(double first, double last, double end, double interval) {
  const double between = std::round((last - first) / interval);
  const double behind = end - last > 1.5 * interval ? std::floor((end - last) / interval) : 0;
  return static_cast<std::uint64_t>(between + behind) + 1;
}

std::string formatted(const char* format, double value) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), format, value);
  return text.data();
}

std::string optional_text(const char* format, std::optional<double> value) {
  return value ? formatted(format, *value) : "-";
}

double share_lost(std::uint64_t lost, std::uint64_t expected) {
  return expected == 0 ? 0 : 100.0 * static_cast<double>(lost) / static_cast<double>(expected);
}

struct Total {
  std::uint64_t samples = 0;
  std::uint64_t scrapes = 0;
  std::uint64_t expected = 0;
  std::uint64_t lost = 0;
  double first_after = 0;
  double cpu = 0;
  double memory = 0;
  std::size_t silent = 0;
};

Total total_of(const std::vector<TaskReport>& reports) {
  Total total;
  for (const TaskReport& one : reports) {
    total.samples += one.samples;
    total.scrapes += one.scrapes;
    total.expected += one.expected;
    total.lost += one.lost();
    total.cpu += one.cpu.value_or(0);
    total.memory = std::max(total.memory, one.memory.value_or(0));
    if (one.first_after) total.first_after = std::max(total.first_after, seconds(*one.first_after));
    if (!one.first_after) ++total.silent;
  }
  return total;
}

}  // namespace

Result<std::map<TaskKey, Points>> read_answer(std::string body) {
  config::Diagnostics diagnostics;
  const config::Node node =
      config::parse_json(std::move(body), "answer", diagnostics,
                         {.bytes_max = kAnswerBytesMax, .nodes_max = kAnswerNodesMax});
  if (diagnostics.has_errors()) return diagnostics.to_error();
  const config::Node* data = node.find("data");
  const config::Node* result = data == nullptr ? nullptr : data->find("result");
  if (result == nullptr)
    return Error(Code::unavailable, "the answer to the query has no data.result");
  std::map<TaskKey, Points> answers;
  for (const config::Node& series : result->elements()) {
    const TaskKey key{.account = label(series, "account"), .task = task_of(label(series, "task"))};
    if (key.account.empty() || key.task.empty()) continue;
    Points& points = answers[key];
    if (const config::Node* value = series.find("value")) add_point(*value, points);
    if (const config::Node* values = series.find("values"))
      for (const config::Node& point : values->elements()) add_point(point, points);
    std::sort(points.begin(), points.end());
  }
  return answers;
}

std::vector<TaskReport> make_report(const Scenario& scenario, const Measured& measured,
                                    const Answers& answers) {
  std::vector<TaskReport> reports;
  for (const auto& [key, created] : measured.created) {
    TaskReport& report = reports.emplace_back();
    report.key = key;
    report.samples = static_cast<std::uint64_t>(only(answers.samples, key).value_or(0));
    const double age = seconds(measured.end - created);
    const auto cpu_ns = only(answers.cpu_ns, key);
    if (cpu_ns && age > 0) report.cpu = *cpu_ns / 1e9 / age;
    report.memory = only(answers.memory, key);
    const Points points = until(answers.up, key, measured.end);
    if (points.empty()) continue;
    report.scrapes = points.size();
    const double first = points.front().first;
    report.first_after = std::chrono::duration_cast<Duration>(
        std::chrono::duration<double>(std::max(0.0, first - seconds(created))));
    report.expected = expected_scrapes(first, points.back().first, seconds(measured.end),
                                       seconds(scenario.scrape_interval));
  }
  return reports;
}

bool has_caught_up(const Measured& measured, const std::map<TaskKey, Points>& up) {
  return std::all_of(measured.created.begin(), measured.created.end(), [&](const auto& task) {
    const auto found = up.find(task.first);
    return found != up.end() && !found->second.empty() &&
           found->second.back().first >= seconds(measured.end);
  });
}

std::string report_text(const Scenario& scenario, const std::vector<TaskReport>& reports) {
  constexpr std::size_t kShortId = 8;
  constexpr const char* kRow = "%-14s%-10s%9s%15s%11s%9s%16s%19s\n";
  constexpr double kMiB = 1U << 20;
  std::array<char, 256> line{};
  std::string text;
  const auto row = [&](const std::array<std::string, 8>& cells) {
    std::snprintf(line.data(), line.size(), kRow, cells[0].c_str(), cells[1].c_str(),
                  cells[2].c_str(), cells[3].c_str(), cells[4].c_str(), cells[5].c_str(),
                  cells[6].c_str(), cells[7].c_str());
    text += line.data();
  };
  row({"Account", "Task", "Samples", "First after", "Scrapes", "Lost", "Collector CPU",
       "Collector memory"});
  const auto percent = [](double value) { return formatted("%.1f %%", value); };
  for (const TaskReport& one : reports) {
    const auto cores = one.cpu ? std::optional(*one.cpu * 100) : std::nullopt;
    const auto mib = one.memory ? std::optional(*one.memory / kMiB) : std::nullopt;
    const auto first = one.first_after ? std::optional(seconds(*one.first_after)) : std::nullopt;
    row({one.key.account, one.key.task.substr(0, kShortId), std::to_string(one.samples),
         optional_text("%.1f s", first),
         std::to_string(one.scrapes) + "/" + std::to_string(one.expected),
         percent(share_lost(one.lost(), one.expected)), optional_text("%.2f %%", cores),
         optional_text("%.1f MiB", mib)});
  }
  const Total total = total_of(reports);
  row({"all", std::to_string(reports.size()), std::to_string(total.samples),
       formatted("%.1f s", total.first_after),
       std::to_string(total.scrapes) + "/" + std::to_string(total.expected),
       percent(share_lost(total.lost, total.expected)), formatted("%.2f %%", total.cpu * 100),
       formatted("%.1f MiB", total.memory / kMiB)});
  text += "\n" + std::to_string(scenario.accounts) + " accounts x " +
          std::to_string(scenario.tasks) + " tasks for " + go_duration(scenario.duration) +
          ", scraped every " + go_duration(scenario.scrape_interval) +
          ". Samples: of the application. First after: from a task's creation to its first scrape. "
          "The last line has the sums, "
          "and of \"first after\" and memory the most. CPU: of one core, since the task's "
          "creation; memory: what its "
          "cgroup is charged.\n";
  if (total.silent > 0) text += std::to_string(total.silent) + " tasks have sent nothing.\n";
  return text;
}

std::string report_json(const Scenario& scenario, const std::vector<TaskReport>& reports) {
  const auto optional_number = [](std::optional<double> value) {
    return value ? formatted("%.6g", *value) : std::string("null");
  };
  std::string json = R"({"accounts":)" + std::to_string(scenario.accounts) + R"(,"tasks":)" +
                     std::to_string(scenario.tasks) + R"(,"durationSeconds":)" +
                     formatted("%.3f", seconds(scenario.duration)) + R"(,"reports":[)";
  bool first = true;
  for (const TaskReport& one : reports) {
    const auto after = one.first_after ? std::optional(seconds(*one.first_after)) : std::nullopt;
    json += std::string(first ? "" : ",") + R"({"account":)" + json_string(one.key.account) +
            R"(,"task":)" + json_string(one.key.task) + R"(,"samples":)" +
            std::to_string(one.samples) + R"(,"firstAfterSeconds":)" + optional_number(after) +
            R"(,"scrapes":)" + std::to_string(one.scrapes) + R"(,"expected":)" +
            std::to_string(one.expected) + R"(,"lost":)" + std::to_string(one.lost()) +
            R"(,"collectorCores":)" + optional_number(one.cpu) + R"(,"collectorMemoryBytes":)" +
            optional_number(one.memory) + "}";
    first = false;
  }
  return json + "]}\n";
}

}  // namespace tributary::lab::scenario
