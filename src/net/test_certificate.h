// Certificates for tests, made on the spot: a self-signed one for localhost, 127.0.0.1 and ::1,
// which is its own authority.
#pragma once

#include <string>

namespace tributary::net {

struct TestCertificate {
  std::string cert_file;
  std::string key_file;
};

// Written below `directory`. Valid from an hour ago for a day.
TestCertificate make_test_certificate(const std::string& directory);

}  // namespace tributary::net
