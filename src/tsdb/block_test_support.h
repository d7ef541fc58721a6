// For tests of blocks: makes them of samples, and runs Debian's tools on them.
#pragma once

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "base/random.h"
#include "tsdb/block.h"
#include "tsdb/block_builder.h"
#include "tsdb/block_querier.h"
#include "tsdb/test_support.h"
#include "tsdb/xor_chunk.h"

namespace tributary::tsdb::testing {

// Series with their samples, in chunks of `chunk_samples`.
class SamplesStream final : public ChunkSeriesStream {
 public:
  explicit SamplesStream(const Everything& series, std::size_t chunk_samples = 120) {
    for (const auto& [labels, samples] : series) {
      Entry entry{pack(labels), {}, {}};
      for (std::size_t from = 0; from < samples.size(); from += chunk_samples) {
        const std::size_t to = std::min(samples.size(), from + chunk_samples);
        XorChunkWriter writer;
        for (std::size_t i = from; i < to; ++i) writer.append(samples[i]);
        entry.bytes.push_back(writer.take());
        entry.chunks.push_back(
            {ChunkEncoding::xor_floats, samples[from].timestamp_ms, samples[to - 1].timestamp_ms});
      }
      for (std::size_t i = 0; i < entry.chunks.size(); ++i) entry.chunks[i].bytes = entry.bytes[i];
      entries_.push_back(std::move(entry));
    }
    // Short strings live in themselves, so views are set when nothing moves any more.
    for (Entry& entry : entries_) {
      for (std::size_t i = 0; i < entry.chunks.size(); ++i) entry.chunks[i].bytes = entry.bytes[i];
    }
  }

  Result<bool> next() override { return ++at_ < entries_.size(); }
  LabelsView labels() const override { return LabelsView(entries_[at_].labels); }
  std::span<const Chunk> chunks() const override { return entries_[at_].chunks; }

 private:
  struct Entry {
    std::string labels;
    std::vector<std::string> bytes;
    std::vector<Chunk> chunks;
  };
  std::vector<Entry> entries_;
  std::size_t at_ = SIZE_MAX;
};

inline Result<std::optional<BlockMeta>> write_block(Disk& disk, const std::string& parent,
                                                    const Everything& series, std::int64_t min_ms,
                                                    std::int64_t end_ms) {
  SystemRandom random;
  BlockMeta meta;
  meta.ulid = Ulid::make(1'700'000'000'000, random);
  meta.sources = {meta.ulid};
  meta.min_ms = min_ms;
  meta.end_ms = end_ms;
  TRIBUTARY_TRY(auto builder, BlockBuilder::create(disk, parent, meta));
  BlockJob job(std::move(builder), std::make_unique<SamplesStream>(series));
  TRIBUTARY_TRY(const auto step, job.run(SIZE_MAX, {}));
  EXPECT_EQ(step, BlockJob::Step::done);
  return job.made();
}

inline Everything read_block(const BlockPtr& block, const Matchers& matchers = {},
                             std::int64_t min_ms = INT64_MIN, std::int64_t max_ms = INT64_MAX) {
  const auto list = make_block_querier(block, min_ms, max_ms)->select(matchers).value();
  Everything out;
  for (std::size_t i = 0; i < list->size(); ++i) {
    SeriesSamples samples;
    list->read(i, samples).value();
    out[list->labels(i).to_labels()] = std::move(samples.floats);
  }
  return out;
}

// What is different, in a few words; empty where nothing is.
inline std::string difference(const Everything& found, const Everything& wanted) {
  const auto times = [](const std::vector<Sample>& samples) {
    if (samples.empty()) return std::string("no samples");
    return std::to_string(samples.size()) + " samples from " +
           std::to_string(samples.front().timestamp_ms) + " to " +
           std::to_string(samples.back().timestamp_ms);
  };
  static const std::vector<Sample> kNone;
  const auto in = [](const Everything& all, const Labels& labels) -> const std::vector<Sample>& {
    const auto at = all.find(labels);
    return at == all.end() ? kNone : at->second;
  };
  std::string out;
  for (const Everything* const side : {&found, &wanted}) {
    for (const auto& [labels, samples] : *side) {
      if (side == &wanted && found.contains(labels)) continue;
      const auto& left = in(found, labels);
      const auto& right = in(wanted, labels);
      if (left == right) continue;
      out += labels.to_string() + ": " + times(left) + ", wanted " + times(right);
      const auto [a, b] = std::mismatch(left.begin(), left.end(), right.begin(), right.end());
      if (a != left.end()) out += "; found " + std::to_string(a->timestamp_ms);
      if (b != right.end()) out += "; wanted " + std::to_string(b->timestamp_ms);
      out += '\n';
    }
  }
  return out;
}

inline bool has_promtool() {
  static const bool kHas = std::system("command -v promtool >/dev/null 2>&1") == 0;
  return kHas;
}

inline std::string run(const std::string& command) {
  std::string out;
  FILE* const pipe = ::popen((command + " 2>&1").c_str(), "r");
  char buffer[4096];
  while (const std::size_t got = std::fread(buffer, 1, sizeof buffer, pipe)) {
    out.append(buffer, got);
  }
  EXPECT_EQ(::pclose(pipe), 0) << command << '\n' << out;
  return out;
}

}  // namespace tributary::tsdb::testing
