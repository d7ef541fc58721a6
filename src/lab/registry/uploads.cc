#include "lab/registry/uploads.h"

#include <utility>

#include "base/strings.h"

namespace tributary::lab::registry {
namespace {

struct ContentRange {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
};

// "0-1023", as the specification has it; "bytes 0-1023/4096", as HTTP has it.
std::optional<ContentRange> parse_content_range(std::string_view text) {
  constexpr std::string_view kUnit = "bytes ";
  if (text.starts_with(kUnit)) text.remove_prefix(kUnit.size());
  text = text.substr(0, text.find('/'));
  const std::size_t dash = text.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto first = parse_uint64(text.substr(0, dash));
  const auto last = parse_uint64(text.substr(dash + 1));
  if (!first || !last || *last < *first) return std::nullopt;
  return ContentRange{*first, *last};
}

}  // namespace

Result<void> PartSink::take(std::string_view piece) {
  if (refusal_) return Error(Code::invalid_argument, refusal_->message);
  auto done = session_->upload->append(piece);
  if (done) return done;
  const bool too_large = done.error().code() == Code::limit_exceeded;
  refusal_ = too_large ? OciError{413, "SIZE_INVALID", done.error().message()}
                       : OciError{500, "BLOB_UPLOAD_INVALID", done.error().message()};
  return done;
}

Result<std::shared_ptr<UploadSession>> Uploads::begin(const RepositoryName& repository,
                                                      Timestamp now) {
  TRIBUTARY_TRY(auto upload, store_.begin_upload());
  auto session = std::make_shared<UploadSession>();
  session->repository = repository;
  session->upload = std::move(upload);
  session->touched = now;
  return session;
}

Result<std::string> Uploads::add(std::shared_ptr<UploadSession> session, Timestamp now) {
  if (sessions_.size() >= kUploadsMax) sweep(now);
  if (sessions_.size() >= kUploadsMax)
    return Error(Code::limit_exceeded,
                 "at most " + std::to_string(kUploadsMax) + " layers may be on their way");
  std::string id = random_uuid(random_);
  sessions_.emplace(id, std::move(session));
  return id;
}

std::shared_ptr<UploadSession> Uploads::find(const RepositoryName& repository,
                                             const std::string& id, Timestamp now) {
  const auto at = sessions_.find(id);
  if (at == sessions_.end() || at->second->repository != repository) return nullptr;
  at->second->touched = now;
  return at->second;
}

void Uploads::sweep(Timestamp now) {
  std::erase_if(sessions_, [&](const auto& entry) {
    return !entry.second->busy && entry.second->touched < now - kIdleLife;
  });
}

std::shared_ptr<PartSink> part_sink(std::shared_ptr<UploadSession> session,
                                    const net::Headers& headers) {
  const auto refuse = [](int status, std::string code, std::string message) {
    return std::make_shared<PartSink>(OciError{status, std::move(code), std::move(message)});
  };
  if (session->busy)
    return refuse(409, "BLOB_UPLOAD_INVALID", "another request is writing to this upload");
  const auto text = headers.get("Content-Range");
  if (!text) return std::make_shared<PartSink>(std::move(session));
  const auto range = parse_content_range(*text);
  if (!range)
    return refuse(416, "BLOB_UPLOAD_INVALID",
                  "the Content-Range \"" + std::string(*text) + "\" is not <first>-<last>");
  if (range->first != session->upload->bytes())
    return refuse(416, "BLOB_UPLOAD_INVALID",
                  "this part begins at byte " + std::to_string(range->first) + ", but " +
                      std::to_string(session->upload->bytes()) + " bytes have been received");
  const auto length = parse_uint64(headers.get("Content-Length").value_or(""));
  if (length && *length != range->last - range->first + 1)
    return refuse(400, "SIZE_INVALID",
                  "the Content-Range " + std::string(*text) + " does not go with " +
                      std::to_string(*length) + " bytes");
  return std::make_shared<PartSink>(std::move(session));
}

}  // namespace tributary::lab::registry
