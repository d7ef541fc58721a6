#include "net/tls.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <system_error>

namespace tributary::net {
namespace {

// The newest reason that OpenSSL noted, and none left for the next caller.
std::string openssl_reason() {
  const unsigned long code = ERR_peek_last_error();
  ERR_clear_error();
  if (code == 0) return "unknown reason";
  const char* reason = ERR_reason_error_string(code);
  return reason != nullptr ? reason : "error " + std::to_string(code);
}

int clamp_size(std::size_t size) {
  return static_cast<int>(std::min<std::size_t>(size, std::numeric_limits<int>::max()));
}

// --- A BIO on a socket that never raises SIGPIPE. ---

int bio_fd(BIO* bio) {
  return static_cast<int>(reinterpret_cast<std::intptr_t>(BIO_get_data(bio)));
}

int bio_write(BIO* bio, const char* bytes, int size) {
  BIO_clear_retry_flags(bio);
  ssize_t sent = 0;
  do {
    sent = ::send(bio_fd(bio), bytes, static_cast<std::size_t>(size), MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) BIO_set_retry_write(bio);
  return static_cast<int>(sent);
}

int bio_read(BIO* bio, char* into, int size) {
  BIO_clear_retry_flags(bio);
  ssize_t got = 0;
  do {
    got = ::recv(bio_fd(bio), into, static_cast<std::size_t>(size), 0);
  } while (got < 0 && errno == EINTR);
  if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) BIO_set_retry_read(bio);
  return static_cast<int>(got);
}

long bio_ctrl(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

BIO* make_bio(int fd) {
  static BIO_METHOD* const kMethod = [] {
    BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket");
    BIO_meth_set_write(made, bio_write);
    BIO_meth_set_read(made, bio_read);
    BIO_meth_set_ctrl(made, bio_ctrl);
    return made;
  }();
  BIO* bio = BIO_new(kMethod);
  TRIBUTARY_CHECK(bio != nullptr);
  BIO_set_data(bio, reinterpret_cast<void*>(static_cast<std::intptr_t>(fd)));
  BIO_set_init(bio, 1);
  return bio;
}

// --- Contexts. ---

struct FreeBio {
  void operator()(BIO* bio) const { BIO_free(bio); }
};
struct FreeX509 {
  void operator()(X509* certificate) const { X509_free(certificate); }
};
struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
using BioPtr = std::unique_ptr<BIO, FreeBio>;
using X509Ptr = std::unique_ptr<X509, FreeX509>;
using KeyPtr = std::unique_ptr<EVP_PKEY, FreeKey>;

Error bad(std::string_view what, std::string_view why) {
  return Error(Code::invalid_argument, "TLS: " + std::string(what) + ": " + std::string(why));
}

BioPtr text_bio(const std::string& text) {
  return BioPtr(BIO_new_mem_buf(text.data(), clamp_size(text.size())));
}

int version_number(TlsVersion version) {
  switch (version) {
    case TlsVersion::tls10: return TLS1_VERSION;
    case TlsVersion::tls11: return TLS1_1_VERSION;
    case TlsVersion::tls12: return TLS1_2_VERSION;
    case TlsVersion::tls13: return TLS1_3_VERSION;
  }
  return TLS1_2_VERSION;
}

// "0d188d89.0": how the system's directory names a certificate by the hash of its subject.
bool is_hash_link(const std::string& name) {
  return name.size() > 9 && name[8] == '.' &&
         std::all_of(name.begin(), name.begin() + 8,
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool has_hash_links(const std::string& directory) {
  std::error_code error;
  for (std::filesystem::directory_iterator entry(directory, error), end; !error && entry != end;
       entry.increment(error))
    if (is_hash_link(entry->path().filename())) return true;
  return false;
}

// SSL_CERT_FILE and SSL_CERT_DIR as Go reads them, else the hashed directory, which is read by
// need, else the bundle, which costs 50 ms and 1 MB.
void use_system_authorities(SSL_CTX* context) {
  const char* file = std::getenv("SSL_CERT_FILE");
  const char* directory = std::getenv("SSL_CERT_DIR");
  if (file != nullptr && *file != '\0') SSL_CTX_load_verify_file(context, file);
  if (directory != nullptr && *directory != '\0') SSL_CTX_load_verify_dir(context, directory);
  if ((file != nullptr && *file != '\0') || (directory != nullptr && *directory != '\0')) return;

  constexpr const char* kDirectory = "/etc/ssl/certs";
  if (has_hash_links(kDirectory)) {
    SSL_CTX_load_verify_dir(context, kDirectory);
    return;
  }
  for (const char* bundle :
       {"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
        "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem"})
    if (SSL_CTX_load_verify_file(context, bundle) == 1) return;
}

Result<void> use_authorities(SSL_CTX* context, const TlsClientOptions& options) {
  if (options.ca_file.empty() && options.ca_pem.empty()) {
    use_system_authorities(context);
    ERR_clear_error();
    return {};
  }
  if (!options.ca_file.empty() && SSL_CTX_load_verify_file(context, options.ca_file.c_str()) != 1)
    return bad("CA file \"" + options.ca_file + "\"", openssl_reason());
  if (options.ca_pem.empty()) return {};
  const BioPtr bio = text_bio(options.ca_pem);
  int count = 0;
  while (const X509Ptr certificate{PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)}) {
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context), certificate.get());
    ++count;
  }
  ERR_clear_error();
  if (count == 0) return bad("CA certificate text", "holds no PEM certificate");
  return {};
}

Result<void> use_certificate(SSL_CTX* context, const TlsClientOptions& options) {
  const bool certificate = !options.cert_file.empty() || !options.cert_pem.empty();
  const bool key = !options.key_file.empty() || !options.key_pem.empty();
  if (!certificate && !key) return {};
  if (certificate != key)
    return bad("client certificate",
               certificate ? "has no key" : "is missing where a key is given");

  if (!options.cert_file.empty()) {
    if (SSL_CTX_use_certificate_chain_file(context, options.cert_file.c_str()) != 1)
      return bad("certificate file \"" + options.cert_file + "\"", openssl_reason());
  } else {
    const BioPtr bio = text_bio(options.cert_pem);
    const X509Ptr leaf(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
    if (!leaf || SSL_CTX_use_certificate(context, leaf.get()) != 1)
      return bad("certificate text", openssl_reason());
    while (X509* more = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr))
      SSL_CTX_add0_chain_cert(context, more);
    ERR_clear_error();
  }
  if (!options.key_file.empty()) {
    if (SSL_CTX_use_PrivateKey_file(context, options.key_file.c_str(), SSL_FILETYPE_PEM) != 1)
      return bad("key file \"" + options.key_file + "\"", openssl_reason());
  } else {
    const BioPtr bio = text_bio(options.key_pem);
    const KeyPtr pem(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
    if (!pem || SSL_CTX_use_PrivateKey(context, pem.get()) != 1)
      return bad("key text", openssl_reason());
  }
  if (SSL_CTX_check_private_key(context) != 1) return bad("certificate and key", openssl_reason());
  return {};
}

void set_modes(SSL_CTX* context) {
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
}

std::shared_ptr<SSL_CTX> new_context(const SSL_METHOD* method) {
  std::shared_ptr<SSL_CTX> context(SSL_CTX_new(method), SSL_CTX_free);
  TRIBUTARY_CHECK(context != nullptr);
  set_modes(context.get());
  return context;
}

Result<SSL*> new_session(SSL_CTX* context, int fd) {
  SSL* ssl = SSL_new(context);
  if (ssl == nullptr) return Error(Code::internal, "TLS: " + openssl_reason());
  BIO* bio = make_bio(fd);
  SSL_set_bio(ssl, bio, bio);
  return ssl;
}

}  // namespace

Result<TlsContext> TlsContext::client(const TlsClientOptions& options) {
  auto context = new_context(TLS_client_method());
  SSL_CTX_set_min_proto_version(context.get(), version_number(options.min_version));
  SSL_CTX_set_max_proto_version(context.get(),
                                options.max_version ? version_number(*options.max_version) : 0);
  // TLS before 1.2 signs with SHA-1, which OpenSSL allows at its lowest level only.
  if (options.min_version < TlsVersion::tls12)
    SSL_CTX_set_cipher_list(context.get(), "DEFAULT:@SECLEVEL=0");
  SSL_CTX_set_verify(context.get(),
                     options.insecure_skip_verify ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, nullptr);
  constexpr unsigned char kProtocols[] = "\x08http/1.1";
  SSL_CTX_set_alpn_protos(context.get(), kProtocols, sizeof kProtocols - 1);
  if (!options.insecure_skip_verify)
    if (auto done = use_authorities(context.get(), options); !done) return done.error();
  if (auto done = use_certificate(context.get(), options); !done) return done.error();
  return TlsContext(std::move(context));
}

Result<TlsContext> TlsContexts::client(const TlsClientOptions& options) {
  std::erase_if(known_, [](const Known& one) { return one.context.expired(); });
  for (const Known& one : known_)
    if (one.options == options) return TlsContext(one.context.lock());
  TRIBUTARY_TRY(TlsContext made, TlsContext::client(options));
  known_.push_back({options, made.context_});
  return made;
}

Result<TlsContext> TlsContext::server(const TlsServerOptions& options) {
  auto context = new_context(TLS_server_method());
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  TlsClientOptions own;
  own.cert_file = options.cert_file;
  own.key_file = options.key_file;
  if (own.cert_file.empty()) return bad("server certificate", "no file is named");
  if (auto done = use_certificate(context.get(), own); !done) return done.error();
  return TlsContext(std::move(context));
}

Result<std::unique_ptr<TlsSession>> TlsSession::client(SSL_CTX* context, int fd,
                                                       const std::string& server_name) {
  TRIBUTARY_TRY(SSL * ssl, new_session(context, fd));
  std::unique_ptr<TlsSession> session(new TlsSession(ssl));
  SSL_set_connect_state(ssl);
  if (server_name.empty()) return session;

  X509_VERIFY_PARAM* verify = SSL_get0_param(ssl);
  X509_VERIFY_PARAM_set_hostflags(
      verify, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
  const std::string address = server_name.substr(0, server_name.find('%'));
  if (X509_VERIFY_PARAM_set1_ip_asc(verify, address.c_str()) == 1) return session;
  ERR_clear_error();
  SSL_set_tlsext_host_name(ssl, server_name.c_str());
  if (X509_VERIFY_PARAM_set1_host(verify, server_name.data(), server_name.size()) != 1)
    return bad("server name \"" + server_name + "\"", openssl_reason());
  return session;
}

Result<std::unique_ptr<TlsSession>> TlsSession::server(SSL_CTX* context, int fd) {
  TRIBUTARY_TRY(SSL * ssl, new_session(context, fd));
  SSL_set_accept_state(ssl);
  return std::unique_ptr<TlsSession>(new TlsSession(ssl));
}

TlsSession::~TlsSession() { SSL_free(ssl_); }

Result<TlsSession::Outcome> TlsSession::outcome(int returned, std::string_view doing) {
  const int error_number = errno;
  if (returned > 0) return Outcome{Want::nothing, static_cast<std::size_t>(returned)};
  switch (SSL_get_error(ssl_, returned)) {
    case SSL_ERROR_WANT_READ: return Outcome{Want::read, 0};
    case SSL_ERROR_WANT_WRITE: return Outcome{Want::write, 0};
    case SSL_ERROR_ZERO_RETURN: return Outcome{Want::nothing, 0};
    default: break;
  }
  std::string why;
  const long verified = SSL_get_verify_result(ssl_);
  if (ERR_peek_last_error() != 0) {
    why = openssl_reason();
    if (verified != X509_V_OK) why += std::string(": ") + X509_verify_cert_error_string(verified);
  } else {
    why = error_number != 0 ? std::generic_category().message(error_number) : "connection closed";
  }
  return Error(Code::unavailable, "TLS " + std::string(doing) + ": " + why);
}

Result<TlsSession::Outcome> TlsSession::handshake() {
  ERR_clear_error();
  errno = 0;
  return outcome(SSL_do_handshake(ssl_), "handshake");
}

Result<TlsSession::Outcome> TlsSession::read(std::span<char> into) {
  ERR_clear_error();
  errno = 0;
  return outcome(SSL_read(ssl_, into.data(), clamp_size(into.size())), "read");
}

Result<TlsSession::Outcome> TlsSession::write(std::string_view bytes) {
  ERR_clear_error();
  errno = 0;
  return outcome(SSL_write(ssl_, bytes.data(), clamp_size(bytes.size())), "write");
}

void TlsSession::close_notify() {
  if (SSL_is_init_finished(ssl_) == 1) SSL_shutdown(ssl_);
  ERR_clear_error();
}

bool TlsSession::quiet() {
  ERR_clear_error();
  char byte = 0;
  const int peeked = SSL_peek(ssl_, &byte, 1);
  const bool waits = peeked <= 0 && SSL_get_error(ssl_, peeked) == SSL_ERROR_WANT_READ;
  ERR_clear_error();
  return waits;
}

}  // namespace tributary::net
