#include <bsonpp/validate.h>

namespace bsonpp {

namespace {

ErrorCode check_frame(Bytes bytes, Bytes& document) noexcept {
  if (bytes.size() < kMinDocumentSize) return ErrorCode::kDocumentTooSmall;
  Cursor cursor(bytes);
  const std::int32_t size = cursor.peek_length();
  if (size < static_cast<std::int32_t>(kMinDocumentSize)) return ErrorCode::kInvalidDocumentSize;
  if (static_cast<std::size_t>(size) != bytes.size()) return ErrorCode::kDocumentSizeMismatch;
  return cursor.read_document(document);
}

}  // namespace

Error validate(Bytes bytes, ValidationRules rules, std::size_t max_depth) noexcept {
  Bytes document;
  if (const ErrorCode code = check_frame(bytes, document); code != ErrorCode::kOk) {
    return {code, 0};
  }
  Validator validator(rules);
  Walker<Validator> walker(validator, max_depth);
  Validator::Document outermost;
  if (walker.document(document, outermost)) return {};
  return {walker.error(), walker.error_offset(bytes.data())};
}

}  // namespace bsonpp
