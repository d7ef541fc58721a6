// Series by number, and lists of them that cost about a byte each: the difference to the one before
// as a zig-zag varint. Numbers mostly grow; one that was freed and given again may be smaller than
// those before it, and the list is then sorted when it is read.
//
// Threads: none of its own; the head guards it.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <vector>

namespace tributary::tsdb {

// A series' place in the head. Places of series that are gone are given to new ones.
using SeriesId = std::uint32_t;
inline constexpr SeriesId kNoSeries = UINT32_MAX;

using Postings = std::vector<SeriesId>;  // ascending, each once

class PostingsList {
 public:
  std::uint32_t size() const { return count_; }
  // One that is not in it.
  void add(SeriesId id);
  // Appends the series in their order if that is ascending: whether it is.
  bool append_to(Postings& out) const;
  Postings sorted() const;
  // Forgets those for which gone[id]; none beyond its end.
  void remove(const std::vector<bool>& gone);

  std::uint64_t bytes() const { return capacity_; }

 private:
  struct Freed {
    void operator()(char* bytes) const { std::free(bytes); }
  };

  SeriesId first_ = 0;
  SeriesId last_ = 0;
  std::uint32_t count_ = 0;
  bool ascending_ = true;
  std::uint32_t size_ = 0;  // of the bytes, which hold all but the first
  std::uint32_t capacity_ = 0;
  std::unique_ptr<char, Freed> bytes_;
};

Postings intersect(const Postings& a, const Postings& b);
Postings subtract(const Postings& a, const Postings& b);

// Several lists as one.
class PostingsUnion {
 public:
  // All series are below `end`.
  explicit PostingsUnion(SeriesId end) : end_(end) {}
  void add(const PostingsList& list);
  Postings take();

 private:
  SeriesId end_;
  unsigned lists_ = 0;
  bool ascending_ = true;
  Postings found_;
};

}  // namespace tributary::tsdb
