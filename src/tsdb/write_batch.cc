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
  histograms_.clear();
  exemplars_.clear();
  metadata_.clear();
}

Result<void> WriteBatch::add_series(std::span<const LabelView> labels) {
  const std::size_t at = packed_.size();
  if (auto done = packer_.pack(labels, packed_); !done) return done;
  begin_series({}, at, packed_.size() - at);
  return {};
}

void WriteBatch::add_packed_series(std::string_view packed) {
  const std::size_t at = packed_.size();
  packed_ += packed;
  begin_series({}, at, packed.size());
}

Result<void> WriteBatch::add_exemplar(std::span<const LabelView> labels, Sample sample) {
  const std::size_t at = packed_.size();
  if (labels.empty()) {
    append_packed({}, packed_);
  } else if (auto done = packer_.pack(labels, packed_); !done) {
    return done;
  }
  exemplars_.push_back({at, packed_.size() - at, sample});
  ++series_.back().exemplars.count;
  return {};
}

}  // namespace tributary::tsdb
