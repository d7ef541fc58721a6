// A label set as one run of bytes: the number of labels (uvarint), then each name and value with
// its length in front (uvarint), sorted by name, no name twice, no empty value. These are the bytes
// of a series record in Prometheus' write-ahead log: packed once, hashed once, compared with
// memcmp.
//
// A LabelsView reads such bytes in place. It owns nothing; whoever hands one out says how long the
// bytes live. The bytes are well formed: whoever takes them from outside checks them first.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

#include "model/labels.h"

namespace tributary {

struct LabelView {
  std::string_view name;
  std::string_view value;

  bool operator==(const LabelView&) const = default;
};

class LabelsView {
 public:
  class Iterator {
   public:
    using value_type = LabelView;
    using difference_type = std::ptrdiff_t;

    Iterator() = default;
    Iterator(const char* at, const char* end) : at_(at), end_(end) { read(); }

    const LabelView& operator*() const { return label_; }
    const LabelView* operator->() const { return &label_; }
    Iterator& operator++() {
      at_ = next_;
      read();
      return *this;
    }
    Iterator operator++(int) {
      Iterator before = *this;
      ++*this;
      return before;
    }
    bool operator==(const Iterator& other) const { return at_ == other.at_; }

   private:
    void read() {
      if (at_ == end_) return;
      const char* at = at_;
      label_.name = text(at);
      label_.value = text(at);
      next_ = at;
    }
    static std::string_view text(const char*& at);

    const char* at_ = nullptr;
    const char* next_ = nullptr;
    const char* end_ = nullptr;
    LabelView label_;
  };

  LabelsView() : LabelsView(std::string_view("\0", 1)) {}
  explicit LabelsView(std::string_view packed) : packed_(packed) {}

  Iterator begin() const;
  Iterator end() const {
    return {packed_.data() + packed_.size(), packed_.data() + packed_.size()};
  }
  std::size_t size() const;
  bool empty() const { return size() == 0; }

  // The value, or "" where the label is absent.
  std::string_view get(std::string_view name) const;
  std::string_view packed() const { return packed_; }
  std::uint64_t hash() const;
  Labels to_labels() const;
  std::string to_string() const { return to_labels().to_string(); }

  bool operator==(const LabelsView& other) const { return packed_ == other.packed_; }

 private:
  std::string_view packed_;
};

// The order of Labels: negative, zero or positive.
int compare(LabelsView a, LabelsView b);

// `labels` sorted by name, each name once, no empty values.
void append_packed(std::span<const LabelView> labels, std::string& out);
std::string pack(const Labels& labels);  // leaves empty values out

// --- Inline, since queries read millions of labels.

namespace packed_labels {
inline std::uint64_t read_uvarint(const char*& at) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    const auto byte = static_cast<std::uint8_t>(*at++);
    value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) break;
  }
  return value;
}
}  // namespace packed_labels

inline std::string_view LabelsView::Iterator::text(const char*& at) {
  const auto size = static_cast<std::size_t>(packed_labels::read_uvarint(at));
  at += size;
  return {at - size, size};
}

inline LabelsView::Iterator LabelsView::begin() const {
  const char* at = packed_.data();
  packed_labels::read_uvarint(at);
  return {at, packed_.data() + packed_.size()};
}

inline std::size_t LabelsView::size() const {
  const char* at = packed_.data();
  return static_cast<std::size_t>(packed_labels::read_uvarint(at));
}

inline std::string_view LabelsView::get(std::string_view name) const {
  for (const LabelView& label : *this) {
    if (label.name == name) return label.value;
  }
  return {};
}

}  // namespace tributary
