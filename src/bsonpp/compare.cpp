#include <bsonpp/compare.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace bsonpp {

namespace {

// The kinds within which values have an order, and the others.
enum class Kind : std::uint8_t { kNull, kNumber, kString, kOther };

Kind kind_of(Type type) noexcept {
  if (is_number(type)) return Kind::kNumber;
  switch (type) {
    case Type::kNull:
    case Type::kUndefined:
      return Kind::kNull;
    case Type::kString:
    case Type::kSymbol:
      return Kind::kString;
    default:
      return Kind::kOther;
  }
}

Order order_of(int difference) noexcept {
  if (difference == 0) return Order::kEqual;
  return difference < 0 ? Order::kLess : Order::kGreater;
}

Order compare_bytes(Bytes left, Bytes right) noexcept {
  const std::size_t common = std::min(left.size(), right.size());
  const int difference = common == 0 ? 0 : std::memcmp(left.data(), right.data(), common);
  if (difference != 0 || left.size() == right.size()) return order_of(difference);
  return left.size() < right.size() ? Order::kLess : Order::kGreater;
}

template <typename T>
Order compare_as(Bytes left, Bytes right) noexcept {
  T left_value{};
  T right_value{};
  Cursor left_cursor(left);
  Cursor right_cursor(right);
  if (left_cursor.read(left_value) != ErrorCode::kOk ||
      right_cursor.read(right_value) != ErrorCode::kOk) {
    return Order::kUnordered;
  }
  if (left_value == right_value) return Order::kEqual;
  return left_value < right_value ? Order::kLess : Order::kGreater;
}

Order compare_strings(Bytes left, Bytes right) noexcept {
  std::string_view left_text;
  std::string_view right_text;
  Cursor left_cursor(left);
  Cursor right_cursor(right);
  if (left_cursor.read_string(left_text) != ErrorCode::kOk ||
      right_cursor.read_string(right_text) != ErrorCode::kOk) {
    return Order::kUnordered;
  }
  return compare_bytes(as_bytes(left_text), as_bytes(right_text));
}

// A binary's length comes first in MongoDB's order, then its subtype and its bytes: as they lie.
Order compare_binaries(Bytes left, Bytes right) noexcept {
  const Order by_length = compare_as<std::uint32_t>(left, right);
  return by_length == Order::kEqual ? compare_bytes(left, right) : by_length;
}

bool equal_bytes(Bytes left, Bytes right) noexcept {
  return compare_bytes(left, right) == Order::kEqual;
}

bool is_nan(const Element& number) noexcept {
  static constexpr std::array<std::byte, 4> kZero{};
  if (number.type == Type::kInt32 || number.type == Type::kInt64) return false;
  return compare_numbers(number.type, number.value, Type::kInt32, kZero) == Order::kUnordered;
}

// Which values are sorted among each other: NaN is apart from the numbers.
struct Rank {
  Kind kind;
  std::uint8_t within;

  friend auto operator<=>(const Rank&, const Rank&) = default;
};

Rank rank_of(const Element& value) noexcept {
  const Kind kind = kind_of(value.type);
  if (kind == Kind::kNumber) return {kind, static_cast<std::uint8_t>(is_nan(value) ? 0 : 1)};
  if (kind == Kind::kOther) return {kind, static_cast<std::uint8_t>(value.type)};
  return {kind, 0};
}

}  // namespace

Order compare_values(const Element& left, const Element& right) noexcept {
  const Kind kind = kind_of(left.type);
  if (kind != kind_of(right.type)) return Order::kUnordered;
  switch (kind) {
    case Kind::kNull:
      return Order::kEqual;
    case Kind::kNumber:
      return compare_numbers(left.type, left.value, right.type, right.value);
    case Kind::kString:
      return compare_strings(left.value, right.value);
    case Kind::kOther:
      break;
  }
  if (left.type != right.type) return Order::kUnordered;
  switch (left.type) {
    case Type::kObjectId:
    case Type::kBoolean:
      return compare_bytes(left.value, right.value);
    case Type::kDatetime:
      return compare_as<std::int64_t>(left.value, right.value);
    case Type::kTimestamp:
      return compare_as<std::uint64_t>(left.value, right.value);
    case Type::kBinary:
      return compare_binaries(left.value, right.value);
    default:
      return equal_bytes(left.value, right.value) ? Order::kEqual : Order::kUnordered;
  }
}

bool sorts_before(const Element& left, const Element& right) noexcept {
  const Rank left_rank = rank_of(left);
  const Rank right_rank = rank_of(right);
  if (left_rank != right_rank) return left_rank < right_rank;
  const Order order = compare_values(left, right);
  return order == Order::kLess ||
         (order == Order::kUnordered && compare_bytes(left.value, right.value) == Order::kLess);
}

}  // namespace bsonpp
