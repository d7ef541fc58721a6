#include "collector/pipeline/pipeline.h"

#include <algorithm>

#include "base/check.h"

namespace tributary::collector {
namespace {

void add_dropped(std::vector<RunMap::Dropped>& sum, const std::vector<RunMap::Dropped>& more) {
  for (const RunMap::Dropped& one : more) {
    const auto at = std::lower_bound(
        sum.begin(), sum.end(), one.rule,
        [](const RunMap::Dropped& entry, std::uint32_t rule) { return entry.rule < rule; });
    if (at != sum.end() && at->rule == one.rule) {
      at->series += one.series;
    } else {
      sum.insert(at, one);
    }
  }
}

void add_piece(ShapeMap& map, ShapeMap::Piece piece) {
  if (piece.gather == nullptr && !map.pieces.empty()) {
    ShapeMap::Piece& last = map.pieces.back();
    if (last.gather == nullptr && last.from + last.size == piece.from) {
      last.size += piece.size;
      return;
    }
  }
  map.pieces.push_back(std::move(piece));
}

}  // namespace

Pipeline::Pipeline(std::vector<std::unique_ptr<Processor>> processors,
                   std::vector<Consumer*> exporters)
    : processors_(std::move(processors)),
      exporters_(std::move(exporters)),
      filtered_(processors_.size()) {}

void Pipeline::consume(const BatchPtr& batch) {
  received_ += batch->size();
  if (processors_.empty()) {
    exporters_.consume(batch);
    return;
  }
  const ShapeChain& chain = chain_for(batch->shape);
  for (std::size_t i = 0; i < processors_.size(); ++i) {
    const Processor::Passed& passed = chain.passed[i];
    filtered_[i] += passed.in - passed.out;
    processors_[i]->count(passed);
  }
  if (chain.unchanged) {
    exporters_.consume(batch);
  } else if (chain.map.shape->size() > 0) {
    exporters_.consume(std::make_shared<const Batch>(apply(chain.map, *batch)));
  }
}

void Pipeline::refuse(const BatchPtr& batch) {
  received_ += batch->size();
  refused_ += batch->size();
}

const Pipeline::ShapeChain& Pipeline::chain_for(const ShapePtr& shape) {
  if (const ShapeChain* known = shapes_.find(shape)) return *known;
  return shapes_.put(shape, make_chain(shape));
}

Pipeline::ShapeChain Pipeline::make_chain(const ShapePtr& shape) {
  ShapeChain chain;
  chain.passed.resize(processors_.size());
  chain.unchanged = true;
  std::vector<SeriesRunPtr> runs;
  std::uint32_t from = 0;
  for (const SeriesRunPtr& run : shape->runs()) {
    const auto size = static_cast<std::uint32_t>(run->size());
    const RunChain& one = chain_for(run);
    std::size_t in = size;
    for (std::size_t i = 0; i < processors_.size(); ++i) {
      Processor::Passed& passed = chain.passed[i];
      passed.in += in;
      if (!one.stages.empty()) {
        in = one.stages[i].out;
        add_dropped(passed.dropped, one.stages[i].dropped);
      }
      passed.out += in;
    }
    if (one.unchanged) {
      runs.push_back(run);
      add_piece(chain.map, {from, size, nullptr});
    } else {
      chain.unchanged = false;
      if (one.run != nullptr) {
        runs.push_back(one.run);
        add_piece(chain.map, {from, static_cast<std::uint32_t>(one.run->size()), one.gather});
      }
    }
    from += size;
  }
  if (chain.unchanged) {
    chain.map = {};
  } else {
    chain.map.shape = std::make_shared<const Shape>(std::move(runs));
  }
  return chain;
}

const Pipeline::RunChain& Pipeline::chain_for(const SeriesRunPtr& run) {
  if (const RunChain* known = runs_.find(run)) return *known;
  return runs_.put(run, make_chain(run));
}

Pipeline::RunChain Pipeline::make_chain(const SeriesRunPtr& run) {
  RunChain chain;
  chain.stages.resize(processors_.size());
  chain.run = run;
  Gather gather;
  for (std::size_t i = 0; i < processors_.size() && chain.run != nullptr; ++i) {
    RunMap map = processors_[i]->map(chain.run);
    if (map.run != chain.run) {
      const bool takes_all = map.run != nullptr && map.gather.empty();
      const std::size_t taken = takes_all ? chain.run->size() : map.gather.size();
      TRIBUTARY_CHECK(map.run == nullptr || map.run->size() == taken);
      if (!gather.empty())
        for (std::uint16_t& index : map.gather) index = gather[index];
      if (!takes_all) gather = std::move(map.gather);
      chain.run = std::move(map.run);
    }
    if (chain.run != nullptr) chain.stages[i].out = static_cast<std::uint16_t>(chain.run->size());
    chain.stages[i].dropped = std::move(map.dropped);
  }
  if (chain.run == run) {
    chain = {.unchanged = true};
  } else if (chain.run != nullptr && !gather.empty()) {
    chain.gather = std::make_shared<const Gather>(std::move(gather));
  }
  return chain;
}

}  // namespace tributary::collector
