// What a run of series is on the wire, worked out once. A run that is written for the first time is
// encoded and compressed like anything else; when it comes again it is laid out as fragments, and
// from then on writing it is copying bytes and filling in numbers. Until then its labels are kept
// compressed, and never again as strings.
//
// What fragments cannot say (native histograms, exemplars, odd times) is encoded plainly each time.
//
// Threads: one user at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "collector/exporters/prometheusremotewrite/request_writer.h"
#include "collector/exporters/prometheusremotewrite/translate.h"
#include "model/batch.h"
#include "remote/fragment.h"

namespace tributary::collector::prometheusremotewrite {

struct CompileOptions {
  TranslateOptions translate;
  bool target_info = true;
  bool metadata = false;
};

// What is found out about a run when it is worked out, and not kept.
struct RunNews {
  std::size_t untranslatable = 0;  // series that cannot be sent
  std::string first_problem;       // of those
  std::vector<FamilyMetadata> metadata;
};

class CompiledRun {
 public:
  CompiledRun(const SeriesRun& run, const CompileOptions& options, RunNews& news);
  // Series that are not in a batch: the 1 of target_info.
  explicit CompiledRun(std::span<const Labels> constants);

  std::size_t size() const { return size_; }          // series that are sent
  std::size_t received() const { return received_; }  // series of the run
  const std::vector<std::shared_ptr<const Resource>>& resources() const { return resources_; }

  // Writes what `batch` has of the run, whose first series is at `first` in its shape.
  void write(const Batch& batch, std::size_t first, RequestWriter& out);
  // The time of the batch it was written with last.
  std::optional<std::int64_t> last_time_ms() const { return last_time_ms_; }

  // Hashes of the labels of each series that is sent, and their text: for who looks for the same
  // series elsewhere.
  std::vector<std::uint64_t> hashes() const;
  std::string text_of(std::size_t series) const;

  bool is_laid_out() const { return !fragments_.empty(); }
  std::size_t resident_bytes() const;

 private:
  class Rows;
  class Columns;

  Rows unpack() const;
  bool lay_out(remote::SampleTimes times, std::size_t fragment_bytes_max);
  void write_plainly(const Columns& columns, RequestWriter& out) const;
  void write_fragments(const Columns& columns, RequestWriter& out) const;

  std::uint32_t source(std::size_t series) const {
    return sources_.empty() ? static_cast<std::uint32_t>(series) : sources_[series];
  }

  std::size_t size_ = 0;
  std::size_t received_ = 0;
  std::vector<std::uint16_t> sources_;  // where series are in the run; empty: they are all
  bool is_constant_ = false;
  std::optional<std::int64_t> last_time_ms_;
  bool is_too_long_ = false;  // to be laid out
  // One of the two: a compressed message of series with labels alone, or fragments.
  std::string packed_;
  std::vector<remote::Fragment> fragments_;

  std::vector<std::shared_ptr<const Resource>> resources_;
};

using CompiledRunPtr = std::shared_ptr<CompiledRun>;

}  // namespace tributary::collector::prometheusremotewrite
