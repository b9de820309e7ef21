/// How many bytes addresses and sizes have in a file: 2, 4 or 8.
struct FieldSizes: Sendable {
  let offset: Int
  let length: Int
}
