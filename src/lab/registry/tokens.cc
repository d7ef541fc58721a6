#include "lab/registry/tokens.h"

#include <algorithm>
#include <utility>

#include "aws/sha256.h"
#include "config/fields.h"
#include "config/yaml.h"

namespace tributary::lab::registry {
namespace {

constexpr std::size_t kPasswordBytes = 64;  // of 6 bits each
constexpr std::size_t kHashDigits = 64;
constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

}  // namespace

Result<std::unique_ptr<Tokens>> Tokens::open(Disk& disk, Random& random, std::string directory,
                                             Timestamp now) {
  std::unique_ptr<Tokens> tokens(new Tokens(disk, random, std::move(directory)));
  if (auto done = disk.make_directory(tokens->directory_); !done) return done.error();
  if (auto done = tokens->load(); !done) return done.error();
  tokens->sweep(now);
  return tokens;
}

Result<void> Tokens::load() {
  TRIBUTARY_TRY(const auto names, disk_.list(directory_));
  for (const std::string& name : names) {
    const std::string path = directory_ + '/' + name;
    Login login;
    config::Diagnostics diagnostics;
    auto text = disk_.read(path);
    if (!text) return text.error();
    const config::Node node = config::parse(*std::move(text), path, diagnostics);
    if (!diagnostics.has_errors()) config::decode(node, login, diagnostics);
    // A login that cannot be read is one that does not work: whoever has it logs in again.
    if (name.size() != kHashDigits || diagnostics.has_errors())
      (void)disk_.remove(path);
    else
      logins_.emplace(name, std::move(login));
  }
  return {};
}

Result<Tokens::Issued> Tokens::issue(Login login, Timestamp now, Duration life, Kept kept) {
  make_room();
  Issued issued{random_string(random_, kPasswordBytes, kAlphabet), now + life};
  login.expires_at_ms = to_ms(issued.expires_at);
  const std::string hash = aws::sha256_hex(issued.password);
  if (kept == Kept::on_disk) {
    const std::string text = config::to_yaml(config::print(login));
    if (auto done = disk_.replace(directory_ + '/' + hash, text); !done) return done.error();
  }
  logins_.emplace(hash, std::move(login));
  return issued;
}

const Login* Tokens::find(std::string_view password) const {
  const auto at = logins_.find(aws::sha256_hex(password));
  return at == logins_.end() ? nullptr : &at->second;
}

void Tokens::sweep(Timestamp now) {
  for (auto at = logins_.begin(); at != logins_.end();) {
    const auto next = std::next(at);
    if (at->second.expires_at_ms < to_ms(now - kLife)) forget(at);
    at = next;
  }
}

void Tokens::make_room() {
  if (logins_.size() < kTokensMax) return;
  forget(std::min_element(logins_.begin(), logins_.end(), [](const auto& a, const auto& b) {
    return a.second.expires_at_ms < b.second.expires_at_ms;
  }));
}

void Tokens::forget(std::map<std::string, Login>::iterator at) {
  (void)disk_.remove(directory_ + '/' + at->first);  // read again, it would have expired still
  logins_.erase(at);
}

}  // namespace tributary::lab::registry
