#include "hub/gateway/query_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "net/fake_loop.h"
#include "net/task.h"

namespace tributary::hub::gateway {
namespace {

using ::testing::ElementsAre;
using Admission = QueryQueue::Admission;

class QueryQueueTest : public ::testing::Test {
 protected:
  // A query of a workspace that notes what became of it, and runs until `leave`.
  net::Task<void> ask(std::string workspace, QueryQueue::Share share, std::stop_token stop) {
    auto turn = queue_.enter(workspace, share, std::move(stop));
    const Admission admission = co_await turn;
    if (admission == Admission::granted) granted_.push_back(workspace);
    if (admission == Admission::full) refused_.push_back(workspace + " full");
    if (admission == Admission::timed_out) refused_.push_back(workspace + " timed out");
    if (admission == Admission::cancelled) refused_.push_back(workspace + " cancelled");
  }
  void start(const std::string& workspace, QueryQueue::Share share = {2, 10, 1min},
             std::stop_token stop = {}) {
    gate_.spawn(ask(workspace, share, stop.stop_possible() ? std::move(stop) : end_.get_token()));
    loop_.run_posted();
  }
  void end(std::string_view workspace) {
    queue_.leave(workspace);
    loop_.run_posted();
  }

  ~QueryQueueTest() override {  // nobody waits on
    end_.request_stop();
    loop_.run_posted();
  }

  std::stop_source end_;
  net::FakeLoop loop_;
  QueryQueue queue_{loop_, 3};
  net::Gate gate_;
  std::vector<std::string> granted_;
  std::vector<std::string> refused_;
};

TEST_F(QueryQueueTest, LetsAWorkspaceHaveItsShareAndLeavesTheRestToOthers) {
  for (int i = 0; i < 4; ++i) start("a");
  start("b");

  EXPECT_THAT(granted_, ElementsAre("a", "a", "b"));
  EXPECT_EQ(queue_.waiting(), 2U);
}

TEST_F(QueryQueueTest, TakesTurnsBetweenWorkspaces) {
  for (int i = 0; i < 5; ++i) start("a", {3, 10, 1min});
  start("b");
  start("c");
  granted_.clear();

  end("a");
  end("a");
  end("a");
  end("b");

  EXPECT_THAT(granted_, ElementsAre("b", "c", "a", "a"));
}

TEST_F(QueryQueueTest, RefusesWhatStandsTooFarBack) {
  for (int i = 0; i < 4; ++i) start("a", {1, 2, 1min});

  EXPECT_THAT(granted_, ElementsAre("a"));
  EXPECT_THAT(refused_, ElementsAre("a full"));
}

TEST_F(QueryQueueTest, GivesUpAfterItsPatienceAndWhenTheClientIsGone) {
  std::stop_source client;
  start("a", {1, 5, 10s});
  start("a", {1, 5, 10s});
  start("a", {1, 5, 1h}, client.get_token());
  start("a", {1, 5, 1h});

  loop_.advance(11s);
  client.request_stop();
  loop_.run_posted();
  end("a");

  EXPECT_THAT(refused_, ElementsAre("a timed out", "a cancelled"));
  EXPECT_THAT(granted_, ElementsAre("a", "a"));
  end("a");
  EXPECT_EQ(queue_.running(), 0U);
  EXPECT_EQ(queue_.waiting(), 0U);
}

}  // namespace
}  // namespace tributary::hub::gateway
