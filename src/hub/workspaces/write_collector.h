// Gathers what a remote write request brings into a batch for the database, leaving out series that
// break the rules.
//
// Threads: one request.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hub/workspaces/limits.h"
#include "hub/workspaces/store.h"
#include "remote/write_request.h"
#include "remote/write_request_v2.h"
#include "tsdb/write_batch.h"

namespace tributary::hub::workspaces {

// Reads the labels of series that are not known by their bytes, and holds them to the limits.
class Labeller final : public tsdb::LabelParser {
 public:
  explicit Labeller(const Limits& limits) : limits_(limits) {}

  Result<void> parse(std::string_view raw, std::string& packed) override;
  Result<void> pack(std::span<const remote::LabelView> labels, std::string& packed);

 private:
  std::string_view metric_name() const;
  std::optional<std::string> find_fault() const;

  const Limits& limits_;
  std::vector<remote::LabelView> read_;
  std::vector<LabelView> labels_;
  tsdb::LabelPacker packer_;
};

class WriteCollector final : public remote::WriteRequestVisitor,
                             public remote::WriteRequestV2Visitor {
 public:
  // `into` is empty.
  WriteCollector(const Limits& limits, tsdb::WriteBatch& into) : labeller(limits), batch(into) {}

  void on_series(const remote::SeriesView& series) override;
  void on_metadata(const remote::MetadataRef& metadata) override;
  void on_series(const remote::SeriesView& series, const remote::MetadataRef& metadata) override;
  void on_broken_series(std::string problem, std::size_t points) override;

  Labeller labeller;
  tsdb::WriteBatch& batch;
  std::map<std::string, Refused> refused;  // points by reason
  std::string first_refused;
  std::uint64_t exemplars_refused = 0;

 private:
  bool add_packed(const remote::SeriesView& series);
  void refuse(const char* reason, std::uint64_t points, std::string example);

  std::string packed_;
  std::vector<LabelView> labels_;  // of an exemplar
};

}  // namespace tributary::hub::workspaces
