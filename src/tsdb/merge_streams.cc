#include "tsdb/merge_streams.h"

#include <algorithm>
#include <utility>

namespace tributary::tsdb {
namespace {

class MergedStream final : public ChunkSeriesStream {
 public:
  explicit MergedStream(std::vector<std::unique_ptr<ChunkSeriesStream>> streams) {
    for (auto& stream : streams) sources_.push_back({std::move(stream)});
  }

  Result<bool> next() override {
    for (Source& source : sources_) {
      if (!source.used || source.stream == nullptr) continue;
      source.used = false;
      TRIBUTARY_TRY(const bool any, source.stream->next());
      if (!any) source.stream.reset();
    }
    const Source* first = nullptr;
    for (const Source& source : sources_) {
      if (source.stream == nullptr) continue;
      if (first == nullptr || compare(source.stream->labels(), first->stream->labels()) < 0) {
        first = &source;
      }
    }
    if (first == nullptr) return false;
    labels_ = first->stream->labels();
    gather();
    return true;
  }

  LabelsView labels() const override { return labels_; }
  std::span<const Chunk> chunks() const override { return chunks_; }

 private:
  struct Source {
    std::unique_ptr<ChunkSeriesStream> stream;  // null when it is at its end
    bool used = true;                           // its series was given out
  };

  void gather() {
    chunks_.clear();
    for (Source& source : sources_) {
      if (source.stream == nullptr || !(source.stream->labels() == labels_)) continue;
      source.used = true;
      const auto chunks = source.stream->chunks();
      chunks_.insert(chunks_.end(), chunks.begin(), chunks.end());
    }
    std::stable_sort(chunks_.begin(), chunks_.end(),
                     [](const Chunk& a, const Chunk& b) { return a.min_ms < b.min_ms; });
  }

  std::vector<Source> sources_;
  LabelsView labels_;
  std::vector<Chunk> chunks_;
};

}  // namespace

std::unique_ptr<ChunkSeriesStream> merge_streams(
    std::vector<std::unique_ptr<ChunkSeriesStream>> streams) {
  if (streams.size() == 1) return std::move(streams.front());
  return std::make_unique<MergedStream>(std::move(streams));
}

}  // namespace tributary::tsdb
