#include "hub/identity/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "hub/identity/session_token.h"
#include "hub/identity/test_hub.h"

namespace tributary::hub::identity {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class StoreTest : public ::testing::Test {
 protected:
  std::unique_ptr<Store> open() {
    auto store = Store::open(directory_.path(), clock_, random_);
    EXPECT_TRUE(store) << store.error().message();
    return std::move(store).value();
  }

  TemporaryDirectory directory_;
  FakeClock clock_;
  SystemRandom random_;
};

TEST_F(StoreTest, KeepsItsFilesPrivate) {
  auto store = open();

  for (const char* name : {"identity.db", "identity.db-wal", "identity.key"}) {
    struct stat status{};
    ASSERT_EQ(::stat((directory_.path() / name).c_str(), &status), 0) << name;
    EXPECT_EQ(status.st_mode & 0777, 0600U) << name;
  }
}

TEST_F(StoreTest, RemembersAccountsAndSecrets) {
  NewAccount made;
  {
    auto store = open();
    made = create_account(*store, kWorkload, "workload").value();
  }

  auto store = open();
  const auto key = store->find_access_key(made.access_key_id);

  ASSERT_TRUE(key && *key);
  EXPECT_EQ((*key)->secret, made.secret_access_key);
  EXPECT_EQ(made.access_key_id.size(), 20U);
  EXPECT_EQ(made.secret_access_key.size(), 40U);
  EXPECT_EQ(store->accounts()->at(0).name, "workload");
}

TEST_F(StoreTest, SealsSecretsAtRest) {
  auto store = open();
  const NewAccount made = create_account(*store, kWorkload, "workload").value();
  store.reset();

  std::ifstream file(directory_.path() / "identity.db", std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(file)), {});

  EXPECT_THAT(bytes, HasSubstr(made.access_key_id));
  EXPECT_THAT(bytes, Not(HasSubstr(made.secret_access_key)));
}

TEST_F(StoreTest, RefusesToGoOnWithoutItsKeyFile) {
  open().reset();
  std::filesystem::remove(directory_.path() / "identity.key");

  const auto store = Store::open(directory_.path(), clock_, random_);

  ASSERT_FALSE(store);
  EXPECT_THAT(store.error().message(), HasSubstr("identity.key is missing"));
}

TEST_F(StoreTest, RefusesAKeyFileThatOthersMayRead) {
  open().reset();
  ::chmod((directory_.path() / "identity.key").c_str(), 0644);

  const auto store = Store::open(directory_.path(), clock_, random_);

  ASSERT_FALSE(store);
  EXPECT_THAT(store.error().message(), HasSubstr("chmod 600"));
}

TEST_F(StoreTest, RefusesAFileThatIsNoDatabase) {
  open().reset();
  for (const char* name : {"identity.db-wal", "identity.db-shm"})
    std::filesystem::remove(directory_.path() / name);
  std::ofstream(directory_.path() / "identity.db") << std::string(8'192, 'x');

  const auto store = Store::open(directory_.path(), clock_, random_);

  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code(), Code::corruption);
}

TEST_F(StoreTest, SeesWhatAnotherProcessWrites) {
  auto hub = open();
  auto other = open();
  const auto before = hub->generation();

  const auto made = create_account(*other, kWorkload, "workload");

  ASSERT_TRUE(made);
  EXPECT_NE(*hub->generation(), *before);
  EXPECT_EQ(*hub->generation(), *hub->generation());
  EXPECT_TRUE(hub->find_access_key(made->access_key_id)->has_value());
}

TEST_F(StoreTest, UndoesWhatWasNotCommitted) {
  auto store = open();
  {
    auto transaction = store->begin();
    ASSERT_TRUE(transaction);
    ASSERT_TRUE(store->add_account({.id = std::string(kWorkload), .name = "workload"}));
  }

  EXPECT_TRUE(store->accounts()->empty());
}

TEST_F(StoreTest, RefusesAccountsThatCannotBe) {
  auto store = open();
  ASSERT_TRUE(create_account(*store, kWorkload, "workload"));

  EXPECT_THAT(create_account(*store, kWorkload, "again").error().message(),
              HasSubstr("exists already, named \"workload\""));
  EXPECT_THAT(create_account(*store, "1234", "short").error().message(),
              HasSubstr("must be twelve digits"));
  EXPECT_THAT(create_account(*store, kCentral, "").error().message(),
              HasSubstr("must have 1 to 50 characters"));
}

TEST_F(StoreTest, HasThePoliciesOfAws) {
  auto store = open();

  const auto write =
      store->find_policy("arn:aws:iam::aws:policy/AmazonPrometheusRemoteWriteAccess");
  const auto task =
      store->find_policy("arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy");

  EXPECT_TRUE(write->has_value());
  EXPECT_TRUE(task->has_value());
  const std::vector<ManagedPolicy> all = store->policies("").value();
  EXPECT_EQ(all.size(), 6U);
  for (const ManagedPolicy& policy : all) {
    const auto document = store->find_version(policy.arn(), policy.default_version);
    ASSERT_TRUE(document && *document) << policy.arn();
    EXPECT_TRUE(parse_policy((*document)->document, PolicyKind::identity)) << policy.arn();
  }
}

TEST(SecretBox, OpensOnlyWhatItSealed) {
  SeededRandom random(1);
  const SecretBox box(SecretBox::Key{1, 2, 3});
  const std::string sealed = box.seal("secret", "label", random);
  std::string changed = sealed;
  changed[14] = static_cast<char>(changed[14] ^ 1);

  EXPECT_EQ(box.open(sealed, "label"), "secret");
  EXPECT_FALSE(box.open(sealed, "other"));
  EXPECT_FALSE(box.open(changed, "label"));
  EXPECT_FALSE(box.open("", "label"));
  EXPECT_FALSE(SecretBox(SecretBox::Key{9}).open(sealed, "label"));
}

TEST(SessionToken, CarriesTheSession) {
  SeededRandom random(1);
  const SecretBox box(SecretBox::Key{1});
  const Session session{.access_key_id = "ASIA234567ABCDEFGHIJ",
                        .secret = "secret",
                        .entity_id = "AROA1",
                        .name = "session",
                        .issued = timestamp_from_ms(1'700'000'000'123),
                        .expires = timestamp_from_ms(1'700'003'600'000),
                        .source_identity = "ann",
                        .assumed_by = "arn:aws:iam::111111111111:user/ann",
                        .tags = {{"team", "blue"}, {"empty", ""}},
                        .transitive_tag_keys = {"team"},
                        .policies = {.document = "{}", .arns = {"arn:1", "arn:2"}}};

  const std::string token = seal_session(session, box, random);

  EXPECT_EQ(open_session(token, box), session);
  EXPECT_FALSE(open_session(token, SecretBox(SecretBox::Key{2})));
  EXPECT_FALSE(open_session("no base64", box));
  EXPECT_FALSE(open_session(std::string(100'000, 'A'), box));
}

TEST(SessionToken, OpensThoseOfHubsThatDidNotNoteWhoAsked) {
  SeededRandom random(1);
  const SecretBox box(SecretBox::Key{1});
  const Session session{.entity_id = "AROA1", .name = "session"};
  const std::string label = "session token";
  std::string plain = *box.open(*base64_decode(seal_session(session, box, random)), label);
  plain.resize(plain.size() - 4);  // the length of what is not there

  EXPECT_EQ(open_session(base64_encode(box.seal(plain, label, random)), box), session);
}

TEST_F(StoreTest, OpensFilesOfVersion2) {
  {
    auto store = open();
    ASSERT_TRUE(create_account(*store, kWorkload, "workload"));
    auto database = Database::open(directory_.path() / "identity.db");
    ASSERT_TRUE(database);
    ASSERT_TRUE((*database)->execute(
        "ALTER TABLE accounts DROP COLUMN monitoring; DROP TABLE console_links; "
        "PRAGMA user_version = 2"));
  }

  auto store = open();

  EXPECT_FALSE(store->find_account(kWorkload).value()->monitoring);
  EXPECT_TRUE(store->set_monitoring(kWorkload, true).value());
  EXPECT_TRUE(store->find_account(kWorkload).value()->monitoring);
  EXPECT_FALSE(store->set_monitoring(kCentral, true).value());
}

}  // namespace
}  // namespace tributary::hub::identity
