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

  // Where a reader stands in the order of keys.
  using Position = std::uint16_t;
  static constexpr Position kStart = 0;

  // Reads the cursor's next key. `position` is that of the key before, kStart at first, and becomes
  // that of this one. kTruncated when the key does not end within the cursor; kBuilderFailed with a
  // Python exception when it is not UTF-8 and the error handler (null: strict) refuses it.
  bsonpp::ErrorCode read(bsonpp::Cursor& cursor, Position& position, const char* error_handler,
                         Key& key) {
    Position& successor = successors_[position];
    const Slot& predicted = slots_[successor];
    if (predicted.size != 0 && cursor.match({predicted.data, predicted.size})) [[likely]] {
      position = successor;
      key.string = Ref::share(predicted.string.get());
      key.role = predicted.role;
      return bsonpp::ErrorCode::kOk;
    }
    return find(cursor, position, error_handler, key);
  }

  int traverse(visitproc visit, void* arg) const;
  void clear() noexcept;

 private:
  static constexpr std::size_t kSlots = 4096;

  struct Slot {
    Ref string;
    const char* data = nullptr;  // UTF-8 with its zero byte, kept by `string`
    std::uint8_t size = 0;       // bytes with the zero byte; 0: empty
    KeyRole role = kPlainKey;
  };

  bsonpp::ErrorCode find(bsonpp::Cursor& cursor, Position& position, const char* error_handler,
                         Key& key);
  Position slot_of(std::string_view key) const noexcept;
  bool fill(Slot& slot, std::string_view key);

  std::uint64_t seed_;
  std::array<Position, kSlots> successors_{};
  std::array<Slot, kSlots> slots_{};
};

}  // namespace pymongo_cpp
