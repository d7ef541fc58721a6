// Series of any labels, laid out as fragments and filled with numbers: what snappy reads is what
// the plain way encodes. A byte of the input says how long the next text is; a line break ends a
// series.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "remote/fragment.h"
#include "remote/snappy.h"
#include "remote/write_request.h"

using namespace tributary;

namespace {

std::vector<Labels> read_labels(std::string_view input) {
  std::vector<Labels> out;
  std::vector<Label> labels;
  while (!input.empty()) {
    const std::size_t length = static_cast<unsigned char>(input[0]);
    input.remove_prefix(1);
    if (length == '\n') {
      out.push_back(Labels(std::exchange(labels, {})));
      continue;
    }
    const std::string text(input.substr(0, length));
    input.remove_prefix(text.size());
    const std::size_t name = text.size() / 3;
    labels.push_back({text.substr(0, name), text.substr(name)});
  }
  out.push_back(Labels(std::move(labels)));
  return out;
}

// Numbers that differ from series to series, as the input has it.
Sample sample_of(std::string_view input, std::size_t series, bool own_time) {
  std::uint64_t bits = 0x9e3779b97f4a7c15ULL * (series + input.size());
  if (!input.empty()) bits ^= static_cast<unsigned char>(input[series % input.size()]);
  Sample sample{1'700'000'000'123, 0};
  std::memcpy(&sample.value, &bits, sizeof bits);
  const std::uint64_t times = remote::kSlotTimeMax - remote::kSlotTimeMin;
  if (own_time)
    sample.timestamp_ms = remote::kSlotTimeMin + static_cast<std::int64_t>(bits % times);
  return sample;
}

void check(std::string_view input, const std::vector<Labels>& labels, remote::SampleTimes times,
           std::size_t bytes_max) {
  remote::WriteRequestEncoder plain;
  remote::FragmentLayout layout(times, bytes_max);
  std::vector<double> values;
  std::vector<std::int64_t> times_ms;
  std::string body;
  const auto finish = [&] {
    if (layout.empty()) return;
    const remote::Fragment fragment = layout.finish();
    if (times == remote::SampleTimes::own) {
      fragment.write(body, values, times_ms);
    } else {
      fragment.write(body, values, times_ms.front());
    }
    values.clear();
    times_ms.clear();
  };
  for (std::size_t i = 0; i < labels.size(); ++i) {
    std::string row;
    remote::append_labels(row, labels[i].span());
    if (!layout.add(row)) {
      finish();
      if (!layout.add(row)) continue;
    }
    const Sample sample = sample_of(input, i, times == remote::SampleTimes::own);
    values.push_back(sample.value);
    times_ms.push_back(sample.timestamp_ms);
    plain.add({.labels = labels[i].span(), .samples = {&sample, 1}});
  }
  finish();
  const std::string expected = plain.finish();
  std::string whole;
  remote::append_message_length(whole, expected.size());
  const auto message = remote::uncompress(whole + body, expected.size());
  if (!message || *message != expected) abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::vector<Labels> labels = read_labels(input);
  for (const std::size_t bytes_max : {std::size_t{300}, remote::FragmentLayout::kMessageBytesMax}) {
    check(input, labels, remote::SampleTimes::shared, bytes_max);
    check(input, labels, remote::SampleTimes::own, bytes_max);
  }
  return 0;
}
