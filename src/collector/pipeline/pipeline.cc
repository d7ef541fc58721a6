#include "collector/pipeline/pipeline.h"

#include <algorithm>

namespace tributary::collector {
namespace {

constexpr std::size_t kSweepMin = 16;

// First `first`, then `second`, in one step.
ShapeMap compose(const ShapeMap& first, ShapeMap second) {
  for (std::uint32_t& index : second.gather) index = first.gather[index];
  return second;
}

}  // namespace

Pipeline::Pipeline(std::vector<std::unique_ptr<Processor>> processors,
                   std::vector<Consumer*> exporters)
    : processors_(std::move(processors)), exporters_(std::move(exporters)), sweep_at_(kSweepMin) {}

void Pipeline::consume(const BatchPtr& batch) {
  if (processors_.empty()) {
    exporters_.consume(batch);
    return;
  }
  const Chain& chain = chain_for(batch->shape);
  std::size_t in = batch->size();
  for (std::size_t i = 0; i < processors_.size(); ++i) {
    processors_[i]->count(in, chain.sizes[i]);
    in = chain.sizes[i];
  }
  if (chain.unchanged) {
    exporters_.consume(batch);
  } else if (chain.map.shape->size() > 0) {
    exporters_.consume(std::make_shared<const Batch>(apply(chain.map, *batch)));
  }
}

const Pipeline::Chain& Pipeline::chain_for(const ShapePtr& shape) {
  const auto at = chains_.find(shape.get());
  // The address may be that of a shape that is gone.
  if (at != chains_.end() && !at->second.from.expired()) return at->second;
  if (chains_.size() >= sweep_at_) forget_dead_shapes();
  return chains_.insert_or_assign(shape.get(), make_chain(shape)).first->second;
}

Pipeline::Chain Pipeline::make_chain(const ShapePtr& shape) {
  Chain chain;
  chain.from = shape;
  for (const auto& processor : processors_) {
    if (chain.sizes.empty()) {
      chain.map = processor->map(shape);
    } else if (chain.map.shape->size() > 0) {
      chain.map = compose(chain.map, processor->map(chain.map.shape));
    }
    chain.sizes.push_back(chain.map.shape->size());
  }
  if (chain.map.shape == shape) {
    chain.unchanged = true;
    chain.map = {};
  }
  return chain;
}

void Pipeline::forget_dead_shapes() {
  std::erase_if(chains_, [](const auto& entry) { return entry.second.from.expired(); });
  sweep_at_ = std::max(kSweepMin, chains_.size() * 2);
}

}  // namespace tributary::collector
