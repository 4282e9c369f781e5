// Keys seen before, as the str objects that were made of them.
#pragma once

#include "text.h"

#include <bsonpp/cursor.h>

#include <array>
#include <cstdint>
#include <string_view>

namespace pymongo_cpp {

// What a key means to DBRef detection; the flags of a document's keys are added up.
enum KeyRole : std::uint8_t {
  kPlainKey = 0,
  kRefKey = 1,       // "$ref"
  kRefIdKey = 2,     // "$id"
  kDatabaseKey = 4,  // "$db"
};

// A direct-mapped table of keys, found by length and bytes, never by a hash alone. Each slot also
// remembers which key followed it last, so that documents of one shape are read without searching
// for a key's end or hashing it.
class KeyCache {
 public:
  static constexpr std::size_t kMaxKeySize = 64;  // bytes

  KeyCache();
  KeyCache(const KeyCache&) = delete;
  KeyCache& operator=(const KeyCache&) = delete;

  // A key as a new reference, with its role.
  struct Key {
    Ref string;
    KeyRole role = kPlainKey;
  };

  // Where one reader stands.
  struct Reader {
    std::uint16_t last = 0;    // the slot of the key before; 0 at the start
    std::uint16_t misses = 0;  // keys in a row that were not in the cache
  };

  // Reads the cursor's next key. kTruncated when the key does not end within the cursor;
  // kBuilderFailed with a Python exception when it is not UTF-8 and the error handler (null:
  // strict) refuses it.
  bsonpp::ErrorCode read(bsonpp::Cursor& cursor, Reader& reader, const char* error_handler,
                         Key& key) {
    const std::uint16_t successor = successors_[reader.last];
    const Slot& predicted = slots_[successor];
    if (predicted.size != 0 && cursor.match({predicted.data, predicted.size})) [[likely]] {
      reader.last = successor;
      key.string = Ref::share(predicted.string.get());
      key.role = predicted.role;
      return bsonpp::ErrorCode::kOk;
    }
    return find(cursor, reader, error_handler, key);
  }

  int traverse(visitproc visit, void* arg) const;
  void clear() noexcept;

 private:
  static constexpr std::size_t kSlots = 4096;
  // A document of that many unknown keys in a row has data for keys: it would only push out those
  // that come again.
  static constexpr std::uint16_t kMostMisses = 512;

  struct Slot {
    Ref string;
    const char* data = nullptr;  // UTF-8 with its zero byte, kept by `string`
    std::uint8_t size = 0;       // bytes with the zero byte; 0: empty
    KeyRole role = kPlainKey;
  };

  bsonpp::ErrorCode find(bsonpp::Cursor& cursor, Reader& reader, const char* error_handler,
                         Key& key);
  std::uint16_t slot_of(std::string_view key) const noexcept;
  static bool keep(Slot& slot, std::string_view key, PyObject* string);

  std::uint64_t seed_;
  std::array<std::uint16_t, kSlots> successors_{};
  std::array<Slot, kSlots> slots_{};
};

}  // namespace pymongo_cpp
