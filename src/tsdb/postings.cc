#include "tsdb/postings.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/check.h"
#include "tsdb/encoding.h"

namespace tributary::tsdb {
namespace {

constexpr std::uint32_t kEntryBytesMax = 5;

std::uint64_t step(SeriesId from, SeriesId to) {
  return zigzag(static_cast<std::int64_t>(to) - static_cast<std::int64_t>(from));
}

}  // namespace

void PostingsList::add(SeriesId id) {
  ascending_ = ascending_ && (count_ == 0 || id > last_);
  if (count_ == 0) {
    first_ = id;
  } else {
    if (capacity_ - size_ < kEntryBytesMax) {
      // Few bytes where there are few series, since most lists stay short.
      const std::uint32_t more = capacity_ == 0 ? 8 : std::max(capacity_ / 4, 8U);
      auto* const grown = static_cast<char*>(std::realloc(bytes_.get(), capacity_ + more));
      TRIBUTARY_CHECK(grown != nullptr);
      static_cast<void>(bytes_.release());
      bytes_.reset(grown);
      capacity_ += more;
    }
    char* const end = store_uvarint(bytes_.get() + size_, step(last_, id));
    size_ = static_cast<std::uint32_t>(end - bytes_.get());
  }
  last_ = id;
  ++count_;
}

bool PostingsList::append_to(Postings& out) const {
  if (count_ == 0) return true;
  const std::size_t at = out.size();
  out.resize(at + count_);
  SeriesId* to = out.data() + at;
  *to = first_;
  std::int64_t id = first_;
  const auto* from = reinterpret_cast<const unsigned char*>(bytes_.get());
  for (std::uint32_t i = 1; i < count_; ++i) {
    std::uint64_t value = *from++;
    if (value >= 0x80) {
      value &= 0x7f;
      for (unsigned shift = 7;; shift += 7) {
        const std::uint64_t byte = *from++;
        value |= (byte & 0x7f) << shift;
        if (byte < 0x80) break;
      }
    }
    id += unzigzag(value);
    *++to = static_cast<SeriesId>(id);
  }
  return ascending_;
}

Postings PostingsList::sorted() const {
  Postings out;
  if (!append_to(out)) std::sort(out.begin(), out.end());
  return out;
}

void PostingsList::remove(const std::vector<bool>& gone) {
  PostingsList left;
  for (const SeriesId id : sorted()) {
    if (id >= gone.size() || !gone[id]) left.add(id);
  }
  *this = std::move(left);
}

Postings intersect(const Postings& a, const Postings& b) {
  Postings out;
  const Postings& few = a.size() < b.size() ? a : b;
  const Postings& many = a.size() < b.size() ? b : a;
  out.reserve(few.size());
  if (few.size() * 16 < many.size()) {
    auto from = many.begin();
    for (const SeriesId id : few) {
      from = std::lower_bound(from, many.end(), id);
      if (from == many.end()) break;
      if (*from == id) out.push_back(id);
    }
  } else {
    std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(out));
  }
  return out;
}

Postings subtract(const Postings& a, const Postings& b) {
  Postings out;
  out.reserve(a.size());
  std::set_difference(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(out));
  return out;
}

void PostingsUnion::add(const PostingsList& list) {
  ascending_ = list.append_to(found_) && ascending_;
  ++lists_;
}

Postings PostingsUnion::take() {
  if (lists_ <= 1 && ascending_) return std::move(found_);
  if (found_.size() < end_ / 64) {
    std::sort(found_.begin(), found_.end());
    return std::move(found_);
  }
  std::vector<std::uint64_t> present(end_ / 64 + 1);
  for (const SeriesId id : found_) present[id / 64] |= std::uint64_t{1} << (id % 64);
  std::size_t at = 0;
  for (std::size_t word = 0; word < present.size(); ++word) {
    for (std::uint64_t bits = present[word]; bits != 0; bits &= bits - 1) {
      found_[at++] =
          static_cast<SeriesId>(word * 64 + static_cast<unsigned>(std::countr_zero(bits)));
    }
  }
  return std::move(found_);
}

}  // namespace tributary::tsdb
