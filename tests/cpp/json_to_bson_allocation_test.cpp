#include "allocation.h"

#include <bsonpp/json_to_bson.h>

#include <gtest/gtest.h>

#include <new>
#include <string>

namespace bsonpp {
namespace {

using testing::fail_each_allocation;

// simdjson's first use of all makes an object with new, in a function that ends the program when
// that fails. Nothing here can turn that into an error, so that it comes before the test.
TEST(Allocation, JsonToBson) {
  JsonParser first;
  JsonElement root;
  ASSERT_EQ(first.parse("{}", root), JsonErrorCode::kOk);
  std::string json =
      R"({"n": {"$numberLong": "1"}, "b": {"$binary": {"base64": "AQID", "subType": "00"}})";
  for (int i = 0; i < 40; ++i) json += ", \"k" + std::to_string(i) + "\": [1, {\"a\": \"text\"}]";
  json += ", \"k0\": 2}";
  const std::size_t needed = fail_each_allocation([&] {
    HeapStorage storage;
    Writer writer(storage);
    JsonErrorCode code = JsonErrorCode::kOutOfMemory;
    try {
      JsonParser parser;
      code = try_json_to_bson(json, parser, writer);
    } catch (const std::bad_alloc&) {
      return false;  // of the parser's constructor
    }
    if (code != JsonErrorCode::kOk) {
      EXPECT_EQ(code, JsonErrorCode::kOutOfMemory);
    }
    return code == JsonErrorCode::kOk;
  });
  EXPECT_GE(needed, 4U);
  EXPECT_LT(needed, 200U);
}

}  // namespace
}  // namespace bsonpp
