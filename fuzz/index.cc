// Any bytes read as a block's index. Checksums are put right first, else hardly anything but the
// first bytes would ever be read; then everything in it is asked for.
#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/crc32c.h"
#include "base/disk.h"
#include "tsdb/encoding.h"
#include "tsdb/index_format.h"
#include "tsdb/index_matching.h"
#include "tsdb/index_reader.h"

using namespace tributary;

namespace {

// Shows one string, which may be changed meanwhile, as every file.
class OneFile final : public Disk {
 public:
  explicit OneFile(std::string& bytes) : bytes_(bytes) {}

  Result<std::unique_ptr<FileView>> map(const std::string&) override {
    class View final : public FileView {
     public:
      explicit View(const std::string& bytes) : bytes_(bytes) {}
      std::string_view bytes() const override { return bytes_; }

     private:
      const std::string& bytes_;
    };
    return std::unique_ptr<FileView>(std::make_unique<View>(bytes_));
  }
  Result<std::string> read(const std::string&) override { return bytes_; }
  bool exists(const std::string&) override { return true; }
  Result<std::unique_ptr<File>> create(const std::string&) override { return no(); }
  Result<std::uint64_t> free_bytes(const std::string&) override { return no(); }
  Result<std::vector<std::string>> list(const std::string&) override { return no(); }
  Result<void> make_directory(const std::string&) override { return no(); }
  Result<void> rename(const std::string&, const std::string&) override { return no(); }
  Result<void> link(const std::string&, const std::string&) override { return no(); }
  Result<void> remove(const std::string&) override { return no(); }
  Result<void> sync_directory(const std::string&) override { return no(); }
  Result<std::unique_ptr<DirectoryLock>> lock(const std::string&) override { return no(); }

 private:
  static Error no() { return Error(Code::unsupported, "read only"); }

  std::string& bytes_;
};

void set_checksum(std::string& bytes, std::uint64_t from, std::uint64_t size) {
  if (from > bytes.size() || size > bytes.size() - from || bytes.size() - from - size < 4) return;
  tsdb::store_be32(bytes.data() + from + size, crc32c(std::string_view(bytes).substr(from, size)));
}

// Of a section with its length in front.
void repair_section(std::string& bytes, std::uint64_t at) {
  if (at > bytes.size() || bytes.size() - at < 4) return;
  set_checksum(bytes, at + 4, tsdb::load_be32(bytes.data() + at));
}

void repair(std::string& bytes) {
  using namespace tsdb::index_format;
  if (bytes.size() < kTocBytes) return;
  const char* const toc = bytes.data() + bytes.size() - kTocBytes;
  repair_section(bytes, tsdb::load_be64(toc));
  repair_section(bytes, tsdb::load_be64(toc + 40));
  set_checksum(bytes, bytes.size() - kTocBytes, kTocBytes - kCrcBytes);
}

void repair_series(std::string& bytes, std::uint64_t at) {
  if (at >= bytes.size()) return;
  tsdb::Decoder decoder(std::string_view(bytes).substr(at));
  const std::uint64_t size = decoder.uvarint();
  if (decoder.ok()) set_checksum(bytes, bytes.size() - decoder.left(), size);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string bytes(reinterpret_cast<const char*>(data), size);
  repair(bytes);
  OneFile disk(bytes);
  const auto index = tsdb::IndexReader::open(disk, "index");
  if (!index) return 0;
  for (const std::string& name : index->label_names()) {
    static_cast<void>(index
                          ->for_each_value(name, {},
                                           [&bytes](std::string_view, std::uint64_t at) {
                                             repair_section(bytes, at);
                                             return true;
                                           })
                          .has_value());
  }
  const std::vector<Matchers> selectors{
      {},
      {Matcher::equal("__name__", "up")},
      {Matcher::create(MatchType::regex, "job", "a.*").value(), Matcher::equal("host", "")},
      {Matcher::create(MatchType::not_regex, "host", "x|y").value()}};
  for (const Matchers& matchers : selectors) {
    const auto found = tsdb::find_series(*index, matchers);
    if (!found) continue;
    tsdb::IndexReader::SeriesReader reader(*index);
    std::string packed;
    std::vector<tsdb::ChunkRef> chunks;
    for (std::size_t i = 0; i < std::min<std::size_t>(found->size(), 1000); ++i) {
      repair_series(bytes, std::uint64_t{(*found)[i]} * (bytes[4] == 1 ? 1 : 16));
      packed.clear();
      chunks.clear();
      if (reader.read((*found)[i], &packed, &chunks)) LabelsView(packed).to_labels();
    }
  }
  return 0;
}
