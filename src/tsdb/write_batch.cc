#include "tsdb/write_batch.h"

#include <algorithm>

namespace tributary::tsdb {

Result<void> LabelPacker::pack(std::span<const LabelView> labels, std::string& out) {
  sorted_.clear();
  for (const LabelView& label : labels) {
    if (label.name.empty()) return Error(Code::invalid_argument, "label name is empty");
    if (!label.value.empty()) sorted_.push_back(label);
  }
  const auto by_name = [](const LabelView& a, const LabelView& b) { return a.name < b.name; };
  if (!std::is_sorted(sorted_.begin(), sorted_.end(), by_name)) {
    std::stable_sort(sorted_.begin(), sorted_.end(), by_name);
  }
  const auto twice =
      std::adjacent_find(sorted_.begin(), sorted_.end(),
                         [](const LabelView& a, const LabelView& b) { return a.name == b.name; });
  if (twice != sorted_.end()) {
    return Error(Code::invalid_argument,
                 "label name \"" + std::string(twice->name) + "\" comes twice");
  }
  if (sorted_.empty()) return Error(Code::invalid_argument, "series has no labels");
  append_packed(sorted_, out);
  return {};
}

void WriteBatch::clear() {
  packed_.clear();
  series_.clear();
  samples_.clear();
  metadata_.clear();
}

Result<void> WriteBatch::add_series(std::span<const LabelView> labels) {
  const std::size_t at = packed_.size();
  if (auto done = packer_.pack(labels, packed_); !done) return done;
  series_.push_back({{}, at, packed_.size() - at, samples_.size(), 0});
  return {};
}

void WriteBatch::add_packed_series(std::string_view packed) {
  const std::size_t at = packed_.size();
  packed_ += packed;
  series_.push_back({{}, at, packed.size(), samples_.size(), 0});
}

}  // namespace tributary::tsdb
