// The element types and binary subtypes of the BSON specification, version 1.1.
#pragma once

#include <cstddef>
#include <cstdint>

namespace bsonpp {

// The byte in front of every element's key.
enum class Type : std::uint8_t {
  kDouble = 0x01,
  kString = 0x02,
  kDocument = 0x03,
  kArray = 0x04,
  kBinary = 0x05,
  kUndefined = 0x06,  // deprecated
  kObjectId = 0x07,
  kBoolean = 0x08,
  kDatetime = 0x09,
  kNull = 0x0a,
  kRegex = 0x0b,
  kDbPointer = 0x0c,  // deprecated
  kCode = 0x0d,
  kSymbol = 0x0e,         // deprecated
  kCodeWithScope = 0x0f,  // deprecated
  kInt32 = 0x10,
  kTimestamp = 0x11,
  kInt64 = 0x12,
  kDecimal128 = 0x13,
  kMaxKey = 0x7f,
  kMinKey = 0xff,
};

// The byte between a binary's length and its bytes.
enum class BinarySubtype : std::uint8_t {
  kGeneric = 0x00,
  kFunction = 0x01,
  kOldBinary = 0x02,  // deprecated: the bytes begin with their own length again
  kOldUuid = 0x03,
  kUuid = 0x04,
  kMd5 = 0x05,
  kEncrypted = 0x06,
  kColumn = 0x07,
  kSensitive = 0x08,
  kVector = 0x09,
  kUserDefined = 0x80,
};

// Bytes of the smallest document: an int32 length and the terminator.
inline constexpr std::size_t kMinDocumentSize = 5;
// Bytes of the largest document: the largest int32.
inline constexpr std::size_t kMaxDocumentSize = 2147483647;
inline constexpr std::size_t kObjectIdSize = 12;
inline constexpr std::size_t kDecimal128Size = 16;

}  // namespace bsonpp
