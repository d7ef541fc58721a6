#include "collector/receivers/prometheus/target.h"

#include <array>

#include "base/duration.h"
#include "base/hash.h"
#include "base/strings.h"

namespace tributary::collector::prometheus {
namespace {

constexpr std::string_view kAddress = "__address__";
constexpr std::string_view kScheme = "__scheme__";
constexpr std::string_view kMetricsPath = "__metrics_path__";
constexpr std::string_view kInterval = "__scrape_interval__";
constexpr std::string_view kTimeout = "__scrape_timeout__";
constexpr std::string_view kParam = "__param_";
constexpr std::string_view kReserved = "__";

void set_default(Labels& labels, std::string_view name, std::string_view value) {
  if (!value.empty() && labels.get(name).empty()) labels.set(name, value);
}

Labels discovered_labels(std::string_view address, const Labels& group_labels,
                         const TargetDefaults& defaults) {
  Labels labels;
  for (const Label& label : group_labels)
    if (!label.value.empty()) labels.set(label.name, label.value);
  if (!address.empty()) labels.set(kAddress, address);
  set_default(labels, "job", defaults.job);
  set_default(labels, kInterval, prometheus_duration(defaults.interval));
  set_default(labels, kTimeout, prometheus_duration(defaults.timeout));
  set_default(labels, kMetricsPath, defaults.metrics_path);
  set_default(labels, kScheme, defaults.scheme);
  for (const auto& [name, values] : defaults.params)
    if (!values.empty()) set_default(labels, std::string(kParam) + name, values.front());
  return labels;
}

Result<Duration> read_duration(const Labels& labels, std::string_view label,
                               std::string_view what) {
  auto duration = parse_prometheus_duration(labels.get(label));
  if (!duration) return duration.error().within(what);
  if (*duration <= 0s) return Error(Code::invalid_argument, std::string(what) + " is 0");
  return *duration;
}

Params final_params(const Labels& labels, Params params) {
  for (const Label& label : labels) {
    if (!label.name.starts_with(kParam)) continue;
    auto& values = params[label.name.substr(kParam.size())];
    if (values.empty()) {
      values.push_back(label.value);
    } else {
      values.front() = label.value;
    }
  }
  return params;
}

void append_escaped(std::string& out, char c) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  const auto byte = static_cast<unsigned char>(c);
  out += '%';
  out += kHex[byte >> 4];
  out += kHex[byte & 15];
}

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("-_.~").find(c) != std::string_view::npos;
}

void append_path(std::string& out, std::string_view path) {
  if (!path.starts_with('/')) out += '/';
  for (const char c : path) {
    if (is_unreserved(c) || std::string_view("$&+,/:;=@").find(c) != std::string_view::npos) {
      out += c;
    } else {
      append_escaped(out, c);
    }
  }
}

void append_query(std::string& out, std::string_view text) {
  for (const char c : text) {
    if (is_unreserved(c)) {
      out += c;
    } else if (c == ' ') {
      out += '+';
    } else {
      append_escaped(out, c);
    }
  }
}

Result<void> check_values(const Labels& labels) {
  for (const Label& label : labels) {
    if (is_valid_utf8(label.value)) continue;
    return Error(Code::invalid_argument, "label \"" + label.name + "\": its value is not UTF-8");
  }
  return {};
}

}  // namespace

std::uint64_t Target::hash() const { return hash64(labels.to_string() + "\n" + url); }

Result<std::optional<Target>> make_target(std::string_view address, const Labels& group_labels,
                                          const TargetDefaults& defaults,
                                          std::span<const RelabelRule> rules) {
  Labels labels = discovered_labels(address, group_labels, defaults);
  if (!relabel(labels, rules)) return std::optional<Target>();
  const std::string final_address(labels.get(kAddress));
  if (auto good = check_address(final_address); !good) return good.error();

  Target target;
  TRIBUTARY_TRY(target.interval, read_duration(labels, kInterval, "scrape interval"));
  TRIBUTARY_TRY(target.timeout, read_duration(labels, kTimeout, "scrape timeout"));
  if (target.timeout > target.interval) {
    return Error(Code::invalid_argument, "scrape timeout " + prometheus_duration(target.timeout) +
                                             " is longer than the scrape interval " +
                                             prometheus_duration(target.interval));
  }
  target.scheme = labels.get(kScheme);
  target.url = target.scheme + "://" + final_address +
               request_target(labels.get(kMetricsPath), final_params(labels, defaults.params));
  set_default(labels, "instance", final_address);
  if (auto good = check_values(labels); !good) return good.error();

  std::vector<Label> kept;
  for (const Label& label : labels)
    if (!label.name.starts_with(kReserved)) kept.push_back(label);
  target.labels = Labels(std::move(kept));
  return std::optional<Target>(std::move(target));
}

Result<void> check_address(std::string_view address) {
  if (address.empty()) return Error(Code::invalid_argument, "the target has no address");
  if (address.find('/') == std::string_view::npos) return {};
  return Error(Code::invalid_argument, "\"" + std::string(address) +
                                           "\" is not an address: want host or host:port, "
                                           "without a scheme or a path");
}

std::string request_target(std::string_view path, const Params& params) {
  std::string out;
  append_path(out, path);
  char separator = '?';
  for (const auto& [name, values] : params) {
    for (const std::string& value : values) {
      out += separator;
      separator = '&';
      append_query(out, name);
      out += '=';
      append_query(out, value);
    }
  }
  return out;
}

InstanceParts split_instance(std::string_view instance) {
  const std::size_t colon = instance.rfind(':');
  if (colon == std::string_view::npos) return {instance, {}};
  std::string_view host = instance.substr(0, colon);
  const std::string_view port = instance.substr(colon + 1);
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos || port.find(']') != std::string_view::npos) {
    return {instance, {}};
  }
  return {host, port};
}

}  // namespace tributary::collector::prometheus
