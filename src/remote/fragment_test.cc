#include "remote/fragment.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>
#include <random>

#include "model/labels.h"
#include "remote/snappy.h"
#include "remote/write_request.h"

namespace tributary::remote {
namespace {

constexpr std::int64_t kNow = 1'700'000'000'123;

std::string label_bytes(const Labels& labels) {
  std::string out;
  append_labels(out, labels.span());
  return out;
}

// The series of a page: families of a few series with much in common.
std::vector<Labels> page_labels(std::size_t count) {
  std::vector<Labels> out;
  for (std::size_t i = 0; i < count; ++i) {
    out.push_back({{"__name__", "http_request_duration_seconds_bucket"},
                   {"instance", "10.0.0.1:8000"},
                   {"job", "app"},
                   {"le", std::to_string(i % 12) + ".5"},
                   {"method", i % 24 < 12 ? "GET" : "POST"},
                   {"route", "/api/v1/items/" + std::to_string(i / 24)}});
  }
  return out;
}

// What the plain way makes of it.
std::string encode(const std::vector<Labels>& labels, const std::vector<double>& values,
                   const std::vector<std::int64_t>& times_ms) {
  WriteRequestEncoder encoder;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const Sample sample{times_ms[i], values[i]};
    encoder.add({.labels = labels[i].span(), .samples = {&sample, 1}});
  }
  return encoder.finish();
}

// One fragment after the other, as many as it takes.
std::vector<Fragment> lay_out(const std::vector<Labels>& labels, SampleTimes times,
                              std::size_t message_bytes_max = FragmentLayout::kMessageBytesMax) {
  std::vector<Fragment> out;
  FragmentLayout layout(times, message_bytes_max);
  for (const Labels& one : labels) {
    const std::string bytes = label_bytes(one);
    if (layout.add(bytes)) continue;
    out.push_back(layout.finish());
    EXPECT_TRUE(layout.add(bytes));
  }
  out.push_back(layout.finish());
  return out;
}

std::string decode(const std::vector<Fragment>& fragments, const std::string& elements) {
  std::size_t bytes = 0;
  for (const Fragment& fragment : fragments) bytes += fragment.message_bytes();
  std::string body;
  append_message_length(body, bytes);
  body += elements;
  const auto message = uncompress(body, bytes);
  EXPECT_TRUE(message);
  return message ? *message : "";
}

std::vector<double> some_values(std::size_t count, std::mt19937_64& random) {
  constexpr std::array<double, 5> kOdd = {0, -0.0, 1, std::numeric_limits<double>::infinity(),
                                          1e300};
  std::vector<double> out;
  for (std::size_t i = 0; i < count; ++i)
    out.push_back(random() % 2 == 0 ? kOdd[random() % kOdd.size()]
                                    : static_cast<double>(random()) / 7);
  return out;
}

void expect_as_plain(const std::vector<Labels>& labels, std::mt19937_64& random,
                     std::size_t message_bytes_max = FragmentLayout::kMessageBytesMax) {
  const auto shared = lay_out(labels, SampleTimes::shared, message_bytes_max);
  const auto own = lay_out(labels, SampleTimes::own, message_bytes_max);
  for (int round = 0; round < 3; ++round) {
    const std::vector<double> values = some_values(labels.size(), random);
    const std::vector<std::int64_t> same(labels.size(),
                                         kNow + static_cast<int>(random() % 100'000));
    std::vector<std::int64_t> times;
    for (std::size_t i = 0; i < labels.size(); ++i)
      times.push_back(kSlotTimeMin +
                      static_cast<std::int64_t>(random() % (kSlotTimeMax - kSlotTimeMin)));

    std::string shared_body, own_body, own_same_body;
    std::size_t at = 0;
    for (const Fragment& fragment : shared) {
      fragment.write(shared_body, std::span(values).subspan(at, fragment.series()), same[0]);
      at += fragment.series();
    }
    at = 0;
    for (const Fragment& fragment : own) {
      const auto part = std::span(values).subspan(at, fragment.series());
      fragment.write(own_body, part, std::span(times).subspan(at, fragment.series()));
      fragment.write(own_same_body, part, same[0]);
      at += fragment.series();
    }

    EXPECT_EQ(at, labels.size());
    EXPECT_EQ(decode(shared, shared_body), encode(labels, values, same));
    EXPECT_EQ(decode(own, own_body), encode(labels, values, times));
    EXPECT_EQ(decode(own, own_same_body), encode(labels, values, same));
  }
}

TEST(Fragment, BecomesThePlainMessageWithTheNumbersWrittenIntoIt) {
  std::mt19937_64 random(1);

  expect_as_plain(page_labels(300), random);
}

TEST(Fragment, BecomesThePlainMessageForAnyLabels) {
  std::mt19937_64 random(2);
  for (int round = 0; round < 300; ++round) {
    std::vector<Labels> labels(1 + random() % 60);
    const std::size_t letters = 1 + random() % 4, most = 1 + random() % 200;
    for (Labels& one : labels) {
      for (std::size_t i = random() % 4; i-- > 0;) {
        std::string value(random() % most, 'x');
        for (char& c : value) c = static_cast<char>('a' + random() % letters);
        one.set(std::string(1 + random() % 2, static_cast<char>('a' + random() % letters)), value);
      }
    }

    expect_as_plain(labels, random, 1 + round % 3 == 0 ? 2'000 : FragmentLayout::kMessageBytesMax);
    if (HasFailure()) FAIL() << "round " << round;
  }
}

TEST(Fragment, StandsBehindOthersInOneBody) {
  std::mt19937_64 random(3);

  expect_as_plain(page_labels(1000), random);  // more than 64 KiB
  expect_as_plain(page_labels(100), random, 1'000);
}

TEST(Fragment, KeepsTheBitsOfStalenessMarkers) {
  const std::uint64_t stale = 0x7ff0000000000002;
  double marker;
  std::memcpy(&marker, &stale, sizeof marker);
  const auto fragments = lay_out(page_labels(1), SampleTimes::shared);

  std::string body;
  fragments[0].write(body, {&marker, 1}, kNow);

  EXPECT_EQ(decode(fragments, body), encode(page_labels(1), {marker}, {kNow}));
}

TEST(Fragment, TakesTheFirstAndTheLastTimeWithSixBytes) {
  const auto fragments = lay_out(page_labels(2), SampleTimes::shared);
  for (const std::int64_t time : {kSlotTimeMin, kSlotTimeMax}) {
    ASSERT_TRUE(fits_time_slot(time));
    std::string body;
    fragments[0].write(body, std::vector<double>{1, 2}, time);

    EXPECT_EQ(decode(fragments, body), encode(page_labels(2), {1, 2}, {time, time}));
  }
  EXPECT_FALSE(fits_time_slot(kSlotTimeMin - 1));
  EXPECT_FALSE(fits_time_slot(kSlotTimeMax + 1));
  EXPECT_FALSE(fits_time_slot(-1));
}

TEST(Fragment, TakesNoSeriesThatIsTooLong) {
  FragmentLayout layout(SampleTimes::shared);

  EXPECT_FALSE(layout.add(std::string(FragmentLayout::kMessageBytesMax, 'x')));
  EXPECT_TRUE(layout.empty());
  EXPECT_TRUE(layout.add(std::string(FragmentLayout::kMessageBytesMax - 40, 'x')));
  EXPECT_FALSE(layout.add(std::string(40, 'x')));
}

TEST(Fragment, HandsOutItsMessage) {
  const auto labels = page_labels(50);
  const auto fragments = lay_out(labels, SampleTimes::shared);

  EXPECT_EQ(fragments.at(0).message(), encode(labels, std::vector<double>(50, 0),
                                              std::vector<std::int64_t>(50, kSlotTimeMin)));
}

TEST(Fragment, IsAboutAsShortAsWhatSnappyMakes) {
  const auto labels = page_labels(256);
  const auto fragments = lay_out(labels, SampleTimes::shared);

  std::size_t resident = 0, bytes = 0;
  for (const Fragment& fragment : fragments) {
    resident += fragment.resident_bytes();
    bytes += fragment.bytes();
  }

  EXPECT_LE(bytes, 256u * 24);
  EXPECT_LE(resident, 256u * 26);
}

}  // namespace
}  // namespace tributary::remote
