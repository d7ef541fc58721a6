#include "hub/identity/session_token.h"

#include <cstdint>

#include "base/strings.h"

namespace tributary::hub::identity {
namespace {

constexpr char kFormat = 1;
constexpr std::string_view kLabel = "session token";
constexpr std::size_t kTokenBytesMax = 16'384;

class Writer {
 public:
  void number(std::uint64_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) out_.push_back(static_cast<char>(value >> (8 * i)));
  }
  void text(std::string_view value) {
    number(value.size(), 4);
    out_.append(value);
  }
  void texts(const std::vector<std::string>& values) {
    number(values.size(), 4);
    for (const std::string& value : values) text(value);
  }
  void time(Timestamp value) { number(static_cast<std::uint64_t>(to_ms(value)), 8); }

  const std::string& bytes() const { return out_; }

 private:
  std::string out_{kFormat};
};

// Gives empty values after the first thing that does not fit; `whole` tells.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) { valid_ = number(1) == kFormat; }

  std::uint64_t number(std::size_t bytes) {
    if (!valid_ || rest_.size() < bytes) {
      valid_ = false;
      return 0;
    }
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < bytes; ++i)
      value |= std::uint64_t{static_cast<unsigned char>(rest_[i])} << (8 * i);
    rest_.remove_prefix(bytes);
    return value;
  }
  std::string text() {
    const std::uint64_t size = number(4);
    if (!valid_ || rest_.size() < size) {
      valid_ = false;
      return {};
    }
    std::string value(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return value;
  }
  std::vector<std::string> texts() {
    std::vector<std::string> values;
    for (std::uint64_t left = number(4); valid_ && left > 0; --left) values.push_back(text());
    return values;
  }
  Timestamp time() { return timestamp_from_ms(static_cast<std::int64_t>(number(8))); }

  bool whole() const { return valid_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool valid_ = true;
};

}  // namespace

std::size_t packed_bytes(const Session& session) {
  std::size_t bytes = session.policies.document.size();
  for (const std::string& arn : session.policies.arns) bytes += arn.size();
  for (const Tag& tag : session.tags) bytes += tag.key.size() + tag.value.size();
  for (const std::string& key : session.transitive_tag_keys) bytes += key.size();
  return bytes;
}

std::string seal_session(const Session& session, const SecretBox& box, Random& random) {
  Writer out;
  out.text(session.access_key_id);
  out.text(session.secret);
  out.text(session.entity_id);
  out.text(session.name);
  out.time(session.issued);
  out.time(session.expires);
  out.text(session.source_identity);
  out.number(session.tags.size(), 4);
  for (const Tag& tag : session.tags) {
    out.text(tag.key);
    out.text(tag.value);
  }
  out.texts(session.transitive_tag_keys);
  out.text(session.policies.document);
  out.texts(session.policies.arns);
  out.text(session.assumed_by);
  return base64_encode(box.seal(out.bytes(), kLabel, random));
}

std::optional<Session> open_session(std::string_view token, const SecretBox& box) {
  if (token.size() > kTokenBytesMax) return std::nullopt;
  const auto sealed = base64_decode(token);
  const auto plain = sealed ? box.open(*sealed, kLabel) : std::nullopt;
  if (!plain) return std::nullopt;
  Reader in(*plain);
  Session session;
  session.access_key_id = in.text();
  session.secret = in.text();
  session.entity_id = in.text();
  session.name = in.text();
  session.issued = in.time();
  session.expires = in.time();
  session.source_identity = in.text();
  for (std::uint64_t left = in.number(4); left > 0; --left) {
    std::string key = in.text();
    session.tags.push_back({std::move(key), in.text()});
    if (session.tags.size() > plain->size()) return std::nullopt;
  }
  session.transitive_tag_keys = in.texts();
  session.policies.document = in.text();
  session.policies.arns = in.texts();
  if (!in.whole()) session.assumed_by = in.text();
  if (!in.whole()) return std::nullopt;
  return session;
}

}  // namespace tributary::hub::identity
