#include <bsonpp/index.h>

#include <cstdlib>
#include <cstring>

namespace bsonpp {

IndexEntries::~IndexEntries() {
  if (data_ != in_place_.data()) std::free(data_);
}

bool IndexEntries::grow() noexcept {
  const std::size_t capacity = capacity_ * 4;
  const bool in_place = data_ == in_place_.data();
  void* moved = std::realloc(in_place ? nullptr : data_, capacity * sizeof(IndexEntry));
  if (moved == nullptr) return false;
  if (in_place) std::memcpy(moved, in_place_.data(), sizeof(in_place_));
  data_ = static_cast<IndexEntry*>(moved);
  capacity_ = capacity;
  return true;
}

bool has_key(Bytes document, IndexEntry entry, std::string_view key) noexcept {
  Cursor cursor = cursor_at(document, entry);
  std::uint8_t terminator = 1;
  std::uint8_t type = 0;
  return cursor.read(type) == ErrorCode::kOk && cursor.match(key) &&
         cursor.read(terminator) == ErrorCode::kOk && terminator == 0;
}

std::size_t find_entry(Bytes document, std::span<const IndexEntry> entries,
                       std::string_view key) noexcept {
  const std::uint32_t tag = key_tag(key);
  std::size_t i = entries.size();
  // Four entries a turn, since nearly all of them are other keys.
  while (i >= 4 && entries[i - 1].tag != tag && entries[i - 2].tag != tag &&
         entries[i - 3].tag != tag && entries[i - 4].tag != tag) {
    i -= 4;
  }
  while (i-- > 0) {
    if (entries[i].tag == tag && has_key(document, entries[i], key)) return i;
  }
  return kNotFound;
}

bool read_entry(Bytes document, IndexEntry entry, Element& element) noexcept {
  Cursor cursor = cursor_at(document, entry);
  return ElementReader(cursor).next(element);
}

}  // namespace bsonpp
