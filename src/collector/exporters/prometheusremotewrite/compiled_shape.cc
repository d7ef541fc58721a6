#include "collector/exporters/prometheusremotewrite/compiled_shape.h"

#include <algorithm>
#include <set>

namespace tributary::collector::prometheusremotewrite {

CompiledShapePtr ShapeCache::get(const ShapePtr& shape) {
  if (const CompiledShapePtr* known = shapes_.find(shape)) return *known;
  ++compilations_;
  return shapes_.put(shape, std::make_shared<const CompiledShape>(compile(*shape)));
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
  if (const CompiledRunPtr* known = runs_.find(run)) return *known;
  ++run_compilations_;
  RunNews found;
  auto compiled = std::make_shared<CompiledRun>(*run, options_, found);
  runs_.put(run, compiled);
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
