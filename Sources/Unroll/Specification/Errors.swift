// Importing the engine also imports its errors.
@_exported import UnrollErrors
