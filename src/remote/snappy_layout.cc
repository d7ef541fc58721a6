#include "remote/snappy_layout.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <optional>

#include "base/check.h"

namespace tributary::remote {
namespace {

constexpr std::size_t kCopyMax = 64;     // bytes of a copy
constexpr std::size_t kNearCopyMin = 4;  // of one in two bytes, which reaches back less far
constexpr std::size_t kNearCopyMax = 11;
constexpr std::size_t kNearDistance = 2047;
constexpr std::uint32_t kNearCopyCost = 2;
constexpr std::uint32_t kCopyCost = 3;
constexpr std::uint32_t kLiteralCost = 1;  // its tag, mostly
constexpr std::uint32_t kNever = 1U << 30;

struct Match {
  std::uint16_t distance = 0;
  std::uint16_t end = 0;

  // From a place on.
  std::size_t length(std::size_t at) const { return end > at ? end - at : 0U; }
};

// What the bytes from one place on have in common with earlier ones.
struct Matches {
  Match longest;
  Match near;  // the longest of those that a copy in two bytes can reach
};

class MatchFinder {
 public:
  explicit MatchFinder(const SnappyText& text)
      : text_(text), symbols_(text.symbols()), before_(text.size()), heads_(kHeads) {}

  // For each place of the text.
  std::vector<Matches> find_all();

 private:
  static constexpr std::size_t kHashed = 4;  // symbols; shorter matches are not found
  static constexpr std::size_t kHeadBits = 13;
  static constexpr std::size_t kHeads = std::size_t{1} << kHeadBits;
  static constexpr int kCandidatesMax = 16;

  std::size_t hash(std::size_t at) const {
    std::uint64_t four;
    std::memcpy(&four, &symbols_[at], sizeof four);
    return (four * 0x9e3779b97f4a7c15ULL) >> (64 - kHeadBits);
  }
  std::size_t common(std::size_t earlier, std::size_t later) const;
  void consider(std::size_t at, std::size_t candidate);
  void search(std::size_t at);
  void insert(std::size_t at);

  const SnappyText& text_;
  std::span<const std::uint16_t> symbols_;
  // Places with the same hash, latest first, one more than they are: 0 is none.
  std::vector<std::uint16_t> before_;
  std::vector<std::uint16_t> heads_;
  Matches best_;  // at the place that is looked at
};

// How many symbols from two places on are the same.
std::size_t MatchFinder::common(std::size_t earlier, std::size_t later) const {
  const std::size_t most = symbols_.size() - later;
  std::size_t length = 0;
  for (; length + 4 <= most; length += 4) {
    std::uint64_t a, b;
    std::memcpy(&a, &symbols_[earlier + length], sizeof a);
    std::memcpy(&b, &symbols_[later + length], sizeof b);
    if (a == b) continue;
    return length + static_cast<std::size_t>(std::countr_zero(a ^ b)) / 16;
  }
  while (length < most && symbols_[earlier + length] == symbols_[later + length]) ++length;
  return length;
}

void MatchFinder::consider(std::size_t at, std::size_t candidate) {
  const std::size_t distance = at - candidate;
  const bool for_near = distance <= kNearDistance && best_.near.length(at) < kNearCopyMax;
  const std::size_t wanted = (for_near ? best_.near : best_.longest).length(at);
  // What does not reach farther is not worth the walk.
  if (at + wanted >= symbols_.size() || symbols_[candidate + wanted] != symbols_[at + wanted])
    return;
  const std::size_t end = at + common(candidate, at);
  const Match match{static_cast<std::uint16_t>(distance), static_cast<std::uint16_t>(end)};
  if (end > best_.longest.end) best_.longest = match;
  if (for_near && end > best_.near.end) best_.near = match;
}

void MatchFinder::search(std::size_t at) {
  std::size_t next = heads_[hash(at)];
  for (int i = 0; next != 0 && i < kCandidatesMax; ++i) {
    consider(at, next - 1);
    next = before_[next - 1];
  }
}

void MatchFinder::insert(std::size_t at) {
  std::uint16_t& head = heads_[hash(at)];
  before_[at] = head;
  head = static_cast<std::uint16_t>(at + 1);
}

std::vector<Matches> MatchFinder::find_all() {
  std::vector<Matches> out(symbols_.size());
  std::size_t next_unique = 0;
  std::optional<std::size_t> last_shared;
  for (std::size_t at = 0; at < symbols_.size(); ++at) {
    next_unique = std::max(next_unique, at);
    while (next_unique < symbols_.size() && !text_.is_unique(next_unique)) ++next_unique;
    if (text_.begins_shared(at)) {
      if (last_shared) consider(at, *last_shared);
      last_shared = at;
    }
    if (next_unique - at >= kHashed) {
      // Nothing reaches beyond what is unique, and no copy is longer than the longest.
      const std::size_t most = std::min(kCopyMax, next_unique - at);
      const std::size_t most_near = std::min(most, kNearCopyMax);
      if (best_.longest.length(at) < most ||
          (most <= kNearCopyMax && best_.near.length(at) < most_near))
        search(at);
      insert(at);
    }
    out[at] = best_;  // and on it goes, where it reaches farther
  }
  return out;
}

// The cheapest way from each place to the end, worked out from the end.
class Parser {
 public:
  explicit Parser(const SnappyText& text);

  SnappyLayout emit(std::span<const std::uint16_t> literals) const;

 private:
  struct Cost {
    std::uint32_t element = 0;  // where an element begins here
    std::uint32_t literal = 0;  // where a literal that began earlier may go on
  };
  struct Copy {
    std::size_t distance = 0;
    std::size_t length = 0;
    std::uint32_t cost = kNever;  // with everything behind it
  };

  bool may_be_literal(std::size_t at) const {
    return !text_.is_shared(at) || matches_[at].longest.length(at) == 0;
  }
  // With everything behind it.
  std::uint32_t literal_byte_cost(std::size_t at) const {
    return may_be_literal(at) ? 1 + costs_[at + 1].literal : kNever;
  }
  Copy best_copy(std::size_t at) const;

  const SnappyText& text_;
  std::vector<Matches> matches_;
  std::vector<Cost> costs_;
};

Parser::Copy Parser::best_copy(std::size_t at) const {
  Copy best;
  const auto& [longest, near] = matches_[at];
  if (std::size_t length = longest.length(at); length > 0) {
    length = std::min(length, kCopyMax);
    best = {longest.distance, length, kCopyCost + costs_[at + length].element};
  }
  if (std::size_t length = near.length(at); length >= kNearCopyMin) {
    length = std::min(length, kNearCopyMax);
    const std::uint32_t cost = kNearCopyCost + costs_[at + length].element;
    if (cost < best.cost) best = {near.distance, length, cost};
  }
  return best;
}

Parser::Parser(const SnappyText& text)
    : text_(text), matches_(MatchFinder(text).find_all()), costs_(text.size() + 1) {
  for (std::size_t at = text.size(); at-- > 0;) {
    const std::uint32_t literal = literal_byte_cost(at);
    const std::uint32_t element = std::min(best_copy(at).cost, kLiteralCost + literal);
    costs_[at] = {.element = element, .literal = std::min(element, literal)};
  }
}

void append_literal(std::string& out, std::string_view bytes) {
  const std::size_t length = bytes.size() - 1;
  if (length < 60) {
    out.push_back(static_cast<char>(length << 2));
  } else {
    const bool is_short = length < 256;
    out.push_back(static_cast<char>((is_short ? 60 : 61) << 2));
    out.push_back(static_cast<char>(length & 0xff));
    if (!is_short) out.push_back(static_cast<char>(length >> 8));
  }
  out += bytes;
}

void append_copy(std::string& out, std::size_t distance, std::size_t length) {
  if (length >= kNearCopyMin && length <= kNearCopyMax && distance <= kNearDistance) {
    out.push_back(static_cast<char>(1 | ((length - kNearCopyMin) << 2) | ((distance >> 8) << 5)));
    out.push_back(static_cast<char>(distance & 0xff));
  } else {
    out.push_back(static_cast<char>(2 | ((length - 1) << 2)));
    out.push_back(static_cast<char>(distance & 0xff));
    out.push_back(static_cast<char>(distance >> 8));
  }
}

SnappyLayout Parser::emit(std::span<const std::uint16_t> literals) const {
  SnappyLayout out;
  out.places.reserve(literals.size());
  auto wanted = literals.begin();
  std::size_t at = 0;
  while (at < text_.size()) {
    const Copy copy = best_copy(at);
    if (copy.cost <= kLiteralCost + literal_byte_cost(at)) {
      append_copy(out.elements, copy.distance, copy.length);
      at += copy.length;
      continue;
    }
    const std::size_t begin = at;
    do {
      ++at;
    } while (at < text_.size() && literal_byte_cost(at) < costs_[at].element);
    append_literal(out.elements, text_.bytes().substr(begin, at - begin));
    for (; wanted != literals.end() && *wanted < at; ++wanted) {
      TRIBUTARY_CHECK(*wanted >= begin);
      out.places.push_back(static_cast<std::uint32_t>(out.elements.size() - (at - *wanted)));
    }
  }
  out.elements.shrink_to_fit();
  return out;
}

}  // namespace

SnappyText::SnappyText(std::string_view bytes) : bytes_(bytes) {
  TRIBUTARY_CHECK(bytes.size() <= kBytesMax);
  symbols_.reserve(bytes.size());
  for (const char byte : bytes) symbols_.push_back(static_cast<unsigned char>(byte));
}

void SnappyText::set_unique(std::size_t begin, std::size_t size) {
  TRIBUTARY_CHECK(next_unique_ + size <= kFirstUnique + kUniqueMax);
  for (std::size_t i = 0; i < size; ++i)
    symbols_[begin + i] = static_cast<std::uint16_t>(next_unique_++);
}

void SnappyText::set_shared(std::size_t begin, std::size_t size) {
  TRIBUTARY_CHECK(size <= kSharedMax);
  for (std::size_t i = 0; i < size; ++i)
    symbols_[begin + i] = static_cast<std::uint16_t>(kFirstShared + i);
}

SnappyLayout lay_out(const SnappyText& text, std::span<const std::uint16_t> literals) {
  return Parser(text).emit(literals);
}

}  // namespace tributary::remote
