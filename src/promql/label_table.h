// Label sets while a query runs: packed bytes (model/packed_labels.h) in arenas, edited without a
// heap-allocated string per label, and numbered by a hash table over their bytes.
//
// Threads: one at a time, each.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/packed_labels.h"

namespace tributary::promql {

// __name__, __type__ and __unit__ say what a metric is; a function's result is no longer that.
bool is_metadata_label(std::string_view name);

// Keeps bytes until it goes.
class LabelArena {
 public:
  LabelsView store(LabelsView labels) { return LabelsView(store(labels.packed())); }
  std::string_view store(std::string_view bytes);

 private:
  static constexpr std::size_t kBlockBytes = 64U << 10;

  std::vector<std::unique_ptr<char[]>> blocks_;
  char* at_ = nullptr;
  std::size_t left_ = 0;
};

// Numbers byte strings in the order they come: 0, 1, 2, ...
class LabelTable {
 public:
  static constexpr std::uint32_t kNone = UINT32_MAX;

  // The number of `key`, a new one where it is seen for the first time.
  std::uint32_t add(std::string_view key);
  std::uint32_t find(std::string_view key) const;  // kNone where there is none
  std::string_view key(std::uint32_t id) const { return entries_[id].key; }
  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    std::string_view key;
    std::uint64_t hash;
  };
  std::size_t slot(std::string_view key, std::uint64_t hash) const;
  void grow();

  LabelArena arena_;
  std::vector<Entry> entries_;
  std::vector<std::uint32_t> slots_;  // a power of two; kNone where free
};

// Changes a label set. Names and values that are set must outlive the next `packed` call.
class LabelEditor {
 public:
  void reset(LabelsView labels);
  void clear() { labels_.clear(); }
  // An empty value is an absent label.
  void set(std::string_view name, std::string_view value);
  void erase(std::string_view name);
  void erase_metadata();
  void keep_only(std::span<const std::string> names);
  std::string_view get(std::string_view name) const;
  // Valid until the next call.
  LabelsView packed();

 private:
  std::vector<LabelView> labels_;  // sorted by name
  std::string bytes_;
};

// The part of a label set that decides which group, or match group, a series belongs to, as the
// packed bytes of these labels.
class LabelSelection {
 public:
  // The labels with these names.
  static LabelSelection only(std::vector<std::string> names);
  // All labels without these and __name__.
  static LabelSelection without(std::vector<std::string> names);

  // `skip_metadata`: as if `labels` had none of the metadata labels. Valid until the next call.
  LabelsView select(LabelsView labels, bool skip_metadata, std::string& bytes) const;

 private:
  LabelSelection(std::vector<std::string> names, bool keep);

  std::vector<std::string> names_;  // sorted
  bool keep_ = true;
};

// {__name__="up", job="a"}: as errors show a series.
std::string quoted_labels(LabelsView labels);

// `labels` without metadata labels, in `arena`; `labels` itself where there are none.
LabelsView strip_metadata(LabelsView labels, LabelArena& arena);

}  // namespace tributary::promql
