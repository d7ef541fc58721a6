#include "net/relay.h"

#include <unistd.h>

#include <list>
#include <string>
#include <string_view>
#include <utility>

#include "net/connection.h"
#include "net/listener.h"

namespace tributary::net {
namespace {

using Want = TlsSession::Want;

constexpr int kStepsInARow = 16;  // before others get their turn
constexpr Duration kComplaintInterval = 10s;

struct State {
  State(EpollLoop& on_loop, RelayOptions with_options, Logger with_log)
      : loop(on_loop), options(std::move(with_options)), log(std::move(with_log)) {}

  EpollLoop& loop;
  RelayOptions options;
  Logger log;
  std::optional<Listener> listener;
  std::uint16_t port = 0;
  std::list<Interrupt*> open;
  Relay::Stats stats;
  LogLimiter complaints{kComplaintInterval};
};

// One direction of a connection: what was read and is not sent yet, and how far it has come.
class Flow {
 public:
  Flow(EpollLoop& loop, Connection& from, Connection& to, Relay::Direction& count)
      : loop_(loop), from_(from), to_(to), count_(count) {}

  // Sends and reads what goes without waiting; false where nothing went.
  Result<bool> step() {
    if (!rest_.empty()) return send_rest();
    if (ended_ || !from_.descriptor().may(Descriptor::Ready::read)) return false;
    const auto buffer = loop_.read_buffer();
    TRIBUTARY_TRY(const auto got, from_.try_read(buffer));
    if (got.want != Want::nothing) return false;
    if (got.bytes == 0) return end();
    count_.bytes += got.bytes;
    ++count_.pieces;
    const std::string_view piece(buffer.data(), got.bytes);
    TRIBUTARY_TRY(const auto sent, to_.try_write(piece, ""));
    rest_ = piece.substr(sent.bytes);
    return true;
  }

  bool ended() const { return ended_; }
  bool wants_read() const { return !ended_ && rest_.empty(); }
  bool wants_write() const { return !rest_.empty(); }

 private:
  Result<bool> send_rest() {
    if (!to_.descriptor().may(Descriptor::Ready::write)) return false;
    TRIBUTARY_TRY(const auto sent, to_.try_write(std::string_view(rest_).substr(sent_), ""));
    sent_ += sent.bytes;
    if (sent_ == rest_.size()) {
      rest_ = std::string();
      sent_ = 0;
    }
    return sent.bytes > 0;
  }
  Result<bool> end() {
    ended_ = true;
    to_.finish();
    return true;
  }

  EpollLoop& loop_;
  Connection& from_;
  Connection& to_;
  Relay::Direction& count_;
  std::string rest_;
  std::size_t sent_ = 0;  // of rest_
  bool ended_ = false;
};

unsigned wanted(const Flow& outgoing, const Flow& incoming) {
  return (outgoing.wants_read() ? static_cast<unsigned>(Descriptor::Ready::read) : 0U) |
         (incoming.wants_write() ? static_cast<unsigned>(Descriptor::Ready::write) : 0U);
}

// Carries bytes until both directions have ended.
Task<Result<void>> carry(State& state, Connection& client, Connection& target,
                         Interrupt& interrupt) {
  Flow forward(state.loop, client, target, state.stats.forward);
  Flow back(state.loop, target, client, state.stats.back);
  int steps = 0;
  while (!forward.ended() || !back.ended()) {
    TRIBUTARY_CO_TRY(const bool went, forward.step());
    TRIBUTARY_CO_TRY(const bool came, back.step());
    if (forward.ended() != back.ended())
      interrupt.set_deadline(state.loop.clock().monotonic() + state.options.half_closed_timeout);
    if ((went || came) && ++steps < kStepsInARow) continue;
    steps = 0;
    if (went || came) {
      Yield yield(state.loop);
      co_await yield;
      if (interrupt.raised()) co_return Error(*interrupt.cause(), "given up");
      continue;
    }
    PairWait wait({client.descriptor(), wanted(forward, back)},
                  {target.descriptor(), wanted(back, forward)}, interrupt);
    const Result<void> ready = co_await wait;
    if (!ready) co_return ready.error();
  }
  co_return Result<void>();
}

Task<Result<std::unique_ptr<Connection>>> reach(State& state, Interrupt& interrupt) {
  const HostPort& to = state.options.to;
  interrupt.set_deadline(state.loop.clock().monotonic() + state.options.connect_timeout);
  TRIBUTARY_CO_TRY(Addresses addresses,
                   co_await state.loop.resolver().resolve(to.host, to.port, interrupt));
  const auto* make_socket = state.options.make_socket ? &state.options.make_socket : nullptr;
  TRIBUTARY_CO_TRY(auto target,
                   co_await connect_tcp(state.loop, std::move(addresses), interrupt, make_socket));
  interrupt.set_deadline(std::nullopt);
  co_return std::move(target);
}

Task<void> relay_connection(State& state, Connection& client, Interrupt& interrupt) {
  Result<std::unique_ptr<Connection>> target = co_await reach(state, interrupt);
  if (!target) {
    client.reset_at_end();
    ++state.stats.failed;
    const auto verdict = state.complaints.allow(state.loop.clock().monotonic());
    if (verdict.allowed && interrupt.cause() != Code::cancelled)
      state.log.debug("cannot relay a connection",
                      {{"reason", target.error().message()}, {"suppressed", verdict.suppressed}});
    co_return;
  }
  const Result<void> carried = co_await carry(state, client, **target, interrupt);
  if (carried) co_return;
  client.reset_at_end();
  (*target)->reset_at_end();
}

detail::Detached relay(std::shared_ptr<State> state, int fd) {
  Connection client(state->loop, fd);
  Interrupt interrupt(state->loop);
  const auto place = state->open.insert(state->open.end(), &interrupt);
  ++state->stats.opened;
  Task<void> relaying = relay_connection(*state, client, interrupt);
  co_await relaying;
  state->open.erase(place);
}

void take_connection(const std::shared_ptr<State>& state, int fd) {
  if (state->open.size() < state->options.connections_max) {
    relay(state, fd);
    return;
  }
  ++state->stats.refused;
  Connection(state->loop, fd).reset_at_end();
}

detail::Detached accept_all(std::shared_ptr<State> state) {
  Listener::Take take = [state](int fd, const Address&) { take_connection(state, fd); };
  Task<void> accepting = state->listener->accept_all(std::move(take), state->log);
  co_await accepting;
  state->listener.reset();
}

class RealRelay final : public Relay {
 public:
  explicit RealRelay(std::shared_ptr<State> state) : state_(std::move(state)) {}
  ~RealRelay() override {
    if (state_->listener) state_->listener->close();
    for (Interrupt* interrupt : state_->open) interrupt->raise(Code::cancelled);
  }

  std::uint16_t port() const override { return state_->port; }
  Stats stats() const override {
    Stats stats = state_->stats;
    stats.open = state_->open.size();
    return stats;
  }

 private:
  std::shared_ptr<State> state_;
};

}  // namespace

Result<std::unique_ptr<Relay>> start_relay(Loop& loop, RelayOptions options, Logger log) {
  TRIBUTARY_TRY(EpollLoop * real, real_loop(loop));
  auto state = std::make_shared<State>(*real, std::move(options), std::move(log));
  const int fd = state->options.listening_socket;
  state->listener.emplace(*real, fd);
  if (auto listens = adopt_listening(fd); !listens) return listens.error();
  state->port = state->listener->port();
  accept_all(state);
  return std::unique_ptr<Relay>(std::make_unique<RealRelay>(std::move(state)));
}

}  // namespace tributary::net
