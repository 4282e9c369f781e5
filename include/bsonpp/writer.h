// The one place where bytes of the output are written.
#pragma once

#include <bsonpp/array_index.h>
#include <bsonpp/attributes.h>
#include <bsonpp/byte_order.h>
#include <bsonpp/copy.h>
#include <bsonpp/error.h>
#include <bsonpp/type.h>
#include <bsonpp/utf8.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace bsonpp {

// Where a Writer's bytes live. The writer asks for more; the storage says where they are now.
class Storage {
 public:
  Storage() = default;
  Storage(const Storage&) = delete;
  Storage& operator=(const Storage&) = delete;
  virtual ~Storage() = default;

  // Makes room for `capacity` bytes, keeping the first `used`. Returns the whole room, or an empty
  // span when there is no memory; the old room may be gone then.
  virtual std::span<std::byte> grow(std::size_t used, std::size_t capacity) noexcept = 0;
};

// Storage on the heap, for programs without Python.
class HeapStorage final : public Storage {
 public:
  HeapStorage() = default;
  ~HeapStorage() override;
  std::span<std::byte> grow(std::size_t used, std::size_t capacity) noexcept override;

 private:
  std::byte* data_ = nullptr;
};

// Appends BSON to growing storage. Every write makes sure of its room first, in std::size_t, and
// refuses to pass kMaxDocumentSize. A write returns false when it failed; error() then says why,
// and every later one fails as well.
class Writer {
 public:
  // `first` is room to begin in (it may be empty); it must outlive the writer.
  explicit Writer(Storage& storage, std::span<std::byte> first = {}) noexcept
      : storage_(&storage),
        begin_(first.data()),
        position_(first.data()),
        end_(first.data() + first.size()) {}

  // Bytes written so far.
  std::size_t size() const noexcept { return static_cast<std::size_t>(position_ - begin_); }
  std::span<const std::byte> bytes() const noexcept { return {begin_, size()}; }
  Error error() const noexcept { return {error_, size()}; }

  // Forgets all that was written after the first `size` bytes.
  void rewind(std::size_t size) noexcept {
    position_ = begin_ + size;
    if (error_ != ErrorCode::kOk) end_ = position_;
  }

  // A little-endian integer or double.
  template <typename T>
  [[nodiscard]] bool write(T value) noexcept {
    if (!reserve(sizeof(T))) return false;
    put(value);
    return true;
  }

  [[nodiscard]] bool write_bytes(std::string_view bytes) noexcept {
    if (!reserve(bytes.size())) return false;
    put_bytes(bytes);
    return true;
  }

  // Replaces the int32 (or the type byte) at `offset`, which lies before size().
  void patch(std::size_t offset, std::int32_t value) noexcept {
    store_little_endian(begin_ + offset, value);
  }
  void patch(std::size_t offset, Type type) noexcept {
    begin_[offset] = static_cast<std::byte>(type);
  }

  // A type byte and a key. `key` includes the zero byte that ends it and holds no other.
  [[nodiscard]] bool write_header(Type type, std::string_view key) noexcept {
    if (!reserve(1 + key.size())) return false;
    put_header(type, key);
    return true;
  }

  // An element whose value is one little-endian number.
  template <typename T>
  [[nodiscard]] bool write_element(Type type, std::string_view key, T value) noexcept {
    if (!reserve(1 + key.size() + sizeof(T))) return false;
    put_header(type, key);
    put(value);
    return true;
  }

  // An element whose value is `value` as it is (an ObjectId's or Decimal128's bytes).
  [[nodiscard]] bool write_element(Type type, std::string_view key,
                                   std::string_view value) noexcept {
    if (!reserve(1 + key.size() + value.size())) return false;
    put_header(type, key);
    put_bytes(value);
    return true;
  }

  // An element whose value is a string: int32 length, the text, a zero byte.
  [[nodiscard]] bool write_string_element(Type type, std::string_view key,
                                          std::string_view text) noexcept {
    if (!reserve(1 + key.size() + kStringOverhead + text.size())) return false;
    put_header(type, key);
    put_string(text);
    return true;
  }

  // The same of text that is not yet UTF-8: code units of one, two or four bytes (Latin-1, UCS-2
  // or UCS-4). kInvalidUtf8 when a unit is a surrogate or beyond U+10FFFF.
  template <typename CodeUnit>
  [[nodiscard]] bool write_string_element(Type type, std::string_view key,
                                          std::span<const CodeUnit> units) noexcept {
    constexpr std::size_t kMostBytes = sizeof(CodeUnit) == 1 ? 2 : sizeof(CodeUnit) == 2 ? 3 : 4;
    // Before the product, which could pass what 32 bits hold.
    if (units.size() > kMaxDocumentSize / kMostBytes) return fail(ErrorCode::kDocumentTooLarge);
    constexpr std::size_t kMore = kStringOverhead + kEncodeSlack;
    if (!reserve(1 + key.size() + kMore + units.size() * kMostBytes)) return false;
    put_header(type, key);
    std::byte* length_at = position_;
    position_ += sizeof(std::int32_t);
    char* first = reinterpret_cast<char*>(position_);
    char* last = encode_utf8(units, first);
    if (last == nullptr) return fail(ErrorCode::kInvalidUtf8);
    *last++ = '\0';
    store_little_endian(length_at, static_cast<std::int32_t>(last - first));
    position_ = reinterpret_cast<std::byte*>(last);
    return true;
  }

  [[nodiscard]] bool write_string(std::string_view text) noexcept {
    if (!reserve(kStringOverhead + text.size())) return false;
    put_string(text);
    return true;
  }

  // cstring ::= (byte*) unsigned_byte(0). kEmbeddedNul when `text` holds a zero byte.
  [[nodiscard]] bool write_cstring(std::string_view text) noexcept;

  // An element whose value is a binary: int32 length, subtype, bytes; for the old subtype 2 the
  // bytes begin with their own length again.
  [[nodiscard]] bool write_binary_element(std::string_view key, BinarySubtype subtype,
                                          std::string_view bytes) noexcept;

  // An element whose key is staged before its type and value are known: stage_key() puts the key
  // where the next element's stands, with room for a scalar behind it, and one of the functions
  // with `header`, which is the number of bytes that the type and the key take, then makes an
  // element of it. Nothing is written until then.

  // `key` is without its zero byte. False when it holds one, or when there is no room.
  [[nodiscard]] BSONPP_ALWAYS_INLINE bool stage_key(std::string_view key,
                                                    std::size_t& header) noexcept {
    header = key.size() + 2;
    if (!reserve_ahead(header + kMostScalarSize)) return false;
    if (!copy_without_nul(position_ + 1, key.data(), key.size())) return false;
    position_[header - 1] = std::byte{0};
    return true;
  }
  // The key of an array's element. False when it is longer than a word, or when there is no room.
  [[nodiscard]] BSONPP_ALWAYS_INLINE bool stage_key(const ArrayIndex& index,
                                                    std::size_t& header) noexcept {
    header = 1 + index.size();
    constexpr std::size_t kMostSize = 1 + sizeof(std::uint64_t) + kMostScalarSize;
    if (!index.fits_word() || !reserve_ahead(kMostSize)) return false;
    store_little_endian(position_ + 1, index.word());
    return true;
  }
  void write_staged(std::size_t header, Type type) noexcept {
    *position_ = static_cast<std::byte>(type);
    position_ += header;
  }
  template <typename T>
  void write_staged(std::size_t header, Type type, T value) noexcept {
    static_assert(sizeof(T) <= kMostScalarSize);
    // The position is read and written once: each time would wait for the one before.
    std::byte* const at = position_;
    *at = static_cast<std::byte>(type);
    store_little_endian(at + header, value);
    position_ = at + header + sizeof(T);
  }
  void write_staged_object_id(std::size_t header,
                              std::span<const char, kObjectIdSize> id) noexcept {
    std::byte* const at = position_;
    *at = static_cast<std::byte>(Type::kObjectId);
    std::memcpy(at + header, id.data(), id.size());
    position_ = at + header + id.size();
  }
  // False when there is not yet room for the string: making room would lose the staged key.
  [[nodiscard]] BSONPP_ALWAYS_INLINE bool write_staged_string(std::size_t header, Type type,
                                                              std::string_view text) noexcept {
    const std::size_t size = text.size();
    if (room() < header + kStringOverhead + size) return false;
    std::byte* const at = position_;
    *at = static_cast<std::byte>(type);
    store_little_endian(at + header, static_cast<std::int32_t>(size + 1));
    std::byte* const value = at + header + sizeof(std::int32_t);
    copy_short(value, text.data(), size);
    value[size] = std::byte{0};
    position_ = value + size + 1;
    return true;
  }
  // end_document() wants `start` back.
  void begin_staged_document(std::size_t header, Type type, std::size_t& start) noexcept {
    write_staged(header, type);
    start = size();
    put(std::int32_t{0});
  }

  // Leaves room for a document's length; `start` is what end_document() wants back.
  [[nodiscard]] bool begin_document(std::size_t& start) noexcept {
    start = size();
    return write(std::int32_t{0});
  }
  // The same after a type byte and a key.
  [[nodiscard]] bool begin_document_element(Type type, std::string_view key,
                                            std::size_t& start) noexcept {
    if (!reserve(1 + key.size() + sizeof(std::int32_t))) return false;
    put_header(type, key);
    start = size();
    put(std::int32_t{0});
    return true;
  }
  // Writes the terminator and fills in the length.
  [[nodiscard]] bool end_document(std::size_t start) noexcept {
    if (!write(std::uint8_t{0})) return false;
    patch_length(start);
    return true;
  }
  // Fills in the int32 at `start` with the number of bytes from there to here.
  void patch_length(std::size_t start) noexcept {
    patch(start, static_cast<std::int32_t>(size() - start));
  }

 private:
  static constexpr std::size_t kStringOverhead = sizeof(std::int32_t) + 1;
  static constexpr std::size_t kMostScalarSize = kObjectIdSize;

  std::size_t room() const noexcept { return static_cast<std::size_t>(end_ - position_); }
  bool reserve(std::size_t more) noexcept {
    if (room() >= more) [[likely]] {
      return true;
    }
    return grow(more);
  }
  // Room for more than will be written, perhaps; that alone does not make a document too large.
  bool reserve_ahead(std::size_t more) noexcept {
    if (room() >= more) [[likely]] {
      return true;
    }
    return more <= kMaxDocumentSize - size() && grow(more);
  }
  bool grow(std::size_t more) noexcept;
  // Leaves no room, so that nothing more can be written: the storage may have lost what it had.
  bool fail(ErrorCode code) noexcept {
    error_ = code;
    end_ = position_;
    return false;
  }

  template <typename T>
  void put(T value) noexcept {
    store_little_endian(position_, value);
    position_ += sizeof(T);
  }
  BSONPP_ALWAYS_INLINE void put_header(Type type, std::string_view key) noexcept {
    *position_++ = static_cast<std::byte>(type);
    put_bytes(key);
  }
  BSONPP_ALWAYS_INLINE void put_string(std::string_view text) noexcept {
    put(static_cast<std::int32_t>(text.size() + 1));
    put_bytes(text);
    *position_++ = std::byte{0};
  }
  BSONPP_ALWAYS_INLINE void put_bytes(std::string_view bytes) noexcept {
    copy_short(position_, bytes.data(), bytes.size());
    position_ += bytes.size();
  }

  Storage* storage_;
  std::byte* begin_;
  std::byte* position_;
  std::byte* end_;
  ErrorCode error_ = ErrorCode::kOk;
};

// Whether `text` holds a zero byte, and so cannot be a cstring.
bool contains_nul(std::string_view text) noexcept;

}  // namespace bsonpp
