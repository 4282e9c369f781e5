// The output of an encode, which ends as one bytes object.
#pragma once

#include "ref.h"

#include <bsonpp/writer.h>

#include <array>
#include <span>

namespace pymongo_cpp {

// Keeps a writer's first bytes beside itself and all further ones in a bytes object, which grows in
// place and becomes the result without another copy.
class BytesStorage final : public bsonpp::Storage {
 public:
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): the writer fills the room.
  BytesStorage() noexcept {}

  std::span<std::byte> first() noexcept { return first_; }

  std::span<std::byte> grow(std::size_t used, std::size_t capacity) noexcept override;

  // What the writer has written, as bytes; null with MemoryError. The storage is empty after that.
  Ref finish(const bsonpp::Writer& writer);

 private:
  // Most documents fit, and then the only allocation is that of the result.
  std::array<std::byte, 2048> first_;
  Ref bytes_;
};

}  // namespace pymongo_cpp
