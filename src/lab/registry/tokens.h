// The passwords of registry logins (`aws ecr get-login-password`): each stands for the access key
// that asked for it, for twelve hours. Kept by their hashes, so that who reads the disk cannot log
// in with what he finds; on disk, so that a login outlives a restart:
//
//   <directory>/<SHA-256 of the password>   "access_key_id: ...", "account: ...", "expires_at_ms:
//   ..."
//
// Threads: one; blocks on disk.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/disk.h"
#include "base/random.h"
#include "base/result.h"

namespace tributary::lab::registry {

// Whom a login stands for.
struct Login {
  std::string access_key_id;
  std::string account;
  std::string arn;
  std::int64_t expires_at_ms = 0;

  template <class Fields>
  void describe(Fields& f) {
    f.required("access_key_id", access_key_id, "of who asked for it");
    f.required("account", account, "of who asked for it");
    f.required("arn", arn, "of who asked for it");
    f.required("expires_at_ms", expires_at_ms, "since 1970");
  }
};

class Tokens {
 public:
  static constexpr Duration kLife = 12h;
  static constexpr std::size_t kTokensMax = 10'000;  // with more, the one that ends first goes

  static Result<std::unique_ptr<Tokens>> open(Disk& disk, Random& random, std::string directory,
                                              Timestamp now);

  struct Issued {
    std::string password;
    Timestamp expires_at;
  };
  enum class Kept : std::uint8_t { on_disk, in_memory };
  // `login.expires_at_ms` is set here.
  Result<Issued> issue(Login login, Timestamp now, Duration life, Kept kept);

  // Nothing where the password is unknown. One that has expired is known for as long again.
  const Login* find(std::string_view password) const;

  // Forgets what has expired long ago.
  void sweep(Timestamp now);

 private:
  Tokens(Disk& disk, Random& random, std::string directory)
      : disk_(disk), random_(random), directory_(std::move(directory)) {}

  Result<void> load();
  void forget(std::map<std::string, Login>::iterator at);
  void make_room();

  Disk& disk_;
  Random& random_;
  const std::string directory_;
  std::map<std::string, Login> logins_;  // by the hash of the password
};

}  // namespace tributary::lab::registry
