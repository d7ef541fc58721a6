// What it costs the hub to draw the topology of 200 accounts with 20 roles each: reading it after
// somebody has changed a policy, drawing, and writing the JSON. Every account has a task role that
// assumes its namesake in a central account, roles for execution and administration, and others
// that read something. And of the same with a crowd: one account more, with 1,000 roles that may
// all become each other and that have a long policy each.
#include <benchmark/benchmark.h>
#include <stdlib.h>

#include <filesystem>
#include <string>

#include "hub/identity/accounts.h"
#include "hub/identity/topology.h"

namespace {

using namespace tributary;
using namespace tributary::hub::identity;

constexpr int kAccounts = 200;
constexpr int kRoles = 20;
constexpr int kCrowd = 1000;

std::string statement(const std::string& body) {
  return R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow",)" + body + "}]}";
}

std::string account_id(int i) { return std::to_string(100'000'000'000 + i); }

class World {
 public:
  explicit World(int crowd) {
    std::string pattern = (std::filesystem::temp_directory_path() / "topology.XXXXXX").string();
    directory_ = ::mkdtemp(pattern.data());
    store_ = std::move(Store::open(directory_, clock_, random_)).value();
    auto transaction = store_->begin();
    input.account = account_id(0);
    for (int i = 0; i < kAccounts; ++i) add_account(i);
    if (crowd > 0) add_crowd(crowd);
    (void)transaction->commit();
    (void)store_->set_monitoring(input.account, true);
  }
  ~World() { std::filesystem::remove_all(directory_); }

  void change() { put(first_role_, "changed", statement(R"("Action":"s3:*","Resource":"*")")); }
  Store& store() { return *store_; }

  TopologyInput input;

 private:
  void put(const std::string& id, const char* name, const std::string& document) {
    (void)store_->put_inline(id, {name, document});
  }

  void add_account(int i) {
    const std::string id = account_id(i);
    (void)store_->add_account({.id = id, .name = "account"});
    const std::string workspace =
        "arn:aws:aps:eu-west-1:" + id + ":workspace/ws-0a1b2c3d-0000-4000-8000-" + id;
    input.workspaces.push_back({.arn = workspace, .account = id, .alias = "metrics"});
    for (int role = 0; role < kRoles; ++role) add_role(i, role, workspace);
  }

  void add_role(int i, int role, const std::string& workspace) {
    const std::string central = account_id(0);
    std::string trust = R"("Principal":{"Service":"ecs-tasks.amazonaws.com"})";
    std::string policy = R"("Action":["s3:GetObject","s3:ListBucket"],"Resource":"*")";
    std::string name = "role-" + std::to_string(role);
    if (role == 0) {
      name = "task-role";
      policy = R"("Action":"sts:AssumeRole","Resource":"arn:aws:iam::)" + central +
               ":role/central-" + std::to_string(i) + "\"";
    } else if (role == 1) {
      name = "writer";
      trust = R"("Principal":{"AWS":"arn:aws:iam::)" + account_id(i) + R"(:root"})";
      policy = R"("Action":"aps:RemoteWrite","Resource":")" + workspace + "\"";
    } else if (role == 2) {
      name = "administration";
      trust = R"("Principal":{"AWS":"arn:aws:iam::)" + account_id(i) + R"(:root"})";
      policy = R"("Action":"*","Resource":"*")";
    }
    add_entity(i, name, trust, policy);
    if (role > 0) return;
    add_entity(0, "central-" + std::to_string(i),
               R"("Principal":{"AWS":"arn:aws:iam::)" + account_id(i) +
                   R"(:root"},"Condition":{"ArnLike":{"aws:PrincipalArn":)" +
                   R"("arn:aws:iam::*:role/task-role"}})",
               R"("Action":"aps:RemoteWrite","Resource":")" + input.workspaces[0].arn + "\"");
  }

  void add_crowd(int crowd) {
    const std::string id = account_id(kAccounts);
    (void)store_->add_account({.id = id, .name = "crowd"});
    std::string resources = R"(["arn:aws:iam::)" + id + R"(:role/r*")";
    while (resources.size() < 9'000)
      resources += R"(,"arn:aws:iam::)" + id + ":role/x" + std::to_string(resources.size()) + "\"";
    for (int i = 0; i < crowd; ++i)
      add_entity(kAccounts, "r" + std::to_string(i),
                 R"("Principal":{"AWS":"arn:aws:iam::)" + id + R"(:root"})",
                 R"("Action":"sts:AssumeRole","Resource":)" + resources + "]");
  }

  void add_entity(int account, const std::string& name, const std::string& trust,
                  const std::string& policy) {
    const Entity entity{.kind = EntityKind::role,
                        .id = unique_id("AROA", random_),
                        .account = account_id(account),
                        .name = name,
                        .trust_policy = statement(trust + R"(,"Action":"sts:AssumeRole")")};
    (void)store_->add_entity(entity);
    put(entity.id, "inline", statement(policy));
    if (first_role_.empty()) first_role_ = entity.id;
  }

  std::filesystem::path directory_;
  FakeClock clock_;
  SeededRandom random_{42};
  std::unique_ptr<Store> store_;
  std::string first_role_;
};

World& world() {
  static World all(0);
  return all;
}

World& crowded_world() {
  static World all(kCrowd);
  return all;
}

void roles_per_second(benchmark::State& state) {
  state.SetItemsProcessed(state.iterations() * kAccounts * kRoles);
}

void read_first(benchmark::State& state) {
  for (auto _ : state) {
    IdentityReader reader(world().store());
    benchmark::DoNotOptimize(reader.read());
  }
  roles_per_second(state);
}
BENCHMARK(read_first)->Unit(benchmark::kMillisecond);

void read_changed(benchmark::State& state) {
  IdentityReader reader(world().store());
  benchmark::DoNotOptimize(reader.read());
  for (auto _ : state) {
    world().change();
    benchmark::DoNotOptimize(reader.read());
  }
  roles_per_second(state);
}
BENCHMARK(read_changed)->Unit(benchmark::kMillisecond);

void draw(benchmark::State& state) {
  IdentityReader reader(world().store());
  const auto snapshot = reader.read();
  TopologyInput input = world().input;
  if (state.range(0) == 1) input.account = account_id(7);
  for (auto _ : state) benchmark::DoNotOptimize(describe_topology(**snapshot, input));
  state.counters["edges"] = static_cast<double>(describe_topology(**snapshot, input).edges.size());
  roles_per_second(state);
}
BENCHMARK(draw)->ArgName("one_account")->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

void draw_crowd(benchmark::State& state) {
  IdentityReader reader(crowded_world().store());
  const auto snapshot = reader.read();
  std::size_t edges = 0;
  std::size_t bytes = 0;
  for (auto _ : state) {
    const Topology topology = describe_topology(**snapshot, crowded_world().input);
    edges = topology.edges.size();
    bytes = to_json(topology).size();
  }
  state.counters["edges"] = static_cast<double>(edges);
  state.counters["json_bytes"] = static_cast<double>(bytes);
  state.SetItemsProcessed(state.iterations() * (kAccounts * kRoles + kCrowd));
}
BENCHMARK(draw_crowd)->Unit(benchmark::kMillisecond);

void write_json(benchmark::State& state) {
  IdentityReader reader(world().store());
  const Topology topology = describe_topology(**reader.read(), world().input);
  std::size_t bytes = 0;
  for (auto _ : state) bytes += to_json(topology).size();
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
}
BENCHMARK(write_json)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
