#include "model/labels.h"

#include <algorithm>

#include "base/hash.h"
#include "base/json_text.h"

namespace tributary {
namespace {

bool name_before(const Label& label, std::string_view name) { return label.name < name; }

bool is_name(std::string_view name, bool colon) {
  if (name.empty() || (name.front() >= '0' && name.front() <= '9')) return false;
  return std::all_of(name.begin(), name.end(), [colon](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           (colon && c == ':');
  });
}

}  // namespace

Labels::Labels(std::vector<Label> labels) : labels_(std::move(labels)) {
  std::stable_sort(labels_.begin(), labels_.end(),
                   [](const Label& a, const Label& b) { return a.name < b.name; });
  // Keep the last of equal names: walk from the back.
  const auto first_kept =
      std::unique(labels_.rbegin(), labels_.rend(),
                  [](const Label& a, const Label& b) { return a.name == b.name; });
  labels_.erase(labels_.begin(), first_kept.base());
}

std::string_view Labels::get(std::string_view name) const {
  const auto at = std::lower_bound(labels_.begin(), labels_.end(), name, name_before);
  return at != labels_.end() && at->name == name ? std::string_view(at->value) : std::string_view();
}

bool Labels::has(std::string_view name) const {
  const auto at = std::lower_bound(labels_.begin(), labels_.end(), name, name_before);
  return at != labels_.end() && at->name == name;
}

void Labels::set(std::string_view name, std::string_view value) {
  const auto at = std::lower_bound(labels_.begin(), labels_.end(), name, name_before);
  if (at != labels_.end() && at->name == name) {
    at->value = value;
  } else {
    labels_.insert(at, Label{std::string(name), std::string(value)});
  }
}

void Labels::erase(std::string_view name) {
  const auto at = std::lower_bound(labels_.begin(), labels_.end(), name, name_before);
  if (at != labels_.end() && at->name == name) labels_.erase(at);
}

std::uint64_t Labels::hash() const {
  std::uint64_t state = labels_.size();
  for (const Label& label : labels_) state = hash64(label.value, hash64(label.name, state));
  return state;
}

std::string Labels::to_string() const {
  const std::string_view metric = get(kMetricName);
  std::string out(is_valid_metric_name(metric) ? metric : "");
  std::string inside;
  for (const Label& label : labels_) {
    if (label.name == kMetricName && !out.empty()) continue;
    if (!inside.empty()) inside += ", ";
    inside += is_valid_label_name(label.name) ? label.name : json_string(label.name);
    inside += '=' + json_string(label.value);
  }
  if (!inside.empty() || out.empty()) out += '{' + inside + '}';
  return out;
}

bool is_valid_metric_name(std::string_view name) { return is_name(name, true); }
bool is_valid_label_name(std::string_view name) { return is_name(name, false); }

}  // namespace tributary
