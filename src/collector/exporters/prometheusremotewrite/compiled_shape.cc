#include "collector/exporters/prometheusremotewrite/compiled_shape.h"

#include <algorithm>
#include <set>

namespace tributary::collector::prometheusremotewrite {
namespace {

// How many may be gone, for each that is known, before they are looked for.
constexpr std::size_t kSweepPart = 8;

}  // namespace

template <class Key, class Value>
Value ShapeCache::Table<Key, Value>::find(const Key* key) const {
  const auto known = entries.find(key);
  return known != entries.end() && !known->second.key.expired() ? known->second.value : nullptr;
}

template <class Key, class Value>
void ShapeCache::Table<Key, Value>::insert(const std::shared_ptr<const Key>& key, Value value) {
  if (entries.size() >= sweep_at) {
    std::erase_if(entries, [](const auto& entry) { return entry.second.key.expired(); });
    sweep_at = entries.size() + 1 + entries.size() / kSweepPart;
  }
  entries.insert_or_assign(key.get(), Entry{key, std::move(value)});
}

CompiledShapePtr ShapeCache::get(const ShapePtr& shape) {
  if (CompiledShapePtr known = shapes_.find(shape.get())) return known;
  ++compilations_;
  auto compiled = std::make_shared<const CompiledShape>(compile(*shape));
  shapes_.insert(shape, compiled);
  return compiled;
}

CompiledShape ShapeCache::compile(const Shape& shape) {
  CompiledShape out;
  out.runs.reserve(shape.runs().size());
  for (const SeriesRunPtr& run : shape.runs()) {
    out.runs.push_back(run_of(run, out));
    out.received += run->size();
    out.left_out += run->size() - out.runs.back()->size();
  }
  if (options_.target_info) out.target_info = target_info_of(out);
  if (out.target_info) out.added = out.target_info->size();
  return out;
}

CompiledRunPtr ShapeCache::run_of(const SeriesRunPtr& run, CompiledShape& news) {
  if (CompiledRunPtr known = runs_.find(run.get())) return known;
  ++run_compilations_;
  RunNews found;
  auto compiled = std::make_shared<CompiledRun>(*run, options_, found);
  runs_.insert(run, compiled);
  if (news.untranslatable == 0) news.first_problem = std::move(found.first_problem);
  news.untranslatable += found.untranslatable;
  for (FamilyMetadata& one : found.metadata) {
    // Families go on from run to run.
    if (std::find(news.metadata.begin(), news.metadata.end(), one) == news.metadata.end())
      news.metadata.push_back(std::move(one));
  }
  return compiled;
}

CompiledRunPtr ShapeCache::target_info_of(const CompiledShape& shape) const {
  std::set<const Resource*> known;
  std::vector<Labels> infos;
  for (const CompiledRunPtr& run : shape.runs) {
    for (const auto& resource : run->resources()) {
      if (!known.insert(resource.get()).second) continue;
      if (auto labels = translate_target_info(*resource, options_.translate))
        infos.push_back(std::move(*labels));
    }
  }
  return infos.empty() ? nullptr : std::make_shared<CompiledRun>(infos);
}

}  // namespace tributary::collector::prometheusremotewrite
