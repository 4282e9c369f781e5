#include <bsonpp/text_writer.h>

#include <algorithm>
#include <limits>

namespace bsonpp {

namespace {

constexpr std::size_t kFirstCapacity = 1024;

}  // namespace

char* TextWriter::grow(std::size_t more) noexcept {
  const std::size_t used = size();
  const auto capacity = static_cast<std::size_t>(end_ - begin_);
  constexpr std::size_t kMost = std::numeric_limits<std::ptrdiff_t>::max();
  if (more > kMost - used) return nullptr;
  const std::size_t doubled = capacity > kMost / 2 ? kMost : capacity * 2;
  const std::size_t wanted = std::max({kFirstCapacity, doubled, used + more});
  const std::span<std::byte> room = storage_->grow(used, wanted);
  if (room.empty()) return nullptr;
  auto* moved = reinterpret_cast<char*>(room.data());
  begin_ = moved;
  position_ = begin_ + used;
  end_ = begin_ + room.size();
  return position_;
}

void TextWriter::rotate(std::size_t start, std::size_t middle) noexcept {
  std::rotate(begin_ + start, begin_ + middle, position_);
}

}  // namespace bsonpp
