#include "collector/pipeline/ledger.h"

#include <algorithm>

namespace tributary::collector {
namespace {

// 1,234,567
std::string with_commas(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t at = text.size(); at > 3;) text.insert(at -= 3, ",");
  return text;
}

}  // namespace

void Balance::add(std::vector<Entry>& side, std::string_view name, std::uint64_t samples) {
  const auto known =
      std::find_if(side.begin(), side.end(), [&](const Entry& one) { return one.name == name; });
  if (known == side.end()) {
    side.push_back({std::string(name), samples});
  } else {
    known->samples += samples;
  }
}

bool Balance::empty() const {
  return std::all_of(came_.begin(), came_.end(), [](const Entry& one) { return one.samples == 0; });
}

std::int64_t Balance::difference() const {
  std::int64_t out = 0;
  for (const Entry& one : came_) out += static_cast<std::int64_t>(one.samples);
  for (const Entry& one : went_) out -= static_cast<std::int64_t>(one.samples);
  return out;
}

std::string Balance::to_string() const { return side_text(came_) + " = " + side_text(went_); }

std::string Balance::side_text(const std::vector<Entry>& side) {
  std::string out;
  for (const Entry& one : side) {
    if (one.samples == 0) continue;
    if (!out.empty()) out += " + ";
    out += one.name + ' ' + with_commas(one.samples);
  }
  return out.empty() ? "0" : out;
}

}  // namespace tributary::collector
