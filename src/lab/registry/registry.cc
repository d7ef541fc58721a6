#include "lab/registry/registry.h"

#include <utility>

namespace tributary::lab::registry {
namespace {

constexpr Duration kSweepInterval = 1h;
constexpr Duration kPullLoginLife = 15min;

}  // namespace

Result<std::unique_ptr<Registry>> Registry::open(net::Loop& loop, Disk& disk, Random& random,
                                                 Authority& authority, std::string directory,
                                                 Logger log) {
  TRIBUTARY_TRY(auto store, Store::open(disk, random, directory, log));
  TRIBUTARY_TRY(auto tokens, Tokens::open(disk, random, directory + "/tokens", loop.clock().now()));
  return std::unique_ptr<Registry>(
      new Registry(loop, random, authority, std::move(store), std::move(tokens), std::move(log)));
}

Registry::Registry(net::Loop& loop, Random& random, Authority& authority,
                   std::unique_ptr<Store> store, std::unique_ptr<Tokens> tokens, Logger log)
    : loop_(loop),
      store_(std::move(store)),
      tokens_(std::move(tokens)),
      log_(std::move(log)),
      pool_(1),
      uploads_(*store_, random),
      front_(loop, pool_, authority, *store_, *tokens_, uploads_, log_),
      api_(loop.clock(), authority, *store_, *tokens_) {}

void Registry::set_address(std::string address) {
  api_.set_address(address);
  address_ = std::move(address);
}

bool Registry::holds(std::string_view image) const {
  const auto name = parse_image_name(image);
  return name && name->server == address_;
}

Result<std::optional<RegistryLogin>> Registry::login_for(const Caller& caller,
                                                         std::string_view image) {
  if (!holds(image)) return std::optional<RegistryLogin>();
  const Login login{
      .access_key_id = caller.access_key_id, .account = caller.account, .arn = caller.arn};
  TRIBUTARY_TRY(const auto issued, tokens_->issue(login, loop_.clock().now(), kPullLoginLife,
                                                  Tokens::Kept::in_memory));
  return std::optional(RegistryLogin{address_, "AWS", issued.password});
}

net::Task<void> Registry::run(std::stop_token stop) {
  while (true) {
    net::SleepAwaiter pause = net::sleep_for(loop_, kSweepInterval, stop);
    const bool elapsed = co_await pause;
    if (!elapsed) co_return;
    const Timestamp now = loop_.clock().now();
    uploads_.sweep(now);
    tokens_->sweep(now);
    if (auto done = store_->sweep(now); !done)
      log_.warn("unused layers stay for now", {{"reason", done.error().message()}});
  }
}

}  // namespace tributary::lab::registry
