// Copies of a few bytes, without a call.
#pragma once

#include <bsonpp/attributes.h>

#include <cstddef>
#include <cstring>

namespace bsonpp {

namespace detail {

template <std::size_t Word>
BSONPP_ALWAYS_INLINE void copy_ends(char* to, const char* from, std::size_t size) noexcept {
  char head[Word];
  char tail[Word];
  std::memcpy(head, from, Word);
  std::memcpy(tail, from + size - Word, Word);
  std::memcpy(to, head, Word);
  std::memcpy(to + size - Word, tail, Word);
}

}  // namespace detail

// memcpy() for text that is mostly short, as keys and many values are: two words, which may
// overlap, from either end. The two places must not overlap.
BSONPP_ALWAYS_INLINE void copy_short(void* to, const char* from, std::size_t size) noexcept {
  auto* out = static_cast<char*>(to);
  if (size >= 8) {
    if (size <= 16) {
      detail::copy_ends<8>(out, from, size);
    } else if (size <= 32) {
      detail::copy_ends<16>(out, from, size);
    } else {
      std::memcpy(out, from, size);
    }
  } else if (size >= 4) {
    detail::copy_ends<4>(out, from, size);
  } else if (size >= 2) {
    detail::copy_ends<2>(out, from, size);
  } else if (size == 1) {
    *out = *from;
  }
}

}  // namespace bsonpp
