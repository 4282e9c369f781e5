#include <bsonpp/json_builder.h>

#include <array>

namespace bsonpp {

namespace {

// PyMongo's Regex keeps these flags only, and writes them in this order.
constexpr std::string_view kRegexFlags = "ilmsux";

BsonToJsonError write_document(Bytes document, JsonWriter& json, NestingLimit limit) noexcept {
  JsonBuilder builder(json, limit);
  Walker<JsonBuilder> walker(builder, limit.levels);
  JsonBuilder::Document outermost;
  if (builder.begin() && walker.document(document, outermost) && builder.end(outermost)) return {};
  const ErrorCode code =
      walker.error() == ErrorCode::kOk ? ErrorCode::kBuilderFailed : walker.error();
  return {{code, walker.error_offset(document.data())}, json.error()};
}

// Without the last separator, and with what ends the framing.
bool finish(JsonWriter& json, JsonFraming framing, bool empty) noexcept {
  if (framing == JsonFraming::kLines) return true;
  if (!empty) json.text().drop(json.format().item_separator().size());
  return json.raw("]");
}

BsonToJsonError no_memory() noexcept {
  return {{ErrorCode::kBuilderFailed, 0}, JsonWriteError::kOutOfMemory};
}

}  // namespace

JsonBuilder::Value JsonBuilder::regex_value(std::string_view pattern,
                                            std::string_view flags) noexcept {
  std::array<char, kRegexFlags.size()> known{};
  std::size_t count = 0;
  for (const char flag : kRegexFlags) {
    if (flags.find(flag) != std::string_view::npos) known[count++] = flag;
  }
  return json_.write_regex(pattern, {known.data(), count});
}

BsonToJsonError bson_to_json(Bytes bytes, const JsonFormat& format, TextWriter& text,
                             NestingLimit limit) noexcept {
  Cursor cursor(bytes);
  Bytes document;
  ErrorCode code = cursor.read_document(document);
  if (code == ErrorCode::kOk && !cursor.at_end()) code = ErrorCode::kDocumentSizeMismatch;
  if (code != ErrorCode::kOk) return {{code, 0}, JsonWriteError::kNone};
  JsonWriter json(text, format);
  return write_document(bytes, json, limit);
}

BsonToJsonError bson_stream_to_json(Bytes bytes, const JsonFormat& format, JsonFraming framing,
                                    TextWriter& text, NestingLimit limit) noexcept {
  JsonWriter json(text, format);
  if (framing == JsonFraming::kArray && !json.raw("[")) return no_memory();
  const std::string_view separator =
      framing == JsonFraming::kLines ? std::string_view("\n") : format.item_separator();
  Cursor cursor(bytes);
  while (!cursor.at_end()) {
    const auto offset = bytes.size() - cursor.remaining();
    Bytes document;
    if (const ErrorCode code = cursor.read_document(document); code != ErrorCode::kOk) {
      return {{code, offset}, JsonWriteError::kNone};
    }
    BsonToJsonError error = write_document(document, json, limit);
    if (error) {
      error.bson.offset += offset;
      return error;
    }
    if (!json.raw(separator)) return no_memory();
  }
  if (!finish(json, framing, bytes.empty())) return no_memory();
  return {};
}

}  // namespace bsonpp
