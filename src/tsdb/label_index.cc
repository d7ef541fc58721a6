#include "tsdb/label_index.h"

#include <algorithm>
#include <iterator>

#include "model/packed_labels.h"

namespace tributary::tsdb {
namespace {

// References grow, so the end is the place for nearly all.
void insert(Postings& postings, SeriesRef ref) {
  if (postings.empty() || postings.back() < ref) {
    postings.push_back(ref);
    return;
  }
  const auto at = std::lower_bound(postings.begin(), postings.end(), ref);
  if (*at != ref) postings.insert(at, ref);
}

Postings intersect(const Postings& a, const Postings& b) {
  Postings out;
  const Postings& few = a.size() < b.size() ? a : b;
  const Postings& many = a.size() < b.size() ? b : a;
  if (few.size() * 16 < many.size()) {
    auto from = many.begin();
    for (const SeriesRef ref : few) {
      from = std::lower_bound(from, many.end(), ref);
      if (from == many.end()) break;
      if (*from == ref) out.push_back(ref);
    }
  } else {
    std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(out));
  }
  return out;
}

Postings subtract(const Postings& a, const Postings& b) {
  Postings out;
  std::set_difference(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(out));
  return out;
}

template <class Map>
std::vector<std::string> sorted_keys(const Map& map) {
  std::vector<std::string> keys;
  keys.reserve(map.size());
  for (const auto& [key, value] : map) keys.push_back(key);
  std::sort(keys.begin(), keys.end());
  return keys;
}

}  // namespace

void LabelIndex::add(SeriesRef ref, std::string_view packed_labels) {
  insert(all_, ref);
  for (const auto& [name, value] : LabelsView(packed_labels)) {
    auto values = by_name_.find(name);
    if (values == by_name_.end()) values = by_name_.emplace(name, Values()).first;
    auto postings = values->second.find(value);
    if (postings == values->second.end()) {
      postings = values->second.emplace(value, Postings()).first;
    }
    insert(postings->second, ref);
  }
}

void LabelIndex::remove(const std::function<bool(SeriesRef)>& gone) {
  std::erase_if(all_, gone);
  for (auto& [name, values] : by_name_) {
    for (auto& [value, postings] : values) std::erase_if(postings, gone);
    boost::unordered::erase_if(values, [](const auto& entry) { return entry.second.empty(); });
  }
  boost::unordered::erase_if(by_name_, [](const auto& entry) { return entry.second.empty(); });
}

const LabelIndex::Values* LabelIndex::values_of(std::string_view name) const {
  const auto values = by_name_.find(name);
  return values == by_name_.end() ? nullptr : &values->second;
}

Postings LabelIndex::with_value(const Matcher& matcher, bool wanted) const {
  const Values* values = values_of(matcher.name());
  if (values == nullptr) return {};
  Postings out;
  std::size_t lists = 0;
  const auto add = [&](const Postings& postings) {
    out.insert(out.end(), postings.begin(), postings.end());
    ++lists;
  };
  // With literals the matcher is true for exactly these values, or false for exactly these.
  if (!matcher.literals().empty() && matcher.negative() != wanted) {
    for (const std::string& value : matcher.literals()) {
      if (const auto found = values->find(value); found != values->end()) add(found->second);
    }
  } else {
    for (const auto& [value, postings] : *values) {
      if (matcher.matches(value) == wanted) add(postings);
    }
  }
  if (lists > 1) std::sort(out.begin(), out.end());
  return out;
}

Postings LabelIndex::select(std::span<const Matcher> matchers) const {
  Postings found;
  bool narrowed = false;
  for (const Matcher& matcher : matchers) {
    if (matcher.matches_empty()) continue;
    Postings those = with_value(matcher, true);
    found = narrowed ? intersect(found, those) : std::move(those);
    narrowed = true;
    if (found.empty()) return found;
  }
  if (!narrowed) found = all_;
  // Where no value at all would do, only the values that will not need a look.
  for (const Matcher& matcher : matchers) {
    if (matcher.matches_empty()) found = subtract(found, with_value(matcher, false));
  }
  return found;
}

std::vector<std::string> LabelIndex::names() const { return sorted_keys(by_name_); }

std::vector<std::string> LabelIndex::values(std::string_view name) const {
  const Values* values = values_of(name);
  return values == nullptr ? std::vector<std::string>() : sorted_keys(*values);
}

std::size_t LabelIndex::count(std::string_view name, std::string_view value) const {
  const Values* values = values_of(name);
  if (values == nullptr) return 0;
  const auto found = values->find(value);
  return found == values->end() ? 0 : found->second.size();
}

}  // namespace tributary::tsdb
