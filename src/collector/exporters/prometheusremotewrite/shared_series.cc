#include "collector/exporters/prometheusremotewrite/shared_series.h"

#include <algorithm>
#include <utility>

namespace tributary::collector::prometheusremotewrite {
namespace {

using WeakRun = std::weak_ptr<const CompiledRun>;

bool are_same(const WeakRun& a, const WeakRun& b) {
  return !a.owner_before(b) && !b.owner_before(a);
}

}  // namespace

void SharedSeries::add(const CompiledRunPtr& run) {
  std::erase_if(pairs_,
                [](const Pair& pair) { return pair.older.expired() || pair.newer.expired(); });
  const std::vector<std::uint64_t> hashes = run->hashes();
  const std::size_t known = watched_.size();
  const auto before = [](const Entry& a, const Entry& b) { return a.hash < b.hash; };
  for (std::size_t i = 0; i < hashes.size(); ++i) {
    if ((hashes[i] & skipped_) != 0) continue;
    const auto end = watched_.begin() + static_cast<std::ptrdiff_t>(known);
    const auto at = std::lower_bound(watched_.begin(), end, Entry{hashes[i], {}}, before);
    if (at == end || at->hash != hashes[i]) {
      watched_.push_back({hashes[i], run});
    } else {
      pair_up(run, at->run, i);
      at->run = run;
    }
  }
  const auto middle = watched_.begin() + static_cast<std::ptrdiff_t>(known);
  std::sort(middle, watched_.end(), before);
  std::inplace_merge(watched_.begin(), middle, watched_.end(), before);
  if (watched_.size() > kWatchedMax) thin_out();
}

void SharedSeries::pair_up(const CompiledRunPtr& newer, const WeakRun& older, std::size_t series) {
  if (older.expired() || are_same(older, newer) || pairs_.size() >= kPairsMax) return;
  const bool is_known = std::any_of(pairs_.begin(), pairs_.end(), [&](const Pair& pair) {
    return are_same(pair.newer, newer) && are_same(pair.older, older);
  });
  if (!is_known) pairs_.push_back({older, newer, series});
}

std::optional<std::string> SharedSeries::find_conflict(const CompiledRun& run) const {
  for (const Pair& pair : pairs_) {
    const auto older = pair.older.lock();
    const auto newer = pair.newer.lock();
    if (!older || !newer || (older.get() != &run && newer.get() != &run)) continue;
    if (older->last_time_ms() == newer->last_time_ms()) return newer->text_of(pair.series);
  }
  return std::nullopt;
}

void SharedSeries::thin_out() {
  std::erase_if(watched_, [](const Entry& entry) { return entry.run.expired(); });
  while (watched_.size() > kWatchedMax) {
    skipped_ = skipped_ * 2 + 1;
    std::erase_if(watched_, [&](const Entry& entry) { return (entry.hash & skipped_) != 0; });
  }
}

}  // namespace tributary::collector::prometheusremotewrite
