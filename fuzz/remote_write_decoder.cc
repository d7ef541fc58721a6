// The remote write decoder on any message. What it reads is written and read again: the same.
// Also the same bytes as a snappy body.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "remote/snappy.h"
#include "remote/write_request.h"

using namespace tributary;

namespace {

std::vector<Label> owned(std::span<const remote::LabelView> views) {
  std::vector<Label> labels;
  for (const auto& view : views)
    labels.push_back({std::string(view.name), std::string(view.value)});
  return labels;
}

// Writes what it is shown.
class Rewriter final : public remote::WriteRequestVisitor {
 public:
  void on_series(const remote::SeriesView& series) override {
    (void)remote::find_label_fault(series.labels);
    const std::vector<Label> labels = owned(series.labels);
    std::vector<Exemplar> exemplars;
    for (const auto& exemplar : series.exemplars)
      exemplars.push_back({Labels(owned(exemplar.labels)), exemplar.value, exemplar.timestamp_ms});
    encoder_.add({labels, series.samples, series.histograms, exemplars});
  }
  void on_metadata(const remote::MetadataRef& metadata) override {
    encoder_.add_metadata(metadata);
  }

  std::string finish() { return encoder_.finish(); }

 private:
  remote::WriteRequestEncoder encoder_;
};

bool rewrite(std::string_view message, std::string& out) {
  Rewriter rewriter;
  const auto decoded = remote::decode_write_request(message, {}, rewriter);
  out = rewriter.finish();
  return decoded.has_value();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  std::string once, twice;
  if (rewrite(bytes, once) && (!rewrite(once, twice) || once != twice)) abort();

  constexpr std::size_t kBodyMax = std::size_t{1} << 20;
  if (const auto body = remote::uncompress(bytes, kBodyMax); body && body->size() > kBodyMax)
    abort();
  return 0;
}
