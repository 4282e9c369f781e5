// Decimal128: IEEE 754-2008 decimal floating point of 128 bits, in its binary integer form.
#pragma once

#include <bsonpp/cursor.h>
#include <bsonpp/type.h>

#include <array>
#include <cstddef>
#include <string_view>

namespace bsonpp {

// Characters of the longest text: a sign, 35 digits, a point, zeros after it, an exponent.
inline constexpr std::size_t kDecimal128TextSize = 64;

// Writes the value as the Decimal128 specification ("To String Representation") and as PyMongo's
// str(Decimal128) do; returns the end. `bytes` are 16, `out` has room for kDecimal128TextSize.
char* put_decimal128(char* out, Bytes bytes) noexcept;

// The value of a number, "NaN", "Infinity" or "inf" (any case, with or without a sign). False where
// the text is none of these, or where Decimal128 would have to round or clamp it inexactly.
bool parse_decimal128(std::string_view text, std::array<char, kDecimal128Size>& bytes) noexcept;

}  // namespace bsonpp
