// The shortest decimal that reads back as the same double.
#pragma once

#include <cstdint>

namespace bsonpp {

// digits * 10^exponent
struct Decimal {
  std::uint64_t digits = 0;  // fewer than 10^17
  int exponent = 0;
};

// The decimal with the fewest digits among those that round to `number`, and the closest to it of
// these, as David Gay's mode 0 and so Python's repr() has it; it may end in zeros. `number` is
// positive and finite.
//
// Raffaele Giulietti: "The Schubfach way to render doubles" (2021), section 9.
Decimal shortest_decimal(double number) noexcept;

}  // namespace bsonpp
