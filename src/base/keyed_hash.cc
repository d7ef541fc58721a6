#include "base/keyed_hash.h"

namespace tributary {

HashKey::HashKey(Random& random) {
  for (std::uint64_t& word : key_) word = random.next();
  for (std::uint64_t& word : mix_key_) word = random.next() | 1;
}

// A polynomial over the blocks' hashes, folded at each step.
Hash128 HashKey::hash_long(std::string_view bytes) const {
  Hash128 state;
  while (!bytes.empty()) {
    const std::string_view block = bytes.substr(0, kBlock);
    const Hash128 one = hash_block(block.data(), block.size());
    const std::uint64_t folded = mix({state.low ^ one.low, state.high ^ one.high});
    const keyed_hash::Wide product =
        keyed_hash::multiply(state.high ^ one.low ^ mix_key_[2], one.high ^ mix_key_[3]);
    state = {folded + static_cast<std::uint64_t>(product >> 64),
             state.low ^ static_cast<std::uint64_t>(product)};
    bytes.remove_prefix(block.size());
  }
  return state;
}

std::uint64_t HashKey::hash64(std::string_view bytes) const {
  const Hash128 one = hash(bytes);
  return mix({one.low + bytes.size() * mix_key_[2], one.high});
}

}  // namespace tributary
