// A document that is walked into a writer comes out as it was, with memory and without.

#include <bsonpp/element.h>
#include <bsonpp/validate.h>

#include "fuzzing.h"
#include "rewriter.h"

#include <string>

namespace bsonpp::fuzzing {
namespace {

constexpr std::size_t kDepth = 200;
constexpr std::size_t kMostGrants = 12;

struct Written {
  bool complete = false;
  bool saw_array = false;
  Error error;
  std::string bytes;
};

Written rewrite(Bytes document, std::size_t grants = SIZE_MAX) {
  ExactStorage storage(grants);
  Writer writer(storage);
  Rewriter rewriter(writer);
  Walker<Rewriter> walker(rewriter, kDepth);
  Rewriter::Document outermost;
  Written written;
  written.complete =
      rewriter.begin(outermost) && walker.document(document, outermost) && rewriter.end(outermost);
  written.saw_array = rewriter.saw_array();
  written.error = writer.error();
  written.bytes = as_text(writer.bytes());
  return written;
}

// Types and values, and the keys of documents, are the same at every level.
void require_same_elements(Bytes left, Bytes right, bool is_array) {
  ElementReader left_reader(left);
  ElementReader right_reader(right);
  Element one;
  Element other;
  ArrayIndex index;
  while (left_reader.next(one)) {
    require(right_reader.next(other));
    require(one.type == other.type);
    if (is_array) {
      require(other.key == index.key().substr(0, index.size() - 1));
      index.advance();
    } else {
      require(one.key == other.key);
    }
    const Bytes inner = embedded(one);
    if (!inner.empty()) {
      require_same_elements(inner, embedded(other), one.type == Type::kArray);
    } else if (one.type != Type::kCodeWithScope) {
      require(as_text(one.value) == as_text(other.value));
    }
  }
  require(!right_reader.next(other) && right_reader.error() == ErrorCode::kOk);
}

void check(Bytes bytes) {
  const std::size_t grants = take_last(bytes) % kMostGrants;
  Cursor cursor(bytes);
  Bytes document;
  if (cursor.read_document(document) != ErrorCode::kOk) return;
  const bool valid = !validate(document, {.check_utf8 = false}, {kDepth});

  const Written first = rewrite(document);
  require(first.complete == valid);
  if (valid) {
    require_same_elements(document, as_bytes(first.bytes), /*is_array=*/false);
    if (!first.saw_array) require(first.bytes == as_text(document));
    const Written second = rewrite(as_bytes(first.bytes));
    require(second.complete && second.bytes == first.bytes);
  }

  const Written starved = rewrite(document, grants);
  if (starved.complete) {
    require(starved.bytes == first.bytes);
  } else {
    require(!valid || starved.error.code == ErrorCode::kOutOfMemory);
  }
}

}  // namespace
}  // namespace bsonpp::fuzzing

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  bsonpp::fuzzing::check(bsonpp::fuzzing::input_bytes(data, size));
  return 0;
}
