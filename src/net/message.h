// HTTP/1.1 messages as bytes, both directions and both sides (RFC 9112), without I/O: a parser that
// is fed what arrives, and the heads that are sent.
//
// Strict where laxness would let two parsers disagree: both lengths at once, two different lengths,
// folded or unnamed fields and unknown codings are refused.
//
// Threads: none of its own; one at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "net/http.h"

namespace tributary::net {

// What is wrong with a message, and the status that a server answers it with.
struct MessageFault {
  int status = 400;
  std::string text;
};

class MessageParser {
 public:
  enum class Kind : std::uint8_t { request, response, response_to_head };
  struct Limits {
    std::size_t header_bytes_max = 64U << 10;
    std::size_t body_bytes_max = 16U << 20;
  };
  static constexpr std::size_t kChunkLineBytesMax = 4096;  // size and extensions of one chunk

  struct Head {
    std::string method;
    std::string target;
    int status = 0;
    int minor_version = 1;
    Headers headers;
  };

  // Takes pieces of a body; false ends the parsing.
  using Sink = std::function<bool(std::string_view piece)>;
  // Asked once the head of a request is there, before its length is looked at.
  struct SinkChoice {
    std::function<Sink(const Head& head)> choose;  // null: the body goes to body()
    std::uint64_t body_bytes_max;                  // of what goes to a sink
  };

  MessageParser(Kind kind, Limits limits) : kind_(kind), limits_(limits) {}

  // Bodies of answers with status 200 go there and not into body().
  void stream_to(Sink sink) { sink_ = std::move(sink); }
  // The choice outlives the parser.
  void choose_sink(const SinkChoice& choice) { choice_ = &choice; }

  // Takes the message's bytes from the front of `bytes` and tells how many; what is left over
  // belongs to the next message. Responses of status 1xx are passed over, but for 101.
  std::size_t feed(std::string_view bytes);
  // The peer sends no more.
  void end_of_stream();

  bool started() const { return header_bytes_ > 0; }
  bool head_done() const { return state_ > State::fields; }
  bool done() const { return state_ == State::done; }
  const std::optional<MessageFault>& fault() const { return fault_; }
  bool sink_refused() const { return sink_refused_; }

  Head& head() { return head_; }
  std::string& body() { return body_; }
  std::uint64_t body_bytes() const { return body_bytes_; }  // that have come so far
  // Whether the connection can carry another message after this one. Call it once it is done.
  bool keep_alive() const { return keep_alive_; }
  bool expects_continue() const { return expects_continue_; }

 private:
  enum class State : std::uint8_t {
    start_line,
    fields,
    body,
    body_to_end,
    chunk_size,
    chunk_data,
    chunk_end,
    trailer,
    done,
  };

  bool is_request() const { return kind_ == Kind::request; }
  void fail(int status, std::string text);
  std::size_t take_line(std::string_view bytes);
  std::size_t take_body(std::string_view bytes);
  void keep_body(std::string_view piece);
  void on_line(std::string_view line);
  void parse_request_line(std::string_view line);
  void parse_status_line(std::string_view line);
  bool parse_version(std::string_view text);
  void parse_field(std::string_view line);
  void finish_head();
  void finish_request_head();
  void finish_response_head();
  std::optional<std::uint64_t> content_length();
  bool transfer_coded();
  void expect_bytes(std::uint64_t count);
  bool sink_takes_body() const;
  void parse_chunk_size(std::string_view line);

  Kind kind_;
  Limits limits_;
  State state_ = State::start_line;
  bool keep_alive_ = true;
  bool expects_continue_ = false;
  std::size_t header_bytes_ = 0;
  std::uint64_t remaining_ = 0;  // of the body or the chunk
  std::string line_;             // the part of a line that has come so far
  Head head_;
  std::uint64_t body_bytes_ = 0;
  std::string body_;
  Sink sink_;
  const SinkChoice* choice_ = nullptr;
  bool sink_refused_ = false;
  std::optional<MessageFault> fault_;
};

// Whether the field can be sent: a token as its name, no line ends or other controls in the value.
bool is_valid_field(std::string_view name, std::string_view value);

// Whether a comma-separated list, as Connection's, holds the token (any case).
bool has_token(const Headers& headers, std::string_view name, std::string_view token);

std::string_view status_text(int status);

// "GET /x HTTP/1.1" and the fields, with the empty line.
std::string request_head(std::string_view method, std::string_view target, const Headers& headers);
std::string response_head(int status, const Headers& headers);

}  // namespace tributary::net
