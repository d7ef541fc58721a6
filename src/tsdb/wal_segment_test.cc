#include "tsdb/wal_segment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zstd.h>

#include "base/crc32c.h"
#include "base/random.h"
#include "tsdb/encoding.h"

namespace tributary::tsdb {
namespace {

using ::testing::HasSubstr;

std::string frame(const std::vector<std::string>& records,
                  WalCompression compression = WalCompression::none) {
  std::string out;
  WalFramer framer(compression);
  for (const std::string& record : records) framer.append(record, out);
  return out;
}

struct ReadBack {
  std::vector<std::string> records;
  std::vector<WalDamage> damage;
};
ReadBack read_back(std::string_view bytes) {
  ReadBack out;
  WalSegmentReader reader(bytes);
  while (reader.next()) out.records.emplace_back(reader.record());
  out.damage = reader.damage();
  return out;
}

// Records of 1 to 100,000 bytes, some compressible.
std::vector<std::string> some_records(int count) {
  SeededRandom random(3);
  std::vector<std::string> records;
  for (int i = 0; i < count; ++i) {
    std::string record(1 + random.next() % (i % 10 == 0 ? 100'000 : 3'000), 'x');
    if (i % 2 == 0) {
      for (char& c : record) c = static_cast<char>(random.next());
    }
    records.push_back(std::move(record));
  }
  return records;
}

TEST(Crc32c, IsTheCastagnoliSumEitherWay) {
  std::string bytes;
  EXPECT_EQ(crc32c("123456789"), 0xe3069283U);  // the check value of the catalogues
  for (int size = 0; size < 100; ++size) {
    EXPECT_EQ(crc32c(bytes), crc32c_portable(bytes)) << size;
    bytes += static_cast<char>(size * 37);
  }
}

TEST(WalSegment, GivesRecordsBackOverAnyPageBorder) {
  const auto records = some_records(200);

  for (const auto compression : {WalCompression::none, WalCompression::snappy}) {
    const ReadBack read = read_back(frame(records, compression));
    EXPECT_EQ(read.records, records);
    EXPECT_TRUE(read.damage.empty());
  }
}

TEST(WalSegment, PadsWhereNoHeaderFits) {
  for (std::size_t left = 0; left < 20; ++left) {
    const std::vector<std::string> records{std::string(kWalPageBytes - kWalHeaderBytes - left, 'a'),
                                           "second"};

    EXPECT_EQ(read_back(frame(records)).records, records) << left;
  }
}

TEST(WalSegment, ReadsZstdRecords) {
  const std::string record(5'000, 'z');
  std::string packed(ZSTD_compressBound(record.size()), '\0');
  packed.resize(ZSTD_compress(packed.data(), packed.size(), record.data(), record.size(), 1));
  std::string bytes(kWalHeaderBytes, '\0');
  bytes[0] = 1 | 16;
  store_be16(bytes.data() + 1, static_cast<std::uint16_t>(packed.size()));
  store_be32(bytes.data() + 3, crc32c(packed));

  const ReadBack read = read_back(bytes + packed);

  ASSERT_EQ(read.records.size(), 1U);
  EXPECT_EQ(read.records[0], record);
}

TEST(WalSegment, LosesOnlyTheRecordThatAFlippedBitHits) {
  const auto records = some_records(60);
  const std::string bytes = frame(records);
  SeededRandom random(11);
  for (int round = 0; round < 300; ++round) {
    std::string flipped = bytes;
    const std::size_t at = random.next() % bytes.size();
    flipped[at] = static_cast<char>(flipped[at] ^ (1 << (random.next() % 8)));

    const ReadBack read = read_back(flipped);

    // One record, or two where a header's bit makes a border of them; none where it hit padding.
    ASSERT_GE(read.records.size() + 2, records.size()) << "byte " << at;
    ASSERT_EQ(read.damage.empty(), read.records.size() == records.size()) << "byte " << at;
  }
}

TEST(WalSegment, ReportsATornTailByPosition) {
  const std::string whole = frame({"one", "two"});
  const std::string one = frame({"one"});

  for (std::size_t size = one.size() + 1; size < whole.size(); ++size) {
    const ReadBack read = read_back(std::string_view(whole).substr(0, size));
    EXPECT_EQ(read.records, std::vector<std::string>{"one"});
    ASSERT_EQ(read.damage.size(), 1U) << size;
    EXPECT_EQ(read.damage[0].offset, one.size());
    EXPECT_THAT(read.damage[0].what, HasSubstr("torn record"));
  }
}

TEST(WalSegment, LosesOnlyWhatAZeroPageHeld) {
  std::vector<std::string> records;
  for (int i = 0; i < 1000; ++i)
    records.push_back("record " + std::to_string(i) + std::string(150, '.'));
  std::string bytes = frame(records);
  ASSERT_GT(bytes.size(), 4 * kWalPageBytes);
  std::fill_n(bytes.begin() + 2 * kWalPageBytes, kWalPageBytes, '\0');

  const ReadBack read = read_back(bytes);

  EXPECT_EQ(read.damage.size(), 1U);
  EXPECT_GT(read.records.size(), records.size() - kWalPageBytes / 150);
  EXPECT_EQ(read.records.back(), records.back());
}

TEST(WalSegment, TakesAnEmptyOrPaddedEndAsTheEnd) {
  const std::string bytes = frame({"one"});

  EXPECT_TRUE(read_back("").damage.empty());
  EXPECT_TRUE(read_back(bytes + std::string(100, '\0')).damage.empty());
  EXPECT_TRUE(read_back(bytes + std::string(kWalPageBytes - bytes.size(), '\0')).damage.empty());
}

}  // namespace
}  // namespace tributary::tsdb
