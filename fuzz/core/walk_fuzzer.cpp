// Any bytes: what walks them agrees on whether they are a document, and on what is in it.

#include <bsonpp/element.h>
#include <bsonpp/validate.h>

#include "fuzzing.h"

namespace bsonpp::fuzzing {
namespace {

// As deep as the walker went; AddressSanitizer's frames are larger than those of a release.
constexpr std::size_t kDepth = 200;

// Elements of all documents and arrays within `document`, read one at a time.
bool read_all(Bytes document, std::size_t depth, std::size_t& count);

bool read_embedded(const Element& element, std::size_t depth, std::size_t& count) {
  if (element.type == Type::kCodeWithScope) {
    Cursor cursor(element.value);
    std::uint32_t size = 0;
    std::string_view text;
    Bytes scope;
    return cursor.read(size) == ErrorCode::kOk && cursor.read_string(text) == ErrorCode::kOk &&
           cursor.read_document(scope) == ErrorCode::kOk && read_all(scope, depth + 1, count);
  }
  const Bytes inner = embedded(element);
  return inner.empty() || read_all(inner, depth + 1, count);
}

bool read_all(Bytes document, std::size_t depth, std::size_t& count) {
  if (depth > kDepth) return false;
  ElementReader reader(document);
  Element element;
  while (reader.next(element)) {
    ++count;
    require(element.whole.size() == 1 + element.key.size() + 1 + element.value.size());
    if (!read_embedded(element, depth, count)) return false;
  }
  return reader.error() == ErrorCode::kOk;
}

void check(Bytes bytes) {
  const Error strict =
      validate(bytes, {.check_utf8 = true, .check_datetime_range = true}, {kDepth});
  const Error utf8 = validate(bytes, {}, {kDepth});
  const Error shape = validate(bytes, {.check_utf8 = false}, {kDepth});
  for (const Error& error : {strict, utf8, shape}) require(error.offset <= bytes.size());
  require(message(strict.code) != nullptr);
  // A rule more can only refuse more.
  require(!shape || utf8);
  require(!utf8 || strict);

  Cursor cursor(bytes);
  Bytes document;
  std::size_t count = 0;
  const bool framed = cursor.read_document(document) == ErrorCode::kOk && cursor.at_end();
  require(!shape == (framed && read_all(document, 0, count)));
  // A byte of type, one of key: the walk is linear in the input's length.
  require(count * 2 <= bytes.size());
}

}  // namespace
}  // namespace bsonpp::fuzzing

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  bsonpp::fuzzing::check(bsonpp::fuzzing::input_bytes(data, size));
  return 0;
}
