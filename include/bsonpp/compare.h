// How values of all types stand to each other.
#pragma once

#include <bsonpp/element.h>
#include <bsonpp/number.h>

namespace bsonpp {

// How two values stand to each other within MongoDB's comparison order, for values of one kind:
// numbers, strings and symbols (by their UTF-8 bytes), ObjectIds, datetimes, timestamps, booleans,
// binaries (length, subtype, bytes), null and undefined. Embedded documents, arrays and other types
// are equal when their bytes are, and otherwise unordered, as values of two kinds are.
Order compare_values(const Element& left, const Element& right) noexcept;

// Whether `left` stands before `right` where values of all kinds are sorted: a strict weak order in
// which neither of two values stands before the other exactly where compare_values() finds them
// equal.
bool sorts_before(const Element& left, const Element& right) noexcept;

}  // namespace bsonpp
