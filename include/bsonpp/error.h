// Errors as values: every fallible function of the core returns one of these codes.
#pragma once

#include <cstddef>
#include <cstdint>

namespace bsonpp {

// What is wrong with a document, or why one could not be written. `kOk` is zero, so a code can be
// tested as a condition. The clauses named are those of the BSON specification, version 1.1.
enum class ErrorCode : std::uint8_t {
  kOk = 0,
  kTruncated,             // A value needs more bytes than its enclosing document holds.
  kInvalidLength,         // An int32 length is negative, too small, or larger than what remains.
  kMissingTerminator,     // A document, array or string does not end in a zero byte.
  kUnterminatedKey,       // An element's key (cstring) has no zero byte before its document's end.
  kInvalidBoolean,        // A boolean's byte is neither 0 nor 1.
  kUnknownType,           // An element's type byte is not one of the specification's.
  kInvalidUtf8,           // A string or key is not UTF-8 (or not valid for the chosen handler).
  kNestingTooDeep,        // More nested documents and arrays than the limit allows.
  kDocumentTooSmall,      // Fewer than the five bytes of the smallest document.
  kInvalidDocumentSize,   // The leading int32 of a document is below five.
  kDocumentSizeMismatch,  // The leading int32 of a document is not the number of bytes given.
  kDocumentTooLarge,      // Writing would pass the format's limit of 2 GiB - 1.
  kEmbeddedNul,           // A key or regular expression holds a zero byte and cannot be a cstring.
  kDatetimeOutOfRange,    // A datetime lies outside the years 1 to 9999.
  kOutOfMemory,           // An allocation failed.
  kBuilderFailed,         // The builder refused a value; it holds the reason itself.
};

// A failure and where it was found.
struct Error {
  ErrorCode code = ErrorCode::kOk;
  // Bytes from the start of the input (reading) or of the output (writing).
  std::size_t offset = 0;

  explicit operator bool() const noexcept { return code != ErrorCode::kOk; }
};

// An English sentence fragment for `code`, without document contents. Never null.
const char* message(ErrorCode code) noexcept;

}  // namespace bsonpp
