#include "tsdb/packed_labels.h"

#include <utility>
#include <vector>

namespace tributary::tsdb {

void append_packed(std::span<const LabelView> labels, std::string& out) {
  append_uvarint(out, labels.size());
  for (const LabelView& label : labels) {
    append_string(out, label.name);
    append_string(out, label.value);
  }
}

std::string pack(const Labels& labels) {
  std::vector<LabelView> views;
  for (const Label& label : labels) {
    if (!label.value.empty()) views.push_back({label.name, label.value});
  }
  std::string out;
  append_packed(views, out);
  return out;
}

Labels unpack(std::string_view packed) {
  std::vector<Label> labels;
  for_each_label(packed, [&labels](std::string_view name, std::string_view value) {
    labels.push_back({std::string(name), std::string(value)});
  });
  return Labels(std::move(labels));
}

std::string_view packed_get(std::string_view packed, std::string_view name) {
  std::string_view found;
  for_each_label(packed, [&](std::string_view label_name, std::string_view value) {
    if (label_name == name) found = value;
  });
  return found;
}

}  // namespace tributary::tsdb
