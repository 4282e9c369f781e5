// bson.codec_options.CodecOptions, read once.
#pragma once

#include "ref.h"

#include <array>
#include <cstdint>

namespace pymongo_cpp {

struct ModuleState;

// What bson documents are decoded into.
enum class DocumentKind : std::uint8_t {
  kDict,     // dict itself
  kSon,      // bson.son.SON itself
  kMapping,  // any other class: called, then filled by its __setitem__
  kRaw,      // a class with PyMongo's marker of RawBSONDocument: given the bytes
};

// bson.codec_options.DatetimeConversion
enum class DatetimeConversion : std::uint8_t {
  kDatetime = 1,
  kClamp = 2,
  kMilliseconds = 3,
  kAuto = 4,
};

// bson.binary.UuidRepresentation
enum class UuidRepresentation : std::uint8_t {
  kUnspecified = 0,
  kPythonLegacy = 3,
  kStandard = 4,
  kJavaLegacy = 5,
  kCsharpLegacy = 6,
};

// The fields of a CodecOptions, as borrowed references that `object` keeps alive, but for those of
// the type registry, which can be replaced there and so are owned.
struct CodecOptions {
  Ref object;
  PyObject* document_class = nullptr;
  PyObject* tzinfo = nullptr;           // None or a tzinfo
  const char* error_handler = nullptr;  // of str.decode()
  Ref encoder_map;                      // dict of type → callable
  Ref decoder_map;                      // dict of type → callable
  Ref fallback_encoder;                 // None or a callable
  DocumentKind document_kind = DocumentKind::kDict;
  DatetimeConversion datetime_conversion = DatetimeConversion::kDatetime;
  UuidRepresentation uuid_representation = UuidRepresentation::kUnspecified;
  bool tz_aware = false;

  bool has_encoders() const noexcept { return PyDict_GET_SIZE(encoder_map.get()) != 0; }
  bool has_decoders() const noexcept { return PyDict_GET_SIZE(decoder_map.get()) != 0; }
  bool has_fallback_encoder() const noexcept { return fallback_encoder.get() != Py_None; }

  // Reads the tuple `object`. False with a Python exception (TypeError of another shape) when it is
  // not one of CodecOptions' form.
  bool read(const ModuleState& state, PyObject* object);
};

// The options read lately, found by identity. An entry holds a reference to its CodecOptions, so
// that no other object can come to have the same address.
class CodecOptionsCache {
 public:
  // The fields of `object`, shared with the cache; null with a Python exception.
  class Handle;
  Handle get(const ModuleState& state, PyObject* object);

  int traverse(visitproc visit, void* arg) const;
  void clear() noexcept;
  ~CodecOptionsCache() { clear(); }

 private:
  struct Entry {
    CodecOptions options;
    Py_ssize_t users = 0;
  };
  static constexpr std::size_t kSlots = 8;
  static void leave(Entry* entry) noexcept {
    if (entry != nullptr && --entry->users == 0) delete entry;
  }

  std::array<Entry*, kSlots> slots_{};

 public:
  // Keeps the fields while they are in use, even when the cache has moved on.
  class Handle {
   public:
    Handle() noexcept = default;
    explicit Handle(Entry* entry) noexcept : entry_(entry) { ++entry_->users; }
    Handle(Handle&& other) noexcept : entry_(std::exchange(other.entry_, nullptr)) {}
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;
    Handle& operator=(Handle&&) = delete;
    ~Handle() { leave(entry_); }
    explicit operator bool() const noexcept { return entry_ != nullptr; }
    const CodecOptions& operator*() const noexcept { return entry_->options; }
    const CodecOptions* operator->() const noexcept { return &entry_->options; }

   private:
    Entry* entry_ = nullptr;
  };
};

}  // namespace pymongo_cpp
