#include "lab/registry/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/faulty_disk.h"
#include "base/temporary_directory.h"

namespace tributary::lab::registry {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const RepositoryName kApp{"111111111111", "eu-central-1", "team/app"};
const RepositoryName kOther{"222222222222", "us-east-1", "app"};

std::string blob(const std::string& bytes) {
  return R"({"mediaType":"application/x","digest":")" + digest_of(bytes) + R"(","size":)" +
         std::to_string(bytes.size()) + "}";
}

std::string manifest_of(const std::string& configuration, const std::string& layer) {
  return R"({"schemaVersion":2,"config":)" + blob(configuration) + R"(,"layers":[)" + blob(layer) +
         "]}";
}

class StoreTest : public ::testing::Test {
 protected:
  StoreTest() { store = open(); }

  std::unique_ptr<Store> open() {
    store.reset();  // lets go of the lock
    auto opened = Store::open(disk, random, directory.path(), Logger());
    EXPECT_TRUE(opened) << opened.error().message();
    return *std::move(opened);
  }
  void create(const RepositoryName& name, Settings settings = {}) {
    const auto done = store->create(name, std::move(settings), clock.now());
    ASSERT_TRUE(done) << done.error().message();
  }
  Result<void> push_layer(const RepositoryName& name, const std::string& bytes) {
    TRIBUTARY_TRY(auto upload, store->begin_upload());
    if (auto done = upload->append(bytes); !done) return done;
    return store->add_layer(name, std::move(upload), digest_of(bytes), clock.now());
  }
  Result<void> put(const RepositoryName& name, const std::string& manifest,
                   const std::vector<std::string>& tags) {
    TRIBUTARY_TRY(const Manifest parsed, parse_manifest(manifest, ""));
    return store->put_image(name, manifest, parsed, tags, clock.now());
  }
  // Its digest.
  std::string push(const RepositoryName& name, const std::string& configuration,
                   const std::string& layer, const std::vector<std::string>& tags) {
    EXPECT_TRUE(push_layer(name, configuration));
    EXPECT_TRUE(push_layer(name, layer));
    const std::string manifest = manifest_of(configuration, layer);
    const auto done = put(name, manifest, tags);
    EXPECT_TRUE(done) << done.error().message();
    return digest_of(manifest);
  }
  std::size_t blobs() { return disk.list(directory.path() + "/blobs/sha256")->size(); }

  TemporaryDirectory directory;
  FaultyDisk disk;
  SeededRandom random{1};
  FakeClock clock;
  std::unique_ptr<Store> store;
};

TEST_F(StoreTest, RemembersImagesAcrossARestart) {
  create(kApp, {.tag_mutability = TagMutability::immutable, .tags = {{"team", "0123"}}});
  const std::string digest = push(kApp, "config", "layer", {"1.0"});

  store = open();

  const Repository* repository = store->find(kApp);
  ASSERT_TRUE(repository);
  EXPECT_EQ(repository->settings.tag_mutability, TagMutability::immutable);
  EXPECT_EQ(repository->settings.tags.at("team"), "0123");
  EXPECT_EQ(repository->resolve("1.0"), digest);
  EXPECT_EQ(repository->images.at(digest).bytes, 11U);
  EXPECT_EQ(repository->images.at(digest).pushed_at_ms, to_ms(clock.now()));
  EXPECT_EQ(*store->read_manifest(kApp, digest), manifest_of("config", "layer"));
  EXPECT_EQ((*store->read_layer(kApp, digest_of("layer")))->bytes(), "layer");
}

TEST_F(StoreTest, IsHeldByOneProcess) {
  const auto second = Store::open(disk, random, directory.path(), Logger());

  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().message(), HasSubstr("in use"));
}

TEST_F(StoreTest, ListsTheRepositoriesOfAnAccountAndRegion) {
  create(kApp);
  create(kOther);
  create({"111111111111", "eu-central-1", "b"});
  create({"111111111111", "us-east-1", "c"});

  std::vector<std::string> names;
  for (const auto& name : store->list("111111111111", "eu-central-1")) names.push_back(name.name);

  EXPECT_THAT(names, ElementsAre("b", "team/app"));
  EXPECT_THAT(store->list("333333333333", "eu-central-1"), IsEmpty());
}

TEST_F(StoreTest, RefusesASecondRepositoryOfAName) {
  create(kApp);

  EXPECT_EQ(store->create(kApp, {}, clock.now()).error().code(), Code::already_exists);
}

TEST_F(StoreTest, RefusesAnImageWhoseLayersAreNotThere) {
  create(kApp);
  ASSERT_TRUE(push_layer(kApp, "config"));

  const auto refused = put(kApp, manifest_of("config", "layer"), {"latest"});

  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), Code::not_found);
  EXPECT_THAT(refused.error().message(), HasSubstr(digest_of("layer")));
  EXPECT_THAT(store->find(kApp)->images, IsEmpty());
  EXPECT_EQ(blobs(), 1U);
}

TEST_F(StoreTest, RefusesAnImageThatGivesALayerAnotherSize) {
  create(kApp);
  ASSERT_TRUE(push_layer(kApp, "config"));
  std::string manifest = R"({"schemaVersion":2,"config":)" + blob("config") + R"(,"layers":[]})";
  manifest.replace(manifest.find("\"size\":6"), 8, "\"size\":7");

  const auto refused = put(kApp, manifest, {});

  EXPECT_EQ(refused.error().code(), Code::invalid_argument);
}

TEST_F(StoreTest, KeepsLayersApartByRepository) {
  create(kApp);
  create(kOther);
  push(kApp, "config", "layer", {"latest"});

  EXPECT_FALSE(store->read_layer(kOther, digest_of("layer")));
  EXPECT_FALSE(put(kOther, manifest_of("config", "layer"), {"latest"}));
}

TEST_F(StoreTest, SharesALayerWithoutACopy) {
  create(kApp);
  create(kOther);
  push(kApp, "config", "layer", {"latest"});
  const std::size_t before = blobs();

  ASSERT_TRUE(store->share_layer(kOther, kApp, digest_of("layer"), clock.now()));
  ASSERT_TRUE(store->remove(kApp));

  EXPECT_EQ((*store->read_layer(kOther, digest_of("layer")))->bytes(), "layer");
  EXPECT_EQ(before, 3U);
  EXPECT_EQ(blobs(), 1U);
  EXPECT_EQ(store->share_layer(kOther, kApp, digest_of("config"), clock.now()).error().code(),
            Code::not_found);
}

TEST_F(StoreTest, MovesATag) {
  create(kApp);
  const std::string first = push(kApp, "config", "layer", {"latest"});
  const std::string second = push(kApp, "config", "layer2", {"latest"});

  EXPECT_EQ(store->find(kApp)->resolve("latest"), second);
  EXPECT_THAT(store->find(kApp)->tags_of(first), IsEmpty());
  EXPECT_EQ(store->find(kApp)->resolve(first), first);
}

TEST_F(StoreTest, DoesNotMoveATagOfAnImmutableRepository) {
  create(kApp, {.tag_mutability = TagMutability::immutable});
  const std::string first = push(kApp, "config", "layer", {"latest"});
  ASSERT_TRUE(push_layer(kApp, "layer2"));

  const auto refused = put(kApp, manifest_of("config", "layer2"), {"latest"});

  EXPECT_EQ(refused.error().code(), Code::already_exists);
  EXPECT_EQ(store->find(kApp)->resolve("latest"), first);
}

TEST_F(StoreTest, RemovesTheLayersThatOnlyARemovedImageNeeded) {
  create(kApp);
  const std::string first = push(kApp, "config", "layer", {"1", "latest"});
  push(kApp, "config", "layer2", {"2"});
  EXPECT_EQ(blobs(), 5U);

  ASSERT_TRUE(store->remove_image(kApp, first));

  EXPECT_EQ(blobs(), 3U);
  EXPECT_FALSE(store->read_layer(kApp, digest_of("layer")));
  EXPECT_TRUE(store->read_layer(kApp, digest_of("config")));
  EXPECT_EQ(store->find(kApp)->resolve("latest"), "");
  EXPECT_EQ(store->remove_image(kApp, first).error().code(), Code::not_found);
}

TEST_F(StoreTest, RemovesAnImageWithItsLastTag) {
  create(kApp);
  const std::string digest = push(kApp, "config", "layer", {"1", "2"});

  ASSERT_TRUE(store->remove_tag(kApp, "1"));
  EXPECT_EQ(store->find(kApp)->resolve(digest), digest);
  ASSERT_TRUE(store->remove_tag(kApp, "2"));

  EXPECT_EQ(store->find(kApp)->resolve(digest), "");
  EXPECT_EQ(blobs(), 0U);
  EXPECT_EQ(store->remove_tag(kApp, "2").error().code(), Code::not_found);
}

TEST_F(StoreTest, KnowsWhichIndexNamesAnImage) {
  create(kApp);
  const std::string digest = push(kApp, "config", "layer", {});
  const std::string manifest = manifest_of("config", "layer");
  const std::string index = R"({"schemaVersion":2,"manifests":[)" + blob(manifest) + "]}";

  ASSERT_TRUE(put(kApp, index, {"all"}));

  EXPECT_EQ(store->find(kApp)->index_of(digest), digest_of(index));
  EXPECT_EQ(store->find(kApp)->images.at(digest_of(index)).bytes, 11U);
  EXPECT_EQ(store->find(kApp)->index_of(digest_of(index)), "");
}

TEST_F(StoreTest, RefusesAnIndexOfManifestsThatAreNotThere) {
  create(kApp);

  const auto refused = put(kApp, R"({"schemaVersion":2,"manifests":[)" + blob("x") + "]}", {"all"});

  EXPECT_EQ(refused.error().code(), Code::not_found);
}

TEST_F(StoreTest, LeavesNothingOfARemovedRepository) {
  create(kApp);
  push(kApp, "config", "layer", {"latest"});

  ASSERT_TRUE(store->remove(kApp));

  EXPECT_EQ(blobs(), 0U);
  EXPECT_FALSE(store->find(kApp));
  EXPECT_FALSE(open()->find(kApp));
}

TEST_F(StoreTest, LetsGoOfLayersThatNoImageHasComeToNeedForADay) {
  create(kApp);
  push(kApp, "config", "layer", {"latest"});
  ASSERT_TRUE(push_layer(kApp, "unused"));

  clock.advance(23h);
  ASSERT_TRUE(store->sweep(clock.now()));
  EXPECT_EQ(blobs(), 4U);
  clock.advance(2h);
  ASSERT_TRUE(store->sweep(clock.now()));

  EXPECT_EQ(blobs(), 3U);
  EXPECT_FALSE(store->read_layer(kApp, digest_of("unused")));
}

TEST_F(StoreTest, RefusesAFileThatItCannotRead) {
  create(kApp);
  const std::string file =
      directory.path() + "/repositories/111111111111.eu-central-1/team+app.yaml";
  ASSERT_TRUE(disk.replace(file, "images: 3\n"));
  store.reset();

  const auto refused = Store::open(disk, random, directory.path(), Logger());

  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message(), HasSubstr("team+app.yaml"));
}

TEST_F(StoreTest, KeepsARepositoryInTheFormatThatIsDescribed) {
  create(kApp);
  const std::string digest = push(kApp, "config", "layer", {"latest"});

  const auto text =
      disk.read(directory.path() + "/repositories/111111111111.eu-central-1/team+app.yaml");

  const std::string layers[] = {digest_of("config"), digest_of("layer")};
  std::string listed;  // in the order of their digests
  for (const auto& [layer, bytes] : std::map<std::string, int>{{layers[0], 6}, {layers[1], 5}})
    listed += "  " + layer + ":\n    bytes: " + std::to_string(bytes) +
              "\n    pushed_at_ms: 1700000000000\n";
  EXPECT_EQ(*text,
            "created_at_ms: 1700000000000\n"
            "settings:\n"
            "  tag_mutability: MUTABLE\n"
            "  scan_on_push: false\n"
            "  tags: {}\n"
            "images:\n  " +
                digest +
                ":\n"
                "    media_type: application/vnd.oci.image.manifest.v1+json\n"
                "    artifact_type: application/x\n"
                "    pushed_at_ms: 1700000000000\n"
                "    bytes: 11\n"
                "    layers:\n      - " +
                layers[0] + "\n      - " + layers[1] +
                "\n"
                "    manifests: []\n"
                "    subject: \"\"\n"
                "image_tags:\n  latest: " +
                digest + "\nlayers:\n" + listed);
}

// Pushes with a disk that stops after ever more operations, and cuts the power there: each time the
// store opens again, and an image that is named is whole.
TEST_F(StoreTest, SurvivesAPowerCutAtAnyOperation) {
  create(kApp);
  push(kApp, "config", "old", {"latest"});
  bool finished = false;
  for (std::uint64_t operations = 0; !finished; ++operations) {
    disk.set({.operations_left = operations});
    const bool pushed = push_layer(kApp, "new") && put(kApp, manifest_of("config", "new"), {"new"});
    finished = pushed && store->remove_tag(kApp, "new");
    disk.set({});
    disk.lose_unsynced();

    store = open();

    const Repository* repository = store->find(kApp);
    ASSERT_TRUE(repository) << operations;
    EXPECT_NE(repository->resolve("latest"), "");
    for (const auto& [digest, image] : repository->images) {
      EXPECT_TRUE(store->read_manifest(kApp, digest)) << operations;
      for (const std::string& layer : image.layers) {
        const auto view = store->read_layer(kApp, layer);
        ASSERT_TRUE(view) << operations;
        EXPECT_EQ(digest_of((*view)->bytes()), layer) << operations;
      }
    }
    EXPECT_TRUE(!pushed || repository->resolve("latest") != "");
    ASSERT_LT(operations, 1000U);
  }

  EXPECT_EQ(blobs(), 3U);
}

}  // namespace
}  // namespace tributary::lab::registry
