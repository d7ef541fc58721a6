// A label is a name and a value; Labels is a set of them, sorted by name, each name once.
//
// Values: copied and compared by content. `__name__` is a label like the others here.
#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tributary {

inline constexpr std::string_view kMetricName = "__name__";

struct Label {
  std::string name;
  std::string value;

  auto operator<=>(const Label&) const = default;
};

class Labels {
 public:
  Labels() = default;
  Labels(std::initializer_list<Label> labels) : Labels(std::vector<Label>(labels)) {}
  // Sorts; of labels with the same name the last one stays. Empty values are kept: whoever reads
  // from outside drops them, since Prometheus takes an empty value as an absent label.
  explicit Labels(std::vector<Label> labels);
  // Of labels that are sorted by name already, each name once.
  static Labels from_sorted(std::vector<Label> labels) {
    Labels out;
    out.labels_ = std::move(labels);
    return out;
  }

  // The value, or "" where the label is absent.
  std::string_view get(std::string_view name) const;
  bool has(std::string_view name) const;
  void set(std::string_view name, std::string_view value);
  void erase(std::string_view name);

  bool empty() const { return labels_.empty(); }
  std::size_t size() const { return labels_.size(); }
  auto begin() const { return labels_.begin(); }
  auto end() const { return labels_.end(); }
  std::span<const Label> span() const { return labels_; }

  std::uint64_t hash() const;
  // {a="b", c="d"}, the metric name in front as Prometheus writes it.
  std::string to_string() const;

  auto operator<=>(const Labels&) const = default;

 private:
  std::vector<Label> labels_;
};

// Names by Prometheus' classic rules: [a-zA-Z_:][a-zA-Z0-9_:]* and [a-zA-Z_][a-zA-Z0-9_]*.
bool is_valid_metric_name(std::string_view name);
bool is_valid_label_name(std::string_view name);

}  // namespace tributary
