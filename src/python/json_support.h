// What the JSON functions share: scratch memory and the parser that is used again.
#pragma once

#include "recursion.h"
#include "state.h"

#include <bsonpp/json_parser.h>
#include <bsonpp/text_writer.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <span>

namespace pymongo_cpp {

// Output that may grow without the GIL: a first room beside the writer, then the C heap.
class ScratchStorage final : public bsonpp::Storage {
 public:
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): the writer fills the room.
  ScratchStorage() noexcept {}
  ~ScratchStorage() override { std::free(heap_); }

  std::span<std::byte> first() noexcept { return first_; }

  std::span<std::byte> grow(std::size_t used, std::size_t capacity) noexcept override {
    const bool from_first = heap_ == nullptr;
    auto* moved = static_cast<std::byte*>(std::realloc(heap_, capacity));
    if (moved == nullptr) return {};
    heap_ = moved;
    if (from_first) std::memcpy(heap_, first_.data(), used);
    return {heap_, capacity};
  }

 private:
  std::array<std::byte, 16384> first_;
  std::byte* heap_ = nullptr;
};

// The thread's JSON parser while it is in use; a second one when the first is.
class BorrowedParser {
 public:
  explicit BorrowedParser(ModuleState& state) : caches_(state.caches.get()) {
    if (caches_ != nullptr) parser_ = std::move(caches_->json_parser);
    if (!parser_) {
      try {
        parser_ = std::make_shared<bsonpp::JsonParser>();
      } catch (const std::bad_alloc&) {
        PyErr_NoMemory();
      }
    }
  }
  BorrowedParser(const BorrowedParser&) = delete;
  BorrowedParser& operator=(const BorrowedParser&) = delete;
  ~BorrowedParser() {
    if (caches_ != nullptr && parser_ && parser_->capacity() <= kMaxKeptCapacity) {
      caches_->json_parser = std::move(parser_);
    }
  }

  // False with MemoryError.
  explicit operator bool() const noexcept { return static_cast<bool>(parser_); }
  bsonpp::JsonParser& operator*() const noexcept { return *parser_; }

 private:
  // Buffers for longer texts are not kept.
  static constexpr std::size_t kMaxKeptCapacity = 1U << 20U;

  Caches* caches_;
  std::shared_ptr<bsonpp::JsonParser> parser_;
};

// Lets other threads run while work on enough bytes to be worth it is done without Python.
class ReleasedGil {
 public:
  explicit ReleasedGil(std::size_t bytes) noexcept
      : saved_(bytes >= kWorthwhile ? PyEval_SaveThread() : nullptr) {}
  ReleasedGil(const ReleasedGil&) = delete;
  ReleasedGil& operator=(const ReleasedGil&) = delete;
  ~ReleasedGil() {
    if (saved_ != nullptr) PyEval_RestoreThread(saved_);
  }

 private:
  static constexpr std::size_t kWorthwhile = 2048;

  PyThreadState* saved_;
};

}  // namespace pymongo_cpp
