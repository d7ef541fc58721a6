#include "tsdb/label_index.h"

#include <algorithm>
#include <utility>

#include "model/packed_labels.h"

namespace tributary::tsdb {
namespace {

template <class Map>
std::vector<std::string> sorted_keys(const Map& map) {
  std::vector<std::string> keys;
  keys.reserve(map.size());
  for (const auto& [key, value] : map) keys.emplace_back(key);
  std::sort(keys.begin(), keys.end());
  return keys;
}

}  // namespace

template <class Map>
typename Map::mapped_type& LabelIndex::find_or_add(Map& map, std::string_view text) {
  const auto found = map.find(text);
  if (found != map.end()) return found->second;
  return map.emplace(std::string_view(texts_.copy(text), text.size()), typename Map::mapped_type())
      .first->second;
}

template <class Map>
void LabelIndex::erase(Map& map, typename Map::iterator at) {
  const std::string_view text = at->first;
  map.erase(at);
  texts_.free(const_cast<char*>(text.data()), text.size());
}

void LabelIndex::add(SeriesId id, std::string_view packed_labels) {
  all_.add(id);
  end_ = std::max(end_, id + 1);
  for (const auto& [name, value] : LabelsView(packed_labels)) {
    find_or_add(find_or_add(by_name_, name), value).add(id);
  }
}

LabelIndex::Removal::Removal(std::span<const Gone> series) {
  for (const Gone& one : series) {
    if (one.id >= gone_.size()) gone_.resize(one.id + 1);
    gone_[one.id] = true;
    for (const auto& [name, value] : LabelsView(one.packed_labels)) touched_[name][value] = true;
  }
}

void LabelIndex::remove(const Removal& removal) {
  all_.remove(removal.gone_);
  for (const auto& [name, touched_values] : removal.touched_) {
    const auto of_name = by_name_.find(name);
    if (of_name == by_name_.end()) continue;
    Values& values = of_name->second;
    for (const auto& [value, unused] : touched_values) {
      const auto at = values.find(value);
      if (at == values.end()) continue;
      at->second.remove(removal.gone_);
      if (at->second.size() == 0) erase(values, at);
    }
    if (values.empty()) erase(by_name_, of_name);
  }
}

const LabelIndex::Values* LabelIndex::values_of(std::string_view name) const {
  const auto values = by_name_.find(name);
  return values == by_name_.end() ? nullptr : &values->second;
}

Postings LabelIndex::with_value(const Matcher& matcher, bool wanted) const {
  const Values* values = values_of(matcher.name());
  if (values == nullptr) return {};
  PostingsUnion found(end_);
  // With literals the matcher is true for exactly these values, or false for exactly these.
  if (!matcher.literals().empty() && matcher.negative() != wanted) {
    for (const std::string& value : matcher.literals()) {
      if (const auto at = values->find(value); at != values->end()) found.add(at->second);
    }
  } else {
    for (const auto& [value, postings] : *values) {
      if (matcher.matches(value) == wanted) found.add(postings);
    }
  }
  return found.take();
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
  if (!narrowed) found = all();
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
