// Int64, Decimal128 and Timestamp.
#pragma once

#include "../state.h"

#include <bsonpp/cursor.h>

#include <array>
#include <cstdint>

namespace pymongo_cpp {

// bson.int64.Int64
Ref make_int64(const ModuleState& state, std::int64_t number);

// bson.decimal128.Decimal128 of its 16 bytes (IEEE 754-2008 binary integer decimal).
Ref make_decimal128(const ModuleState& state, bsonpp::Bytes bytes);
// The 16 bytes; false with a Python exception when the object's `bid` is not 16 bytes.
bool decimal128_bytes(const ModuleState& state, PyObject* value, std::array<char, 16>& bytes);

// bson.timestamp.Timestamp; both in units of one: seconds since 1970 and a count.
Ref make_timestamp(const ModuleState& state, std::uint32_t time, std::uint32_t increment);
// Both halves as the format has them, the time in the upper 32 bits.
bool timestamp_word(const ModuleState& state, PyObject* value, std::uint64_t& word);

}  // namespace pymongo_cpp
