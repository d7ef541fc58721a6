#include "lab/registry/blob_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "base/faulty_disk.h"
#include "base/temporary_directory.h"

namespace tributary::lab::registry {
namespace {

using ::testing::HasSubstr;

class BlobStoreTest : public ::testing::Test {
 protected:
  std::unique_ptr<BlobStore> open(std::uint64_t bytes_max = BlobStore::kBlobBytesMax) {
    auto store = BlobStore::open(disk, random, directory.path(), bytes_max);
    EXPECT_TRUE(store) << store.error().message();
    return *std::move(store);
  }
  std::size_t files(const std::string& folder) {
    return disk.list(directory.path() + folder)->size();
  }

  TemporaryDirectory directory;
  FaultyDisk disk;
  SeededRandom random{1};
};

TEST_F(BlobStoreTest, KeepsWhatCameInPieces) {
  const auto store = open();
  auto upload = *store->begin();
  ASSERT_TRUE(upload->append("hello "));
  ASSERT_TRUE(upload->append("world"));
  EXPECT_EQ(upload->bytes(), 11U);

  const auto kept = store->keep(std::move(upload), digest_of("hello world"));

  ASSERT_TRUE(kept) << kept.error().message();
  EXPECT_EQ(*store->read(digest_of("hello world")), "hello world");
  EXPECT_EQ(*store->size(digest_of("hello world")), 11U);
  EXPECT_EQ(files("/uploads"), 0U);
}

TEST_F(BlobStoreTest, RefusesBytesOfAnotherDigest) {
  const auto store = open();
  auto upload = *store->begin();
  ASSERT_TRUE(upload->append("hello"));

  const auto refused = store->keep(std::move(upload), digest_of("world"));

  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), Code::invalid_argument);
  EXPECT_THAT(refused.error().message(), HasSubstr(digest_of("hello")));
  EXPECT_EQ(files("/uploads"), 0U);
  EXPECT_EQ(files("/blobs/sha256"), 0U);
}

TEST_F(BlobStoreTest, KeepsEachBlobOnce) {
  const auto store = open();

  ASSERT_TRUE(store->put("same", digest_of("same")));
  ASSERT_TRUE(store->put("same", digest_of("same")));
  ASSERT_TRUE(store->put("", digest_of("")));

  EXPECT_EQ(files("/blobs/sha256"), 2U);
}

TEST_F(BlobStoreTest, ForgetsAnUploadThatIsLetGoOf) {
  const auto store = open();
  {
    auto upload = *store->begin();
    ASSERT_TRUE(upload->append("hello"));
    EXPECT_EQ(files("/uploads"), 1U);
  }

  EXPECT_EQ(files("/uploads"), 0U);
}

TEST_F(BlobStoreTest, RefusesMoreThanABlobMayHave) {
  const auto store = open(4);
  auto upload = *store->begin();

  ASSERT_TRUE(upload->append("1234"));
  const auto refused = upload->append("5");

  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), Code::limit_exceeded);
  EXPECT_FALSE(store->keep(std::move(upload), digest_of("1234")));
}

TEST_F(BlobStoreTest, TakesNoMoreAfterAWriteHasFailed) {
  const auto store = open();
  auto upload = *store->begin();
  disk.set({.bytes_left = 3});

  EXPECT_FALSE(upload->append("hello"));
  disk.set({});

  EXPECT_FALSE(upload->append("hello"));
  EXPECT_FALSE(upload->sync());
  EXPECT_FALSE(store->keep(std::move(upload), digest_of("hello")));
}

TEST_F(BlobStoreTest, GivesNoNameToWhatIsNotDurable) {
  const auto store = open();
  auto upload = *store->begin();
  ASSERT_TRUE(upload->append("hello"));
  disk.set({.syncs = true});

  EXPECT_FALSE(store->keep(std::move(upload), digest_of("hello")));
  EXPECT_EQ(files("/blobs/sha256"), 0U);
}

TEST_F(BlobStoreTest, HasWholeBlobsAfterAPowerCut) {
  auto store = open();
  ASSERT_TRUE(store->put("kept", digest_of("kept")));
  auto half = *store->begin();
  ASSERT_TRUE(half->append("half"));

  disk.lose_unsynced();
  half.reset();
  store = open();

  EXPECT_EQ(*store->read(digest_of("kept")), "kept");
  EXPECT_EQ(files("/uploads"), 0U);
}

TEST_F(BlobStoreTest, RemovesWhatNobodyWants) {
  const auto store = open();
  ASSERT_TRUE(store->put("a", digest_of("a")));
  ASSERT_TRUE(store->put("b", digest_of("b")));
  const auto view = *store->view(digest_of("b"));

  const auto removed =
      store->remove_unless([](const std::string& digest) { return digest == digest_of("a"); });

  EXPECT_EQ(*removed, 1U);
  EXPECT_TRUE(store->read(digest_of("a")));
  EXPECT_EQ(store->read(digest_of("b")).error().code(), Code::not_found);
  EXPECT_EQ(view->bytes(), "b");
}

}  // namespace
}  // namespace tributary::lab::registry
