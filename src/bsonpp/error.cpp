#include <bsonpp/error.h>

namespace bsonpp {

const char* message(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::kOk:
      return "no error";
    case ErrorCode::kTruncated:
      return "a value is longer than what remains of its document";
    case ErrorCode::kInvalidLength:
      return "a length is negative, too small or larger than what remains";
    case ErrorCode::kMissingTerminator:
      return "a document, array or string does not end in a zero byte";
    case ErrorCode::kUnterminatedKey:
      return "a key does not end before its document does";
    case ErrorCode::kInvalidBoolean:
      return "a boolean is neither 0 nor 1";
    case ErrorCode::kUnknownType:
      return "an element's type is unknown";
    case ErrorCode::kInvalidUtf8:
      return "a string or key is not valid UTF-8";
    case ErrorCode::kNestingTooDeep:
      return "documents and arrays are nested too deep";
    case ErrorCode::kDocumentTooSmall:
      return "not enough data for a document";
    case ErrorCode::kInvalidDocumentSize:
      return "a document's size is below the smallest possible";
    case ErrorCode::kDocumentSizeMismatch:
      return "a document's size is not that of the data";
    case ErrorCode::kDocumentTooLarge:
      return "the output would pass 2 GiB - 1";
    case ErrorCode::kEmbeddedNul:
      return "a key or regular expression holds a zero byte";
    case ErrorCode::kDatetimeOutOfRange:
      return "a datetime lies outside the years 1 to 9999";
    case ErrorCode::kOutOfMemory:
      return "out of memory";
    case ErrorCode::kBuilderFailed:
      return "the builder refused a value";
  }
  return "unknown error";
}

}  // namespace bsonpp
