#include "base64_avx2.h"

#include <bsonpp/base64.h>
#include <bsonpp/digit_values.h>

#include <cstdint>

namespace bsonpp {

namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr DigitValues kValues = [] {
  DigitValues values{};
  values.fill(kNoDigit);
  set_values(values, kAlphabet, 0);
  return values;
}();

// The digits of one group, of which the last ones may be left out.
struct Group {
  std::uint32_t bits = 0;  // 24 of them
  unsigned wrong = 0;      // has kNoDigit

  explicit Group(std::string_view digits) noexcept {
    for (std::size_t i = 0; i < 4; ++i) {
      const unsigned value = i < digits.size() ? value_of(kValues, digits[i]) : 0;
      bits = bits << 6U | value;
      wrong |= value;
    }
  }
  char byte(unsigned index) const noexcept { return static_cast<char>(bits >> (16 - 8 * index)); }
  bool valid() const noexcept { return wrong < kNoDigit; }
};

// How much has been done by steps that take more at once.
std::size_t put_first([[maybe_unused]] Bytes bytes, [[maybe_unused]] char* out) noexcept {
#if defined(BSONPP_AVX2)
  if (avx2::supported()) return avx2::put_base64(bytes, out);
#endif
  return 0;
}

std::size_t parse_first([[maybe_unused]] std::string_view text,
                        [[maybe_unused]] std::vector<char>& bytes) noexcept {
#if defined(BSONPP_AVX2)
  if (avx2::supported()) return avx2::parse_base64(text, bytes);
#endif
  return 0;
}

// The four digits of three bytes.
char* put_group(char* out, std::uint32_t group) noexcept {
  *out++ = kAlphabet[group >> 18U];
  *out++ = kAlphabet[group >> 12U & 0x3fU];
  *out++ = kAlphabet[group >> 6U & 0x3fU];
  *out++ = kAlphabet[group & 0x3fU];
  return out;
}

}  // namespace

char* put_base64(char* out, Bytes bytes) noexcept {
  const auto at = [bytes](std::size_t i) { return std::to_integer<std::uint32_t>(bytes[i]); };
  const std::size_t size = bytes.size();
  std::size_t i = put_first(bytes, out);
  out += base64_size(i);
  for (; size - i >= 3; i += 3) {
    out = put_group(out, at(i) << 16U | at(i + 1) << 8U | at(i + 2));
  }
  if (i == size) return out;
  const bool two = size - i == 2;
  out = put_group(out, at(i) << 16U | (two ? at(i + 1) << 8U : 0U));
  out[-1] = '=';
  if (!two) out[-2] = '=';
  return out;
}

bool parse_base64(std::string_view text, std::vector<char>& bytes) {
  if (text.size() % 4 != 0) return false;
  for (int padding = 0; padding < 2 && text.ends_with('='); ++padding) text.remove_suffix(1);
  const std::size_t whole = text.size() / 4 * 4;
  bytes.resize(text.size() * 3 / 4);
  std::size_t i = parse_first(text, bytes);
  std::size_t size = i / 4 * 3;
  unsigned wrong = 0;
  for (; i < whole; i += 4) {
    const Group group(text.substr(i, 4));
    wrong |= group.wrong;
    for (unsigned index = 0; index < 3; ++index) bytes[size++] = group.byte(index);
  }
  const Group last(text.substr(whole));
  for (unsigned index = 0; size < bytes.size(); ++index) bytes[size++] = last.byte(index);
  return wrong < kNoDigit && last.valid();
}

}  // namespace bsonpp
