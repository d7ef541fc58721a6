#include "model/packed_labels.h"

#include <utility>
#include <vector>

#include "base/hash.h"

namespace tributary {
namespace {

void append_uvarint(std::string& out, std::uint64_t value) {
  while (value >= 0x80) {
    out.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<char>(value));
}

void append_text(std::string& out, std::string_view text) {
  append_uvarint(out, text.size());
  out += text;
}

}  // namespace

std::uint64_t LabelsView::hash() const { return hash64(packed_); }

Labels LabelsView::to_labels() const {
  std::vector<Label> labels;
  labels.reserve(size());
  for (const LabelView& label : *this) {
    labels.push_back({std::string(label.name), std::string(label.value)});
  }
  return Labels(std::move(labels));
}

int compare(LabelsView a, LabelsView b) {
  auto left = a.begin();
  auto right = b.begin();
  for (; left != a.end() && right != b.end(); ++left, ++right) {
    if (const int order = left->name.compare(right->name); order != 0) return order;
    if (const int order = left->value.compare(right->value); order != 0) return order;
  }
  if (left != a.end()) return 1;
  return right != b.end() ? -1 : 0;
}

void append_packed(std::span<const LabelView> labels, std::string& out) {
  append_uvarint(out, labels.size());
  for (const LabelView& label : labels) {
    append_text(out, label.name);
    append_text(out, label.value);
  }
}

std::string pack(const Labels& labels) {
  std::vector<LabelView> views;
  views.reserve(labels.size());
  for (const Label& label : labels) {
    if (!label.value.empty()) views.push_back({label.name, label.value});
  }
  std::string out;
  append_packed(views, out);
  return out;
}

}  // namespace tributary
