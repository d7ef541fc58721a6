// The calls of Grafana's Prometheus data sources (hub-spec 6), over a real store.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidjson/document.h>

#include "base/temporary_directory.h"
#include "hub/gateway/gateway_fixture.h"
#include "hub/workspaces/embedded_store.h"
#include "remote/snappy.h"
#include "remote/write_request.h"

namespace tributary::hub::gateway {
namespace {

using ::testing::HasSubstr;

constexpr std::int64_t kNow = 1'700'000'000'000;  // the FakeClock's

struct RealStore {
  TemporaryDirectory directory;
  RealDisk disk;
  FakeClock clock;
  Telemetry telemetry;
  workspaces::LimitsTable limits;
  std::unique_ptr<workspaces::EmbeddedStore> store =
      workspaces::EmbeddedStore::open({.directory = directory.path(), .limits = limits}, disk,
                                      clock, telemetry, Logger())
          .value();
};

class GrafanaTest : private RealStore, public GatewayTest {
 protected:
  GrafanaTest() : GatewayTest(RealStore::store.get()) {
    remote::WriteRequestEncoder encoder;
    const Labels up{{"__name__", "up"}, {"job", "api"}};
    const std::vector<Sample> samples{{kNow - 30'000, 1}, {kNow, 0}};
    encoder.add({.labels = up.span(), .samples = samples});
    const net::Response wrote = signed_as(admin, {.method = "POST",
                                                  .target = data("remote_write"),
                                                  .body = remote::compress(encoder.finish())});
    EXPECT_EQ(wrote.status, 200) << wrote.body;
  }

  std::string get(const std::string& path) { return answer({.target = data(path)}); }
  std::string post(const std::string& path, const std::string& form) {
    Call call{.method = "POST", .target = data(path), .body = form};
    call.headers.set("Content-Type", "application/x-www-form-urlencoded");
    call.headers.set("X-Dashboard-UID", "abc");
    call.headers.set("X-Grafana-Org-Id", "1");
    call.headers.set("X-Panel-Id", "7");
    return answer(call);
  }
  std::string answer(const Call& call) {
    const net::Response response = signed_as(admin, call);
    return std::to_string(response.status) + " " + response.body;
  }
};

TEST_F(GrafanaTest, FindsTheDataSourceHealthy) {
  const char* two = R"(200 {"status":"success","data":{"resultType":"scalar","result":[4,"2"]}})";

  EXPECT_EQ(post("query", "query=1%2B1&time=4"), two);
  EXPECT_EQ(post("query", "query=1%2B1&time=1970-01-01T00%3A00%3A04Z"), two);
  EXPECT_EQ(get("query?query=1%2B1&time=4.000"), two);
  EXPECT_THAT(get("status/buildinfo"), HasSubstr(R"("version":"3)"));
}

// It asks with times in milliseconds, which are seconds in the year 58,000.
TEST_F(GrafanaTest, LeavesExemplarsSwitchedOn) {
  const char* none = R"(200 {"status":"success","data":[]})";
  const std::string probe = "query=test&start=1795398699194&end=1795398759194";

  EXPECT_EQ(get("query_exemplars?" + probe), none);
  EXPECT_EQ(post("query_exemplars", probe), none);
}

TEST_F(GrafanaTest, ReadsFormsWhereItPostsThem) {
  const std::string times = "&start=1699999970.000&end=1700000000.000";

  EXPECT_THAT(post("query_range", "query=up" + times + "&step=15.000"),
              HasSubstr(R"("values":[[1699999970,"1"],[1699999985,"1"],[1700000000,"0"]])"));
  EXPECT_EQ(post("series", "match%5B%5D=%7B__name__%21%3D%22%22%7D&limit=40000" + times),
            R"(200 {"status":"success","data":[{"__name__":"up","job":"api"}]})");
  EXPECT_EQ(post("labels", "match%5B%5D=up" + times),
            R"(200 {"status":"success","data":["__name__","job"]})");
  EXPECT_EQ(get("label/__name__/values?limit=40000" + times),
            R"(200 {"status":"success","data":["up"]})");
  EXPECT_EQ(get("label/U__job/values?match%5B%5D=up"),
            R"(200 {"status":"success","data":["api"]})");
  EXPECT_EQ(get("metadata?limit=40000"), R"(200 {"status":"success","data":{}})");
  EXPECT_EQ(get("rules"), R"(200 {"status":"success","data":{"groups":[]}})");
  EXPECT_EQ(get("alerts"), R"(200 {"status":"success","data":{"alerts":[]}})");
}

// It posts first, and tries again with GET after a 405.
TEST_F(GrafanaTest, IsToldWhereAPostIsNotTaken) {
  const auto allowed = [&](const std::string& path) {
    const net::Response response = signed_as(admin, {.method = "POST", .target = data(path)});
    EXPECT_EQ(response.status, 405) << path;
    return std::string(response.headers.get("Allow").value_or(""));
  };

  EXPECT_EQ(allowed("label/job/values"), "GET");
  EXPECT_EQ(allowed("metadata"), "GET");
  EXPECT_EQ(allowed("rules"), "GET");
  EXPECT_EQ(allowed("status/buildinfo"), "GET");
}

TEST_F(GrafanaTest, ShowsThePersonWhatIsWrong) {
  EXPECT_EQ(post("query", "query=up%7B"),
            R"(400 {"status":"error","errorType":"bad_data","error":"invalid parameter \"query\": )"
            R"(1:4: parse error: unexpected end of input inside braces"})");
  const net::Response denied = signed_as(other, {.target = data("query") + "?query=up"});
  EXPECT_EQ(denied.status, 403);
  EXPECT_THAT(denied.body, HasSubstr("is not authorized to perform: aps:QueryMetrics"));
}

TEST_F(GrafanaTest, WorksWithTheWorkspacesEndpointAsItsUrl) {
  const net::Response described = signed_as(admin, {.target = "/workspaces/" + workspace});

  EXPECT_THAT(described.body,
              HasSubstr("\"prometheusEndpoint\":\"http://127.0.0.1:9009/workspaces/" + workspace));
}

}  // namespace
}  // namespace tributary::hub::gateway
