#include "promql/label_table.h"

#include <algorithm>

#include "base/hash.h"
#include "promql/string_literal.h"

namespace tributary::promql {
namespace {

void append_uvarint(std::string& out, std::uint64_t value) {
  while (value >= 0x80) {
    out += static_cast<char>(value | 0x80);
    value >>= 7;
  }
  out += static_cast<char>(value);
}

std::size_t uvarint_size(std::uint64_t value) {
  std::size_t size = 1;
  for (; value >= 0x80; value >>= 7) ++size;
  return size;
}

// The packed bytes of one label: its name and value with their sizes.
std::string_view packed_bytes(const LabelView& label) {
  const char* const begin = label.name.data() - uvarint_size(label.name.size());
  return {begin, static_cast<std::size_t>(label.value.data() + label.value.size() - begin)};
}

// Packs the labels that `keep` wants; nearly always fewer than 128, so the count is one byte.
template <class Keep>
LabelsView pack_chosen(LabelsView labels, std::string& bytes, Keep keep) {
  bytes.assign(1, '\0');
  std::size_t count = 0;
  for (const LabelView& label : labels) {
    if (!keep(label.name)) continue;
    bytes += packed_bytes(label);
    ++count;
  }
  if (count < 0x80) {
    bytes[0] = static_cast<char>(count);
  } else {
    std::string head;
    append_uvarint(head, count);
    bytes.replace(0, 1, head);
  }
  return LabelsView(bytes);
}

}  // namespace

bool is_metadata_label(std::string_view name) {
  return name == kMetricName || name == "__type__" || name == "__unit__";
}

std::string_view LabelArena::store(std::string_view bytes) {
  if (bytes.size() > left_) {
    const std::size_t size = std::max(kBlockBytes, bytes.size());
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(size));
    at_ = blocks_.back().get();
    left_ = size;
  }
  char* const begin = at_;
  std::copy(bytes.begin(), bytes.end(), begin);
  at_ += bytes.size();
  left_ -= bytes.size();
  return {begin, bytes.size()};
}

std::size_t LabelTable::slot(std::string_view key, std::uint64_t hash) const {
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t at = hash & mask;; at = (at + 1) & mask) {
    if (slots_[at] == kNone) return at;
    const Entry& entry = entries_[slots_[at]];
    if (entry.hash == hash && entry.key == key) return at;
  }
}

void LabelTable::grow() {
  slots_.assign(slots_.empty() ? 64 : slots_.size() * 2, kNone);
  const std::size_t mask = slots_.size() - 1;
  for (std::uint32_t id = 0; id < entries_.size(); ++id) {
    std::size_t at = entries_[id].hash & mask;
    while (slots_[at] != kNone) at = (at + 1) & mask;
    slots_[at] = id;
  }
}

std::uint32_t LabelTable::add(std::string_view key) {
  if ((entries_.size() + 1) * 2 > slots_.size()) grow();
  const std::uint64_t hash = hash64(key);
  const std::size_t at = slot(key, hash);
  if (slots_[at] == kNone) {
    slots_[at] = static_cast<std::uint32_t>(entries_.size());
    entries_.push_back({arena_.store(key), hash});
  }
  return slots_[at];
}

std::uint32_t LabelTable::find(std::string_view key) const {
  return slots_.empty() ? kNone : slots_[slot(key, hash64(key))];
}

void LabelEditor::reset(LabelsView labels) {
  labels_.clear();
  for (const LabelView& label : labels) labels_.push_back(label);
}

void LabelEditor::set(std::string_view name, std::string_view value) {
  if (value.empty()) return erase(name);
  const auto at = std::ranges::lower_bound(labels_, name, {}, &LabelView::name);
  if (at != labels_.end() && at->name == name) {
    at->value = value;
  } else {
    labels_.insert(at, {name, value});
  }
}

void LabelEditor::erase(std::string_view name) {
  std::erase_if(labels_, [&](const LabelView& label) { return label.name == name; });
}

void LabelEditor::erase_metadata() {
  std::erase_if(labels_, [](const LabelView& label) { return is_metadata_label(label.name); });
}

void LabelEditor::keep_only(std::span<const std::string> names) {
  std::erase_if(labels_, [&](const LabelView& label) {
    return std::ranges::find(names, label.name) == names.end();
  });
}

std::string_view LabelEditor::get(std::string_view name) const {
  const auto at = std::ranges::find(labels_, name, &LabelView::name);
  return at == labels_.end() ? std::string_view() : at->value;
}

LabelsView LabelEditor::packed() {
  bytes_.clear();
  append_packed(labels_, bytes_);
  return LabelsView(bytes_);
}

LabelSelection::LabelSelection(std::vector<std::string> names, bool keep)
    : names_(std::move(names)), keep_(keep) {
  std::ranges::sort(names_);
  names_.erase(std::unique(names_.begin(), names_.end()), names_.end());
}

LabelSelection LabelSelection::only(std::vector<std::string> names) {
  return {std::move(names), true};
}

LabelSelection LabelSelection::without(std::vector<std::string> names) {
  names.emplace_back(kMetricName);
  return {std::move(names), false};
}

LabelsView LabelSelection::select(LabelsView labels, bool skip_metadata, std::string& bytes) const {
  if (keep_ && names_.empty()) return {};
  auto next = names_.begin();  // both are sorted
  return pack_chosen(labels, bytes, [&](std::string_view name) {
    while (next != names_.end() && *next < name) ++next;
    const bool named = next != names_.end() && *next == name;
    return named == keep_ && !(skip_metadata && is_metadata_label(name));
  });
}

std::string quoted_labels(LabelsView labels) {
  std::string out = "{";
  for (const LabelView& label : labels) {
    if (out.size() > 1) out += ", ";
    out += is_valid_label_name(label.name) ? std::string(label.name) : quote(label.name);
    out += '=';
    out += quote(label.value);
  }
  return out + '}';
}

LabelsView strip_metadata(LabelsView labels, LabelArena& arena) {
  bool any = false;
  for (const LabelView& label : labels) any = any || is_metadata_label(label.name);
  if (!any) return labels;
  std::string bytes;
  return arena.store(
      pack_chosen(labels, bytes, [](std::string_view name) { return !is_metadata_label(name); }));
}

}  // namespace tributary::promql
