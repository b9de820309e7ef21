// Importing KerasFormat also imports file paths and byte sources.
@_exported import ByteInput
