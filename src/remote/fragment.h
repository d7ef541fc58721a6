// A fragment is a piece of a compressed remote-write body that is laid out once and filled in again
// and again: TimeSeries messages of one sample each, as elements of snappy's block format
// (https://github.com/google/snappy/blob/main/format_description.txt). Its value bytes stand in
// literals at known places, and no copy touches them; its timestamps are all the same and copied,
// byte by byte, from the first one, so that writing that one sets them all. A variant has a place
// for each timestamp. Copies reach back only within the fragment, so a body is the length of the
// message and then any fragments, one behind the other.
//
// Threads: a fragment never changes; a layout has one user.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tributary::remote {

// Timestamps whose varint has six bytes: from 1971 to 2109.
inline constexpr std::int64_t kSlotTimeMin = std::int64_t{1} << 35;
inline constexpr std::int64_t kSlotTimeMax = (std::int64_t{1} << 42) - 1;
constexpr bool fits_time_slot(std::int64_t time_ms) {
  return time_ms >= kSlotTimeMin && time_ms <= kSlotTimeMax;
}

enum class SampleTimes : std::uint8_t { shared, own };

class Fragment {
 public:
  std::size_t series() const { return series_; }
  std::size_t bytes() const { return elements_.size(); }        // compressed
  std::size_t message_bytes() const { return message_bytes_; }  // uncompressed
  std::size_t resident_bytes() const { return elements_.capacity() + slots_.capacity(); }
  SampleTimes times() const { return times_; }

  // Appends itself with these numbers in it, one value for each series. Times must fit their slots.
  void write(std::string& body, std::span<const double> values, std::int64_t time_ms) const;
  // The same with a time for each series; for `own`.
  void write(std::string& body, std::span<const double> values,
             std::span<const std::int64_t> times_ms) const;

  // The message, uncompressed, with zeros in place of numbers.
  std::string message() const;

 private:
  friend class FragmentLayout;

  std::string elements_;
  // For each value the distance of its place in `elements_` from the end of the sample before: a
  // byte, or 255 and two bytes.
  std::string slots_;
  std::uint32_t message_bytes_ = 0;
  std::uint16_t series_ = 0;
  SampleTimes times_ = SampleTimes::shared;
};

class FragmentLayout {
 public:
  static constexpr std::size_t kMessageBytesMax = 0xffff;  // copies say how far back in two bytes

  explicit FragmentLayout(SampleTimes times, std::size_t message_bytes_max = kMessageBytesMax);

  // Adds a series by its labels as they stand in a TimeSeries message (see `append_labels`). False
  // where there is no room: then finish this fragment first. One that alone is too long fits none.
  bool add(std::string_view label_bytes);
  bool empty() const { return values_.empty(); }

  // Hands over what was added and leaves the layout empty.
  Fragment finish();

 private:
  SampleTimes times_;
  std::size_t message_bytes_max_;
  std::string message_;
  std::vector<std::uint16_t> values_;  // where they are in the message
};

// The length in front of a body whose message has so many bytes.
void append_message_length(std::string& body, std::size_t message_bytes);

}  // namespace tributary::remote
