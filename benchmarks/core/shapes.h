// Documents to measure the core with, written by the core's own Writer.
#pragma once

#include <bsonpp/writer.h>

#include <span>

namespace bsonpp::benchmarks {

// One kind of document. `write` appends a whole document and returns false when it could not.
struct Shape {
  const char* name;
  bool (*write)(Writer& writer);
};

std::span<const Shape> shapes() noexcept;

}  // namespace bsonpp::benchmarks
