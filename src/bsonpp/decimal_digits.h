// Decimal digits of unsigned integers.
#pragma once

#include <bsonpp/attributes.h>
#include <bsonpp/byte_order.h>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace bsonpp {

// 1, 10, 100 … to the largest that 64 bits hold.
inline constexpr auto kPowersOfTen = [] {
  std::array<std::uint64_t, 20> powers{};
  std::uint64_t power = 1;
  for (std::uint64_t& entry : powers) {
    entry = power;
    power *= 10;
  }
  return powers;
}();

inline constexpr std::uint64_t kEightDigits = 100'000'000;  // the first number with more

// "00" "01" … "99"
inline constexpr auto kDigitPairs = [] {
  std::array<char, 200> pairs{};
  for (std::size_t i = 0; i < 100; ++i) {
    pairs[2 * i] = static_cast<char>('0' + i / 10);
    pairs[2 * i + 1] = static_cast<char>('0' + i % 10);
  }
  return pairs;
}();

// Two digits of a number below 100.
inline char* put_pair(char* out, unsigned number) noexcept {
  std::memcpy(out, &kDigitPairs[std::size_t{2} * number], 2);
  return out + 2;
}

// The digits of a number below 10^8, each a byte from 0 to 9, the first one the lowest. Halves of
// the number, of those, and so on, are divided side by side in one word, by multiplications with
// the reciprocals of 100 and of 10.
constexpr std::uint64_t eight_digits(std::uint32_t number) noexcept {
  const std::uint64_t fours = number / 10'000 | std::uint64_t{number % 10'000} << 32U;
  const std::uint64_t hundreds = fours * 10'486 >> 20U & 0x0000'007f'0000'007fU;
  const std::uint64_t twos = hundreds | (fours - 100 * hundreds) << 16U;
  const std::uint64_t tens = twos * 103 >> 10U & 0x000f'000f'000f'000fU;
  return tens | (twos - 10 * tens) << 8U;
}

// What makes characters of eight digits.
inline constexpr std::uint64_t kEightZeros = 0x3030'3030'3030'3030U;

// Writes characters of which the first one is the word's lowest byte.
template <typename Word>
BSONPP_ALWAYS_INLINE void store_characters(char* out, Word characters) noexcept {
  store_little_endian(reinterpret_cast<std::byte*>(out), characters);
}

// Eight digits of a number below 10^8, with zeros in front.
BSONPP_ALWAYS_INLINE char* put_eight_digits(char* out, std::uint32_t number) noexcept {
  store_characters(out, eight_digits(number) | kEightZeros);
  return out + 8;
}

// Up to 16 digits of a number below 10^16, with zeros in front, but without those at the end.
// Writes sixteen. `number` is not zero.
BSONPP_ALWAYS_INLINE char* put_fraction_digits(char* out, std::uint64_t number) noexcept {
  const std::uint64_t upper = eight_digits(static_cast<std::uint32_t>(number / kEightDigits));
  const std::uint64_t lower = eight_digits(static_cast<std::uint32_t>(number % kEightDigits));
  store_characters(out, upper | kEightZeros);
  store_characters(out + 8, lower | kEightZeros);
  char* const end = out + (lower != 0 ? 16 : 8);
  return end - std::countl_zero(lower != 0 ? lower : upper) / 8;
}

// How many digits a number has that is not zero.
inline std::size_t digits_of(std::uint64_t number) noexcept {
  // 1233 / 4096 is a little more than the logarithm of 2, so this is the count or one less.
  const auto bits = static_cast<std::size_t>(std::bit_width(number));
  const std::size_t least = bits * 1233 >> 12U;
  return least + (number >= kPowersOfTen[least] ? 1 : 0);
}

// The digits of a number below 10^8 that is not zero. Their count is not taken from them, so that
// what comes next need not wait for them. Writes eight.
BSONPP_ALWAYS_INLINE char* put_up_to_eight_digits(char* out, std::uint32_t number) noexcept {
  const std::size_t count = digits_of(number);
  BSONPP_ASSUME(count >= 1 && count <= 8);
  const std::uint64_t digits = eight_digits(number) | kEightZeros;
  store_characters(out, digits >> 8 * (8 - count));
  return out + count;
}

char* put_more_digits(char* out, std::uint64_t number) noexcept;

// The digits of any number. `out` has room for 20.
inline char* put_unsigned(char* out, std::uint64_t number) noexcept {
  if (number >= 10) return put_more_digits(out, number);
  *out = static_cast<char>('0' + number);
  return out + 1;
}

}  // namespace bsonpp
