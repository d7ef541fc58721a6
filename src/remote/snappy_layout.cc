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
  std::uint8_t length = 0;
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
  std::size_t common(std::size_t a, std::size_t b, std::size_t known) const;
  void consider(std::size_t at, std::size_t candidate, std::size_t known, Matches& best) const;
  void carry_over(std::size_t at, const Match& before, Matches& best) const;
  void search(std::size_t at, Matches& best) const;
  void insert(std::size_t at);

  const SnappyText& text_;
  std::span<const std::uint16_t> symbols_;
  // Places with the same hash, latest first, one more than they are: 0 is none.
  std::vector<std::uint16_t> before_;
  std::vector<std::uint16_t> heads_;
};

// How many symbols from `a` and the later `b` on are the same; `known` are.
std::size_t MatchFinder::common(std::size_t a, std::size_t b, std::size_t known) const {
  const std::size_t most = std::min(kCopyMax, symbols_.size() - b);
  std::size_t length = known;
  while (length + 4 <= most) {
    std::uint64_t four_a, four_b;
    std::memcpy(&four_a, &symbols_[a + length], sizeof four_a);
    std::memcpy(&four_b, &symbols_[b + length], sizeof four_b);
    if (four_a != four_b)
      return length + static_cast<std::size_t>(std::countr_zero(four_a ^ four_b)) / 16;
    length += 4;
  }
  while (length < most && symbols_[a + length] == symbols_[b + length]) ++length;
  return length;
}

void MatchFinder::consider(std::size_t at, std::size_t candidate, std::size_t known,
                           Matches& best) const {
  const std::size_t distance = at - candidate;
  const bool is_near = distance <= kNearDistance;
  const std::size_t wanted = is_near ? best.near.length : best.longest.length;
  // What does not reach farther is not worth the walk.
  if (wanted > known && (wanted >= kCopyMax || at + wanted >= symbols_.size() ||
                         symbols_[candidate + wanted] != symbols_[at + wanted]))
    return;
  const std::size_t length = common(candidate, at, known);
  const Match match{static_cast<std::uint16_t>(distance), static_cast<std::uint8_t>(length)};
  if (length > best.longest.length) best.longest = match;
  if (is_near && length > best.near.length) best.near = match;
}

// A match goes on where it began one place earlier.
void MatchFinder::carry_over(std::size_t at, const Match& before, Matches& best) const {
  if (before.length > 1) consider(at, at - before.distance, before.length - 1U, best);
}

void MatchFinder::search(std::size_t at, Matches& best) const {
  std::size_t next = heads_[hash(at)];
  for (int i = 0; next != 0 && i < kCandidatesMax; ++i) {
    const std::size_t candidate = next - 1;
    consider(at, candidate, 0, best);
    next = before_[candidate];
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
  Matches before;
  for (std::size_t at = 0; at < symbols_.size(); ++at) {
    Matches& best = out[at];
    next_unique = std::max(next_unique, at);
    while (next_unique < symbols_.size() && !text_.is_unique(next_unique)) ++next_unique;
    carry_over(at, before.longest, best);
    carry_over(at, before.near, best);
    if (text_.begins_shared(at)) {
      if (last_shared) consider(at, *last_shared, 0, best);
      last_shared = at;
    }
    if (next_unique - at >= kHashed) {
      // Nothing reaches beyond what is unique.
      const std::size_t most = std::min(kCopyMax, next_unique - at);
      const std::size_t near_enough = std::min(most, kNearCopyMax);
      if (best.longest.length < most || (most <= kNearCopyMax && best.near.length < near_enough))
        search(at, best);
      insert(at);
    }
    before = best;
  }
  return out;
}

// The cheapest way from each place to the end, worked out from the end.
class Parser {
 public:
  explicit Parser(const SnappyText& text);

  SnappyLayout emit(std::span<const std::uint16_t> literals) const;

 private:
  struct Copy {
    Match match;
    std::uint32_t cost = kNever;  // with everything behind it
  };

  bool may_be_literal(std::size_t at) const {
    return !text_.is_shared(at) || matches_[at].longest.length == 0;
  }
  std::uint32_t literal_byte_cost(std::size_t at) const {
    return may_be_literal(at) ? 1 + costs_in_literal_[at + 1] : kNever;
  }
  Copy best_copy(std::size_t at) const;

  const SnappyText& text_;
  std::vector<Matches> matches_;
  std::vector<std::uint32_t> costs_;             // an element begins here
  std::vector<std::uint32_t> costs_in_literal_;  // or a literal that began earlier goes on
};

Parser::Copy Parser::best_copy(std::size_t at) const {
  Copy best;
  const auto consider = [&](const Match& match, std::size_t length, std::uint32_t cost) {
    cost += costs_[at + length];
    if (cost < best.cost) best = {{match.distance, static_cast<std::uint8_t>(length)}, cost};
  };
  const auto& [longest, near] = matches_[at];
  if (near.length >= kNearCopyMin)
    consider(near, std::min<std::size_t>(near.length, kNearCopyMax), kNearCopyCost);
  if (longest.length > 0) consider(longest, longest.length, kCopyCost);
  return best;
}

Parser::Parser(const SnappyText& text)
    : text_(text),
      matches_(MatchFinder(text).find_all()),
      costs_(text.size() + 1),
      costs_in_literal_(text.size() + 1) {
  for (std::size_t at = text.size(); at-- > 0;) {
    const std::uint32_t literal = literal_byte_cost(at);
    costs_[at] = std::min(best_copy(at).cost, kLiteralCost + literal);
    costs_in_literal_[at] = std::min(costs_[at], literal);
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

void append_copy(std::string& out, const Match& match) {
  const std::size_t distance = match.distance, length = match.length;
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
      append_copy(out.elements, copy.match);
      at += copy.match.length;
      continue;
    }
    const std::size_t begin = at;
    do {
      ++at;
    } while (at < text_.size() && literal_byte_cost(at) < costs_[at]);
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
