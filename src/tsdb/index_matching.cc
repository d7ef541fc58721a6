#include "tsdb/index_matching.h"

#include <algorithm>
#include <bit>
#include <optional>
#include <string>
#include <utility>

namespace tributary::tsdb {
namespace {

using Refs = std::vector<std::uint32_t>;

// Lists of one matcher, and how many series are in them.
struct Candidates {
  std::vector<PostingsView> lists;
  std::size_t series = 0;
};

// What every value begins with that the expression matches.
std::string_view literal_prefix(const Matcher& matcher) {
  if (matcher.type() != MatchType::regex && matcher.type() != MatchType::not_regex) return {};
  const std::string_view expression = matcher.value();
  if (expression.find('|') != std::string_view::npos) return {};
  std::size_t end = std::min(expression.find_first_of("\\.+*?()[]{}^$"), expression.size());
  // An operator that takes the character before it takes it out of the prefix.
  if (end < expression.size() && std::string_view("*?{").find(expression[end]) < 3) {
    while (end > 0 && (static_cast<unsigned char>(expression[--end]) & 0xc0) == 0x80) continue;
  }
  return expression.substr(0, end);
}

// The series whose value of the matcher's label is there and makes matches() equal to `wanted`.
Result<Candidates> with_value(const IndexReader& index, const Matcher& matcher, bool wanted) {
  Candidates out;
  const auto add = [&out](PostingsView list) {
    if (list.size() == 0) return;
    out.series += list.size();
    out.lists.push_back(list);
  };
  const bool expression_true = matcher.negative() != wanted;
  // With literals the expression is true for exactly these values.
  if (!matcher.literals().empty() && expression_true) {
    for (const std::string& value : matcher.literals()) {
      if (value.empty()) continue;
      TRIBUTARY_TRY(const PostingsView list, index.postings(matcher.name(), value));
      add(list);
    }
    return out;
  }
  std::optional<Error> failed;
  const std::string_view prefix = expression_true ? literal_prefix(matcher) : std::string_view();
  auto done =
      index.for_each_value(matcher.name(), prefix, [&](std::string_view value, std::uint64_t at) {
        if (matcher.matches(value) != wanted) return true;
        auto list = index.postings_at(at);
        if (list) {
          add(*list);
        } else {
          failed = list.error();
        }
        return !failed.has_value();
      });
  if (!done) return done.error();
  if (failed) return *std::move(failed);
  return out;
}

Refs all_of(PostingsView list) {
  Refs out(list.size());
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = list[i];
  return out;
}

// A bit for each place that a series can have; cheaper than sorting where there are many.
Refs union_by_bits(const Candidates& candidates) {
  std::uint32_t last = 0;
  for (const PostingsView& list : candidates.lists) last = std::max(last, list[list.size() - 1]);
  std::vector<std::uint64_t> bits(last / 64 + 1);
  for (const PostingsView& list : candidates.lists) {
    for (std::size_t i = 0; i < list.size(); ++i) {
      const std::uint32_t ref = list[i];
      if (ref <= last) bits[ref / 64] |= std::uint64_t{1} << (ref % 64);
    }
  }
  Refs out;
  out.reserve(candidates.series);
  for (std::size_t word = 0; word < bits.size(); ++word) {
    for (std::uint64_t left = bits[word]; left != 0; left &= left - 1) {
      out.push_back(
          static_cast<std::uint32_t>(word * 64 + static_cast<std::size_t>(std::countr_zero(left))));
    }
  }
  return out;
}

Refs union_of(const Candidates& candidates) {
  constexpr std::size_t kFew = 4096;
  if (candidates.lists.empty()) return {};
  if (candidates.lists.size() == 1) return all_of(candidates.lists.front());
  if (candidates.series > kFew) return union_by_bits(candidates);
  Refs out;
  out.reserve(candidates.series);
  for (const PostingsView& list : candidates.lists) {
    for (std::size_t i = 0; i < list.size(); ++i) out.push_back(list[i]);
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

// Keeps those of `refs` that are in `list`, or those that are not.
enum class Keep : bool { those_in, those_not_in };
void filter(Refs& refs, PostingsView list, Keep keep) {
  std::size_t at = 0;
  std::erase_if(refs, [&](std::uint32_t ref) {
    at = list.seek(at, ref);
    const bool in = at < list.size() && list[at] == ref;
    return in != (keep == Keep::those_in);
  });
}

void filter(Refs& refs, const Candidates& candidates, Keep keep) {
  if (candidates.lists.size() == 1) return filter(refs, candidates.lists.front(), keep);
  const Refs others = union_of(candidates);
  auto at = others.begin();
  std::erase_if(refs, [&](std::uint32_t ref) {
    at = std::lower_bound(at, others.end(), ref);
    const bool in = at != others.end() && *at == ref;
    return in != (keep == Keep::those_in);
  });
}

}  // namespace

Result<Refs> find_series(const IndexReader& index, std::span<const Matcher> matchers) {
  std::vector<Candidates> wanted;
  for (const Matcher& matcher : matchers) {
    if (matcher.matches_empty()) continue;
    TRIBUTARY_TRY(Candidates candidates, with_value(index, matcher, true));
    if (candidates.series == 0) return Refs();
    wanted.push_back(std::move(candidates));
  }
  std::sort(wanted.begin(), wanted.end(),
            [](const Candidates& a, const Candidates& b) { return a.series < b.series; });
  Refs found;
  if (wanted.empty()) {
    TRIBUTARY_TRY(const PostingsView all, index.postings({}, {}));
    found = all_of(all);
  } else {
    found = union_of(wanted.front());
  }
  for (std::size_t i = 1; i < wanted.size() && !found.empty(); ++i) {
    filter(found, wanted[i], Keep::those_in);
  }
  // Where no value at all would do, only the values that will not need a look.
  for (const Matcher& matcher : matchers) {
    if (!matcher.matches_empty() || found.empty()) continue;
    TRIBUTARY_TRY(const Candidates unwanted, with_value(index, matcher, false));
    if (unwanted.series > 0) filter(found, unwanted, Keep::those_not_in);
  }
  return found;
}

}  // namespace tributary::tsdb
