#include "base/telemetry.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/check.h"

namespace tributary {
namespace {

std::string number_text(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  char text[32];
  const auto [end, ec] = std::to_chars(text, text + sizeof text, value);
  return std::string(text, end);
}

void append_escaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '\\' || c == '"') out.push_back('\\');
    out.push_back(c);
  }
}

}  // namespace

Telemetry::Metric& Telemetry::find_or_add(std::string_view name, std::string_view help, Kind kind,
                                          LabelPairs labels) {
  const auto at = std::lower_bound(families_.begin(), families_.end(), name,
                                   [](const std::unique_ptr<Family>& family,
                                      std::string_view wanted) { return family->name < wanted; });
  auto family = at;
  if (at == families_.end() || (*at)->name != name) {
    family = families_.insert(at, std::make_unique<Family>());
    (*family)->name = name;
    (*family)->help = help;
    (*family)->kind = kind;
  }
  TRIBUTARY_CHECK((*family)->kind == kind);
  for (const auto& metric : (*family)->metrics)
    if (metric->labels == labels) return *metric;
  (*family)->metrics.push_back(std::make_unique<Metric>());
  Metric& metric = *(*family)->metrics.back();
  metric.labels = std::move(labels);
  return metric;
}

Counter& Telemetry::counter(std::string_view name, std::string_view help, LabelPairs labels) {
  const std::lock_guard lock(mutex_);
  Metric& metric = find_or_add(name, help, Kind::counter, std::move(labels));
  if (!metric.counter) metric.counter = std::make_unique<Counter>();
  return *metric.counter;
}

Gauge& Telemetry::gauge(std::string_view name, std::string_view help, LabelPairs labels) {
  const std::lock_guard lock(mutex_);
  Metric& metric = find_or_add(name, help, Kind::gauge, std::move(labels));
  if (!metric.gauge) metric.gauge = std::make_unique<Gauge>();
  return *metric.gauge;
}

void Telemetry::gauge_function(std::string_view name, std::string_view help, LabelPairs labels,
                               std::function<double()> read) {
  const std::lock_guard lock(mutex_);
  find_or_add(name, help, Kind::gauge, std::move(labels)).read = std::move(read);
}

void Telemetry::counter_function(std::string_view name, std::string_view help, LabelPairs labels,
                                 std::function<double()> read) {
  const std::lock_guard lock(mutex_);
  find_or_add(name, help, Kind::counter, std::move(labels)).read = std::move(read);
}

std::string Telemetry::render() const {
  const std::lock_guard lock(mutex_);
  std::string out;
  for (const auto& family : families_) {
    out += "# HELP " + family->name + " ";
    append_escaped(out, family->help);
    out += "\n# TYPE " + family->name + (family->kind == Kind::counter ? " counter\n" : " gauge\n");
    for (const auto& metric : family->metrics) {
      out += family->name;
      for (const auto& [name, value] : metric->labels) {
        out += &name == &metric->labels.front().first ? "{" : ",";
        out += name + "=\"";
        append_escaped(out, value);
        out += '"';
      }
      out += metric->labels.empty() ? " " : "} ";
      if (metric->counter) {
        out += std::to_string(metric->counter->value());
      } else {
        out += number_text(metric->read ? metric->read() : metric->gauge->value());
      }
      out += '\n';
    }
  }
  return out;
}

}  // namespace tributary
