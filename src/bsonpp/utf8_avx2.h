// UTF-8 by the instructions of AVX2, for processors that have it: found out at run time, because
// builds are for every x86-64. What is here does what its namesakes in utf8.h say.
#pragma once

#include <bsonpp/utf8.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#if defined(__GNUC__) && defined(__x86_64__)
#define BSONPP_AVX2 1

// GCC and Clang inline only what is for the same processor.
#define BSONPP_TARGET_AVX2 [[gnu::target("avx2")]]
#define BSONPP_AVX2_INLINE [[gnu::target("avx2"), gnu::always_inline]] inline

namespace bsonpp::avx2 {

inline bool supported() noexcept { return __builtin_cpu_supports("avx2") != 0; }

BSONPP_TARGET_AVX2 Utf8Summary summarize_utf8(std::string_view text) noexcept;

template <typename CodeUnit>
BSONPP_TARGET_AVX2 char* encode_utf8(std::span<const CodeUnit> units, char* out) noexcept;

template <typename CodeUnit>
BSONPP_TARGET_AVX2 void decode_utf8(std::string_view valid_text, std::span<CodeUnit> out) noexcept;

}  // namespace bsonpp::avx2

#endif
