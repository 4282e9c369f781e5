#include <bsonpp/writer.h>

#include <algorithm>
#include <cstdlib>

namespace bsonpp {

namespace {

constexpr std::size_t kFirstCapacity = 256;

}  // namespace

HeapStorage::~HeapStorage() { std::free(data_); }

std::span<std::byte> HeapStorage::grow(std::size_t used, std::size_t capacity) noexcept {
  static_cast<void>(used);  // realloc() keeps more than that.
  auto* moved = static_cast<std::byte*>(std::realloc(data_, capacity));
  if (moved == nullptr) return {};
  data_ = moved;
  return {data_, capacity};
}

bool Writer::grow(std::size_t more) noexcept {
  if (error_ != ErrorCode::kOk) return false;
  const std::size_t used = size();
  if (more > kMaxDocumentSize - used) return fail(ErrorCode::kDocumentTooLarge);
  const auto capacity = static_cast<std::size_t>(end_ - begin_);
  const std::size_t doubled = std::max(kFirstCapacity, capacity * 2);
  const std::size_t wanted = std::clamp(doubled, used + more, kMaxDocumentSize);
  const std::span<std::byte> room = storage_->grow(used, wanted);
  if (room.empty()) return fail(ErrorCode::kOutOfMemory);
  begin_ = room.data();
  position_ = begin_ + used;
  end_ = begin_ + room.size();
  return true;
}

bool Writer::write_cstring(std::string_view text) noexcept {
  if (contains_nul(text)) return fail(ErrorCode::kEmbeddedNul);
  if (!reserve(text.size() + 1)) return false;
  put_bytes(text);
  put(std::uint8_t{0});
  return true;
}

bool Writer::write_binary_element(std::string_view key, BinarySubtype subtype,
                                  std::string_view bytes) noexcept {
  constexpr std::size_t kMostOverhead = 1 + 4 + 1 + 4;
  if (bytes.size() > kMaxDocumentSize) return fail(ErrorCode::kDocumentTooLarge);
  if (!reserve(kMostOverhead + key.size() + bytes.size())) return false;
  put_header(Type::kBinary, key);
  const auto size = static_cast<std::int32_t>(bytes.size());
  const bool repeats_length = subtype == BinarySubtype::kOldBinary;
  put(repeats_length ? size + 4 : size);
  put(static_cast<std::uint8_t>(subtype));
  if (repeats_length) put(size);
  put_bytes(bytes);
  return true;
}

bool contains_nul(std::string_view text) noexcept {
  return std::memchr(text.data(), 0, text.size()) != nullptr;
}

}  // namespace bsonpp
