/** The part of it that the tests use; it has no types of its own. */
declare module "@asymmetrik/fhir-json-schema-validator" {
  export default class JSONSchemaValidator {
    validate(resource: object, isVerbose: true): readonly unknown[];
  }
}
