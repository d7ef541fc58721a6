// What goes wrong around an exporter, one fault after the other, on a simulated clock: what is
// received, logged, counted, and that no sample is lost or counted twice.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/time_text.h"
#include "collector/exporters/prometheusremotewrite/exporter_fixture.h"

namespace tributary::collector::prometheusremotewrite {
namespace {

using ::testing::HasSubstr;

constexpr const char* kTaskKeys = "http://169.254.170.2/creds";

class FaultTest : public ExporterTest {
 protected:
  Duration since_start() const { return fake_.loop.clock().monotonic() - Instant{}; }
  bool within(Duration from, Duration to) const {
    return since_start() >= from && since_start() < to;
  }
  // Between two times, every request ends with this.
  void fail_within(Duration from, Duration to, Result<net::Response> with) {
    answer_ = [this, from, to, with](const net::Request&) -> Result<net::Response> {
      return within(from, to) ? with : status(200);
    };
  }
  // What `collect_for` made.
  static std::vector<std::string> collected(Duration duration, Duration interval) {
    std::vector<std::string> out;
    for (Duration at{}; at < duration; at += interval)
      out.push_back("a 1@" + std::to_string(to_ms(at)));
    return out;
  }
  void expect_all_received(Duration duration, Duration interval) {
    EXPECT_EQ(received_, collected(duration, interval));
    EXPECT_EQ(samples("sent"), static_cast<double>(received_.size()));
    EXPECT_EQ(samples("queued"), 0);
    expect_balance();
  }
  double throttled(std::string_view reason) {
    return metric("tributary_exporter_throttled{exporter=\"prometheusremotewrite\",reason=\"" +
                  std::string(reason));
  }
  const std::string& line_with(std::string_view text) const {
    static const std::string kNone;
    for (const std::string& line : fake_.log_lines)
      if (line.find(text) != std::string::npos) return line;
    return kNone;
  }
};

TEST_F(FaultTest, AMinuteWithoutAnEndpointCostsNothing) {
  fail_within(1min, 2min, Error(Code::unavailable, "connect to hub:9009: connection refused"));
  start();

  collect_for(4min, 5s);

  expect_all_received(4min, 5s);
  EXPECT_EQ(fake_.logged("Cannot write; samples are kept"), 1u);
  EXPECT_THAT(line_with("Cannot write"), HasSubstr("connection refused"));
  EXPECT_EQ(fake_.logged("Writing again"), 1u);
  EXPECT_EQ(fake_.log_lines.size(), 3u);
}

TEST_F(FaultTest, AnEndpointThatIsNotThereAtStartCostsNothing) {
  fail_within(0s, 1min, Error(Code::unavailable, "connect to hub:9009: connection refused"));
  start();

  collect_for(3min, 5s);

  expect_all_received(3min, 5s);
  EXPECT_EQ(fake_.logged("Cannot write"), 1u);
  EXPECT_EQ(fake_.logged("First write accepted"), 1u);
  EXPECT_EQ(fake_.log_lines.size(), 2u);
}

TEST_F(FaultTest, AnHourWithoutAnEndpointCostsNothing) {
  fail_within(1min, 61min, Error(Code::unavailable, "connect to hub:9009: connection refused"));
  start();

  collect_for(63min, 15s);

  expect_all_received(63min, 15s);
  EXPECT_LE(fake_.logged("Cannot write; samples are kept"), 61u);
  EXPECT_EQ(fake_.logged("Writing again"), 1u);
  EXPECT_LT(attempts(), 400u);
}

TEST_F(FaultTest, SixHoursWithoutAnEndpointKeepWhatTheQueueMayHold) {
  fail_within(1min, 6h, Error(Code::unavailable, "connect to hub:9009: connection refused"));
  shape_ = fake_wide_shape(2000);
  start("max_sample_age: 12h\nremote_write_queue: {max_bytes: 2MiB}\n");
  double bytes_max = 0;
  std::size_t lines_in_the_first_hour = 0;

  for (Duration passed{}; passed < 6h; passed += 15s) {
    collect();
    fake_.loop.advance(15s);
    bytes_max = std::max(bytes_max, metric("tributary_exporter_queue_bytes"));
    if (passed < 1h) lines_in_the_first_hour = fake_.log_lines.size();
  }
  fake_.loop.advance(5min);

  // The request in front is not given up for newer ones.
  EXPECT_LE(bytes_max, (2U << 20) + (900U << 10));
  EXPECT_GT(dropped("queue_full"), 0);
  EXPECT_EQ(samples("queued"), 0);
  EXPECT_EQ(metric("tributary_exporter_queue_bytes"), 0);
  EXPECT_LE(fake_.log_lines.size(), lines_in_the_first_hour * 7);
  EXPECT_GE(fake_.logged("Samples were dropped"), 1u);
  EXPECT_GE(fake_.logged("\"reason\":\"queue_full\""), 1u);
  expect_balance();
}

TEST_F(FaultTest, SixHoursWithoutAnEndpointExpireWhatIsTooOld) {
  fail_within(1min, 6h, Error(Code::unavailable, "connect to hub:9009: connection refused"));
  start();
  double queued_max = 0;

  for (Duration passed{}; passed < 6h; passed += 15s) {
    collect();
    fake_.loop.advance(15s);
    queued_max = std::max(queued_max, samples("queued"));
  }
  fake_.loop.advance(2min);

  EXPECT_LE(queued_max, 4 * 123);
  EXPECT_EQ(samples("queued"), 0);
  EXPECT_GT(samples("expired"), 4 * 60 * 3);
  EXPECT_GE(received_.size(), 4u * 57);
  EXPECT_GE(fake_.logged("too old to be sent and are lost"), 1u);
  expect_balance();
}

TEST_F(FaultTest, ASlowEndpointGetsFewerAndLargerRequests) {
  fake_.http->delay = 4s;
  start();

  collect_for(2min, 1s);
  fake_.loop.advance(10s);

  expect_all_received(2min, 1s);
  EXPECT_LE(attempts(), 34u);
  EXPECT_EQ(fake_.log_lines.size(), 1u);
}

TEST_F(FaultTest, AHalfOpenConnectionEndsWithTheTimeoutOfTheAttempt) {
  answer_ = [this](const net::Request&) -> Result<net::Response> {
    fake_.http->delay = within(1min, 3min) ? net::FakeHttp::kNever : 0s;
    return fake_.http->delay == 0s ? status(200) : status(599);
  };
  start();

  collect_for(5min, 10s);

  expect_all_received(5min, 10s);
  EXPECT_THAT(line_with("Cannot write"), HasSubstr("no answer within 5s"));
  EXPECT_LE(fake_.logged("Cannot write"), 3u);
}

TEST_F(FaultTest, AStormOfServerErrorsLosesNothing) {
  SeededRandom random(7);
  answer_ = [&](const net::Request&) -> Result<net::Response> {
    return random.uniform() < 0.7 ? status(random.uniform() < 0.5 ? 500 : 503, "overloaded")
                                  : status(200);
  };
  start();

  collect_for(10min, 1s);
  answer_ = [](const net::Request&) -> Result<net::Response> { return status(200); };
  fake_.loop.advance(1min);

  expect_all_received(10min, 1s);
  // However often it works in between.
  EXPECT_LE(fake_.logged("Cannot write"), 11u);
  EXPECT_LE(fake_.logged("Writing again"), 11u);
}

TEST_F(FaultTest, AStormOf429IsAbsorbedByASlowerPace) {
  // Takes one request in four seconds.
  Instant last{};
  std::size_t refused = 0;
  answer_ = [&](const net::Request&) -> Result<net::Response> {
    const Instant now = fake_.loop.clock().monotonic();
    if (last != Instant{} && now - last < 4s) {
      ++refused;
      return status(429, R"({"message":"Rate exceeded"})");
    }
    last = now;
    return status(200);
  };
  start();

  collect_for(10min, 1s);
  fake_.loop.advance(1min);

  expect_all_received(10min, 1s);
  EXPECT_EQ(throttled("request_rate"), static_cast<double>(refused));
  EXPECT_LT(refused, 300u);
  EXPECT_THAT(line_with("Cannot write"), HasSubstr("\"limit\":\"request_rate\""));
  EXPECT_THAT(line_with("Cannot write"), HasSubstr("linger"));
}

TEST_F(FaultTest, ARequestThatIsLargerThanABurstIsHalved) {
  answer_ = [](const net::Request& request) -> Result<net::Response> {
    const std::size_t count = Decoded(*request.body).samples.size();
    if (count <= 300) return status(200);
    return status(429, "ingestion rate limit (300) exceeded while adding " + std::to_string(count) +
                           " samples and 0 metadata");
  };
  shape_ = fake_wide_shape(1000);
  start();

  collect();
  fake_.loop.advance(10min);

  EXPECT_EQ(received_.size(), 1000u);
  EXPECT_EQ(std::set<std::string>(received_.begin(), received_.end()).size(), 1000u);
  EXPECT_GT(throttled("ingestion_rate"), 0);
  EXPECT_THAT(line_with("Cannot write"), HasSubstr("ask for a higher ingestion rate"));
  expect_balance();
}

TEST_F(FaultTest, NewSeriesWithoutRoomDoNotHoldUpTheOthersForEver) {
  // As Cortex does: what it knows is stored, and the answer is about the first new one.
  bool full = true;
  std::vector<std::string> stored;
  answer_ = [&](const net::Request& request) -> Result<net::Response> {
    const Decoded decoded(*request.body);
    bool met_limit = false;
    for (const std::string& sample : decoded.samples) {
      if (full && sample.starts_with("new")) {
        met_limit = true;
      } else if (std::find(stored.begin(), stored.end(), sample) == stored.end()) {
        stored.push_back(sample);
      }
    }
    return met_limit ? status(429,
                              "user=1_ws-1: per-user series limit of 10 exceeded, please "
                              "contact administrator to raise it")
                     : status(200);
  };
  shape_ = fake_shape({"a", "new"});
  start();

  collect_for(10min, 15s);
  const std::size_t known_after_ten_minutes = stored.size();
  full = false;
  collect_for(1min, 15s);
  fake_.loop.advance(1min);

  EXPECT_GE(known_after_ten_minutes, 38u);
  EXPECT_GT(rejected("active_series"), 0);
  EXPECT_EQ(samples("queued"), 0);
  EXPECT_GT(throttled("active_series"), 0);
  EXPECT_THAT(line_with("Cannot write"), HasSubstr("ask for more active series"));
  expect_balance();
}

TEST_F(FaultTest, AConnectionCutInAnAnswerIsRepeatedOnce) {
  // The data is taken, the answer is lost.
  answer_ = [this](const net::Request& request) -> Result<net::Response> {
    if (attempts() != 3) return status(200);
    const Decoded decoded(*request.body);
    received_.insert(received_.end(), decoded.samples.begin(), decoded.samples.end());
    return Error(Code::unavailable, "read from hub:9009: connection reset in the body");
  };
  start();

  collect_for(1min, 5s);

  std::map<std::string, int> times;
  for (const std::string& sample : received_) ++times[sample];
  std::size_t twice = 0;
  for (const auto& [sample, count] : times) twice += count > 1 ? 1 : 0;
  EXPECT_EQ(times.size(), 12u);
  EXPECT_EQ(twice, 1u);
  EXPECT_TRUE(std::is_sorted(received_.begin(), received_.end(), [](const auto& a, const auto& b) {
    return std::stol(a.substr(4)) < std::stol(b.substr(4));
  }));
  EXPECT_THAT(line_with("Cannot write"), HasSubstr("connection reset in the body"));
  EXPECT_EQ(samples("sent"), 12);
  expect_balance();
}

TEST_F(FaultTest, ANameThatDoesNotResolveForAWhileCostsNothing) {
  fail_within(30s, 2min, Error(Code::unavailable, "cannot resolve hub: no such host"));
  start();

  collect_for(4min, 5s);

  expect_all_received(4min, 5s);
  EXPECT_THAT(line_with("Cannot write"), HasSubstr("cannot resolve hub"));
}

TEST_F(FaultTest, AJumpOfTheWallClockExpiresNothing) {
  fail_within(30s, 5min, status(503));
  start("max_sample_age: 10m\n");

  collect_for(1min, 5s);
  fake_.loop.fake_clock().set(fake_.loop.clock().now() + 24h * 365);
  fake_.loop.advance(1min);
  fake_.loop.fake_clock().set(fake_.loop.clock().now() - 24h * 730);
  fake_.loop.advance(6min);

  expect_all_received(1min, 5s);
  EXPECT_EQ(samples("expired"), 0);
}

TEST_F(FaultTest, ASignalInTheMiddleOfASendGivesItTheTimeThereIs) {
  fake_.http->delay = 3s;
  start();
  collect();
  fake_.loop.advance(1s);
  collect();

  stop(10s);

  EXPECT_EQ(received_, (std::vector<std::string>{"a 1@0", "a 1@1000"}));
  EXPECT_EQ(attempts(), 2u);
  EXPECT_EQ(fake_.logged("dropped"), 0u);
  expect_balance();
}

TEST_F(FaultTest, EachLimitThatIsMetIsSaid) {
  answer_ = [this](const net::Request&) -> Result<net::Response> {
    switch (attempts()) {
      case 1: return status(429, "Rate exceeded");
      case 2: return status(429, "ingestion rate limit (10) exceeded");
      case 3: return status(429, "Rate exceeded");
      default: return status(200);
    }
  };
  start();

  collect();
  fake_.loop.advance(5min);

  EXPECT_EQ(fake_.logged("\"limit\":\"request_rate\""), 1u);
  EXPECT_EQ(fake_.logged("\"limit\":\"ingestion_rate\""), 1u);
  EXPECT_EQ(fake_.logged("Cannot write"), 2u);
  expect_all_received(1s, 1s);
}

// Parts of a request that is refused for one series, by a receiver that then takes nothing of it.
TEST_F(FaultTest, ASeriesThatIsRefusedDoesNotTakeTheOthersWithIt) {
  answer_ = [](const net::Request& request) -> Result<net::Response> {
    const Decoded decoded(*request.body);
    const bool bad = std::any_of(decoded.samples.begin(), decoded.samples.end(),
                                 [](const auto& sample) { return sample.starts_with("bad"); });
    return bad ? status(400, "out of order sample") : status(204);
  };
  shape_ = fake_shape({"a", "b", "c", "bad", "d", "e", "f", "g"});
  start();

  collect();
  fake_.loop.run_posted();

  EXPECT_THAT(received_, ::testing::ElementsAre("a 1@0", "b 1@0", "c 1@0", "d 1@0", "e 1@0",
                                                "f 1@0", "g 1@0"));
  EXPECT_EQ(rejected("out_of_order"), 1);
  EXPECT_EQ(samples("sent"), 7);
  EXPECT_EQ(attempts(), 7u);
  EXPECT_THAT(line_with("rejected"), HasSubstr("bad"));
  EXPECT_THAT(line_with("rejected"), HasSubstr("\"reason\":\"out_of_order\""));
  expect_balance();
}

TEST_F(FaultTest, TheSearchForARefusedSeriesIsBounded) {
  answer_ = [](const net::Request&) -> Result<net::Response> { return status(400, "no"); };
  shape_ = fake_wide_shape(500);
  start();

  collect_for(1min, 1s);

  EXPECT_LE(attempts(), 64u * 2 + 60 + 10);
  EXPECT_EQ(rejected("other"), 500 * 60);
  EXPECT_LE(fake_.logged("Samples were rejected"), 1u);
  expect_balance();
}

TEST_F(FaultTest, WhoNamesTheSeriesHasTakenTheOthers) {
  answer_ = [](const net::Request&) -> Result<net::Response> {
    return status(400,
                  "workspace ws-1: 1 out of order sample; the other 2 samples are stored; "
                  "first: out of order sample. timestamp=x, series={__name__=\"b\"}");
  };
  shape_ = fake_shape({"a", "b", "c"});
  start();

  collect();
  fake_.loop.run_posted();

  EXPECT_EQ(attempts(), 1u);
  EXPECT_EQ(rejected("out_of_order"), 1);
  EXPECT_EQ(samples("sent"), 2);
  EXPECT_THAT(line_with("rejected"), HasSubstr("b"));
  expect_balance();
}

// With a role to assume, the task's credentials endpoint in front of it.
class SignedFaultTest : public FaultTest {
 protected:
  SignedFaultTest() {
    fake_.environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = kTaskKeys;
    auto workspace = fake_.http->answer;
    fake_.http->answer = [this, workspace](const net::Request& request) -> Result<net::Response> {
      if (request.url.host == "169.254.170.2") return task_keys_();
      if (request.url.host.starts_with("sts.")) return sts_(request);
      ++writes_;
      return workspace(request);
    };
  }
  void start_signed() {
    start<AwsConfig>("awsprometheusremotewrite",
                     "endpoint: https://aps-workspaces.eu-west-1.amazonaws.com/workspaces/ws-1/api/"
                     "v1/remote_write\n"
                     "aws_auth: {role_arn: 'arn:aws:iam::222222222222:role/central'}\n");
  }
  std::string expiry() const { return iso8601(fake_.loop.clock().now() + lifetime_); }
  Result<net::Response> assumed_role() {
    ++roles_;
    return status(200,
                  "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIA" +
                      std::to_string(roles_) +
                      "</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t"
                      "</SessionToken><Expiration>" +
                      expiry() +
                      "</Expiration></Credentials><AssumedRoleUser><Arn>arn:aws:sts::222222222222:"
                      "assumed-role/central/task</Arn></AssumedRoleUser></AssumeRoleResult>"
                      "</AssumeRoleResponse>");
  }
  Result<net::Response> keys_of_task() const {
    return status(200, R"({"AccessKeyId":"ASIATASK","SecretAccessKey":"s","Token":"t",)"
                       R"("Expiration":")" +
                           expiry() + "\"}");
  }
  double signed_samples(std::string_view what) {
    return metric("tributary_exporter_samples_" + std::string(what));
  }

  Duration lifetime_ = 15min;
  std::size_t roles_ = 0;
  std::size_t writes_ = 0;
  std::function<Result<net::Response>()> task_keys_ = [this] { return keys_of_task(); };
  std::function<Result<net::Response>(const net::Request&)> sts_ = [this](const net::Request&) {
    return assumed_role();
  };
};

TEST_F(SignedFaultTest, SaysOnceThatTheFirstWriteWasAcceptedAndAsWhom) {
  start_signed();

  collect_for(5min, 15s);

  ASSERT_EQ(fake_.logged("First write accepted by https://aps-workspaces.eu-west-1.amazonaws.com/"
                         "workspaces/ws-1/api/v1/remote_write as arn:aws:sts::222222222222:"
                         "assumed-role/central/task"),
            1u);
  EXPECT_EQ(fake_.logged("First write"), 1u);
}

TEST_F(SignedFaultTest, StsThatIsDownAtStartCostsNothing) {
  sts_ = [this](const net::Request&) -> Result<net::Response> {
    if (since_start() < 10min) return Error(Code::unavailable, "connect: timed out");
    return assumed_role();
  };
  start_signed();

  collect_for(15min, 15s);

  expect_all_received(15min, 15s);
  EXPECT_GE(fake_.logged("waiting for credentials"), 1u);
  EXPECT_THAT(line_with("waiting for credentials"), HasSubstr("sts:AssumeRole"));
  EXPECT_THAT(line_with("waiting for credentials"), HasSubstr("arn:aws:iam::222222222222:role/"));
  EXPECT_LE(fake_.log_lines.size(), 30u);
}

TEST_F(SignedFaultTest, StsThatIsDownLaterCostsNothing) {
  sts_ = [this](const net::Request&) -> Result<net::Response> {
    if (within(5min, 40min)) return status(503, "Service Unavailable");
    return assumed_role();
  };
  start_signed();

  collect_for(45min, 15s);

  expect_all_received(45min, 15s);
  EXPECT_GE(fake_.logged("cannot renew credentials, the old ones are still valid"), 1u);
  EXPECT_GE(fake_.logged("waiting for credentials"), 1u);
  EXPECT_EQ(fake_.logged("Writing again"), 1u);
}

TEST_F(SignedFaultTest, ATokenThatExpiresIsRenewedAndTheRequestSignedAgain) {
  answer_ = [this](const net::Request& request) -> Result<net::Response> {
    const std::string authorization(request.headers.get("Authorization").value_or(""));
    // The first session is cut short.
    if (since_start() >= 2min && authorization.find("ASIA1/") != std::string::npos)
      return status(403, R"({"message":"The security token included in the request is expired"})");
    return status(200);
  };
  start_signed();

  collect_for(5min, 15s);

  expect_all_received(5min, 15s);
  EXPECT_EQ(roles_, 2u);
  EXPECT_EQ(writes_, 21u);
  EXPECT_EQ(fake_.logged("Cannot write"), 0u);
}

TEST_F(SignedFaultTest, ATokenThatIsRefusedForAWhileKeepsTheSamples) {
  answer_ = [this](const net::Request&) -> Result<net::Response> {
    if (within(1min, 10min))
      return status(403, R"({"message":"The security token included in the request is invalid."})",
                    {{"x-amzn-RequestId", "id-1"}});
    return status(200);
  };
  start_signed();

  collect_for(15min, 15s);

  expect_all_received(15min, 15s);
  EXPECT_LT(writes_, 150u);
  EXPECT_LT(roles_, 40u);
  const std::string& refused = line_with("a signed request was refused");
  for (const char* part :
       {"\"hop\":\"aps:RemoteWrite\"",
        "\"caller\":\"arn:aws:sts::", "\"role\":\"arn:aws:iam::222222222222:role/central\"",
        "\"region\":\"eu-west-1\"", "\"request_id\":\"id-1\"", "\"next_action\":"}) {
    EXPECT_THAT(refused, HasSubstr(part));
  }
}

TEST_F(SignedFaultTest, AClockThatIsWrongIsCorrectedFromTheAnswer) {
  const Duration ahead = 2h;  // of this machine
  const auto date = [&] { return http_date(fake_.loop.clock().now() - ahead); };
  const auto refuses = [&](const net::Request& request) {
    const std::string right = iso8601(fake_.loop.clock().now() - ahead).substr(11, 2);
    const std::string signed_at(request.headers.get("X-Amz-Date").value_or(""));
    return signed_at.substr(9, 2) != right;
  };
  lifetime_ = 15min - ahead;
  sts_ = [&](const net::Request& request) -> Result<net::Response> {
    if (!refuses(request)) return assumed_role();
    return status(403,
                  "<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code><Message>Signature not "
                  "yet current</Message></Error></ErrorResponse>",
                  {{"Date", date()}});
  };
  answer_ = [&](const net::Request& request) -> Result<net::Response> {
    if (!refuses(request)) return status(200);
    return status(403, R"({"message":"Signature not yet current: a is still later than b"})",
                  {{"Date", date()}});
  };
  start_signed();

  collect_for(3min, 15s);

  expect_all_received(3min, 15s);
  EXPECT_EQ(fake_.logged("the clock of this machine differs from the server's"), 1u);
  EXPECT_EQ(fake_.logged("Cannot write"), 0u);
}

TEST_F(SignedFaultTest, AMetadataServiceThatFlapsIsNotNoticed) {
  fake_.environment.erase("AWS_CONTAINER_CREDENTIALS_FULL_URI");
  SeededRandom random(3);
  auto others = fake_.http->answer;
  std::size_t asked = 0;
  fake_.http->answer = [&, others](const net::Request& request) -> Result<net::Response> {
    if (request.url.host != "169.254.169.254") return others(request);
    ++asked;
    if (random.uniform() < 0.5) return Error(Code::timeout, "no answer within 1s");
    if (request.url.target == "/latest/api/token") return status(200, "token");
    if (request.url.target.ends_with("/security-credentials/")) return status(200, "task-role");
    return status(200, R"({"Code":"Success","AccessKeyId":"ASIAIMDS","SecretAccessKey":"s",)"
                       R"("Token":"t","Expiration":")" +
                           expiry() + "\"}");
  };
  start_signed();

  collect_for(2h, 15s);
  fake_.loop.advance(2min);

  expect_all_received(2h, 15s);
  EXPECT_GT(asked, 10u);
  EXPECT_LE(fake_.log_lines.size(), 40u);
}

}  // namespace
}  // namespace tributary::collector::prometheusremotewrite
