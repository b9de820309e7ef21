// Whoever reads and saves models has the names of files and the bytes.
@_exported import ByteInput
