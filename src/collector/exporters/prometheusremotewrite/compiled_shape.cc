#include "collector/exporters/prometheusremotewrite/compiled_shape.h"

#include <algorithm>
#include <set>

#include "remote/write_request.h"

namespace tributary::collector::prometheusremotewrite {
namespace {

void add(CompiledShape& out, Labels labels, std::uint32_t source) {
  out.label_bytes += remote::encoded_size({.labels = labels.span(), .samples = {}});
  out.hashes.emplace_back(labels.hash(), static_cast<std::uint32_t>(out.labels.size()));
  out.labels.push_back(std::move(labels));
  out.sources.push_back(source);
}

}  // namespace

std::optional<std::uint32_t> find_shared(const CompiledShape& a, const CompiledShape& b) {
  auto in_a = a.hashes.begin();
  auto in_b = b.hashes.begin();
  while (in_a != a.hashes.end() && in_b != b.hashes.end()) {
    if (in_a->first < in_b->first) {
      ++in_a;
    } else if (in_b->first < in_a->first) {
      ++in_b;
    } else {
      return in_a->second;
    }
  }
  return std::nullopt;
}

CompiledShape compile(const Shape& shape, const CompileOptions& options) {
  CompiledShape out;
  out.labels.reserve(shape.size());
  out.sources.reserve(shape.size());
  std::set<const Resource*> resources;
  std::set<const MetricFamily*> families;
  const std::vector<Series> all = shape.unpack();
  for (std::uint32_t i = 0; i < shape.size(); ++i) {
    const Series& series = all[i];
    if (series.resource) resources.insert(series.resource.get());
    if (options.metadata && families.insert(series.family.get()).second) {
      if (auto metadata = translate_metadata(*series.family, options.translate))
        out.metadata.push_back(std::move(*metadata));
    }
    Result<Labels> labels = translate(series, options.translate);
    if (labels) {
      add(out, std::move(*labels), i);
    } else if (labels.error().code() != Code::unsupported && out.untranslatable++ == 0) {
      out.first_problem = labels.error().message();
    }
  }
  if (options.target_info) {
    for (const Resource* resource : resources) {
      if (auto labels = translate_target_info(*resource, options.translate))
        add(out, std::move(*labels), CompiledShape::kConstantOne);
    }
  }
  std::sort(out.hashes.begin(), out.hashes.end());
  return out;
}

CompiledShapePtr ShapeCache::get(const ShapePtr& shape) {
  const auto known = entries_.find(shape.get());
  // The address may be that of a shape that is gone.
  if (known != entries_.end() && !known->second.shape.expired()) return known->second.compiled;
  if (entries_.size() >= sweep_at_) forget_dead_shapes();
  auto compiled = std::make_shared<CompiledShape>(compile(*shape, options_));
  ++compilations_;
  assign_stream(*compiled);
  entries_.insert_or_assign(shape.get(), Entry{shape, compiled});
  return compiled;
}

void ShapeCache::assign_stream(CompiledShape& compiled) {
  compiled.stream = ++last_stream_;
  for (auto& [address, entry] : entries_) {
    CompiledShape& other = *entry.compiled;
    if (other.stream == compiled.stream || entry.shape.expired()) continue;
    if (!find_shared(compiled, other)) continue;
    // This one joins them all together.
    const std::uint32_t joined = other.stream;
    for (auto& [other_address, member] : entries_)
      if (member.compiled->stream == joined) member.compiled->stream = compiled.stream;
  }
}

void ShapeCache::forget_dead_shapes() {
  std::erase_if(entries_, [](const auto& entry) { return entry.second.shape.expired(); });
  sweep_at_ = std::max(kSweepMin, entries_.size() * 2);
}

}  // namespace tributary::collector::prometheusremotewrite
