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

// A Validator that looks at the stack.
class LimitedValidator : public Validator {
 public:
  LimitedValidator(ValidationRules rules, NestingLimit limit) noexcept
      : Validator(rules), limit_(limit) {}

  bool enter(std::size_t depth) noexcept {
    stack_exhausted_ = !limit_.stack_holds(depth);
    return !stack_exhausted_;
  }
  bool stack_exhausted() const noexcept { return stack_exhausted_; }

 private:
  NestingLimit limit_;
  bool stack_exhausted_ = false;
};

}  // namespace

Error validate(Bytes bytes, ValidationRules rules, NestingLimit limit) noexcept {
  Bytes document;
  if (const ErrorCode code = check_frame(bytes, document); code != ErrorCode::kOk) {
    return {code, 0};
  }
  LimitedValidator validator(rules, limit);
  Walker<LimitedValidator> walker(validator, limit.levels);
  LimitedValidator::Document outermost;
  if (walker.document(document, outermost)) return {};
  const ErrorCode code = validator.stack_exhausted() ? ErrorCode::kNestingTooDeep : walker.error();
  return {code, walker.error_offset(bytes.data())};
}

}  // namespace bsonpp
