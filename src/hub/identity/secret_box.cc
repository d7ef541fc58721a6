#include "hub/identity/secret_box.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "base/check.h"

namespace tributary::hub::identity {
namespace {

constexpr std::size_t kNonceBytes = 12;
constexpr std::size_t kTagBytes = 16;

using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

CipherContext make_context() { return {EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free}; }

const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

void fill(Random& random, std::uint8_t* out, std::size_t size) {
  for (std::size_t i = 0; i < size; i += sizeof(std::uint64_t)) {
    const std::uint64_t drawn = random.next();
    std::memcpy(out + i, &drawn, std::min(sizeof drawn, size - i));
  }
}

Error file_error(const std::filesystem::path& file, const char* doing) {
  return Error(Code::internal,
               "key file " + file.string() + ": cannot " + doing + ": " + std::strerror(errno));
}

class FileDescriptor {
 public:
  explicit FileDescriptor(int fd) : fd_(fd) {}
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  ~FileDescriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }

 private:
  int fd_;
};

// Writes beside the file and links it into place, so that the file is whole from its first moment
// and the first process to come wins.
Result<void> create(const std::filesystem::path& file, const SecretBox::Key& key) {
  const std::filesystem::path draft = file.string() + "." + std::to_string(::getpid());
  {
    const FileDescriptor out(::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!out.valid()) return file_error(draft, "create");
    if (::write(out.get(), key.data(), key.size()) != static_cast<ssize_t>(key.size()) ||
        ::fsync(out.get()) != 0)
      return file_error(draft, "write");
  }
  const bool linked = ::link(draft.c_str(), file.c_str()) == 0 || errno == EEXIST;
  const Error failure = file_error(file, "create");
  ::unlink(draft.c_str());
  if (!linked) return failure;
  const FileDescriptor directory(
      ::open(file.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.valid() || ::fsync(directory.get()) != 0) return file_error(file, "persist");
  return {};
}

Result<SecretBox::Key> read_key(const std::filesystem::path& file) {
  const FileDescriptor in(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!in.valid()) return file_error(file, "open");
  struct stat status{};
  if (::fstat(in.get(), &status) != 0) return file_error(file, "stat");
  if ((status.st_mode & 0077) != 0)
    return Error(Code::invalid_argument,
                 "key file " + file.string() + ": others may read it; chmod 600 it");
  SecretBox::Key key;
  if (status.st_size != static_cast<off_t>(key.size()) ||
      ::read(in.get(), key.data(), key.size()) != static_cast<ssize_t>(key.size()))
    return Error(Code::corruption, "key file " + file.string() + ": has " +
                                       std::to_string(status.st_size) + " bytes, must have " +
                                       std::to_string(key.size()));
  return key;
}

}  // namespace

Result<SecretBox> SecretBox::load(const std::filesystem::path& file, IfAbsent if_absent,
                                  Random& random) {
  if (!std::filesystem::exists(file)) {
    if (if_absent == IfAbsent::fail)
      return Error(Code::not_found, "key file " + file.string() +
                                        " is missing; without it the secrets cannot be read");
    Key key;
    fill(random, key.data(), key.size());
    if (auto created = create(file, key); !created) return created.error();
  }
  TRIBUTARY_TRY(const Key key, read_key(file));
  return SecretBox(key);
}

std::string SecretBox::seal(std::string_view plain, std::string_view label, Random& random) const {
  std::string out(kNonceBytes + plain.size() + kTagBytes, '\0');
  auto* const raw = reinterpret_cast<unsigned char*>(out.data());
  fill(random, raw, kNonceBytes);
  const CipherContext context = make_context();
  int length = 0;
  const bool sealed =
      context && EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, key_.data(), raw) &&
      EVP_EncryptUpdate(context.get(), nullptr, &length, bytes(label),
                        static_cast<int>(label.size())) &&
      EVP_EncryptUpdate(context.get(), raw + kNonceBytes, &length, bytes(plain),
                        static_cast<int>(plain.size())) &&
      EVP_EncryptFinal_ex(context.get(), raw + kNonceBytes + plain.size(), &length) &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, kTagBytes,
                          raw + kNonceBytes + plain.size());
  TRIBUTARY_CHECK(sealed);
  return out;
}

std::optional<std::string> SecretBox::open(std::string_view sealed, std::string_view label) const {
  if (sealed.size() < kNonceBytes + kTagBytes) return std::nullopt;
  const std::string_view body = sealed.substr(kNonceBytes, sealed.size() - kNonceBytes - kTagBytes);
  std::string tag(sealed.substr(sealed.size() - kTagBytes));
  std::string out(body.size(), '\0');
  auto* const raw = reinterpret_cast<unsigned char*>(out.data());
  const CipherContext context = make_context();
  int length = 0;
  const bool opened =
      context &&
      EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, key_.data(), bytes(sealed)) &&
      EVP_DecryptUpdate(context.get(), nullptr, &length, bytes(label),
                        static_cast<int>(label.size())) &&
      EVP_DecryptUpdate(context.get(), raw, &length, bytes(body), static_cast<int>(body.size())) &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, kTagBytes, tag.data()) &&
      EVP_DecryptFinal_ex(context.get(), raw + body.size(), &length) > 0;
  if (!opened) return std::nullopt;
  return out;
}

}  // namespace tributary::hub::identity
