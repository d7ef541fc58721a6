#include "promql/annotations.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "base/time_text.h"
#include "promql/go_text.h"

namespace tributary::promql {
namespace {

void gather(Annotation::Buckets& into, const Annotation::Buckets& repeat) {
  into.min_time_ms = std::min(into.min_time_ms, repeat.min_time_ms);
  into.max_time_ms = std::max(into.max_time_ms, repeat.max_time_ms);
  into.min_bound = std::min(into.min_bound, repeat.min_bound);
  into.max_bound = std::max(into.max_bound, repeat.max_bound);
  into.difference_max = std::max(into.difference_max, repeat.difference_max);
}

// "line:column", both from 1.
std::string place(Position position, std::string_view query) {
  if (position.begin > query.size()) return "invalid position";
  const std::string_view before = query.substr(0, position.begin);
  const auto line = 1 + std::ranges::count(before, '\n');
  const std::size_t line_break = before.rfind('\n');
  const std::size_t column =
      line_break == std::string_view::npos ? before.size() + 1 : before.size() - line_break;
  return std::to_string(line) + ":" + std::to_string(column);
}

std::string with_two_digits(double value) {
  std::array<char, 32> buffer;
  const int size = std::snprintf(buffer.data(), buffer.size(), "%.2g", value);
  return std::string(buffer.data(), static_cast<std::size_t>(size));
}

std::string time_text(std::int64_t ms) {
  std::string text = iso8601_from_ms(ms / 1000 * 1000);
  return text.substr(0, text.find('.')) + "Z";
}

std::string details(const Annotation& annotation) {
  std::string out;
  if (const auto& buckets = annotation.buckets) {
    out += ", from buckets " + shortest_text(buckets->min_bound) + " to " +
           shortest_text(buckets->max_bound) + ", with a max diff of " +
           with_two_digits(buckets->difference_max) + ", over " + std::to_string(annotation.count) +
           " samples from " + time_text(buckets->min_time_ms) + " to " +
           time_text(buckets->max_time_ms);
  }
  if (annotation.counts_repeats && annotation.count > 1) {
    out += " (" + std::to_string(annotation.count) + " occurrences)";
  }
  return out;
}

}  // namespace

void Annotations::add(Position position, Annotation annotation) {
  const auto [at, is_new] = by_text_.try_emplace(annotation.text, notes_.size());
  if (is_new) {
    notes_.push_back({position, std::move(annotation)});
    return;
  }
  Note& note = notes_[at->second];
  if (note.annotation.buckets && annotation.buckets) {
    gather(*note.annotation.buckets, *annotation.buckets);
  } else if (!annotation.counts_repeats) {
    note.position = position;
  }
  note.annotation.count += annotation.count;
}

void Annotations::merge(const Annotations& other) {
  for (const Note& note : other.notes_) add(note.position, note.annotation);
}

std::vector<std::string> Annotations::warnings(std::string_view query, std::size_t limit) const {
  return texts(false, query, limit);
}

std::vector<std::string> Annotations::infos(std::string_view query, std::size_t limit) const {
  return texts(true, query, limit);
}

std::vector<std::string> Annotations::texts(bool infos, std::string_view query,
                                            std::size_t limit) const {
  std::vector<std::string> out;
  std::size_t left_out = 0;
  for (const auto& [position, annotation] : notes_) {
    if (annotation.is_info != infos) continue;
    if (limit != 0 && out.size() == limit) {
      ++left_out;
    } else if (query.empty()) {
      out.push_back(annotation.text);
    } else {
      out.push_back(annotation.text + details(annotation) + " (" + place(position, query) + ")");
    }
  }
  if (left_out > 0) {
    out.push_back(std::to_string(left_out) + (infos ? " more info" : " more warning") +
                  " annotations omitted");
  }
  return out;
}

}  // namespace tributary::promql
