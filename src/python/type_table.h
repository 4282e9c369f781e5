// From a Python class to how its instances are encoded.
#pragma once

#include "compat.h"

#include <array>
#include <cstdint>

namespace pymongo_cpp {

// The exact classes whose instances are encoded without looking further.
enum class KnownType : std::uint8_t {
  kNone,  // not in the table
  kBytes,
  kTuple,
  kDatetime,
  kDictSubclass,
  kPattern,
  kUuid,
  kObjectId,
  kBinary,
  kCode,
  kDbRef,
  kRegex,
  kTimestamp,
  kInt64,
  kDecimal128,
  kDatetimeMs,
  kMinKey,
  kMaxKey,
  kRawDocument,
  kLazyArray,
};

// A small hash table by identity. The module state holds references to every class in it.
class TypeTable {
 public:
  KnownType find(const PyTypeObject* type) const noexcept {
    std::size_t slot = slot_of(type);
    while (slots_[slot].type != nullptr) {
      if (slots_[slot].type == type) return slots_[slot].known;
      slot = (slot + 1) % kSlots;
    }
    return KnownType::kNone;
  }

  void add(PyObject* type, KnownType known) noexcept {
    const auto* key = reinterpret_cast<PyTypeObject*>(type);
    std::size_t slot = slot_of(key);
    while (slots_[slot].type != nullptr && slots_[slot].type != key) slot = (slot + 1) % kSlots;
    slots_[slot] = {key, known};
  }

 private:
  static constexpr std::size_t kSlots = 128;  // several times the known types
  struct Slot {
    const PyTypeObject* type = nullptr;
    KnownType known = KnownType::kNone;
  };

  static std::size_t slot_of(const PyTypeObject* type) noexcept {
    const auto address = static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(type));
    return static_cast<std::size_t>((address >> 4U) * 0x9e3779b97f4a7c15U >> 57U);
  }

  std::array<Slot, kSlots> slots_{};
};

}  // namespace pymongo_cpp
