#include "decimal_digits.h"

namespace bsonpp {

char* put_more_digits(char* out, std::uint64_t number) noexcept {
  if (number < 100) return put_pair(out, static_cast<unsigned>(number));
  if (number < kEightDigits) return put_up_to_eight_digits(out, static_cast<std::uint32_t>(number));
  const std::uint64_t upper = number / kEightDigits;
  if (upper < kEightDigits) {
    out = put_up_to_eight_digits(out, static_cast<std::uint32_t>(upper));
  } else {
    out = put_up_to_eight_digits(out, static_cast<std::uint32_t>(upper / kEightDigits));
    out = put_eight_digits(out, static_cast<std::uint32_t>(upper % kEightDigits));
  }
  return put_eight_digits(out, static_cast<std::uint32_t>(number % kEightDigits));
}

}  // namespace bsonpp
