#include "remote/fragment.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

#include "base/check.h"
#include "remote/snappy.h"
#include "remote/snappy_layout.h"
#include "remote/wire.h"

namespace tributary::remote {
namespace {

// The end of a TimeSeries message: its one sample.
//   tag and length of the sample, tag of the value, 8 bytes, tag of the timestamp, 6 bytes
constexpr std::size_t kSampleBytes = 18;
constexpr std::size_t kSampleLength = kSampleBytes - 2;
constexpr std::size_t kValueAt = 3;  // in the sample
constexpr std::size_t kValueBytes = 8;
constexpr std::size_t kTimeBytes = 6;
constexpr std::size_t kTimeBehindValue = kValueBytes + 1;
constexpr unsigned char kLongSlot = 255;

void put_value(char* at, double value) {
  static_assert(std::endian::native == std::endian::little);
  std::memcpy(at, &value, kValueBytes);
}

void put_time(char* at, std::int64_t time_ms) {
  TRIBUTARY_CHECK(fits_time_slot(time_ms));
  auto rest = static_cast<std::uint64_t>(time_ms);
  for (std::size_t i = 0; i < kTimeBytes; ++i, rest >>= 7)
    at[i] = static_cast<char>((rest & 0x7f) | (i + 1 < kTimeBytes ? 0x80 : 0));
}

// Walks over the places of a fragment's values.
class Slots {
 public:
  Slots(std::string_view slots, char* begin) : slot_(slots.data()), at_(begin) {}

  char* next(std::size_t slot_bytes) {
    std::size_t gap = static_cast<unsigned char>(*slot_++);
    if (gap == kLongSlot) {
      gap = static_cast<unsigned char>(slot_[0]) +
            (static_cast<std::size_t>(static_cast<unsigned char>(slot_[1])) << 8);
      slot_ += 2;
    }
    char* const found = at_ + gap;
    at_ = found + slot_bytes;
    return found;
  }

 private:
  const char* slot_;
  char* at_;
};

std::string encode_slots(std::span<const std::uint32_t> values, std::size_t slot_bytes) {
  std::string out;
  std::uint32_t end = 0;
  for (const std::uint32_t at : values) {
    const std::uint32_t gap = at - end;
    if (gap < kLongSlot) {
      out.push_back(static_cast<char>(gap));
    } else {
      out.push_back(static_cast<char>(kLongSlot));
      out.push_back(static_cast<char>(gap & 0xff));
      out.push_back(static_cast<char>(gap >> 8));
    }
    end = at + static_cast<std::uint32_t>(slot_bytes);
  }
  out.shrink_to_fit();
  return out;
}

// Of what a slot takes, its value and perhaps its timestamp.
constexpr std::size_t slot_bytes(SampleTimes times) {
  return times == SampleTimes::own ? kTimeBehindValue + kTimeBytes : kValueBytes;
}

}  // namespace

void Fragment::write(std::string& body, std::span<const double> values,
                     std::int64_t time_ms) const {
  TRIBUTARY_CHECK(values.size() == series_);
  const std::size_t begin = body.size();
  body.append(elements_);
  Slots slots(slots_, body.data() + begin);
  if (times_ == SampleTimes::own) {
    for (const double value : values) {
      char* const at = slots.next(slot_bytes(SampleTimes::own));
      put_value(at, value);
      put_time(at + kTimeBehindValue, time_ms);
    }
    return;
  }
  bool is_first = true;
  for (const double value : values) {
    char* const at = slots.next(slot_bytes(SampleTimes::shared));
    put_value(at, value);
    if (std::exchange(is_first, false)) put_time(at + kTimeBehindValue, time_ms);
  }
}

void Fragment::write(std::string& body, std::span<const double> values,
                     std::span<const std::int64_t> times_ms) const {
  TRIBUTARY_CHECK(times_ == SampleTimes::own);
  TRIBUTARY_CHECK(values.size() == series_ && times_ms.size() == series_);
  const std::size_t begin = body.size();
  body.append(elements_);
  Slots slots(slots_, body.data() + begin);
  for (std::size_t i = 0; i < values.size(); ++i) {
    char* const at = slots.next(slot_bytes(SampleTimes::own));
    put_value(at, values[i]);
    put_time(at + kTimeBehindValue, times_ms[i]);
  }
}

std::string Fragment::message() const {
  std::string body;
  append_message_length(body, message_bytes_);
  body += elements_;
  auto message = uncompress(body, message_bytes_);
  TRIBUTARY_CHECK(message.has_value());
  return *std::move(message);
}

FragmentLayout::FragmentLayout(SampleTimes times, std::size_t message_bytes_max)
    : times_(times), message_bytes_max_(std::min(message_bytes_max, kMessageBytesMax)) {}

bool FragmentLayout::add(std::string_view label_bytes) {
  constexpr std::uint32_t kTimeseries = 1, kSamples = 2;
  const std::size_t length = label_bytes.size() + kSampleBytes;
  if (message_.size() + 1 + varint_size(length) + length > message_bytes_max_) return false;
  append_length(message_, kTimeseries, length);
  message_ += label_bytes;
  append_length(message_, kSamples, kSampleLength);
  append_float64_field(message_, 1, 0);
  append_varint_field(message_, 2, static_cast<std::uint64_t>(kSlotTimeMin));
  values_.push_back(static_cast<std::uint16_t>(message_.size() - kSampleBytes + kValueAt));
  return true;
}

Fragment FragmentLayout::finish() {
  SnappyText text(message_);
  for (const std::uint16_t value : values_) {
    text.set_unique(value, kValueBytes);
    if (times_ == SampleTimes::own) {
      text.set_unique(value + kTimeBehindValue, kTimeBytes);
    } else {
      text.set_shared(value + kTimeBehindValue, kTimeBytes);
    }
  }
  const SnappyLayout layout = lay_out(text, values_);
  Fragment out;
  out.elements_ = layout.elements;
  out.slots_ = encode_slots(layout.places, slot_bytes(times_));
  out.message_bytes_ = static_cast<std::uint32_t>(message_.size());
  out.series_ = static_cast<std::uint16_t>(values_.size());
  out.times_ = times_;
  message_.clear();
  values_.clear();
  return out;
}

void append_message_length(std::string& body, std::size_t message_bytes) {
  append_varint(body, message_bytes);
}

}  // namespace tributary::remote
