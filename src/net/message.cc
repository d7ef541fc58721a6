#include "net/message.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/strings.h"

namespace tributary::net {
namespace {

constexpr std::size_t kReserveBytesMax = 1U << 20;  // for a body that has not come yet

bool is_token_char(char c) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         kMarks.find(c) != kMarks.npos;
}

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_token_char);
}

bool is_field_value(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte >= 0x20 && byte != 0x7f) || c == '\t';
  });
}

std::string_view trim_blanks(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// For messages about what a stranger sent.
std::string quoted(std::string_view text) {
  constexpr std::size_t kShown = 64;
  std::string out = "\"";
  for (const char c : text.substr(0, kShown)) out += c >= ' ' && c < '\x7f' ? c : '?';
  return out + (text.size() > kShown ? "...\"" : "\"");
}

std::optional<std::uint64_t> parse_hex(std::string_view text) {
  if (text.empty() || text.size() > 15) return std::nullopt;
  std::uint64_t number = 0;
  for (const char c : text) {
    const int digit = c >= '0' && c <= '9'   ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : -1;
    if (digit < 0) return std::nullopt;
    number = number << 4 | static_cast<unsigned>(digit);
  }
  return number;
}

void append_fields(std::string& out, const Headers& headers) {
  for (const auto& [name, value] : headers) {
    out += name;
    out += ": ";
    out += value;
    out += "\r\n";
  }
  out += "\r\n";
}

}  // namespace

std::size_t MessageParser::feed(std::string_view bytes) {
  std::size_t taken = 0;
  while (taken < bytes.size() && !done() && !fault_ && !sink_refused_) {
    const std::string_view rest = bytes.substr(taken);
    const bool raw =
        state_ == State::body || state_ == State::body_to_end || state_ == State::chunk_data;
    taken += raw ? take_body(rest) : take_line(rest);
  }
  return taken;
}

void MessageParser::end_of_stream() {
  if (state_ == State::body_to_end) {
    state_ = State::done;
  } else if (!done()) {
    fail(400, "ended in the middle of the message");
  }
}

void MessageParser::fail(int status, std::string text) {
  if (!fault_) fault_ = MessageFault{status, std::move(text)};
}

// Takes up to the end of the line, and handles the line once it is whole.
std::size_t MessageParser::take_line(std::string_view bytes) {
  const std::size_t end = bytes.find('\n');
  const std::size_t taken = end == bytes.npos ? bytes.size() : end + 1;
  if (state_ == State::chunk_size || state_ == State::chunk_end) {
    if (line_.size() + taken > kChunkLineBytesMax) fail(400, "chunk header too long");
  } else {
    header_bytes_ += taken;
    if (header_bytes_ > limits_.header_bytes_max)
      fail(431, "header fields longer than " + std::to_string(limits_.header_bytes_max) + " bytes");
  }
  if (fault_) return taken;
  if (end == bytes.npos) {
    line_ += bytes;
    return taken;
  }

  std::string_view line = bytes.substr(0, end);
  if (!line_.empty()) {
    line_ += line;
    line = line_;
  }
  const bool carriage_return = line.ends_with('\r');
  if (carriage_return) {
    line.remove_suffix(1);
  } else if (is_request()) {
    fail(400, "line must end with CR LF");
    return taken;
  }
  on_line(line);
  line_.clear();
  return taken;
}

void MessageParser::on_line(std::string_view line) {
  switch (state_) {
    case State::start_line:
      if (is_request() && line.empty()) return;  // RFC 9112, 2.2: ignored before a request
      is_request() ? parse_request_line(line) : parse_status_line(line);
      return;
    case State::fields: line.empty() ? finish_head() : parse_field(line); return;
    case State::chunk_size: parse_chunk_size(line); return;
    case State::chunk_end:
      if (!line.empty()) return fail(400, "chunk longer than its size");
      state_ = State::chunk_size;
      return;
    case State::trailer:  // its fields are of no use to us
      if (line.empty()) state_ = State::done;
      return;
    default: return;
  }
}

void MessageParser::parse_request_line(std::string_view line) {
  const std::size_t first = line.find(' ');
  const std::size_t second = first == line.npos ? line.npos : line.find(' ', first + 1);
  if (second == line.npos)
    return fail(400, "request line " + quoted(line) + ": must be method, target and version");
  const std::string_view method = line.substr(0, first);
  const std::string_view target = line.substr(first + 1, second - first - 1);
  if (!is_token(method)) return fail(400, "method " + quoted(method) + ": must be a token");
  const bool clean = std::all_of(target.begin(), target.end(), [](char c) {
    return static_cast<unsigned char>(c) > ' ' && c != '\x7f';
  });
  if (target.empty() || !clean) return fail(400, "target " + quoted(target) + ": must be a path");
  if (!parse_version(line.substr(second + 1))) return;
  head_.method = method;
  head_.target = target;
  state_ = State::fields;
}

void MessageParser::parse_status_line(std::string_view line) {
  const std::size_t space = line.find(' ');
  if (!parse_version(line.substr(0, space))) return;
  const std::string_view rest = space == line.npos ? std::string_view() : line.substr(space + 1);
  const auto status = parse_uint64(rest.substr(0, 3));
  if (!status || *status < 100 || (rest.size() > 3 && rest[3] != ' '))
    return fail(400, "status line " + quoted(line) + ": must have a status of three digits");
  head_.status = static_cast<int>(*status);
  state_ = State::fields;
}

bool MessageParser::parse_version(std::string_view text) {
  if (text == "HTTP/1.1" || text == "HTTP/1.0") {
    head_.minor_version = text.back() - '0';
    return true;
  }
  const bool http = text.starts_with("HTTP/") && text.size() == 8;
  fail(http ? 505 : 400, "version " + quoted(text) + ": must be HTTP/1.1 or HTTP/1.0");
  return false;
}

void MessageParser::parse_field(std::string_view line) {
  const std::size_t colon = line.find(':');
  const std::string_view name = line.substr(0, colon);
  if (colon == line.npos || !is_token(name))
    return fail(400, "header field " + quoted(line) + ": must be name: value");
  const std::string_view value = trim_blanks(line.substr(colon + 1));
  if (!is_field_value(value))
    return fail(400, "header field " + quoted(name) + ": control character in its value");
  head_.headers.add(name, value);
}

void MessageParser::finish_head() {
  const Headers& headers = head_.headers;
  const bool close = has_token(headers, "Connection", "close");
  const bool keep = has_token(headers, "Connection", "keep-alive");
  keep_alive_ = !close && (head_.minor_version == 1 || keep);
  is_request() ? finish_request_head() : finish_response_head();
}

void MessageParser::finish_request_head() {
  const std::size_t hosts = head_.headers.get_all("Host").size();
  if (hosts > 1 || (hosts == 0 && head_.minor_version == 1))
    return fail(400, "must have one Host field, has " + std::to_string(hosts));
  const bool coded = head_.headers.get("Transfer-Encoding").has_value();
  if (coded && head_.headers.get("Content-Length"))
    return fail(400, "Transfer-Encoding and Content-Length exclude each other");
  if (coded && head_.minor_version == 0) return fail(400, "HTTP/1.0 knows no Transfer-Encoding");

  const auto expect = head_.headers.get("Expect");
  expects_continue_ = expect && equals_ignore_case(*expect, "100-continue");
  if (coded && !transfer_coded()) return;
  const auto length = coded ? std::nullopt : content_length();
  if (fault_) return;
  if (choice_ != nullptr && (sink_ = choice_->choose(head_)))
    limits_.body_bytes_max = choice_->body_bytes_max;
  if (coded)
    state_ = State::chunk_size;
  else
    expect_bytes(length.value_or(0));
}

void MessageParser::finish_response_head() {
  if (head_.status < 200 && head_.status != 101) {
    head_ = {};
    state_ = State::start_line;
    return;
  }
  if (head_.status == 101) keep_alive_ = false;
  const bool bodiless = kind_ == Kind::response_to_head || head_.status < 200 ||
                        head_.status == 204 || head_.status == 304;
  if (bodiless) {
    state_ = State::done;
    return;
  }
  const bool coded = head_.headers.get("Transfer-Encoding").has_value();
  if (coded) {
    // Both at once is an error or an attack; the coding counts and the connection ends.
    if (head_.headers.get("Content-Length")) keep_alive_ = false;
    if (!transfer_coded()) return;
    state_ = State::chunk_size;
    return;
  }
  const auto length = content_length();
  if (fault_) return;
  if (length) return expect_bytes(*length);
  keep_alive_ = false;
  state_ = State::body_to_end;
}

// The agreed value of all Content-Length fields, or nothing where there is none.
std::optional<std::uint64_t> MessageParser::content_length() {
  std::optional<std::uint64_t> length;
  for (const std::string_view field : head_.headers.get_all("Content-Length")) {
    for (const std::string_view part : split(field, ',')) {
      const auto number = parse_uint64(trim_blanks(part));
      if (!number || (length && *length != *number)) {
        fail(400, "Content-Length " + quoted(field) + ": must be one number");
        return std::nullopt;
      }
      length = number;
    }
  }
  return length;
}

bool MessageParser::transfer_coded() {
  const auto fields = head_.headers.get_all("Transfer-Encoding");
  if (fields.size() == 1 && equals_ignore_case(fields[0], "chunked")) return true;
  fail(501, "Transfer-Encoding " + quoted(fields[0]) + ": only chunked is known");
  return false;
}

void MessageParser::expect_bytes(std::uint64_t count) {
  if (count > limits_.body_bytes_max)
    return fail(413, "body of " + std::to_string(count) + " bytes, at most " +
                         std::to_string(limits_.body_bytes_max) + " are taken");
  remaining_ = count;
  state_ = count == 0 ? State::done : State::body;
  if (!sink_) body_.reserve(std::min<std::size_t>(count, kReserveBytesMax));
}

void MessageParser::parse_chunk_size(std::string_view line) {
  const auto size = parse_hex(trim_blanks(line.substr(0, line.find(';'))));
  if (!size) return fail(400, "chunk size " + quoted(line) + ": must be hexadecimal");
  if (*size > limits_.body_bytes_max - body_bytes_)
    return fail(413, "body longer than " + std::to_string(limits_.body_bytes_max) + " bytes");
  remaining_ = *size;
  state_ = *size == 0 ? State::trailer : State::chunk_data;
}

std::size_t MessageParser::take_body(std::string_view bytes) {
  if (state_ == State::body_to_end) {
    if (bytes.size() > limits_.body_bytes_max - body_bytes_)
      fail(413, "body longer than " + std::to_string(limits_.body_bytes_max) + " bytes");
    else
      keep_body(bytes);
    return bytes.size();
  }
  const std::size_t taken = std::min<std::uint64_t>(remaining_, bytes.size());
  keep_body(bytes.substr(0, taken));
  remaining_ -= taken;
  if (remaining_ == 0) state_ = state_ == State::body ? State::done : State::chunk_end;
  return taken;
}

bool MessageParser::sink_takes_body() const {
  return sink_ && (is_request() || head_.status == 200);
}

void MessageParser::keep_body(std::string_view piece) {
  body_bytes_ += piece.size();
  if (sink_takes_body())
    sink_refused_ = !sink_(piece);
  else
    body_ += piece;
}

bool is_valid_field(std::string_view name, std::string_view value) {
  return is_token(name) && is_field_value(value);
}

bool has_token(const Headers& headers, std::string_view name, std::string_view token) {
  for (const std::string_view field : headers.get_all(name))
    for (const std::string_view part : split(field, ','))
      if (equals_ignore_case(trim_blanks(part), token)) return true;
  return false;
}

std::string_view status_text(int status) {
  constexpr auto kTexts = std::to_array<std::pair<int, std::string_view>>({
      {100, "Continue"},
      {101, "Switching Protocols"},
      {200, "OK"},
      {201, "Created"},
      {202, "Accepted"},
      {204, "No Content"},
      {206, "Partial Content"},
      {301, "Moved Permanently"},
      {302, "Found"},
      {303, "See Other"},
      {304, "Not Modified"},
      {307, "Temporary Redirect"},
      {308, "Permanent Redirect"},
      {400, "Bad Request"},
      {401, "Unauthorized"},
      {402, "Payment Required"},
      {403, "Forbidden"},
      {404, "Not Found"},
      {405, "Method Not Allowed"},
      {406, "Not Acceptable"},
      {408, "Request Timeout"},
      {409, "Conflict"},
      {410, "Gone"},
      {411, "Length Required"},
      {412, "Precondition Failed"},
      {413, "Payload Too Large"},
      {414, "URI Too Long"},
      {415, "Unsupported Media Type"},
      {417, "Expectation Failed"},
      {422, "Unprocessable Entity"},
      {429, "Too Many Requests"},
      {431, "Request Header Fields Too Large"},
      {499, "Client Closed Request"},
      {500, "Internal Server Error"},
      {501, "Not Implemented"},
      {502, "Bad Gateway"},
      {503, "Service Unavailable"},
      {504, "Gateway Timeout"},
      {505, "HTTP Version Not Supported"},
  });
  const auto found =
      std::find_if(kTexts.begin(), kTexts.end(), [&](const auto& e) { return e.first == status; });
  return found == kTexts.end() ? std::string_view("Unknown") : found->second;
}

std::string request_head(std::string_view method, std::string_view target, const Headers& headers) {
  std::string out;
  out.reserve(512);
  out += method;
  out += ' ';
  out += target;
  out += " HTTP/1.1\r\n";
  append_fields(out, headers);
  return out;
}

std::string response_head(int status, const Headers& headers) {
  std::string out;
  out.reserve(512);
  out += "HTTP/1.1 ";
  out += std::to_string(status);
  out += ' ';
  out += status_text(status);
  out += "\r\n";
  append_fields(out, headers);
  return out;
}

}  // namespace tributary::net
