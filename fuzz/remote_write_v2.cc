// The decoder of remote write 2.0 on any message: what it shows lies within the message.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "remote/write_request_v2.h"

using namespace tributary;

namespace {

class Checker final : public remote::WriteRequestV2Visitor {
 public:
  explicit Checker(std::string_view message) : message_(message) {}

  void on_series(const remote::SeriesView& series, const remote::MetadataRef& metadata) override {
    for (const remote::LabelView& label : series.labels) {
      check(label.name);
      check(label.value);
    }
    for (const remote::ExemplarView& exemplar : series.exemplars)
      for (const remote::LabelView& label : exemplar.labels) check(label.value);
    check(metadata.family);
    check(metadata.help);
    check(metadata.unit);
  }
  void on_broken_series(std::string problem, std::size_t) override {
    if (problem.empty()) abort();
  }

 private:
  void check(std::string_view text) const {
    if (text.empty()) return;
    if (text.data() < message_.data() ||
        text.data() + text.size() > message_.data() + message_.size())
      abort();
  }

  const std::string_view message_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  Checker checker(bytes);
  (void)remote::decode_write_request_v2(bytes, {}, checker);
  return 0;
}
