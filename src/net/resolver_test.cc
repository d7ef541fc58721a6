#include "net/resolver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <latch>

#include "net/fake_loop.h"
#include "net/run_task.h"

namespace tributary::net {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> texts(const Result<Addresses>& addresses) {
  std::vector<std::string> out;
  if (!addresses) return {addresses.error().message()};
  for (const Address& address : *addresses)
    out.push_back(address.to_string() + " " + std::to_string(address.port()));
  return out;
}

TEST(Resolver, AnswersLiteralsAndLocalhostByItself) {
  FakeLoop loop;
  Resolver resolver(loop, [](const std::string&, std::uint16_t) -> Result<Addresses> {
    return Error(Code::internal, "looked up");
  });
  const auto resolves = [&](const char* host) {
    Interrupt interrupt(loop);
    return texts(run_task(loop, resolver.resolve(host, 80, interrupt)));
  };

  EXPECT_THAT(resolves("10.1.2.3"), ElementsAre("10.1.2.3 80"));
  EXPECT_THAT(resolves("fd00::1"), ElementsAre("fd00::1 80"));
  EXPECT_THAT(resolves("LocalHost"), ElementsAre("127.0.0.1 80", "::1 80"));
  EXPECT_THAT(resolves("0.0.0.0"), ElementsAre("127.0.0.1 80"));
  EXPECT_THAT(resolves("::"), ElementsAre("::1 80"));
}

TEST(Resolver, LooksNamesUpOnAThread) {
  FakeLoop loop;
  std::thread::id looked_up_on;
  Resolver resolver(loop, [&](const std::string& host, std::uint16_t port) -> Result<Addresses> {
    looked_up_on = std::this_thread::get_id();
    if (host == "known") return Addresses{*parse_address("10.0.0.1", port)};
    return Error(Code::unavailable, "no such host");
  });
  Interrupt interrupt(loop);

  Started<Result<Addresses>> known(resolver.resolve("known", 1, interrupt));
  ASSERT_TRUE(loop.run_until([&] { return known.done(); }));
  Started<Result<Addresses>> unknown(resolver.resolve("unknown", 1, interrupt));
  ASSERT_TRUE(loop.run_until([&] { return unknown.done(); }));

  EXPECT_THAT(texts(known.take()), ElementsAre("10.0.0.1 1"));
  EXPECT_THAT(texts(unknown.take()), ElementsAre("no such host"));
  EXPECT_NE(looked_up_on, std::this_thread::get_id());
}

TEST(Resolver, GivesUpAtOnceWhileTheLookUpHangs) {
  FakeLoop loop;
  auto hang = std::make_shared<std::latch>(1);
  Interrupt interrupt(loop);
  interrupt.set_deadline(loop.clock().monotonic() + 5s);
  {
    Resolver resolver(loop, [hang](const std::string&, std::uint16_t) -> Result<Addresses> {
      hang->wait();
      return Addresses();
    });
    Started<Result<Addresses>> waiting(resolver.resolve("slow", 1, interrupt));

    loop.advance(5s);

    ASSERT_TRUE(waiting.done());
    const auto result = waiting.take();
    EXPECT_EQ(result.error().code(), Code::timeout);
    EXPECT_THAT(result.error().message(), HasSubstr("slow"));
  }
  hang->count_down();
}

}  // namespace
}  // namespace tributary::net
