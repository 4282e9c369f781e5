// Base64 by the instructions of AVX2, of as much as can be taken 32 characters at a time.
#pragma once

#include "utf8_avx2.h"

#include <bsonpp/cursor.h>

#include <cstddef>
#include <span>
#include <string_view>

#if defined(BSONPP_AVX2)

namespace bsonpp::avx2 {

// Encodes the first bytes, and returns how many, which are whole groups of three.
BSONPP_TARGET_AVX2 std::size_t put_base64(Bytes bytes, char* out) noexcept;

// Decodes the first characters, and returns how many, which are whole groups of four. They end
// before one that is no digit. `out` has room for what all of `text` stands for.
BSONPP_TARGET_AVX2 std::size_t parse_base64(std::string_view text, std::span<char> out) noexcept;

}  // namespace bsonpp::avx2

#endif
