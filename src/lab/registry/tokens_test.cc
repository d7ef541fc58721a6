#include "lab/registry/tokens.h"

#include <gtest/gtest.h>

#include <string>

#include "base/temporary_directory.h"

namespace tributary::lab::registry {
namespace {

class TokensTest : public ::testing::Test {
 protected:
  std::unique_ptr<Tokens> open() {
    auto tokens = Tokens::open(disk, random, directory.path(), clock.now());
    EXPECT_TRUE(tokens) << tokens.error().message();
    return *std::move(tokens);
  }
  std::string issue(Tokens& tokens, Tokens::Kept kept = Tokens::Kept::on_disk) {
    const Login login{.access_key_id = "AKIA1", .account = "123456789012", .arn = "arn:x"};
    return tokens.issue(login, clock.now(), Tokens::kLife, kept)->password;
  }

  TemporaryDirectory directory;
  RealDisk disk;
  SeededRandom random{1};
  FakeClock clock;
};

TEST_F(TokensTest, StandForWhoAskedForThem) {
  const auto tokens = open();
  const std::string password = issue(*tokens);

  const Login* login = tokens->find(password);

  ASSERT_TRUE(login);
  EXPECT_EQ(login->access_key_id, "AKIA1");
  EXPECT_EQ(login->expires_at_ms, to_ms(clock.now() + 12h));
  EXPECT_FALSE(tokens->find(password + "x"));
  EXPECT_FALSE(tokens->find(""));
}

TEST_F(TokensTest, OutliveARestart) {
  const std::string password = issue(*open());

  const auto tokens = open();

  ASSERT_TRUE(tokens->find(password));
  EXPECT_EQ(tokens->find(password)->account, "123456789012");
}

TEST_F(TokensTest, AreNotOnDisk) {
  const std::string password = issue(*open());

  const auto names = disk.list(directory.path());
  EXPECT_EQ(names->size(), 1U);
  for (const std::string& name : *names) {
    EXPECT_EQ(name.find(password), std::string::npos);
    EXPECT_EQ(disk.read(directory.path() + '/' + name)->find(password), std::string::npos);
  }
}

TEST_F(TokensTest, OfTheLabItselfAreOnlyInMemory) {
  const std::string password = issue(*open(), Tokens::Kept::in_memory);

  EXPECT_TRUE(disk.list(directory.path())->empty());
  EXPECT_FALSE(open()->find(password));
}

TEST_F(TokensTest, AreForgottenLongAfterTheirEnd) {
  const auto tokens = open();
  const std::string password = issue(*tokens);

  clock.advance(23h);
  tokens->sweep(clock.now());
  EXPECT_TRUE(tokens->find(password));  // expired, but still told from a wrong one
  clock.advance(2h);
  tokens->sweep(clock.now());

  EXPECT_FALSE(tokens->find(password));
  EXPECT_TRUE(disk.list(directory.path())->empty());
}

TEST_F(TokensTest, ThatCannotBeReadDoNotCount) {
  const std::string password = issue(*open());
  const std::string path = directory.path() + '/' + disk.list(directory.path())->front();
  ASSERT_TRUE(disk.replace(path, "access_key_id: [\n"));

  EXPECT_FALSE(open()->find(password));
  EXPECT_TRUE(disk.list(directory.path())->empty());
}

TEST_F(TokensTest, MakeRoomForNewOnes) {
  const auto tokens = open();
  const std::string first = issue(*tokens, Tokens::Kept::in_memory);
  clock.advance(1s);
  for (std::size_t i = 1; i < Tokens::kTokensMax; ++i) issue(*tokens, Tokens::Kept::in_memory);
  EXPECT_TRUE(tokens->find(first));

  const std::string last = issue(*tokens, Tokens::Kept::in_memory);

  EXPECT_FALSE(tokens->find(first));
  EXPECT_TRUE(tokens->find(last));
}

}  // namespace
}  // namespace tributary::lab::registry
