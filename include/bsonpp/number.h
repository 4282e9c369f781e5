// Numbers of all BSON's types, compared by what they are worth.
#pragma once

#include <bsonpp/cursor.h>
#include <bsonpp/type.h>

#include <cstdint>

namespace bsonpp {

// How two values stand to each other. Values of different kinds, and NaN and any number, are
// unordered.
enum class Order : std::uint8_t { kLess, kEqual, kGreater, kUnordered };

// Whether values of `type` are numbers: int32, int64, double and Decimal128.
constexpr bool is_number(Type type) noexcept {
  return type == Type::kInt32 || type == Type::kInt64 || type == Type::kDouble ||
         type == Type::kDecimal128;
}

// Compares exactly, without rounding either number. `left` and `right` are the bytes of values of
// the given number types. NaN is equal to NaN, as MongoDB's queries have it, and unordered with
// any other number. A Decimal128 whose coefficient has more than 34 digits counts as zero
// (IEEE 754-2008, clause 3.5.2).
Order compare_numbers(Type left_type, Bytes left, Type right_type, Bytes right) noexcept;

}  // namespace bsonpp
