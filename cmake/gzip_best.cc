// gzip_best <from> <to>: compresses a file once, for many who fetch it, as small as libdeflate can
// (4 % below gzip -9). The same bytes give the same result. Part of the build, not of a program.
#include <libdeflate.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

int main(int argc, char** argv) {
  constexpr int kBest = 12;
  if (argc != 3) return 2;
  std::ifstream from(argv[1], std::ios::binary);
  const std::string bytes(std::istreambuf_iterator<char>(from), {});
  if (!from) {
    std::fprintf(stderr, "gzip_best: cannot read %s\n", argv[1]);
    return 1;
  }
  const std::unique_ptr<libdeflate_compressor, void (*)(libdeflate_compressor*)> compressor(
      libdeflate_alloc_compressor(kBest), libdeflate_free_compressor);
  if (!compressor) return 1;
  std::string packed(libdeflate_gzip_compress_bound(compressor.get(), bytes.size()), '\0');
  packed.resize(libdeflate_gzip_compress(compressor.get(), bytes.data(), bytes.size(),
                                         packed.data(), packed.size()));
  std::ofstream to(argv[2], std::ios::binary);
  to << packed;
  to.close();
  if (packed.empty() || !to) {
    std::fprintf(stderr, "gzip_best: cannot write %s\n", argv[2]);
    return 1;
  }
  return 0;
}
