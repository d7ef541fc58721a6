#include "collector/receivers/prometheus/scrape_cache.h"

#include <algorithm>

namespace tributary::collector::prometheus {

// A series' labels leave the name to its family and role.
bool ScrapeCache::IdentityEqual::operator()(const Probe& probe,
                                            const std::unique_ptr<Identity>& one) const {
  if (one->labels_hash != probe.hash || one->series == nullptr) return false;
  const Series& series = *one->series;
  return probe.labels.size() == series.labels.size() + 1 &&
         probe.labels.get(kMetricName) == series.name() &&
         std::all_of(series.labels.begin(), series.labels.end(), [&](const Label& label) {
           return probe.labels.get(label.name) == label.value;
         });
}

Line* ScrapeCache::find(std::string_view text) {
  const auto found = lines_.find(text);
  return found == lines_.end() ? nullptr : found->second.get();
}

Line& ScrapeCache::add(std::string_view text, Identity* identity) {
  auto line = std::make_unique<Line>();
  line->text = text;
  line->identity = identity;
  Line& added = *line;
  lines_.emplace(std::string_view(added.text), std::move(line));
  return added;
}

Identity& ScrapeCache::intern(const Labels& final_labels) {
  const Probe probe{final_labels, final_labels.hash()};
  const auto found = identities_.find(probe);
  if (found != identities_.end()) return **found;
  auto identity = std::make_unique<Identity>();
  identity->labels_hash = probe.hash;
  Identity& added = *identity;
  identities_.insert(std::move(identity));
  return added;
}

void ScrapeCache::forget_unseen(std::uint64_t scrape) {
  boost::unordered::erase_if(lines_, [&](const auto& one) { return one.second->seen != scrape; });
  boost::unordered::erase_if(identities_, [&](const auto& one) { return one->seen != scrape; });
}

}  // namespace tributary::collector::prometheus
