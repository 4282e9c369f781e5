// Makes Python objects of what simdjson has parsed.
#pragma once

#include "key_cache.h"
#include "recursion.h"
#include "state.h"
#include "value_stack.h"

#include <bsonpp/json_parser.h>
#include <bsonpp/json_scalars.h>

#include <string_view>
#include <vector>

namespace pymongo_cpp {

// Walks simdjson's tape. Every function returns null with a Python exception when it failed; but
// when refused(), then without one.
class JsonLoader {
 public:
  JsonLoader(ModuleState& state, const bsonpp::JsonTape& tape, const CodecOptions& options,
             PyObject* json_options, PyObject* object_hook)
      : state_(state),
        tape_(tape),
        options_(options),
        json_options_(json_options),
        object_hook_(object_hook),
        reader_(state.keys(), nullptr) {}

  Ref value(bsonpp::JsonElement element);
  // Whether json_util has to read the whole text.
  bool refused() const noexcept { return refused_; }

 private:
  Ref any_value(bsonpp::JsonElement element);
  Ref string_value(std::string_view text);
  bool push_value(bsonpp::JsonElement element);
  Ref array_value(bsonpp::JsonElement array);
  Ref object_value(bsonpp::JsonElement object);
  Ref fields_value(bsonpp::JsonElement object);

  // A key as the cache has it, or made of text that the cache does not take.
  struct Key {
    KeyCache::Key cached;
    Ref other;
  };
  // The str of a key, borrowed from `key`; null when it failed.
  PyObject* read_key(std::string_view text, Key& key);

  // The value of an object with one field whose key is a type wrapper's; null without an exception
  // when it is not of the usual form.
  Ref wrapped_value(bsonpp::JsonWrapper wrapper, bsonpp::JsonElement content);
  Ref object_id_value(std::string_view hex);
  Ref date_value(bsonpp::JsonElement date);
  Ref date_of_text(std::string_view text);
  Ref number_value(bsonpp::JsonWrapper wrapper, std::string_view text);
  Ref binary_value(bsonpp::JsonElement parts);
  Ref uuid_value(std::string_view text);
  Ref timestamp_value(bsonpp::JsonElement parts);
  Ref regex_value(bsonpp::JsonElement parts);

  ModuleState& state_;
  const bsonpp::JsonTape& tape_;
  const CodecOptions& options_;
  PyObject* json_options_;
  PyObject* object_hook_;
  KeyCache::Reader reader_;
  NestingGuard guard_;
  ValueStack stack_;
  std::vector<char> scratch_;
  bool refused_ = false;
};

}  // namespace pymongo_cpp
