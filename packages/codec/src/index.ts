export { ByteReader } from "./byte-reader.ts";
export { ByteWriter } from "./byte-writer.ts";
export { type CborLimits, type CborMap, type CborValue, decodeCbor, encodeCbor } from "./cbor.ts";
export { type BytesBound, type FieldReader, readMap } from "./cbor-fields.ts";
export { Major, readInitial } from "./cbor-head.ts";
export { type ProtoMessage, type ProtoSchema, ProtoWriter, readProto } from "./proto.ts";
